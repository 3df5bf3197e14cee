//! `bootstrap --recover`: two sealed keys let two operators in again.
//!
//! The keys are compared after the try is counted, so that tries at once cannot all be the first; what is wrong is in
//! the audit trail and slows down. The keys that were used are void in the transaction that uses them.

use countersign_core::audit::{Action, AuditActor, AuditEntry, Subject, SubjectKind};
use countersign_core::directory::console::Console;
use countersign_core::directory::founders::{Founder, Founders};
use countersign_core::directory::record::ProfileRecord;
use countersign_core::directory::status::ProfileStatus;
use countersign_core::journey::lockout::{self, Counted, Verdict};
use countersign_core::mail::News;
use countersign_core::oauth::session::EndedBecause;
use countersign_core::secret::TokenHash;
use countersign_store::{Activity, Counters, Directory, Installation, LoginFlows, SecondFactors, Tx, Window};

use super::console;
use super::founding::{Founded, all_rights, entry, exchange, invite, operator, tell};
use super::handing_out::{Unfinished, hand_out};
use super::sealed_keys::{Kept, SealedKeys};
use crate::login::{self, Fault, faults};
use crate::{Purpose, Services, audit, sessions};

/// Why nobody was let in.
#[derive(Debug, thiserror::Error)]
pub enum RecoveryError {
    /// There are no keys.
    #[error("this installation was not bootstrapped, so there are no recovery keys")]
    NoKeys,
    /// Too soon after wrong ones: these were not looked at.
    #[error("wrong keys were given before: wait {seconds} seconds. These were not looked at")]
    Wait {
        /// For how long.
        seconds: u32,
    },
    /// They are not the keys.
    #[error("these are not the two recovery keys of this installation. The attempt is in the audit trail")]
    Wrong,
    /// The keys were used, by somebody else, just now.
    #[error("the keys have just been used")]
    Used,
    /// A user ID belongs to somebody who is no operator.
    #[error("the user ID {0} belongs to somebody who is no operator")]
    Taken(String),
    /// It could not be handed out.
    #[error(transparent)]
    Unfinished(#[from] Unfinished),
    /// On our side.
    #[error(transparent)]
    Fault(#[from] Fault),
}
faults!(RecoveryError);

/// Lets two operators in again, whatever became of their profiles, and makes new keys, once `show` has shown them. Where
/// a console is given, it is put back too.
pub async fn recover(
    services: &Services,
    keys: &SealedKeys,
    founders: &Founders,
    console: Option<&Console>,
    show: impl FnOnce(&Founded) -> std::io::Result<()>,
) -> Result<Founded, RecoveryError> {
    let former = admit(services, keys).await?;
    let now = services.now();
    let tx = services.store.begin().await?;
    let fresh = SealedKeys::generate(&*services.entropy);
    {
        let connection = tx.connection();
        let kept = serde_json::to_string(&fresh.kept())?;
        if !Installation::on(&connection).replace(Installation::RECOVERY, &former, &kept).await? {
            return Err(RecoveryError::Used);
        }
    }
    Counters::on(tx.connection()).forget(&[&counted_as(services)]).await?;
    let exchange = exchange(services, &tx).await?;
    let present = Directory::on(tx.connection()).of_the_exchange().await?;
    let everybody = present.iter().map(|record| record.profile.id.clone()).collect();
    Activity::on(tx.connection()).hold_all(&everybody).await?;
    let present = Directory::on(tx.connection()).of_the_exchange().await?;
    announce(services, &tx, &present, founders).await?;
    let mut codes = Vec::new();
    for founder in founders.both() {
        let former = present.iter().find(|record| record.profile.user_id == founder.user_id);
        let record = if let Some(former) = former {
            let_in(services, &tx, former, founder).await?
        } else {
            let record = operator(services, &exchange, founder);
            if !Directory::on(tx.connection()).add(&record, now).await? {
                return Err(RecoveryError::Taken(founder.user_id.clone()));
            }
            record
        };
        codes.push((founder.user_id.clone(), invite(services, &tx, &record.profile).await?));
    }
    let put_back = match console {
        Some(console) => Some(console::put_back(services, &tx, console).await?),
        None => None,
    };
    audit::append(services, &tx, entry(Action::Recovered, founders, put_back.as_ref())).await?;
    let console_secret = put_back.and_then(|console| console.secret);
    let founded = Founded { codes, keys: fresh, console_secret };
    Ok(hand_out(tx, founded, show).await?)
}

/// What is kept of the keys, if these are the two. A try is counted and committed before they are looked at.
async fn admit(services: &Services, keys: &SealedKeys) -> Result<String, RecoveryError> {
    let (now, counted_as) = (services.now(), counted_as(services));
    let policy = &services.policy.lockout;
    let tx = services.store.begin().await?;
    let kept = {
        let connection = tx.connection();
        Installation::on(&connection).get(Installation::RECOVERY).await?.ok_or(RecoveryError::NoKeys)?
    };
    let [allowance] = Counters::on(tx.connection()).get([&counted_as], now).await?;
    if let Verdict::Wait { seconds } = lockout::password(policy, Counted { allowance, source: None }, now) {
        return Err(RecoveryError::Wait { seconds });
    }
    let window = Window::SinceLast(chrono::TimeDelta::seconds(policy.forget_seconds.into()));
    Counters::on(tx.connection()).count(&counted_as, window, now).await?;
    let read: Kept = serde_json::from_str(&kept)?;
    let opened = read.opened_by(keys);
    if !opened {
        let entry = AuditEntry::new(Action::AttemptDenied, AuditActor::CommandLine)
            .about(Subject::new(SubjectKind::Installation, "installation", "installation"))
            .from_source("command line")
            .denied("wrong recovery keys");
        audit::append(services, &tx, entry).await?;
    }
    tx.commit().await?;
    if opened { Ok(kept) } else { Err(RecoveryError::Wrong) }
}

fn counted_as(services: &Services) -> TokenHash {
    services.vault.keyed_hash(Purpose::Counter, &[b"recovery"])
}

/// Tells every operator at the mailbox they had until now: should it be none of theirs who did it, they must know.
async fn announce(
    services: &Services,
    tx: &Tx,
    present: &[ProfileRecord],
    founders: &Founders,
) -> Result<(), Fault> {
    let ids: Vec<&str> = founders.both().iter().map(|founder| founder.user_id.as_str()).collect();
    let news = News::RecoveryUsed { at: services.now(), by: ids.join(", ") };
    for record in present {
        tell(services, tx, &record.profile, news.clone()).await?;
    }
    Ok(())
}

/// An operator as they were made, whatever has become of the profile since. What proved them is forgotten.
async fn let_in(
    services: &Services,
    tx: &Tx,
    former: &ProfileRecord,
    founder: &Founder,
) -> Result<ProfileRecord, RecoveryError> {
    let now = services.now();
    let mut record = former.clone();
    record.set_status(ProfileStatus::Enabled);
    record.profile.email = Some(founder.mailbox.to_string());
    record.profile.enable_from = None;
    record.profile.disable_after = None;
    record.profile.capabilities = all_rights();
    let id = &record.profile.id;
    if !Directory::on(tx.connection()).save(&record, former.profile.version, now).await? {
        return Err(Fault::internal("an operator's profile changed while it was held").into());
    }
    SecondFactors::on(tx.connection()).forget(id).await?;
    LoginFlows::on(tx.connection()).consume_all(id, now).await?;
    login::unlock(services, tx, &record.profile).await?;
    sessions::end_all_for_profile(services, tx, id, EndedBecause::FactorReset, None).await?;
    Ok(record)
}

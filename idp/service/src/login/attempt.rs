//! One try at a password: counted before it is looked at, given back when it was right.
//!
//! A user ID that is not there takes the same statements and the same hash as one that is.

use chrono::TimeDelta;
use countersign_core::audit::{Action as AuditAction, AuditActor, AuditEntry, Owner, Subject};
use countersign_core::directory::profile::Profile;
use countersign_core::directory::user_id;
use countersign_core::ids::ProfileId;
use countersign_core::journey::lockout::{self, Counted, Failures, LockedBecause, Verdict};
use countersign_core::mail::{Mail, News};
use countersign_core::secret::{SecretString, TokenHash};
use countersign_store::{Activity, Counters, Credential, Passwords, Profiles, StoredPassword, Tx, Window};

use super::fault::Fault;
use super::known;
use super::source::Source;
use super::visit::Visit;
use crate::audit;
use crate::event::{self, Event};
use crate::outbox::{self, Letter};
use crate::{Purpose, Services};

/// What came of it.
pub(crate) enum Attempt {
    /// The password is right.
    Right(Proved),
    /// It is not, or there is nobody of that user ID, or nobody set a password.
    Wrong,
    /// It was not looked at.
    Wait {
        /// For how long no other will be.
        seconds: u32,
    },
}

/// A right password, whose counts are to be given back in the transaction of what it leads to.
pub(crate) struct Proved {
    /// Whose.
    pub(crate) profile: ProfileId,
    /// The password that it is, as it was stored.
    stored: StoredPassword,
    keys: Keys,
}

/// Under what a try is counted.
struct Keys {
    /// The browser's own, where the user ID has logged in from it before; else for the user ID from this source.
    allowance: TokenHash,
    /// For the user ID, from every browser that has no allowance of its own.
    strangers: Option<TokenHash>,
    source: Source,
}

/// Tries `password` for `user_id`, which is as typed.
pub(crate) async fn attempt(
    services: &Services,
    visit: &Visit,
    user_id: &str,
    password: &SecretString,
) -> Result<Attempt, Fault> {
    let user_id = user_id::normalise(user_id);
    let keys = Keys::of(services, visit, &user_id);
    // A place in the pool first: who is shed costs no write.
    let admitted = services
        .hasher
        .admit()
        .inspect_err(|_| event::tally(services, &Event::Shed, None, &visit.neighbourhood()));
    let admitted = admitted.map_err(|_| Fault::Busy)?;
    let (credential, failures) = match count(services, &keys, &user_id).await? {
        Ok(counted) => counted,
        Err(seconds) => {
            event::tally(services, &Event::SlowedDown, None, &visit.neighbourhood());
            return Ok(Attempt::Wait { seconds });
        }
    };
    // Past the count that locks, strangers learn no more what the password is, and neither does a known browser past
    // its own.
    let over = failures > u32::from(services.policy.lockout.lock_after_passwords);
    let stored = credential.filter(|_| !over).and_then(|found| Some((found.profile, found.password?)));
    let phc = stored.as_ref().map(|(_, password)| password.phc.expose());
    if services.hasher.verify_admitted(admitted, password, phc).await?
        && let Some((profile, stored)) = stored
    {
        return Ok(Attempt::Right(Proved { profile, stored, keys }));
    }
    event::tally(services, &Event::WrongPassword, None, &visit.neighbourhood());
    if lockout::locks(&services.policy.lockout, failures) {
        let first = failures == u32::from(services.policy.lockout.lock_after_passwords);
        lock(services, visit, &user_id, first).await?;
    }
    Ok(Attempt::Wrong)
}

/// Counts the try, unless it must wait; then says what to compare with and how many there are: of strangers for the
/// user ID, or in the known browser.
async fn count(
    services: &Services,
    keys: &Keys,
    user_id: &str,
) -> Result<Result<(Option<Credential>, u32), u32>, Fault> {
    let now = services.now();
    let policy = &services.policy.lockout;
    let tx = services.store.begin().await?;
    let (source, allowance) = keys.source.look_with(services, &tx, &keys.allowance).await?;
    if let Verdict::Wait { seconds } = source {
        return Ok(Err(seconds));
    }
    let counters = Counters::on(tx.connection());
    let verdict = |allowance| lockout::password(policy, Counted { allowance, source: None }, now);
    if let Verdict::Wait { seconds } = verdict(allowance) {
        return Ok(Err(seconds));
    }
    let forget = Window::SinceLast(TimeDelta::seconds(policy.forget_seconds.into()));
    // Always in this order, so that two tries at once wait for each other rather than deadlock; what most of them
    // share comes last.
    let tries = counters.count(&keys.allowance, forget, now).await?;
    // Tries at once may all have seen the same count; they are counted one after the other.
    let before = tries.saturating_sub(1);
    if before > lockout::remembered(allowance, policy, now)
        && let Verdict::Wait { seconds } = verdict(Some(Failures { count: before, last_at: now }))
    {
        return Ok(Err(seconds));
    }
    let failures = match &keys.strangers {
        Some(key) => counters.count(key, forget, now).await?,
        None => tries,
    };
    drop(counters);
    if let Verdict::Wait { seconds } = keys.source.count(services, &tx).await? {
        return Ok(Err(seconds));
    }
    let credential = Passwords::on(tx.connection()).credential(user_id).await?;
    tx.commit().await?;
    Ok(Ok((credential, failures)))
}

impl Proved {
    /// Holds the profile for `tx` and says whether the password is still the one that was looked at. A reset may have
    /// replaced it meanwhile: then it is as wrong as any other, and stays counted.
    pub(crate) async fn stands(&self, tx: &Tx) -> Result<bool, Fault> {
        Activity::on(tx.connection()).hold(&self.profile).await?;
        Ok(Passwords::on(tx.connection()).is_present(&self.profile, self.stored.set_at).await?)
    }

    /// The hash to keep instead, where the one at hand was made under former parameters. When the pool is full it is
    /// left for another time.
    pub(crate) async fn anew(&self, services: &Services, password: &SecretString) -> Option<String> {
        if services.hasher.is_current(self.stored.phc.expose()) {
            return None;
        }
        let hashed = services.hasher.hash(password).await;
        hashed.inspect_err(|error| tracing::warn!(%error, "a password was not hashed anew")).ok()
    }

    /// Keeps that hash, unless another login was faster.
    pub(crate) async fn keep(&self, tx: &Tx, anew: &str) -> Result<(), Fault> {
        let passwords = Passwords::on(tx.connection());
        passwords.rehash(&self.profile, self.stored.phc.expose(), anew).await?;
        Ok(())
    }

    /// Gives the counts back.
    pub(crate) async fn give_back(&self, tx: &Tx) -> Result<(), Fault> {
        let counters = Counters::on(tx.connection());
        counters.forget(&[&self.keys.allowance]).await?;
        if let Some(key) = &self.keys.strangers {
            counters.take_back(&[key]).await?;
        }
        self.keys.source.give_back(tx).await
    }
}

impl Keys {
    fn of(services: &Services, visit: &Visit, user_id: &str) -> Self {
        let hash = |parts: &[&str]| {
            let parts: Vec<&[u8]> = parts.iter().map(|part| part.as_bytes()).collect();
            services.vault.keyed_hash(Purpose::Counter, &parts)
        };
        // A browser that this user ID has logged in from before has an allowance of its own: strangers, at the same
        // address or anywhere, do not use it up.
        let known = known::knows(services, visit, user_id);
        let allowance = if known {
            hash(&["password", "browser", user_id, &visit.browser])
        } else {
            hash(&["password", "source", user_id, &visit.neighbourhood()])
        };
        let strangers = (!known).then(|| user_id_key(services, user_id));
        Self { allowance, strangers, source: Source::of(services, visit, user_id) }
    }
}

/// Under which strangers' wrong passwords for a user ID are counted, wherever they come from.
pub(crate) fn user_id_key(services: &Services, user_id: &str) -> TokenHash {
    services.vault.keyed_hash(Purpose::Counter, &[b"password", b"user-id", user_id.as_bytes()])
}

/// The record of a profile that was locked; one that is written nowhere when none was, by the same statement.
fn locking(visit: &Visit, profile: Option<&Profile>) -> AuditEntry {
    let id = profile.map_or_else(|| ProfileId::from_stored(""), |profile| profile.id.clone());
    let user_id = profile.map_or("", |profile| profile.user_id.as_str());
    AuditEntry::new(AuditAction::ProfileLocked, AuditActor::Stranger)
        .about(Subject::profile(&id, user_id))
        .owned_by(Owner::ParticipantOf(id))
        .from_source(visit.address())
        .because("too many wrong passwords")
}

/// Locks the profile of a user ID, if there is one, and the `first` time tells its owner; a decoy goes where there is
/// none.
async fn lock(services: &Services, visit: &Visit, user_id: &str, first: bool) -> Result<(), Fault> {
    let now = services.now();
    let tx = services.store.begin().await?;
    let profile = Profiles::on(tx.connection()).find_by_user_id(user_id).await?;
    let nobody = ProfileId::from_stored("");
    let id = profile.as_ref().map_or(&nobody, |profile| &profile.id);
    let locked = Activity::on(tx.connection()).lock(id, LockedBecause::Passwords, now).await?;
    let email = profile.as_ref().and_then(|profile| profile.email.as_deref());
    let mail = Mail { user_id: user_id.to_owned(), news: News::AccountLocked { at: now } };
    let letter = Letter {
        to: email.filter(|_| locked),
        mail: &mail,
        locale: &visit.locale,
        expires_at: now + TimeDelta::days(3),
    };
    if first {
        outbox::queue(services, &tx, &letter).await?;
    }
    if first || locked {
        audit::append(services, &tx, locking(visit, profile.as_ref().filter(|_| locked))).await?;
    }
    tx.commit().await?;
    if locked {
        event::record(&Event::Locked, profile.as_ref().map(|profile| &profile.id), &visit.neighbourhood());
    }
    Ok(())
}

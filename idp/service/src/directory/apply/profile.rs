//! Effects on profiles that are there, with what they mean for live sessions, factors and mailboxes.

use countersign_core::directory::actor::Scope;
use countersign_core::directory::capabilities::Capabilities;
use countersign_core::directory::change_request::{Change, Subject, merged};
use countersign_core::directory::record::ProfileRecord;
use countersign_core::directory::status::ProfileStatus;
use countersign_core::ids::ProfileId;
use countersign_core::mail::{Factor, News};
use countersign_core::oauth::session::EndedBecause;
use countersign_store::{Directory, LoginFlows, SecondFactors};

use super::{ApplyError, Effect, changed, notice};
use crate::directory::secrets;
use crate::login::{self, Fault};
use crate::{enrolment, sessions};

/// Puts one line into effect.
pub(super) async fn apply(effect: &Effect<'_>, change: &Change, subject: &Subject) -> Result<(), ApplyError> {
    let record = current(effect, subject).await?;
    let profile = &record.profile;
    if !matches!(change, Change::DeleteProfile { .. }) {
        effect.is_open(subject, &record.participant)?;
    }
    effect.allowed(change, subject, profile.kind, profile.clearing_house)?;
    match change {
        Change::ChangeProfile { fields, .. } => {
            let mut after = record.clone();
            fields.apply_to(&mut after);
            effect.still_there(subject, fields, &after)?;
            replace(effect, subject, &record, &after).await
        }
        Change::DeleteProfile { .. } => delete(effect, subject, &record).await,
        Change::UnlockProfile { .. } => {
            login::unlock(effect.services, effect.tx, profile).await?;
            notice::tell(effect, profile, News::ProfileChanged { at: effect.services.now() }).await
        }
        Change::ResetFactor { .. } => reset_factor(effect, &record).await,
        Change::IssueEnrolmentCode { .. } => {
            let code = enrolment::issue_code(effect.services, effect.tx, &profile.id).await?;
            secrets::keep(effect.services, effect.tx, &effect.request.id, &code).await?;
            Ok(())
        }
        Change::ResetCardPin { .. } => {
            let now = effect.services.now();
            let directory = Directory::on(effect.tx.connection());
            directory.release_card_pin(&profile.id, &effect.request.id, now).await?;
            notice::tell(effect, profile, News::ProfileChanged { at: now }).await
        }
        _ => Err(Fault::internal("no line of a request").into()),
    }
}

/// Two profiles become one.
pub(super) async fn merge(effect: &Effect<'_>, keep: &str, remove: &str) -> Result<(), ApplyError> {
    let subjects = &effect.request.document().subjects;
    let [kept_subject, removed_subject] = subjects.as_slice() else {
        return Err(Fault::internal(format!("a merge of {keep} and {remove} has two subjects")).into());
    };
    let (kept, removed) = (current(effect, kept_subject).await?, current(effect, removed_subject).await?);
    let change = &effect.request.document().change;
    effect.is_open(kept_subject, &kept.participant)?;
    effect.allowed(change, kept_subject, kept.profile.kind, kept.profile.clearing_house)?;
    let after = merged(&kept, &removed);
    if after.status == ProfileStatus::Enabled {
        effect.agent_is_appointed(kept_subject, &after)?;
    }
    replace(effect, kept_subject, &kept, &after).await?;
    delete(effect, removed_subject, &removed).await
}

async fn current(effect: &Effect<'_>, subject: &Subject) -> Result<ProfileRecord, ApplyError> {
    let everything = Scope::of_the_installation();
    let found = Directory::on(effect.tx.connection()).find(&everything, &subject.target.name).await?;
    found.filter(|record| record.profile.version == subject.version).ok_or_else(|| changed(subject))
}

async fn replace(
    effect: &Effect<'_>,
    subject: &Subject,
    before: &ProfileRecord,
    after: &ProfileRecord,
) -> Result<(), ApplyError> {
    let now = effect.services.now();
    if !Directory::on(effect.tx.connection()).save(after, subject.version, now).await? {
        return Err(changed(subject));
    }
    let id = &after.profile.id;
    let moved = before.profile.email != after.profile.email;
    if after.status != ProfileStatus::Enabled {
        end_sessions(effect, id, EndedBecause::ProfileBarred).await?;
    } else if lost(&before.profile.capabilities, &after.profile.capabilities) {
        end_sessions(effect, id, EndedBecause::RightsWithdrawn).await?;
    } else if moved {
        // What the former mailbox proved is proved no more.
        end_sessions(effect, id, EndedBecause::EmailChanged).await?;
    }
    if moved {
        LoginFlows::on(effect.tx.connection()).consume_all(id, now).await?;
        // That says enough: the new mailbox gets one mail, whatever else has changed.
        return notice::tell_of_move(effect, &before.profile, &after.profile).await;
    }
    notice::tell(effect, &after.profile, News::ProfileChanged { at: now }).await
}

/// Whether something that was held is held no more.
fn lost(before: &Capabilities, after: &Capabilities) -> bool {
    let groups = before.business_user_groups.is_subset(&after.business_user_groups);
    let levels = before.access_levels.iter().all(|(function, levels)| {
        after.access_levels.get(function).is_some_and(|kept| levels.is_subset(kept)) || levels.is_empty()
    });
    !(groups && levels)
}

async fn delete(effect: &Effect<'_>, subject: &Subject, record: &ProfileRecord) -> Result<(), ApplyError> {
    end_sessions(effect, &record.profile.id, EndedBecause::ProfileBarred).await?;
    if !Directory::on(effect.tx.connection()).remove(&record.profile.id, subject.version).await? {
        return Err(changed(subject));
    }
    notice::tell(effect, &record.profile, News::ProfileChanged { at: effect.services.now() }).await
}

async fn reset_factor(effect: &Effect<'_>, record: &ProfileRecord) -> Result<(), ApplyError> {
    let (id, now) = (&record.profile.id, effect.services.now());
    let had = SecondFactors::on(effect.tx.connection()).forget(id).await?;
    LoginFlows::on(effect.tx.connection()).consume_all(id, now).await?;
    end_sessions(effect, id, EndedBecause::FactorReset).await?;
    if had {
        let news = News::FactorRemoved { factor: Factor::AuthenticatorApp, at: now };
        notice::tell(effect, &record.profile, news).await?;
    }
    Ok(())
}

async fn end_sessions(effect: &Effect<'_>, id: &ProfileId, because: EndedBecause) -> Result<(), ApplyError> {
    Ok(sessions::end_all_for_profile(effect.services, effect.tx, id, because, None).await?)
}

//! *Forgot or reset password*, up to the OTP that was mailed.
//!
//! Whoever asks is told the same: a user ID that is not there, has no email address or is disabled gets the same
//! row, the same page, and a letter that goes nowhere. A house whose phase has no passwords yet is refused at
//! once only when the text of the user ID alone says that it can be of no other house; otherwise after the OTP.

use countersign_core::Timestamp;
use countersign_core::directory::clearing_house::ClearingHouse;
use countersign_core::directory::user_id;
use countersign_core::ids::ChallengeId;
use countersign_core::journey::lockout::Verdict;
use countersign_core::journey::otp;
use countersign_core::mail::CodePurpose;
use countersign_core::oauth::interaction::Interaction;
use countersign_store::{CurrentPhases, OtpChallenges, Phases, Profiles, Tx};
use serde::{Deserialize, Serialize};

use super::email_otp::{self, MailError, Recipient, Typed};
use super::fault::{Fault, faults};
use super::flow::{self, FlowToken, State};
use super::source::Source;
use super::visit::Visit;
use crate::event::{self, Event};
use crate::{Purpose, Services};

/// What travels sealed through the browser while an OTP is under way. No counter is in it.
#[derive(Serialize, Deserialize)]
struct Pending {
    challenge: ChallengeId,
    typed: String,
    since: Timestamp,
}

/// Longest user ID that is remembered as typed: the sealed state travels in an address.
const MAX_TYPED: usize = 64;

/// Why no reset was begun, or no mail sent.
#[derive(Debug, thiserror::Error)]
pub enum RequestResetError {
    /// No such reset in this browser, or it is over.
    #[error("no such reset")]
    Gone,
    /// The user ID can only be of a house that has no passwords yet.
    #[error("no passwords in this phase")]
    NoPasswordsYet,
    /// As many mails as an hour allows were asked for.
    #[error("no more mails this hour")]
    MailLimit,
    /// Asked again too soon, or too often from this source.
    #[error("too soon")]
    TooSoon {
        /// How long to wait.
        seconds: u32,
    },
    /// On our side.
    #[error(transparent)]
    Fault(#[from] Fault),
}
faults!(RequestResetError);

/// Why the OTP of a reset did not open it.
#[derive(Debug, thiserror::Error)]
pub enum ProveResetError {
    /// No such reset in this browser, or it is over.
    #[error("no such reset")]
    Gone,
    /// It is not right.
    #[error("wrong")]
    Wrong {
        /// Tries left.
        left: u16,
    },
    /// It was not looked at: too many tries from this source.
    #[error("tried too often")]
    Wait {
        /// For how long no other will be.
        seconds: u32,
    },
    /// It was used before.
    #[error("used before")]
    Used,
    /// It is too old.
    #[error("too old")]
    TooOld,
    /// Too many were wrong.
    #[error("no tries left")]
    NoTries,
    /// It is right, and the house has no passwords yet.
    #[error("no passwords in this phase")]
    NoPasswordsYet,
    /// On our side.
    #[error(transparent)]
    Fault(#[from] Fault),
}
faults!(ProveResetError);

/// What the page of a reset under way shows.
#[derive(Clone, Debug)]
pub struct ResetPage {
    /// As typed.
    pub user_id: String,
    /// For how long an OTP is good.
    pub valid_minutes: u32,
}

/// Begins a reset for a user ID; gives the sealed state for the next page.
pub async fn request_reset(
    services: &Services,
    visit: &Visit,
    user_id: &str,
) -> Result<String, RequestResetError> {
    let typed: String = user_id.trim().chars().take(MAX_TYPED).collect();
    let user_id = user_id::normalise(&typed);
    let tx = services.store.begin().await?;
    let source = Source::of(services, visit, &user_id);
    if let Verdict::Wait { seconds } = count(services, &tx, visit, &source).await? {
        return Err(RequestResetError::TooSoon { seconds });
    }
    let phases = Phases::on(tx.connection()).current().await?;
    if only_without_passwords(services, &user_id, &phases) {
        return Err(RequestResetError::NoPasswordsYet);
    }
    let profile = Profiles::on(tx.connection()).find_by_user_id(&user_id).await?;
    let eligible =
        profile.filter(|profile| profile.email.is_some() && profile.usable(services.now()).is_ok());
    let recipient = Recipient { user_id: &user_id, profile: eligible.as_ref(), purpose: CodePurpose::Reset };
    let challenge = email_otp::send(services, &tx, visit, &recipient).await?;
    tx.commit().await?;
    event::tally(services, &Event::ResetRequested, None, &visit.neighbourhood());
    seal(services, visit, &Pending { challenge, typed, since: services.now() }).map_err(Into::into)
}

/// Whether every house that a user ID of this text could belong to has no passwords yet. The text alone decides.
fn only_without_passwords(services: &Services, user_id: &str, phases: &CurrentPhases) -> bool {
    let readings = services.user_ids.readings(user_id);
    !readings.is_empty() && readings.iter().all(|reading| !has_passwords(phases, reading.clearing_house))
}

fn has_passwords(phases: &CurrentPhases, house: ClearingHouse) -> bool {
    phases.of(house).allows_passwords(house)
}

/// Counts a request, or a try at its OTP, for its source: neither is a way around the limit of tries.
async fn count(services: &Services, tx: &Tx, visit: &Visit, source: &Source) -> Result<Verdict, Fault> {
    let mut verdict = source.look(services, tx).await?;
    if verdict == Verdict::Allowed {
        verdict = source.count(services, tx).await?;
    }
    if verdict != Verdict::Allowed {
        event::record(&Event::SlowedDown, None, &visit.neighbourhood());
    }
    Ok(verdict)
}

/// The page of a reset under way.
#[must_use]
pub fn reset_page(services: &Services, visit: &Visit, sealed: &str) -> Option<ResetPage> {
    let pending = open(services, visit, sealed)?;
    Some(ResetPage { user_id: pending.typed, valid_minutes: services.policy.otp.email_seconds.div_ceil(60) })
}

/// Mails another OTP for the same reset.
pub async fn resend_reset(services: &Services, visit: &Visit, sealed: &str) -> Result<(), RequestResetError> {
    let pending = open(services, visit, sealed).ok_or(RequestResetError::Gone)?;
    let tx = services.store.begin().await?;
    let purpose = email_otp::purpose_name(CodePurpose::Reset);
    let found =
        OtpChallenges::on(tx.connection()).find(&pending.challenge, purpose, &visit.browser_hash()).await?;
    let found = found.filter(|found| !found.consumed).ok_or(RequestResetError::Gone)?;
    let user_id = user_id::normalise(&pending.typed);
    let profile = Profiles::on(tx.connection()).find_by_user_id(&user_id).await?;
    // Who got no mail the first time gets none now.
    let eligible = profile.filter(|profile| Some(&profile.id) == found.profile.as_ref());
    let recipient = Recipient { user_id: &user_id, profile: eligible.as_ref(), purpose: CodePurpose::Reset };
    email_otp::renew(services, &tx, visit, &recipient, (&pending.challenge, found.created_at)).await?;
    tx.commit().await?;
    Ok(())
}

/// Proves the OTP that was mailed: from here on there is a row, and a new password may be set. It is counted for its
/// source before it is looked at, and given back when it is right.
pub async fn prove_reset(
    services: &Services,
    visit: &Visit,
    interaction: &Interaction,
    sealed: &str,
    typed: &str,
) -> Result<FlowToken, ProveResetError> {
    let pending = open(services, visit, sealed).ok_or(ProveResetError::Gone)?;
    let tx = services.store.begin().await?;
    let source = Source::of(services, visit, &user_id::normalise(&pending.typed));
    if let Verdict::Wait { seconds } = count(services, &tx, visit, &source).await? {
        return Err(ProveResetError::Wait { seconds });
    }
    let challenge = (&pending.challenge, CodePurpose::Reset);
    let refused = match email_otp::check(services, &tx, visit, challenge, &otp::normalise(typed)).await? {
        Typed::Right(Some(id)) => {
            source.give_back(&tx).await?;
            let profile = Profiles::on(tx.connection()).find(&id).await?.ok_or(ProveResetError::Gone)?;
            let phases = Phases::on(tx.connection()).current().await?;
            if has_passwords(&phases, profile.clearing_house) {
                let state = State::NewPassword { interaction: interaction.clone() };
                let token = flow::remember(services, &tx, visit, &profile, &state).await;
                let token = token.map_err(|error| match error {
                    MailError::Fault(fault) => ProveResetError::Fault(fault),
                    other => Fault::internal(other).into(),
                })?;
                tx.commit().await?;
                return Ok(token);
            }
            ProveResetError::NoPasswordsYet
        }
        Typed::Wrong { left } => ProveResetError::Wrong { left },
        Typed::Used => ProveResetError::Used,
        Typed::TooOld => ProveResetError::TooOld,
        // The one in a hundred million: an OTP that nobody was sent.
        Typed::NoTries | Typed::Right(None) => ProveResetError::NoTries,
        Typed::Unknown => ProveResetError::Gone,
    };
    tx.commit().await?;
    Err(refused)
}

fn seal(services: &Services, visit: &Visit, pending: &Pending) -> Result<String, Fault> {
    let plain = serde_json::to_vec(pending)?;
    Ok(services.vault.seal(Purpose::LoginState, visit.browser.as_bytes(), &plain)?)
}

fn open(services: &Services, visit: &Visit, sealed: &str) -> Option<Pending> {
    let plain = services.vault.open(Purpose::LoginState, visit.browser.as_bytes(), sealed)?;
    let pending: Pending = serde_json::from_slice(&plain).ok()?;
    let longest = chrono::TimeDelta::seconds(services.policy.session.interaction_seconds.into());
    (services.now() - pending.since <= longest).then_some(pending)
}

impl From<MailError> for RequestResetError {
    fn from(error: MailError) -> Self {
        match error {
            MailError::Limit => Self::MailLimit,
            MailError::TooSoon { seconds } => Self::TooSoon { seconds },
            MailError::Fault(fault) => Self::Fault(fault),
        }
    }
}

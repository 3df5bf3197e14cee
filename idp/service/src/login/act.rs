//! The actions that prove nothing: choosing, accepting, going back, asking for another mail.

use countersign_core::journey::steps::{Action, Next, Step, StepError};
use countersign_core::mail::CodePurpose;
use countersign_store::OtpChallenges;

use super::check::Refusal;
use super::email_otp::{self, MailError};
use super::fault::{Fault, faults};
use super::finish::{self, FinishError};
use super::flow::{self, Advance, Run};
use super::visit::Visit;
use crate::Services;

/// Why an action did not lead on.
#[derive(Debug, thiserror::Error)]
pub enum ActError {
    /// There is no such login in this browser, or it is over.
    #[error("no such login")]
    Gone,
    /// The login stands at another step by now: its page is to be shown.
    #[error("not at this step")]
    OutOfPlace,
    /// No email address is registered.
    #[error("no email address is registered")]
    NoEmail,
    /// As many mails as an hour allows were sent.
    #[error("no more mails this hour")]
    MailLimit,
    /// The last mail is too recent.
    #[error("the last mail is too recent")]
    TooSoon {
        /// How long to wait.
        seconds: u32,
    },
    /// They may not.
    #[error("refused: {0:?}")]
    Refused(Refusal),
    /// On our side.
    #[error(transparent)]
    Fault(#[from] Fault),
}
faults!(ActError);

/// Takes `action`, which must prove nothing.
pub async fn act(
    services: &Services,
    visit: &Visit,
    token: &str,
    action: Action,
) -> Result<Advance, ActError> {
    if matches!(action, Action::OtpProved | Action::CodeProved) {
        return Err(ActError::OutOfPlace);
    }
    let tx = services.store.begin().await?;
    let mut run = Run::hold(services, visit, &tx, token).await?.ok_or(ActError::Gone)?;
    let next =
        run.journey.step.take(action, run.journey.errand, run.means()).map_err(|error| match error {
            StepError::NoEmail => ActError::NoEmail,
            StepError::OutOfPlace | StepError::Unreachable => ActError::OutOfPlace,
        })?;
    if let Next::Finish(finish) = next {
        return match finish::finish(services, tx, visit, &mut run, finish, 0).await {
            Ok(arrival) => Ok(Advance::Done(Box::new(arrival))),
            Err(FinishError::Gone) => Err(ActError::Gone),
            Err(FinishError::Refused(refusal)) => Err(ActError::Refused(refusal)),
            Err(FinishError::Fault(fault)) => Err(fault.into()),
        };
    }
    let step = flow::prepare(services, &tx, visit, &run.profile, next).await?;
    if !run.save(&tx, step.ok_or(ActError::OutOfPlace)?).await? {
        return Err(ActError::OutOfPlace);
    }
    tx.commit().await?;
    Ok(Advance::Page)
}

/// Mails another OTP for the second factor.
pub async fn resend(services: &Services, visit: &Visit, token: &str) -> Result<(), ActError> {
    let tx = services.store.begin().await?;
    let run = Run::hold(services, visit, &tx, token).await?.ok_or(ActError::Gone)?;
    let Step::ProveEmail { challenge } = run.journey.step.clone() else { return Err(ActError::OutOfPlace) };
    let purpose = email_otp::purpose_name(CodePurpose::Login);
    let found = OtpChallenges::on(tx.connection()).find(&challenge, purpose, &visit.browser_hash()).await?;
    let found = found.ok_or(ActError::Gone)?;
    let recipient = flow::login_recipient(&run.profile);
    email_otp::renew(services, &tx, visit, &recipient, (&challenge, found.created_at)).await?;
    tx.commit().await?;
    Ok(())
}

impl From<MailError> for ActError {
    fn from(error: MailError) -> Self {
        match error {
            MailError::Limit => Self::MailLimit,
            MailError::TooSoon { seconds } => Self::TooSoon { seconds },
            MailError::Fault(fault) => Self::Fault(fault),
        }
    }
}

//! User ID and password: the first factor.

use countersign_core::journey::steps::{self, Errand, StepError};
use countersign_core::oauth::interaction::Interaction;
use countersign_core::secret::SecretString;
use countersign_store::{Profiles, SecondFactors};

use super::attempt::{Attempt, Proved, attempt};
use super::email_otp::MailError;
use super::fault::{Fault, faults};
use super::flow::{self, FlowToken};
use super::visit::Visit;
use crate::Services;

/// Why a login did not begin.
#[derive(Debug, thiserror::Error)]
pub enum LogInError {
    /// User ID and password do not go together. The same for unknown, locked, disabled and never set up.
    #[error("user ID and password do not go together")]
    Wrong,
    /// Tried too soon after wrong ones.
    #[error("tried too soon")]
    Wait {
        /// How long to wait.
        seconds: u32,
    },
    /// The password is right, and the next factor is a mail to an address that is no longer registered.
    #[error("no email address is registered")]
    NoEmail,
    /// The password is right, and no more mails may be sent this hour.
    #[error("no more mails this hour")]
    MailLimit,
    /// On our side.
    #[error(transparent)]
    Fault(#[from] Fault),
}
faults!(LogInError);

/// Checks user ID and password, and begins the login that they open.
pub async fn log_in(
    services: &Services,
    visit: &Visit,
    interaction: &Interaction,
    user_id: &str,
    password: &SecretString,
) -> Result<FlowToken, LogInError> {
    match attempt(services, visit, user_id, password).await? {
        Attempt::Right(proved) => {
            let anew = proved.anew(services, password).await;
            open(services, visit, interaction, &proved, anew.as_deref()).await
        }
        Attempt::Wrong => Err(LogInError::Wrong),
        Attempt::Wait { seconds } => Err(LogInError::Wait { seconds }),
    }
}

/// Begins the login that a right password opens, unless the password was replaced meanwhile. Its hash is kept `anew`
/// where the parameters have changed since.
pub(super) async fn open(
    services: &Services,
    visit: &Visit,
    interaction: &Interaction,
    proved: &Proved,
    anew: Option<&str>,
) -> Result<FlowToken, LogInError> {
    let tx = services.store.begin().await?;
    if !proved.stands(&tx).await? {
        return Err(LogInError::Wrong);
    }
    proved.give_back(&tx).await?;
    if let Some(anew) = anew {
        proved.keep(&tx, anew).await?;
    }
    let profile = Profiles::on(tx.connection()).find(&proved.profile).await?.ok_or(LogInError::Wrong)?;
    let set_up = SecondFactors::on(tx.connection()).find(&profile.id).await?;
    let means = flow::means(&profile, &set_up);
    let next = match steps::begin(Errand::LogIn, means, interaction.requirement.acr) {
        Ok(next) => next,
        Err(StepError::NoEmail) => {
            tx.commit().await?;
            return Err(LogInError::NoEmail);
        }
        Err(error) => return Err(Fault::internal(error).into()),
    };
    let errand = (interaction.clone(), Errand::LogIn, None);
    let begun = match flow::begin(services, &tx, visit, &profile, errand, next).await {
        Ok(token) => Ok(token),
        Err(MailError::Limit | MailError::TooSoon { .. }) => Err(LogInError::MailLimit),
        Err(MailError::Fault(fault)) => return Err(fault.into()),
    };
    // Also where nothing begins: the password was right, and is no longer counted as wrong.
    tx.commit().await?;
    begun
}

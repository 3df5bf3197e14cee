//! Proving more in a session that is there: only what is missing is asked for.

use countersign_core::journey::steps::{self, Errand, StepError};
use countersign_core::oauth::interaction::Interaction;
use countersign_store::{Activity, SecondFactors};

use super::email_otp::MailError;
use super::fault::{Fault, faults};
use super::flow::{self, FlowToken};
use super::visit::Visit;
use crate::{Services, sessions};

/// Why a step-up did not begin.
#[derive(Debug, thiserror::Error)]
pub enum StepUpError {
    /// There is no session to prove more in: an ordinary login is called for.
    #[error("no session")]
    NoSession,
    /// Its user has no factor of the class asked for.
    #[error("no factor of the class asked for")]
    Unreachable,
    /// No email address is registered any more.
    #[error("no email address is registered")]
    NoEmail,
    /// No more mails may be sent this hour.
    #[error("no more mails this hour")]
    MailLimit,
    /// On our side.
    #[error(transparent)]
    Fault(#[from] Fault),
}
faults!(StepUpError);

/// Begins the step-up that `interaction` requires.
pub async fn begin_step_up(
    services: &Services,
    visit: &Visit,
    interaction: &Interaction,
) -> Result<FlowToken, StepUpError> {
    begin_errand(services, visit, interaction, Errand::StepUp).await
}

/// Begins an errand that needs a session.
pub(crate) async fn begin_errand(
    services: &Services,
    visit: &Visit,
    interaction: &Interaction,
    errand: Errand,
) -> Result<FlowToken, StepUpError> {
    let cookie = visit.session.as_deref().ok_or(StepUpError::NoSession)?;
    let present = sessions::peek(services, cookie).await?.ok_or(StepUpError::NoSession)?;
    let tx = services.store.begin().await?;
    Activity::on(tx.connection()).hold(&present.profile.id).await?;
    let set_up = SecondFactors::on(tx.connection()).find(&present.profile.id).await?;
    let means = flow::means(&present.profile, &set_up);
    let next = steps::begin(errand, means, interaction.requirement.acr).map_err(|error| match error {
        StepError::Unreachable | StepError::OutOfPlace => StepUpError::Unreachable,
        StepError::NoEmail => StepUpError::NoEmail,
    })?;
    let errand = (interaction.clone(), errand, Some(present.session.id));
    let token = flow::begin(services, &tx, visit, &present.profile, errand, next).await;
    let token = token.map_err(|error| match error {
        MailError::Limit | MailError::TooSoon { .. } => StepUpError::MailLimit,
        MailError::Fault(fault) => fault.into(),
    })?;
    tx.commit().await?;
    Ok(token)
}

//! Beginning a change of channel: the steps of a login, walked for the settings, each proved afresh.

use countersign_core::journey::steps::{Channel, Errand};
use countersign_core::oauth::interaction::Interaction;

use crate::Services;
use crate::login::{FlowToken, StepUpError, Visit, begin_errand};

/// Why a change of channel did not begin.
pub type ChangeChannelError = StepUpError;

/// Begins the change to `channel`, for the user of the visit's session.
pub async fn begin_change(
    services: &Services,
    visit: &Visit,
    interaction: &Interaction,
    channel: Channel,
) -> Result<FlowToken, ChangeChannelError> {
    let errand = match channel {
        Channel::App => Errand::MoveToApp,
        Channel::Email => Errand::MoveToEmail,
    };
    begin_errand(services, visit, interaction, errand).await
}

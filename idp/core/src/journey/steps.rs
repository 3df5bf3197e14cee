//! The steps of a login from its first right factor on. A step carries what it needs; an action moves it on or
//! does not fit.
//!
//! What an action calls for beyond a page (send a mail, draw a secret, let somebody in) is the answer's business:
//! [`Next`] names it and the use case does it. The same steps serve an ordinary login, a step-up, and the user's
//! own change of channel.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::ids::ChallengeId;
use crate::oauth::acr::Acr;

/// Where a user's one-time passwords come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// The soft token in an authenticator app.
    App,
    /// The registered mailbox.
    Email,
}

impl Channel {
    /// The identifier in storage, and the `data-channel` of the OTP page.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::App => "app",
            Self::Email => "email",
        }
    }

    /// How strong a login with it is.
    #[must_use]
    pub fn acr(self) -> Acr {
        match self {
            Self::App => Acr::OtpApp,
            Self::Email => Acr::OtpEmail,
        }
    }
}

impl FromStr for Channel {
    type Err = UnknownChannel;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::App, Self::Email].into_iter().find(|channel| channel.as_str() == text).ok_or(UnknownChannel)
    }
}

/// The text names no channel.
#[derive(Debug, thiserror::Error)]
#[error("an OTP comes from the app or by email")]
pub struct UnknownChannel;

/// What the steps are walked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Errand {
    /// To log in.
    LogIn,
    /// To prove more in a session that is there.
    StepUp,
    /// To receive one-time passwords by email from now on.
    MoveToEmail,
    /// To take one-time passwords from an app from now on.
    MoveToApp,
}

/// What a profile has to prove itself with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Means {
    /// The channel chosen at the first login; none before it.
    pub channel: Option<Channel>,
    /// Whether a soft token is registered.
    pub soft_token: bool,
    /// Whether an email address is registered.
    pub email: bool,
    /// Whether a soft token is only registered against an enrolment code.
    pub needs_enrolment_code: bool,
}

/// A TOTP secret on its way into a user's app, sealed for storage.
pub type SealedSecret = String;

/// Where somebody stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "kebab-case")]
pub enum Step {
    /// Choosing between the app and email, at the first login.
    RegisterDevice,
    /// Giving the code that reached them outside the mailbox.
    EnrolmentCode,
    /// Taking the secret into the app.
    ScanQr {
        /// The secret shown.
        secret: SealedSecret,
    },
    /// Reading what email OTP risks.
    EmailRisk,
    /// Giving an OTP of the registered soft token.
    ProveApp,
    /// Giving the first OTP of a soft token that is not registered yet.
    ProveNewApp {
        /// The secret it should hold.
        secret: SealedSecret,
    },
    /// Giving the OTP that was mailed.
    ProveEmail {
        /// The mail's.
        challenge: ChallengeId,
    },
}

/// What the user did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// `register`: use an app.
    Register,
    /// `skip`: use email.
    Skip,
    /// `accept`: the risk.
    Accept,
    /// `back`: rather not.
    Back,
    /// `continue`: the secret is in the app.
    Continue,
    /// The enrolment code was right.
    CodeProved,
    /// The OTP was right.
    OtpProved,
}

/// What comes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Another page.
    Show(Step),
    /// Mail an OTP, then [`Step::ProveEmail`].
    SendEmail,
    /// Draw a secret, then [`Step::ScanQr`].
    DrawSecret,
    /// All is proved.
    Finish(Finish),
}

/// What a completed errand brings about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finish {
    /// A session of that class, and perhaps a second factor chosen on the way.
    Session {
        /// The class reached.
        acr: Acr,
        /// What to remember for the next login.
        adopt: Option<Adopt>,
    },
    /// The new channel alone.
    Settings(Adopt),
}

/// A second factor chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Adopt {
    /// The soft token with this secret.
    SoftToken(SealedSecret),
    /// OTP by email; a soft token, where there is one, goes.
    Email,
}

/// Why a step cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StepError {
    /// The action does not belong to the step: a page left open, or a form made up.
    #[error("the action does not belong to this step")]
    OutOfPlace,
    /// No email address is registered.
    #[error("no email address is registered")]
    NoEmail,
    /// The user has no factor of the class that is asked for.
    #[error("no factor of the class asked for")]
    Unreachable,
}

/// The first step of `errand`, after the password was right or from within a session.
pub fn begin(errand: Errand, means: Means, wanted: Option<Acr>) -> Result<Next, StepError> {
    match errand {
        Errand::LogIn => match means.channel {
            None => Ok(Next::Show(Step::RegisterDevice)),
            Some(Channel::App) => Ok(Next::Show(Step::ProveApp)),
            Some(Channel::Email) => send_email(means),
        },
        Errand::StepUp => {
            let held = strongest(means).ok_or(StepError::Unreachable)?;
            match wanted {
                Some(wanted) if !held.acr().satisfies(wanted) => Err(StepError::Unreachable),
                Some(_) | None => prove(held, means),
            }
        }
        Errand::MoveToEmail if means.soft_token && means.email => Ok(Next::Show(Step::ProveApp)),
        Errand::MoveToEmail if means.soft_token => Err(StepError::NoEmail),
        Errand::MoveToApp if !means.soft_token => {
            prove(strongest(means).ok_or(StepError::Unreachable)?, means)
        }
        Errand::MoveToEmail | Errand::MoveToApp => Err(StepError::OutOfPlace),
    }
}

/// The strongest factor a profile holds: what adding another is proved with.
fn strongest(means: Means) -> Option<Channel> {
    if means.soft_token {
        Some(Channel::App)
    } else if means.channel == Some(Channel::Email) && means.email {
        Some(Channel::Email)
    } else {
        None
    }
}

fn prove(channel: Channel, means: Means) -> Result<Next, StepError> {
    match channel {
        Channel::App => Ok(Next::Show(Step::ProveApp)),
        Channel::Email => send_email(means),
    }
}

fn send_email(means: Means) -> Result<Next, StepError> {
    if means.email { Ok(Next::SendEmail) } else { Err(StepError::NoEmail) }
}

fn add_app(means: Means) -> Next {
    if means.needs_enrolment_code { Next::Show(Step::EnrolmentCode) } else { Next::DrawSecret }
}

impl Step {
    /// Where `action` leads from here.
    pub fn take(&self, action: Action, errand: Errand, means: Means) -> Result<Next, StepError> {
        match (self, action) {
            (Self::RegisterDevice, Action::Register) => Ok(add_app(means)),
            (Self::RegisterDevice, Action::Skip) if means.email => Ok(Next::Show(Self::EmailRisk)),
            (Self::RegisterDevice, Action::Skip) => Err(StepError::NoEmail),
            (Self::EnrolmentCode, Action::CodeProved) => Ok(Next::DrawSecret),
            (Self::ScanQr { secret }, Action::Continue) => {
                Ok(Next::Show(Self::ProveNewApp { secret: secret.clone() }))
            }
            (Self::EmailRisk, action) => weigh_risk(action, errand, means),
            (Self::ProveApp, Action::OtpProved) => Ok(match errand {
                Errand::MoveToEmail => Next::Show(Self::EmailRisk),
                Errand::LogIn | Errand::StepUp | Errand::MoveToApp => session(Acr::OtpApp, None),
            }),
            (Self::ProveNewApp { secret }, Action::OtpProved) => {
                let adopt = Adopt::SoftToken(secret.clone());
                Ok(match errand {
                    Errand::LogIn | Errand::StepUp => session(Acr::OtpApp, Some(adopt)),
                    Errand::MoveToApp | Errand::MoveToEmail => Next::Finish(Finish::Settings(adopt)),
                })
            }
            (Self::ProveEmail { .. }, Action::OtpProved) => Ok(match errand {
                Errand::MoveToApp => add_app(means),
                Errand::LogIn if means.channel.is_none() => session(Acr::OtpEmail, Some(Adopt::Email)),
                Errand::LogIn | Errand::StepUp | Errand::MoveToEmail => session(Acr::OtpEmail, None),
            }),
            _ => Err(StepError::OutOfPlace),
        }
    }

    /// From where the OTP that this step asks for comes, if it asks for one.
    #[must_use]
    pub fn channel(&self) -> Option<Channel> {
        match self {
            Self::ProveApp | Self::ProveNewApp { .. } => Some(Channel::App),
            Self::ProveEmail { .. } => Some(Channel::Email),
            Self::RegisterDevice | Self::EnrolmentCode | Self::ScanQr { .. } | Self::EmailRisk => None,
        }
    }
}

fn weigh_risk(action: Action, errand: Errand, means: Means) -> Result<Next, StepError> {
    match (action, errand) {
        (Action::Accept, Errand::LogIn) => send_email(means),
        (Action::Back, Errand::LogIn) => Ok(Next::Show(Step::RegisterDevice)),
        (Action::Accept, Errand::MoveToEmail) => Ok(Next::Finish(Finish::Settings(Adopt::Email))),
        _ => Err(StepError::OutOfPlace),
    }
}

fn session(acr: Acr, adopt: Option<Adopt>) -> Next {
    Next::Finish(Finish::Session { acr, adopt })
}

#[cfg(test)]
#[path = "steps_tests.rs"]
mod tests;

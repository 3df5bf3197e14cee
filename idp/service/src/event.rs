//! What happened, told in one place: to the log and the counters. The audit trail is written beside it, in the
//! transaction of what happened; of what anybody may repeat at will it holds a count per network and hour.
//!
//! An event never holds a secret. Strangers' failures carry no user ID: what a stranger types may be a password.

use countersign_core::ids::ProfileId;
use countersign_core::oauth::acr::Acr;

use crate::Services;

/// Something worth remembering about a login or an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Somebody logged in.
    LoggedIn(Acr),
    /// User ID and password did not go together.
    WrongPassword,
    /// A password was not looked at: too soon after wrong ones.
    SlowedDown,
    /// The pool was full.
    Shed,
    /// A wrong OTP after a right password.
    WrongOtp,
    /// An OTP, or a TOTP step, came a second time.
    OtpReplayed,
    /// A wrong enrolment code.
    WrongEnrolmentCode,
    /// All was proved, and yet they may not log in.
    Refused(&'static str),
    /// A profile was locked.
    Locked,
    /// A reset was asked for.
    ResetRequested,
    /// A password was reset.
    PasswordReset,
    /// A password was changed.
    PasswordChanged,
    /// A soft token was registered.
    SoftTokenAdded,
    /// A soft token was given up for email.
    SoftTokenRemoved,
}

impl Event {
    /// The name in logs and metrics.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::LoggedIn(_) => "logged_in",
            Self::WrongPassword => "wrong_password",
            Self::SlowedDown => "slowed_down",
            Self::Shed => "shed",
            Self::WrongOtp => "wrong_otp",
            Self::OtpReplayed => "otp_replayed",
            Self::WrongEnrolmentCode => "wrong_enrolment_code",
            Self::Refused(_) => "refused",
            Self::Locked => "locked",
            Self::ResetRequested => "reset_requested",
            Self::PasswordReset => "password_reset",
            Self::PasswordChanged => "password_changed",
            Self::SoftTokenAdded => "soft_token_added",
            Self::SoftTokenRemoved => "soft_token_removed",
        }
    }

    fn detail(&self) -> &'static str {
        match self {
            Self::LoggedIn(acr) => acr.short(),
            Self::Refused(reason) => reason,
            _ => "",
        }
    }
}

/// Counter of [`Event`]s by `outcome` and `detail` (the method of a login, the reason of a refusal).
pub const LOGIN_EVENTS: &str = "countersign_login_events_total";

/// Records an event about `profile`, or about somebody unknown, from `source`.
pub fn record(event: &Event, profile: Option<&ProfileId>, source: &str) {
    metrics::counter!(LOGIN_EVENTS, "outcome" => event.name(), "detail" => event.detail()).increment(1);
    let profile = profile.map_or("", ProfileId::as_str);
    tracing::info!(target: "countersign::event", event = event.name(), detail = event.detail(), profile, source);
}

/// Records an event that anybody may repeat at will, and counts it for the audit trail.
pub(crate) fn tally(services: &Services, event: &Event, profile: Option<&ProfileId>, source: &str) {
    record(event, profile, source);
    services.strangers.count(event.name(), source, services.now());
}

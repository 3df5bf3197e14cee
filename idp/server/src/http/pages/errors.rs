//! What can go wrong in front of a person: a code for scripts, words for the person.

use axum::http::StatusCode;

use super::context::PageContext;
use super::texts::{Arg, Texts};

/// Declares the codes once: variant, `data-error` code, status of the response.
macro_rules! error_codes {
    ($($(#[$doc:meta])+ $variant:ident = $code:literal, $status:ident;)+) => {
        /// Why a page says no. The texts of a code are `error-CODE` (what happened) and, where an error page
        /// shows it, `error-CODE-title` and `error-CODE-help` (what to do).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum ErrorCode { $($(#[$doc])+ $variant,)+ }

        impl ErrorCode {
            /// Every code.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The value of `data-error`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// The status of the response that carries it.
            #[must_use]
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$variant => StatusCode::$status,)+ }
            }
        }
    };
}

error_codes! {
    // At a field
    /// A field was left empty.
    Required = "required", UNPROCESSABLE_ENTITY;
    /// User ID and password do not go together. The same for unknown, locked, disabled and never set up.
    WrongCredentials = "wrong-credentials", UNPROCESSABLE_ENTITY;
    /// The one-time password is not right (argument `tries`, if it is known: how many are left).
    WrongOtp = "wrong-otp", UNPROCESSABLE_ENTITY;
    /// The one-time password is too old.
    OtpExpired = "otp-expired", UNPROCESSABLE_ENTITY;
    /// The one-time password has been used, or its time step has.
    OtpUsed = "otp-used", UNPROCESSABLE_ENTITY;
    /// Too many wrong one-time passwords; a new one is needed.
    OtpTries = "otp-tries", UNPROCESSABLE_ENTITY;
    /// A new mail was asked for too soon (argument `seconds`).
    ResendTooSoon = "resend-too-soon", TOO_MANY_REQUESTS;
    /// No more mails for now.
    ResendLimit = "resend-limit", TOO_MANY_REQUESTS;
    /// The new password breaks rules, each listed.
    PasswordPolicy = "password-policy", UNPROCESSABLE_ENTITY;
    /// The enrolment code is not right.
    WrongCode = "wrong-code", UNPROCESSABLE_ENTITY;
    /// The present password is not right.
    WrongPassword = "wrong-password", UNPROCESSABLE_ENTITY;
    /// Tried again too soon after wrong ones (argument `seconds`).
    SlowDown = "slow-down", TOO_MANY_REQUESTS;

    // On a page of their own
    /// The form did not come from a page of this browser.
    Csrf = "csrf", FORBIDDEN;
    /// The form could not be read.
    InvalidForm = "invalid-form", BAD_REQUEST;
    /// The form is larger than any person's.
    TooLarge = "too-large", PAYLOAD_TOO_LARGE;
    /// The login took too long, was finished already, or belongs to another browser.
    Expired = "expired", BAD_REQUEST;
    /// Locked after too many wrong one-time passwords.
    Locked = "locked", FORBIDDEN;
    /// The profile is disabled.
    Disabled = "disabled", FORBIDDEN;
    /// The profile is not enabled yet, or no longer.
    NotInForce = "not-in-force", FORBIDDEN;
    /// The method is not open to this profile in its house's phase.
    PhaseRefused = "phase-refused", FORBIDDEN;
    /// Passwords cannot be set up yet in this phase.
    PhaseNoPassword = "phase-no-password", FORBIDDEN;
    /// The profile has no email address to send to.
    NoEmail = "no-email", FORBIDDEN;
    /// Outside the service hours.
    OutsideHours = "outside-hours", FORBIDDEN;
    /// Login by smartcard is not served here yet.
    SmartcardUnavailable = "smartcard-unavailable", NOT_FOUND;
    /// The client is unknown.
    InvalidClient = "invalid_client", BAD_REQUEST;
    /// The redirect URI is not registered.
    InvalidRedirectUri = "invalid_redirect_uri", BAD_REQUEST;
    /// The authorization request cannot be understood.
    InvalidRequest = "invalid_request", BAD_REQUEST;
    /// The factor asked for is not one this person has.
    StrongerFactorNeeded = "stronger-factor-needed", FORBIDDEN;
    /// No such page.
    NotFound = "not-found", NOT_FOUND;
    /// Too many requests from one place.
    TooManyRequests = "too-many-requests", TOO_MANY_REQUESTS;
    /// More logins than can be worked on.
    Busy = "busy", SERVICE_UNAVAILABLE;
    /// Our fault.
    Internal = "server_error", INTERNAL_SERVER_ERROR;
}

impl ErrorCode {
    /// The code as it stands in a key.
    #[must_use]
    pub fn key(self) -> String {
        format!("error-{}", self.as_str().replace('_', "-"))
    }
}

/// An error as a page shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct PageError {
    /// Which.
    pub code: ErrorCode,
    /// Numbers and names that its text mentions.
    pub args: Vec<(&'static str, Arg)>,
    /// The input it belongs to.
    pub field: Option<&'static str>,
}

impl PageError {
    /// An error of the whole page.
    #[must_use]
    pub fn new(code: ErrorCode) -> Self {
        Self { code, args: Vec::new(), field: None }
    }

    /// With an argument for its text.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Arg>) -> Self {
        self.args.push((name, value.into()));
        self
    }

    /// About the input of that id.
    #[must_use]
    pub fn at(mut self, field: &'static str) -> Self {
        self.field = Some(field);
        self
    }

    /// The key of its words. With an argument they are others than without: `error-slow-down-seconds` says how many.
    #[must_use]
    pub fn key(&self) -> String {
        match self.args.first() {
            Some((name, _)) => format!("{}-{name}", self.code.key()),
            None => self.code.key(),
        }
    }

    /// Whether it is about that input; used by templates.
    #[must_use]
    pub fn concerns(&self, field: &str) -> bool {
        self.field == Some(field)
    }

    /// Whether it is about one of those inputs, separated by spaces; used by templates.
    #[must_use]
    pub fn concerns_any(&self, fields: &str) -> bool {
        fields.split(' ').any(|field| self.concerns(field))
    }
}

/// A rule that a new password breaks. Its text is `rule-CODE`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BrokenRule {
    /// Shorter than the policy's length.
    TooShort(u32),
    /// Longer than the policy's length.
    TooLong(u32),
    /// Easy to guess (a word, a pattern, a known password).
    TooGuessable,
    /// Made of the user's own names or user ID.
    OwnName,
    /// One of the last so many.
    Reused(u32),
    /// The two inputs differ.
    Mismatch,
}

impl BrokenRule {
    /// The value of `data-rule`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TooShort(_) => "too-short",
            Self::TooLong(_) => "too-long",
            Self::TooGuessable => "too-guessable",
            Self::OwnName => "own-name",
            Self::Reused(_) => "reused",
            Self::Mismatch => "mismatch",
        }
    }

    /// Its words.
    pub(super) fn text(self, page: &PageContext) -> String {
        Texts(page.locale).with(&format!("rule-{}", self.as_str()), &self.args())
    }

    /// The arguments of its text.
    #[must_use]
    pub fn args(self) -> Vec<(&'static str, Arg)> {
        match self {
            Self::TooShort(count) | Self::TooLong(count) | Self::Reused(count) => {
                vec![("count", count.into())]
            }
            Self::TooGuessable | Self::OwnName | Self::Mismatch => Vec::new(),
        }
    }
}

//! `/account`: the user's own page.

use askama::Template;
use chrono::{DateTime, Utc};

use super::context::PageContext;
use super::errors::{BrokenRule, PageError};
use super::reset;
use super::texts::shown_moment;
use super::view::{View, views};

/// A way to receive one-time passwords.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// The authenticator app.
    App,
    /// Email.
    Email,
}

impl Channel {
    fn key(self) -> &'static str {
        match self {
            Self::App => "channel-app",
            Self::Email => "channel-email",
        }
    }
}

/// The present channel and what it could be changed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelChoice {
    /// What the next login asks for; none before the first one is complete.
    pub current: Option<Channel>,
    /// Whether *Use email* is offered (action `use-email`).
    pub may_use_email: bool,
    /// Whether *Use the app registered earlier* is offered (action `use-app`).
    pub may_use_app: bool,
    /// Whether *Register a device* is offered (action `register-device`).
    pub may_register: bool,
}

/// The last access before this one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastAccess {
    /// When.
    pub at: DateTime<Utc>,
    /// From which address.
    pub from: String,
    /// By which method.
    pub method: Method,
}

impl LastAccess {
    fn shown(&self) -> String {
        shown_moment(self.at)
    }
}

/// How someone logged in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Password and authenticator app.
    PasswordApp,
    /// Password and email OTP.
    PasswordEmail,
    /// Smartcard.
    Smartcard,
    /// Passkey.
    Passkey,
}

impl Method {
    fn key(self) -> &'static str {
        match self {
            Self::PasswordApp => "method-password-app",
            Self::PasswordEmail => "method-password-email",
            Self::Smartcard => "method-smartcard",
            Self::Passkey => "method-passkey",
        }
    }
}

/// A session at the issuer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionLine {
    /// What the form sends to end it (input `session`); not the cookie.
    pub id: String,
    /// When it began.
    pub began_at: DateTime<Utc>,
    /// When it was last used.
    pub seen_at: DateTime<Utc>,
    /// From which address.
    pub from: String,
    /// The browser, in words.
    pub browser: String,
    /// Whether it is this one.
    pub current: bool,
}

impl SessionLine {
    fn began(&self) -> String {
        shown_moment(self.began_at)
    }

    fn seen(&self) -> String {
        shown_moment(self.seen_at)
    }
}

/// What has just been done, said at the top of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountNews {
    /// The password was changed.
    PasswordChanged,
    /// The channel was changed.
    ChannelChanged,
    /// A device was registered.
    DeviceRegistered,
    /// A session was ended.
    SessionEnded,
    /// All other sessions were ended.
    OthersEnded,
}

impl AccountNews {
    fn key(self) -> &'static str {
        match self {
            Self::PasswordChanged => "news-password-changed",
            Self::ChannelChanged => "news-channel-changed",
            Self::DeviceRegistered => "news-device-registered",
            Self::SessionEnded => "news-session-ended",
            Self::OthersEnded => "news-others-ended",
        }
    }
}

/// The page. Its actions: `use-app`, `use-email`, `register-device`, `change-password` (inputs `current_password`,
/// `new_password`, `confirm_password`), `end-session` (input `session`), `end-other-sessions`, `sign-out`.
#[derive(Debug, Template)]
#[template(path = "pages/account.html")]
pub struct Account {
    /// Frame.
    pub page: PageContext,
    /// Whose page.
    pub user_id: String,
    /// Other names and surname.
    pub name: String,
    /// Participant and clearing house, as one text.
    pub participant: String,
    /// The registered address, in full: it is the user's own.
    pub email: Option<String>,
    /// Codes of business user groups.
    pub groups: Vec<String>,
    /// The last access.
    pub last_access: Option<LastAccess>,
    /// How one-time passwords arrive.
    pub channel: ChannelChoice,
    /// Live sessions, the present one first.
    pub sessions: Vec<SessionLine>,
    /// Shortest password of the policy.
    pub min_length: u32,
    /// How many old passwords are refused.
    pub history: u32,
    /// Rules that the new password broke.
    pub broken: Vec<BrokenRule>,
    /// What has just been done.
    pub news: Option<AccountNews>,
    /// Why something was not done.
    pub error: Option<PageError>,
}

impl Account {
    fn fault_of(&self, field: &str) -> bool {
        reset::at_fault(&self.broken, field)
    }

    fn has_others(&self) -> bool {
        self.sessions.iter().any(|session| !session.current)
    }
}

views! { Account: error, own; }

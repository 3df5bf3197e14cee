//! The second factor by one-time password.

use askama::Template;

use super::context::PageContext;
use super::errors::PageError;
use super::view::{View, views};

/// Where the one-time password comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OtpChannel {
    /// The authenticator app.
    App,
    /// A mail.
    Email {
        /// The address it went to, masked: shown only after a right password.
        masked_address: String,
        /// For how many minutes it is valid.
        valid_minutes: u32,
    },
}

/// `otp`.
#[derive(Debug, Template)]
#[template(path = "pages/otp.html")]
pub struct Otp {
    /// Frame.
    pub page: PageContext,
    /// Where it comes from.
    pub channel: OtpChannel,
    /// The user ID whose token is meant; a person may have several in one app.
    pub user_id: String,
    /// Whether a new mail was just sent on request.
    pub resent: bool,
    /// Why it is shown again.
    pub error: Option<PageError>,
}

impl Otp {
    fn channel_name(&self) -> &'static str {
        match self.channel {
            OtpChannel::App => "app",
            OtpChannel::Email { .. } => "email",
        }
    }
}

views! { Otp: error; }

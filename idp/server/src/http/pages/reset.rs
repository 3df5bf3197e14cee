//! *Forgot or reset password*: user ID, code by email, new password, done.

use askama::Template;

use super::context::PageContext;
use super::errors::{BrokenRule, ErrorCode, PageError};
use super::view::{View, views};

/// `reset-user-id`.
#[derive(Debug, Template)]
#[template(path = "pages/reset-user-id.html")]
pub struct ResetUserId {
    /// Frame.
    pub page: PageContext,
    /// What the person typed before.
    pub user_id: String,
    /// Where the login page is.
    pub back: String,
    /// Why it is shown again.
    pub error: Option<PageError>,
}

/// `reset-otp`. It says the same whether a mail went out or not.
#[derive(Debug, Template)]
#[template(path = "pages/reset-otp.html")]
pub struct ResetOtp {
    /// Frame.
    pub page: PageContext,
    /// As the person typed it.
    pub user_id: String,
    /// For how many minutes the code is valid.
    pub valid_minutes: u32,
    /// Whether a new mail was just asked for.
    pub resent: bool,
    /// Why it is shown again.
    pub error: Option<PageError>,
}

/// `reset-password`.
#[derive(Debug, Template)]
#[template(path = "pages/reset-password.html")]
pub struct ResetPassword {
    page: PageContext,
    user_id: String,
    min_length: u32,
    history: u32,
    broken: Vec<BrokenRule>,
    error: Option<PageError>,
}

impl ResetPassword {
    /// The page for a user ID, naming the policy and every rule that the last try broke.
    #[must_use]
    pub fn new(
        page: PageContext,
        user_id: &str,
        min_length: u32,
        history: u32,
        broken: Vec<BrokenRule>,
    ) -> Self {
        let error = (!broken.is_empty()).then(|| PageError::new(ErrorCode::PasswordPolicy));
        Self { page, user_id: user_id.to_owned(), min_length, history, broken, error }
    }

    fn fault_of(&self, field: &str) -> bool {
        at_fault(&self.broken, field)
    }
}

/// Whether broken rules are about `new_password` or `confirm_password`.
pub(super) fn at_fault(broken: &[BrokenRule], field: &str) -> bool {
    match field {
        "confirm_password" => broken.contains(&BrokenRule::Mismatch),
        _ => broken.iter().any(|rule| *rule != BrokenRule::Mismatch),
    }
}

/// `reset-done`.
#[derive(Debug, Template)]
#[template(path = "pages/reset-done.html")]
pub struct ResetDone {
    /// Frame.
    pub page: PageContext,
}

views! {
    ResetUserId: error;
    ResetOtp: error;
    ResetPassword: error;
    ResetDone;
}

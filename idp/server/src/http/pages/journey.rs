//! The steps of a login that are more text than state, from the choice of a method to the signed-out page.

use askama::Template;

use super::context::PageContext;
use super::errors::PageError;
use super::qr;
use super::texts::Texts;
use super::view::{View, views};

/// `choose-method`: with OTP or with the smartcard.
#[derive(Debug, Template)]
#[template(path = "pages/choose-method.html")]
pub struct ChooseMethod {
    /// Frame.
    pub page: PageContext,
    /// The configured notice on personal data and unauthorised use; without one the shipped text stands.
    pub notice: Option<String>,
    /// Why it is shown again.
    pub error: Option<PageError>,
}

/// `password`: user ID and password.
#[derive(Debug, Template)]
#[template(path = "pages/password.html")]
pub struct Password {
    /// Frame.
    pub page: PageContext,
    /// What the person typed before, or the application's `login_hint`.
    pub user_id: String,
    /// As in [`ChooseMethod`].
    pub notice: Option<String>,
    /// Where *Forgot or reset password* leads.
    pub forgot_password: String,
    /// Where the choice of method is, if there is one.
    pub other_method: Option<String>,
    /// Why it is shown again.
    pub error: Option<PageError>,
}

/// `register-device`: an authenticator app, or not now.
#[derive(Debug, Template)]
#[template(path = "pages/register-device.html")]
pub struct RegisterDevice {
    /// Frame.
    pub page: PageContext,
    /// Whether email OTP is open to this person; otherwise there is no *skip*.
    pub may_skip: bool,
}

/// `scan-qr`: the soft token as a picture and as text, hence no `Debug`.
#[derive(Template)]
#[template(path = "pages/scan-qr.html")]
pub struct ScanQr {
    page: PageContext,
    picture: String,
    uri: String,
    secret: String,
    account: String,
    error: Option<PageError>,
}

impl ScanQr {
    /// A page for an `otpauth://totp/…` address, the secret in it (base32) and the account's name in the app.
    #[must_use]
    pub fn new(page: PageContext, uri: &str, secret: &str, account: &str) -> Self {
        Self {
            page,
            picture: qr::svg(uri),
            uri: uri.to_owned(),
            secret: secret.to_owned(),
            account: account.to_owned(),
            error: None,
        }
    }

    /// Why it is shown again.
    #[must_use]
    pub fn with_error(mut self, error: Option<PageError>) -> Self {
        self.error = error;
        self
    }

    /// The secret in groups of four, as people copy it. Spaces do not count in base32.
    fn grouped_secret(&self) -> Vec<String> {
        let letters: Vec<char> = self.secret.chars().collect();
        letters.chunks(4).map(|group| group.iter().collect()).collect()
    }
}

/// `email-risk`: what email OTP is worth, to be accepted.
#[derive(Debug, Template)]
#[template(path = "pages/email-risk.html")]
pub struct EmailRisk {
    /// Frame.
    pub page: PageContext,
}

/// `enrolment-code`: the code that reached a delegated administrator or operator outside the mailbox.
#[derive(Debug, Template)]
#[template(path = "pages/enrolment-code.html")]
pub struct EnrolmentCode {
    /// Frame.
    pub page: PageContext,
    /// Why it is shown again.
    pub error: Option<PageError>,
}

/// `signed-out`.
#[derive(Debug, Template)]
#[template(path = "pages/signed-out.html")]
pub struct SignedOut {
    /// Frame; its application, if any, is named beside the link.
    pub page: PageContext,
    /// Where to go on to, if that is known and registered.
    pub return_to: Option<String>,
}

/// `confirm-sign-out`: asked when an application's request to sign out carries no proof of its own.
#[derive(Debug, Template)]
#[template(path = "pages/confirm-sign-out.html")]
pub struct ConfirmSignOut {
    /// Frame.
    pub page: PageContext,
    /// Who is signed in.
    pub user_id: String,
}

/// `error`: what happened and what to do.
#[derive(Debug, Template)]
#[template(path = "pages/error.html")]
pub struct ErrorPage {
    page: PageContext,
    error: Option<PageError>,
    title: String,
    help: String,
    next: Option<String>,
    next_label: &'static str,
}

impl ErrorPage {
    /// A page of its own for an error; its texts are those of the code. A code that belongs above a form gets
    /// a plain title.
    #[must_use]
    pub fn new(page: PageContext, error: PageError) -> Self {
        let texts = Texts(page.locale);
        let key = error.code.key();
        Self {
            title: texts.find(&format!("{key}-title")).unwrap_or_else(|| texts.get("title-error")),
            help: texts.find(&format!("{key}-help")).unwrap_or_default(),
            page,
            error: Some(error),
            next: None,
            next_label: "start-again",
        }
    }

    /// With a link that goes on to who waits.
    #[must_use]
    pub fn with_way_on(self, address: impl Into<String>) -> Self {
        Self { next_label: "continue", ..self.with_next(address) }
    }

    /// With a link to start again at.
    #[must_use]
    pub fn with_next(mut self, address: impl Into<String>) -> Self {
        self.next = Some(address.into());
        self
    }

    /// The code as it stands in `data-error`.
    fn code(&self) -> &'static str {
        self.error.as_ref().map_or("", |error| error.code.as_str())
    }
}

views! {
    ChooseMethod: error;
    Password: error;
    RegisterDevice;
    ScanQr: error;
    EmailRisk;
    EnrolmentCode: error;
    SignedOut;
    ConfirmSignOut;
    ErrorPage: error;
}

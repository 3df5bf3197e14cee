//! From what the use cases decided to what the browser receives.

use std::net::IpAddr;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::cookie::CookieJar;
use countersign_core::oauth::authorize::answer::Answer;
use countersign_core::oauth::authorize::refusal::PageFault;
use countersign_core::oauth::interaction::Target;
use countersign_core::secret::SecretString;
use countersign_service::authorize::{AuthorizeError, Outcome, Visit};
use countersign_service::{Services, interaction};

use crate::http::cookies::{Cookies, Name};
use crate::http::csrf;
use crate::http::pages::{ErrorCode, ErrorPage, FormPost, PageContext, PageError};
use crate::http::visitor::Visitor;
use crate::serve::ClientAddress;

/// The browser at the door: its id, its session cookie, and the frame of whatever page it is shown.
#[derive(Debug)]
pub struct Caller {
    visitor: Visitor,
    session: Option<SecretString>,
    /// The address it comes from.
    pub source: IpAddr,
    /// The frame.
    pub page: PageContext,
}

impl Caller {
    /// Shown pages on behalf of who waits for the `sealed` interaction, in the language they wished for.
    #[must_use]
    pub fn waited_for(mut self, services: &Services, sealed: &str) -> Self {
        if let Some(found) = interaction::open(services, sealed, self.visitor.browser.id()) {
            let application = match &found.target {
                Target::Application { client_name, .. } => Some(client_name.as_str()),
                Target::Account => None,
            };
            self.page = self.page.on_behalf_of(application, found.ui_locales.as_deref(), found.created_at);
        }
        self
    }

    /// As the use cases see it.
    #[must_use]
    pub fn visit(&self) -> Visit<'_> {
        Visit { browser: self.visitor.browser.id(), session: self.session() }
    }

    /// Its session cookie.
    #[must_use]
    pub fn session(&self) -> Option<&str> {
        self.session.as_ref().map(SecretString::expose)
    }

    /// Whether a form's token is this browser's.
    #[must_use]
    pub fn owns(&self, csrf: &str) -> bool {
        csrf::verify(&self.visitor, csrf)
    }

    /// The response to an outcome.
    #[must_use]
    pub fn outcome(self, outcome: Result<Outcome, AuthorizeError>) -> Response {
        match outcome {
            Ok(Outcome::Answer(answer)) => self.answer(answer),
            Ok(Outcome::Login(sealed)) => onward("/login/", &sealed),
            Ok(Outcome::Consent(sealed)) => onward("/login/consent", &sealed),
            Err(error) => self.error(&error),
        }
    }

    /// The response that takes an answer to its client.
    #[must_use]
    pub fn answer(self, answer: Answer) -> Response {
        match answer {
            Answer::Redirect(location) => no_store(Redirect::to(location.as_str())),
            Answer::FormPost { action, fields } => FormPost {
                page: self.page,
                action: action.into(),
                fields: fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
            }
            .into_response(),
        }
    }

    /// The page that shows an error to the person.
    #[must_use]
    pub fn error(self, error: &AuthorizeError) -> Response {
        let code = match error {
            AuthorizeError::Page(PageFault::TooLarge) => ErrorCode::TooLarge,
            AuthorizeError::Page(PageFault::ClientMissing | PageFault::ClientUnknown) => {
                ErrorCode::InvalidClient
            }
            AuthorizeError::Page(PageFault::RedirectUriMissing | PageFault::RedirectUriUnregistered) => {
                ErrorCode::InvalidRedirectUri
            }
            AuthorizeError::Expired => ErrorCode::Expired,
            AuthorizeError::Store(_) | AuthorizeError::Seal(_) => {
                tracing::error!(%error, "an authorization request could not be served");
                ErrorCode::Internal
            }
        };
        self.page_error(code)
    }

    /// The page of an error.
    #[must_use]
    pub fn page_error(self, code: ErrorCode) -> Response {
        ErrorPage::new(self.page, PageError::new(code)).into_response()
    }
}

/// On to one of our own pages, with a sealed interaction.
#[must_use]
pub fn onward(path: &str, sealed: &str) -> Response {
    // Sealed values are base64url: nothing in them needs escaping.
    no_store(Redirect::to(&format!("{path}?i={sealed}")))
}

/// A response that nobody keeps.
pub fn no_store(response: impl IntoResponse) -> Response {
    let mut response = response.into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

impl<S> FromRequestParts<S> for Caller
where
    S: Send + Sync,
    Cookies: FromRef<S>,
{
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let visitor = Visitor::from_request_parts(parts, state).await?;
        let jar = CookieJar::from_headers(&parts.headers);
        let session = Cookies::from_ref(state).read(&jar, Name::Session).map(SecretString::new);
        let source = ClientAddress::from_request_parts(parts, state).await?.0;
        Ok(Self { page: PageContext::of(&visitor), visitor, session, source })
    }
}

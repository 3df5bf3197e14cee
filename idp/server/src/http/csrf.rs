//! Forms of pages are answered only when they come from our own pages, in the browser that was shown them.
//!
//! The token is a keyed hash over the browser's id ([`Visitors::csrf`](super::visitor::Visitors)): nothing is
//! stored, and a planted cookie is of no use without the key. Cookies are SameSite=Lax beside it.

use axum::body::Body;
use axum::extract::{Form, FromRequest, FromRequestParts as _, RawForm, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;

use super::pages::{ErrorCode, ErrorPage, PageContext, PageError};
use super::visitor::Visitor;

/// Whether `given` is the token of this visitor, in time that depends on lengths alone.
#[must_use]
pub fn verify(visitor: &Visitor, given: &str) -> bool {
    visitor.csrf.same_as(given)
}

/// The fields of a posted page, after its CSRF token was found right. Unknown fields, `csrf` among them, are ignored.
#[derive(Debug)]
pub struct PageForm<T>(pub T);

/// A form that is not answered. It shows itself; who knows the language of the login shows [its code](Self::code)
/// instead.
#[derive(Debug)]
pub struct FormRefusal {
    code: ErrorCode,
    page: Option<PageContext>,
}

impl FormRefusal {
    /// Why.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        self.code
    }
}

impl IntoResponse for FormRefusal {
    fn into_response(self) -> Response {
        match self.page {
            Some(page) => ErrorPage::new(page, PageError::new(self.code)).into_response(),
            None => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        }
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for PageForm<T> {
    type Rejection = FormRefusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Self::Rejection> {
        let (mut parts, body) = request.into_parts();
        let visitor = Visitor::from_request_parts(&mut parts, state)
            .await
            .map_err(|_| FormRefusal { code: ErrorCode::Internal, page: None })?;
        let refuse = |code| FormRefusal { code, page: Some(PageContext::of(&visitor)) };

        let RawForm(bytes) = RawForm::from_request(Request::from_parts(parts.clone(), body), state)
            .await
            .map_err(|rejection| {
                let too_large = rejection.into_response().status() == StatusCode::PAYLOAD_TOO_LARGE;
                refuse(if too_large { ErrorCode::TooLarge } else { ErrorCode::InvalidForm })
            })?;
        let token = url::form_urlencoded::parse(&bytes).find(|(name, _)| name == "csrf");
        if !token.is_some_and(|(_, token)| verify(&visitor, &token)) {
            return Err(refuse(ErrorCode::Csrf));
        }
        if !url::form_urlencoded::parse(&bytes).all(|(name, value)| is_text(&name) && is_text(&value)) {
            return Err(refuse(ErrorCode::InvalidForm));
        }
        let Form(fields) = Form::<T>::from_request(Request::from_parts(parts, Body::from(bytes)), state)
            .await
            .map_err(|_| refuse(ErrorCode::InvalidForm))?;
        Ok(Self(fields))
    }
}

/// Whether a person could have typed it: reading puts U+FFFD where bytes are no UTF-8, and no database takes a NUL.
fn is_text(value: &str) -> bool {
    !value.contains(['\u{fffd}', '\0'])
}

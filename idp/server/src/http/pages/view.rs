//! From a view to a response.

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::context::PageContext;
use super::errors::PageError;
use super::texts::Texts;
use crate::http::headers::{self, Part};

/// A page that can be sent.
pub trait View: Template {
    /// Its frame.
    fn context(&self) -> &PageContext;

    /// The error it shows, which decides its status.
    fn error(&self) -> Option<&PageError> {
        None
    }

    /// Which part of the house it belongs to.
    fn part(&self) -> Part {
        Part::Journey
    }

    /// The words of its error.
    fn error_text(&self) -> String {
        let texts = Texts(self.context().locale);
        self.error().map(|error| texts.with(&error.key(), &error.args)).unwrap_or_default()
    }

    /// The response: markup, status, and the headers of a page.
    fn respond(&self) -> Response {
        match self.render() {
            Ok(markup) => {
                let status = self.error().map_or(StatusCode::OK, |error| error.code.status());
                let kind = [(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"))];
                let language =
                    [(header::CONTENT_LANGUAGE, HeaderValue::from_static(self.context().locale.html_lang()))];
                let mut response = (status, kind, language, markup).into_response();
                response.headers_mut().extend(headers::of_page(&self.context().nonce, self.part()));
                response
            }
            Err(error) => {
                tracing::error!(%error, "a page cannot be rendered");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    }
}

/// Makes views of templates: `views! { Password: error; ResetDone; Account: error, own; }`.
macro_rules! views {
    ($($view:ident $(: $($trait:ident),+)?;)+) => { $(
        impl $crate::http::pages::View for $view {
            fn context(&self) -> &$crate::http::pages::PageContext {
                &self.page
            }
            $($($crate::http::pages::view::views!(@ $trait);)+)?
        }

        impl axum::response::IntoResponse for $view {
            fn into_response(self) -> axum::response::Response {
                $crate::http::pages::View::respond(&self)
            }
        }
    )+ };
    (@ error) => {
        fn error(&self) -> Option<&$crate::http::pages::PageError> {
            self.error.as_ref()
        }
    };
    (@ own) => {
        fn part(&self) -> $crate::http::headers::Part {
            $crate::http::headers::Part::Own
        }
    };
}
pub(crate) use views;

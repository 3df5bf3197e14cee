//! What every page knows about the visit it is shown in.

use std::fmt;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use chrono::{DateTime, Utc};
use countersign_core::oauth::interaction::Purpose;
use countersign_core::secret::SecretString;

use super::texts::{Arg, Texts};
use crate::http::assets;
use crate::http::locale::{Locale, Wishes};
use crate::http::visitor::Visitor;

/// The frame of a page. An extractor; handlers add the application and the languages it asked for.
#[derive(Clone)]
pub struct PageContext {
    /// The language of the page.
    pub locale: Locale,
    /// Nonce of the page's scripts.
    pub nonce: Arc<str>,
    /// Token for the page's forms.
    pub csrf: SecretString,
    /// What the step is shown for.
    pub purpose: Purpose,
    /// Name of the application that waits; without one it is the user's own page.
    pub application: Option<String>,
    /// The page's own query, without `lang`.
    pub query: Arc<str>,
    /// Under which id the request is logged.
    pub request_id: Option<Arc<str>>,
    wishes: Wishes,
}

/// A link of the language switch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LanguageLink {
    /// The language.
    pub locale: Locale,
    /// Where it leads: the same page in that language.
    pub href: String,
    /// Whether it is the page's own.
    pub current: bool,
}

/// The query carries the login under way, the nonce lets scripts run: neither prints, nor does the token.
impl fmt::Debug for PageContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PageContext")
            .field("locale", &self.locale)
            .field("purpose", &self.purpose)
            .field("application", &self.application)
            .field("request_id", &self.request_id)
            .finish_non_exhaustive()
    }
}

impl PageContext {
    /// The context of a visitor, before anything is known of an application.
    #[must_use]
    pub fn of(visitor: &Visitor) -> Self {
        Self {
            locale: visitor.wishes.locale(),
            nonce: Arc::clone(&visitor.nonce),
            csrf: visitor.csrf.clone(),
            purpose: Purpose::Login,
            application: None,
            query: Arc::clone(&visitor.query),
            request_id: visitor.request_id.clone(),
            wishes: visitor.wishes,
        }
    }

    /// Shown for an application that sent the user at `asked_at`, wishing for `ui_locales`.
    #[must_use]
    pub fn on_behalf_of(
        mut self,
        application: Option<&str>,
        ui_locales: Option<&str>,
        asked_at: DateTime<Utc>,
    ) -> Self {
        self.application = application.map(ToOwned::to_owned);
        self.locale = self.wishes.locale_for(ui_locales, asked_at);
        self
    }

    /// Shown as a step of `purpose`.
    #[must_use]
    pub fn with_purpose(mut self, purpose: Purpose) -> Self {
        self.purpose = purpose;
        self
    }

    /// The value of `data-purpose`.
    #[must_use]
    pub fn purpose_name(&self) -> &'static str {
        match self.purpose {
            Purpose::Login => "login",
            Purpose::StepUp => "step-up",
        }
    }

    /// The language switch.
    #[must_use]
    pub fn languages(&self) -> Vec<LanguageLink> {
        let separator = if self.query.is_empty() { "" } else { "&" };
        let link = |locale: Locale| LanguageLink {
            locale,
            href: format!("?{}{separator}lang={}", self.query, locale.tag()),
            current: locale == self.locale,
        };
        Locale::ALL.into_iter().map(link).collect()
    }

    /// A text.
    #[must_use]
    pub fn t(&self, key: &str) -> String {
        Texts(self.locale).get(key)
    }

    /// A text with one argument.
    #[must_use]
    pub fn t1(&self, key: &str, name: &'static str, value: impl Into<Arg>) -> String {
        Texts(self.locale).with(key, &[(name, value.into())])
    }

    /// The address of an asset.
    #[must_use]
    pub fn asset(&self, path: &str) -> String {
        assets::address(path)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for PageContext {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        Ok(Self::of(&Visitor::from_request_parts(parts, state).await?))
    }
}

//! The authorization response: what goes back to the client, and how it gets there.

use url::Url;

use super::parameters::Parameters;
use crate::oauth::client::Client;
use crate::oauth::error::OAuthError;

/// `response_mode`: how the response's parameters travel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ResponseMode {
    /// In the redirect URI's query, the default of the code flow (OAuth 2.0 Multiple Response Types §2.1).
    #[default]
    Query,
    /// In a form that posts itself (OAuth 2.0 Form Post Response Mode §2).
    FormPost,
}

impl ResponseMode {
    /// Every mode: `response_modes_supported`.
    pub const ALL: [Self; 2] = [Self::Query, Self::FormPost];

    /// The mode as written.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::FormPost => "form_post",
        }
    }

    /// The mode written as `text`, if we serve it.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.as_str() == text)
    }
}

/// Where a response goes: a redirect URI that its client registered, and nothing else can be one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnAddress {
    redirect_uri: Url,
    as_sent: String,
    mode: ResponseMode,
    state: Option<String>,
}

impl ReturnAddress {
    /// The address of `redirect_uri`, if `client` registered it. Errors found later go there by the mode that was
    /// asked for, or by the default where the wish itself is the error, and with `state` (RFC 6749 §4.1.2.1).
    pub(super) fn registered(client: &Client, redirect_uri: &str, parameters: &Parameters) -> Option<Self> {
        if !client.allows_redirect(redirect_uri) {
            return None;
        }
        let parsed = Url::parse(redirect_uri).ok().filter(|uri| uri.fragment().is_none())?;
        let mode = parameters.get("response_mode").and_then(ResponseMode::from_text).unwrap_or_default();
        Some(Self {
            redirect_uri: parsed,
            as_sent: redirect_uri.to_owned(),
            mode,
            state: parameters.get("state").map(str::to_owned),
        })
    }

    /// The redirect URI as the client sent it: the token endpoint compares it as a string (RFC 6749 §4.1.3).
    #[must_use]
    pub fn redirect_uri(&self) -> &str {
        &self.as_sent
    }

    /// Whom people will be sent back to, for the consent page.
    #[must_use]
    pub fn host(&self) -> Option<&str> {
        self.redirect_uri.host_str()
    }

    /// The response that grants.
    #[must_use]
    pub fn code(&self, code: &str, issuer: &str) -> Answer {
        self.answer(vec![("code", code)], issuer)
    }

    /// The response that refuses (RFC 6749 §4.1.2.1).
    #[must_use]
    pub fn error(&self, error: &OAuthError, issuer: &str) -> Answer {
        let fields = vec![("error", error.code().as_str()), ("error_description", error.description())];
        self.answer(fields, issuer)
    }

    /// Every response carries `state` and, against mix-up, `iss` (RFC 9207 §2).
    fn answer<'a>(&'a self, mut fields: Vec<(&'static str, &'a str)>, issuer: &'a str) -> Answer {
        fields.extend(self.state.as_deref().map(|state| ("state", state)));
        fields.push(("iss", issuer));
        match self.mode {
            ResponseMode::Query => {
                let mut location = self.redirect_uri.clone();
                location.query_pairs_mut().extend_pairs(fields);
                Answer::Redirect(location)
            }
            ResponseMode::FormPost => Answer::FormPost {
                action: self.redirect_uri.clone(),
                fields: fields.into_iter().map(|(name, value)| (name, value.to_owned())).collect(),
            },
        }
    }
}

/// An authorization response. It may hold a code, hence no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub enum Answer {
    /// A redirect by 303: whatever the browser just sent to us stays here (RFC 9700 §4.12).
    Redirect(Url),
    /// A page whose form posts itself.
    FormPost {
        /// The redirect URI.
        action: Url,
        /// The response's parameters.
        fields: Vec<(&'static str, String)>,
    },
}

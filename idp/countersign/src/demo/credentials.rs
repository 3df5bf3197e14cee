//! `credentials.json`: who can log in, and which applications are known. People script against it.

use serde::{Deserialize, Serialize};

/// The whole file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Credentials {
    pub(crate) issuer: String,
    pub(crate) users: Vec<User>,
    pub(crate) clients: Vec<Client>,
}

/// A person. What they do not have is absent.
#[expect(clippy::struct_field_names, reason = "the names are fixed: people script against them")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct User {
    pub(crate) user_id: String,
    pub(crate) kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) participant: Option<String>,
    pub(crate) roles: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) password: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) totp_secret: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) email: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) srn: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) enrolment_code: Option<String>,
    pub(crate) state: State,
}

/// What a person has set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum State {
    /// Password and soft token.
    ReadyApp,
    /// Password, and OTP by email.
    ReadyEmail,
    /// An email address, and nothing else.
    NeverSetUp,
    /// A smartcard, and no email address.
    SmartcardOnly,
    /// Status DISABLED.
    Disabled,
    /// A password; the first soft token needs the enrolment code.
    NeedsEnrolmentCode,
}

/// An application.
#[expect(clippy::struct_field_names, reason = "the names are fixed: people script against them")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Client {
    pub(crate) client_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) client_secret: Option<String>,
    pub(crate) redirect_uris: Vec<String>,
    pub(crate) token_endpoint_auth_method: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) private_key_pem: Option<String>,
}

impl Credentials {
    pub(crate) fn client(&self, client_id: &str) -> Option<&Client> {
        self.clients.iter().find(|client| client.client_id == client_id)
    }

    pub(crate) fn user(&self, user_id: &str) -> Option<&User> {
        self.users.iter().find(|user| user.user_id == user_id)
    }
}

//! `consent`: what an application of someone else would learn.

use askama::Template;

use super::context::PageContext;
use super::view::{View, views};

/// A scope that a person can be asked about. Its texts are `scope-NAME` and `scope-NAME-detail`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConsentScope {
    /// `openid`: who you are, as an opaque identifier.
    OpenId,
    /// `profile`.
    Profile,
    /// `email`.
    Email,
    /// `address`.
    Address,
    /// `phone`.
    Phone,
    /// `offline_access`: a refresh token (OIDC Core §11).
    OfflineAccess,
    /// `clearing`: participant, groups and rights.
    Clearing,
    /// `directory`: the management API.
    Directory,
}

impl ConsentScope {
    /// Every scope with words of its own.
    pub const ALL: [Self; 8] = [
        Self::OpenId,
        Self::Profile,
        Self::Email,
        Self::Address,
        Self::Phone,
        Self::OfflineAccess,
        Self::Clearing,
        Self::Directory,
    ];

    /// The scope's name in requests.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::OpenId => "openid",
            Self::Profile => "profile",
            Self::Email => "email",
            Self::Address => "address",
            Self::Phone => "phone",
            Self::OfflineAccess => "offline_access",
            Self::Clearing => "clearing",
            Self::Directory => "directory",
        }
    }

    /// The scope of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.name() == name)
    }

    /// The key of its text.
    #[must_use]
    pub fn key(self) -> String {
        format!("scope-{}", self.name().replace('_', "-"))
    }

    fn detail_key(self) -> String {
        format!("{}-detail", self.key())
    }
}

/// `consent`.
#[derive(Debug, Template)]
#[template(path = "pages/consent.html")]
pub struct Consent {
    /// Frame.
    pub page: PageContext,
    /// The application that asks.
    pub client_name: String,
    /// The host it will send the user back to.
    pub client_host: Option<String>,
    /// Who is logged in.
    pub user_id: String,
    /// What it asks for.
    pub scopes: Vec<ConsentScope>,
}

views! { Consent; }

//! How an authorization request fails, and where that may be said.
//!
//! The whole point of the two kinds: until the redirect URI is known to be the client's own, nothing is sent
//! there (RFC 6749 §4.1.2.1, RFC 9700 §4.11). A [`ReturnAddress`] can only be had from the redirect URI check.

use super::answer::ReturnAddress;
use crate::oauth::error::OAuthError;

/// A request that will not be fulfilled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Told to the person in front of the browser, who goes nowhere.
    Page(PageFault),
    /// Told to the client.
    Client(Box<ReturnAddress>, OAuthError),
}

impl From<PageFault> for Refusal {
    fn from(fault: PageFault) -> Self {
        Self::Page(fault)
    }
}

/// Why a request cannot even be answered to its client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PageFault {
    /// More was sent than any client needs.
    #[error("more parameters than any client needs")]
    TooLarge,
    /// No `client_id`, or several.
    #[error("no client_id, or several")]
    ClientMissing,
    /// No such client, or none that logs people in.
    #[error("no such client")]
    ClientUnknown,
    /// No `redirect_uri`, or several.
    #[error("no redirect_uri, or several")]
    RedirectUriMissing,
    /// The `redirect_uri` is not one that the client registered.
    #[error("the redirect_uri is not registered")]
    RedirectUriUnregistered,
}

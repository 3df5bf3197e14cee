//! Logging out: what `/end_session` was asked for, where it may lead, and what applications are told.

use serde::Serialize;
use url::Url;

use super::client::Client;
use crate::ids::SessionId;
use crate::{Timestamp, ids::DeliveryId};

/// Longest `state` that is handed back.
const MAX_STATE: usize = 2048;
/// `events` of a logout token (Back-Channel Logout 1.0 §2.4).
pub const LOGOUT_EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// `typ` of a logout token (Back-Channel Logout 1.0 §2.4).
pub const LOGOUT_TOKEN_TYPE: &str = "logout+jwt";

/// Where to go after the logout: only to an address that the client of the hint registered (RP-Initiated Logout
/// 1.0 §3), with `state` if there was one. Anything else leads to our own page.
#[must_use]
pub fn return_to(client: &Client, uri: Option<&str>, state: Option<&str>) -> Option<Url> {
    let uri = uri.filter(|uri| client.allows_post_logout_redirect(uri))?;
    let mut location = Url::parse(uri).ok().filter(|location| location.fragment().is_none())?;
    if let Some(state) = state.filter(|state| state.len() <= MAX_STATE) {
        location.query_pairs_mut().append_pair("state", state);
    }
    Some(location)
}

/// The claims of a logout token (Back-Channel Logout 1.0 §2.4). There is no `nonce`, on purpose: it must never be
/// taken for an ID token.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LogoutToken {
    /// Us.
    pub iss: String,
    /// The client.
    pub aud: String,
    /// Seconds since 1970.
    pub iat: i64,
    /// Seconds since 1970.
    pub exp: i64,
    /// Unlike any other token's.
    pub jti: String,
    /// What happened.
    pub events: serde_json::Value,
    /// Who was logged out, as this client knows them.
    pub sub: String,
    /// Which session ended.
    pub sid: String,
}

/// A logout token lives only as long as its delivery takes (§2.4 recommends at most two minutes).
const LOGOUT_TOKEN_SECONDS: i64 = 120;

impl LogoutToken {
    /// The token for one client of one ended session.
    #[must_use]
    pub fn new(
        issuer: &str,
        client_id: &str,
        sub: String,
        sid: &SessionId,
        jti: &DeliveryId,
        now: Timestamp,
    ) -> Self {
        Self {
            iss: issuer.to_owned(),
            aud: client_id.to_owned(),
            iat: now.timestamp(),
            exp: now.timestamp().saturating_add(LOGOUT_TOKEN_SECONDS),
            jti: jti.as_str().to_owned(),
            events: serde_json::json!({ LOGOUT_EVENT: {} }),
            sub,
            sid: sid.as_str().to_owned(),
        }
    }
}

/// How long to wait after the `attempts`-th failed delivery: doubling from five seconds, an hour at most.
#[must_use]
pub fn retry_after(attempts: u32) -> chrono::Duration {
    let seconds = 5_i64.saturating_mul(1_i64 << attempts.saturating_sub(1).min(10));
    chrono::Duration::seconds(seconds.min(3600))
}

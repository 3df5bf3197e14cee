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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::from_millis;
    use crate::oauth::client::ClientAuthentication;

    #[test]
    fn a_logout_returns_to_registered_addresses_only() {
        let client = Client {
            post_logout_redirect_uris: vec!["https://shop.example/bye?x=1".to_owned()],
            ..Client::new("shop", "Shop", ClientAuthentication::None)
        };
        let to = |uri, state| return_to(&client, Some(uri), state).map(String::from);
        let bye = "https://shop.example/bye?x=1";
        assert_eq!(to(bye, None).as_deref(), Some(bye));
        assert_eq!(to(bye, Some("a&b")).as_deref(), Some("https://shop.example/bye?x=1&state=a%26b"));
        for uri in ["https://shop.example/bye", "https://evil.example/", "https://shop.example/bye?x=1#f", ""]
        {
            assert_eq!(to(uri, None), None, "{uri}");
        }
        assert_eq!(return_to(&client, None, Some("s")), None);
    }

    #[test]
    fn a_logout_token_can_be_nothing_else() {
        let (sid, jti) = (SessionId::from_stored("s"), DeliveryId::from_stored("d"));
        let token = LogoutToken::new("https://us", "shop", "sub".to_owned(), &sid, &jti, from_millis(5000));
        let claims = serde_json::to_value(token).unwrap();
        assert_eq!(claims["events"], serde_json::json!({ LOGOUT_EVENT: {} }));
        assert_eq!((claims["iat"].as_i64(), claims["exp"].as_i64()), (Some(5), Some(125)));
        assert!(claims.get("nonce").is_none());
    }

    #[test]
    fn waits_double_up_to_an_hour() {
        let seconds: Vec<_> = [1, 2, 3, 10, 60].map(|tried| retry_after(tried).num_seconds()).into();
        assert_eq!(seconds, [5, 10, 20, 2560, 3600]);
    }
}

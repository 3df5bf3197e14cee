//! The issuer says that a session has ended (Back-Channel Logout 1.0 §2.4–2.6).

use chrono::TimeDelta;
use serde_json::{Map, Value};

use crate::RelyingParty;
use crate::jwt::{self, SignatureError, SignedClaims, audience_names, seconds, text};
use crate::session::Ended;

const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
const SKEW: TimeDelta = TimeDelta::seconds(60);
/// §2.4 recommends an expiry of at most two minutes; older news is no news.
const OLDEST: TimeDelta = TimeDelta::minutes(10);
/// A token may not ask to be remembered for longer.
const LONGEST_LIFE: TimeDelta = TimeDelta::hours(1);

/// Why a logout token is refused.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LogoutTokenError {
    #[error(transparent)]
    Signature(#[from] SignatureError),
    #[error("{0}")]
    Claims(&'static str),
}

impl RelyingParty {
    /// Judges a logout token and ends what it says has ended; answers how many sessions that were.
    pub(crate) async fn back_channel_logout(&self, token: &str) -> Result<usize, LogoutTokenError> {
        let signed = jwt::verify(self.issuer(), token).await?;
        let news = self.judge_logout(&signed).map_err(LogoutTokenError::Claims)?;
        let now = self.now();
        if !self.seen_logouts().first_time(&news.jti, news.expires_at + SKEW.num_seconds(), now.timestamp()) {
            return Err(LogoutTokenError::Claims("jti seen before"));
        }
        Ok(self.sessions().end(&news.ended, news.issued_at, now))
    }

    /// §2.6, rule by rule.
    fn judge_logout(&self, signed: &SignedClaims) -> Result<News, &'static str> {
        let claims = &signed.claims;
        if !signed.header.typ.as_deref().is_none_or(is_logout_type) {
            return Err("typ is not logout+jwt");
        }
        if text(claims, "iss") != Some(self.issuer().identifier()) {
            return Err("iss is another issuer");
        }
        if !audience_names(claims, &self.config().client_id) {
            return Err("aud is not this client");
        }
        if claims.contains_key("nonce") {
            return Err("nonce is prohibited");
        }
        if !names_the_event(claims) {
            return Err("events lacks the back-channel logout event");
        }
        let (issued_at, expires_at) = self.judge_times(claims)?;
        let jti = text(claims, "jti").filter(|jti| !jti.is_empty()).ok_or("jti missing")?;
        Ok(News { ended: ended(claims)?, jti: jti.to_owned(), issued_at, expires_at })
    }

    fn judge_times(&self, claims: &Map<String, Value>) -> Result<(i64, i64), &'static str> {
        let now = self.now().timestamp();
        let issued_at = seconds(claims, "iat").ok_or("iat missing")?;
        let expires_at = seconds(claims, "exp").ok_or("exp missing")?;
        if issued_at > now + SKEW.num_seconds() {
            return Err("iat is in the future");
        }
        if issued_at < now - OLDEST.num_seconds() {
            return Err("iat is too long ago");
        }
        if expires_at <= now - SKEW.num_seconds() {
            return Err("expired");
        }
        if expires_at > now + LONGEST_LIFE.num_seconds() {
            return Err("exp is too far ahead");
        }
        Ok((issued_at, expires_at))
    }
}

/// What a logout token says.
struct News {
    ended: Ended,
    jti: String,
    issued_at: i64,
    expires_at: i64,
}

/// With a session id that session alone; else every session of the subject.
fn ended(claims: &Map<String, Value>) -> Result<Ended, &'static str> {
    match (text(claims, "sid"), text(claims, "sub")) {
        (Some(sid), _) if !sid.is_empty() => Ok(Ended::Session(sid.to_owned())),
        (_, Some(sub)) if !sub.is_empty() => Ok(Ended::Subject(sub.to_owned())),
        _ => Err("neither sid nor sub"),
    }
}

fn names_the_event(claims: &Map<String, Value>) -> bool {
    claims.get("events").and_then(|events| events.get(EVENT)).is_some_and(Value::is_object)
}

/// §2.4 recommends explicit typing; issuers of before write `JWT`.
fn is_logout_type(typ: &str) -> bool {
    let typ = typ.to_ascii_lowercase();
    matches!(typ.strip_prefix("application/").unwrap_or(&typ), "logout+jwt" | "jwt")
}

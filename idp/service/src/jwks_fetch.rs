//! Clients' keys at their `jwks_uri`: fetched within the limits of [`crate::Outbound`], kept, and fetched again when an
//! assertion names a key that is not there, though not as often as a stranger likes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex as StdMutex, PoisonError};

use chrono::TimeDelta;
use countersign_core::Timestamp;
use jsonwebtoken::jwk::{Jwk, JwkSet};
use serde::Deserialize;
use tokio::sync::Mutex;
use url::Url;

use crate::{OutboundError, Services};

/// Keys are believed for this long.
const FRESH: TimeDelta = TimeDelta::minutes(10);

/// If the client's server is away, for this long.
const STALE: TimeDelta = TimeDelta::hours(12);

/// An address is called at most this often.
const PAUSE: TimeDelta = TimeDelta::seconds(30);

/// Keys read of one set.
const MOST_KEYS: usize = 32;

/// The keys of every client that keeps them elsewhere.
#[derive(Default)]
pub struct ClientKeySets(StdMutex<HashMap<Url, Arc<Mutex<Kept>>>>);

#[derive(Default)]
struct Kept {
    keys: Option<(Arc<JwkSet>, Timestamp)>,
    called_at: Option<Timestamp>,
}

/// The keys cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The call did not succeed.
    #[error("jwks_uri: {0}")]
    Outbound(#[from] OutboundError),
    /// What came is no JWK Set.
    #[error("jwks_uri: no JWK Set")]
    Unreadable,
    /// It failed a moment ago and is left alone for now.
    #[error("jwks_uri: called a moment ago, without success")]
    Paused,
}

/// A JWK Set of which members we cannot read are left out (RFC 7517 §5).
#[derive(Deserialize)]
struct Served {
    keys: Vec<serde_json::Value>,
}

impl ClientKeySets {
    /// The keys at `uri`, among them `kid` if it is to be had. One call at a time goes to an address; others wait for
    /// its result.
    pub async fn get(
        &self,
        services: &Services,
        uri: &Url,
        kid: Option<&str>,
    ) -> Result<Arc<JwkSet>, FetchError> {
        let kept =
            Arc::clone(self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(uri.clone()).or_default());
        let mut kept = kept.lock().await;
        let now = services.now();
        if let Some(keys) = kept.usable(kid, now) {
            return Ok(keys);
        }
        if kept.called_at.is_some_and(|at| now < at + PAUSE) {
            return kept.anyway(now).ok_or(FetchError::Paused);
        }
        kept.called_at = Some(now);
        match fetch(services, uri).await {
            Ok(keys) => {
                let keys = Arc::new(keys);
                kept.keys = Some((Arc::clone(&keys), now));
                Ok(keys)
            }
            Err(error) => {
                tracing::warn!(%uri, %error, "a client's keys cannot be fetched");
                kept.anyway(now).ok_or(error)
            }
        }
    }
}

impl Kept {
    /// The keys, while they are fresh and hold the one that is looked for.
    fn usable(&self, kid: Option<&str>, now: Timestamp) -> Option<Arc<JwkSet>> {
        let (keys, at) = self.keys.as_ref()?;
        let there = kid.is_none_or(|kid| keys.find(kid).is_some());
        (there && now < *at + FRESH).then(|| Arc::clone(keys))
    }

    /// The keys, for want of better.
    fn anyway(&self, now: Timestamp) -> Option<Arc<JwkSet>> {
        let (keys, at) = self.keys.as_ref()?;
        (now < *at + STALE).then(|| Arc::clone(keys))
    }
}

async fn fetch(services: &Services, uri: &Url) -> Result<JwkSet, FetchError> {
    let body = services.outbound.get(uri).await?;
    let served: Served = serde_json::from_slice(&body).map_err(|_| FetchError::Unreadable)?;
    let readable = |key| serde_json::from_value::<Jwk>(key).ok();
    Ok(JwkSet { keys: served.keys.into_iter().filter_map(readable).take(MOST_KEYS).collect() })
}

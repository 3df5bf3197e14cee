//! The issuer as we know it: its discovery document and its keys, fetched when needed, kept for a while.
//!
//! The issuer may start later than we do, so nothing here fails at start: a background task retries until the issuer answers,
//! and a login that comes earlier tries once by itself.

mod provider;

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use openidconnect::IssuerUrl;
use tokio::sync::{Mutex, RwLock};

pub(crate) use provider::{OidcClient, Provider, chain};

use crate::Clock;
use crate::http_client::HttpClient;

/// A document older than this is fetched anew by whoever needs it next.
const FRESH: TimeDelta = TimeDelta::minutes(15);
/// While the issuer cannot be reached, what we know of it is believed no longer than this.
const STALE: TimeDelta = TimeDelta::hours(24);
/// An unknown key id makes us ask again, but strangers can send as many unknown key ids as they like.
const REFETCH_PAUSE: TimeDelta = TimeDelta::seconds(10);
const FIRST_RETRY: Duration = Duration::from_millis(200);
const NOTEWORTHY: Duration = Duration::from_secs(3);
const LONGEST_RETRY: Duration = Duration::from_secs(15);

/// Why the issuer is not known at the moment.
#[derive(Debug, thiserror::Error)]
pub enum IssuerError {
    /// Discovery or the key set could not be fetched, or contradicts the configuration.
    #[error("discovery failed: {0}")]
    Discovery(String),
}

/// What is known of the issuer, shared by every request.
pub struct Issuer {
    url: IssuerUrl,
    http: HttpClient,
    clock: Clock,
    known: RwLock<Option<Arc<Provider>>>,
    /// Held while fetching, so that one fetches and the others wait; carries the time of the last attempt.
    fetching: Mutex<Option<DateTime<Utc>>>,
}

impl Issuer {
    pub(crate) fn new(url: IssuerUrl, http: HttpClient, clock: Clock) -> Self {
        Self { url, http, clock, known: RwLock::new(None), fetching: Mutex::new(None) }
    }

    /// The issuer identifier.
    #[must_use]
    pub fn identifier(&self) -> &str {
        self.url.as_str()
    }

    pub(crate) fn http(&self) -> &HttpClient {
        &self.http
    }

    /// The issuer's metadata and keys; fetched now if unknown or old.
    pub(crate) async fn provider(&self) -> Result<Arc<Provider>, IssuerError> {
        let known = self.known.read().await.clone();
        match known {
            Some(provider) if self.age(&provider) < FRESH => Ok(provider),
            Some(provider) => match self.fetch_unless(|at| at != provider.fetched_at).await {
                Err(error) if self.age(&provider) < STALE => {
                    tracing::warn!(%error, "issuer not reachable, going on with what is known of it");
                    Ok(provider)
                }
                other => other,
            },
            None => self.fetch_unless(|_| true).await,
        }
    }

    /// Newer keys than `than`'s, for a token that names a key we do not know (OIDC Core §10.1.1). The same keys come back when
    /// the issuer was asked a moment ago.
    pub(crate) async fn newer_than(&self, than: &Provider) -> Result<Arc<Provider>, IssuerError> {
        let pause_over =
            self.fetching.lock().await.is_none_or(|last| self.clock.now() - last >= REFETCH_PAUSE);
        if pause_over {
            return self.fetch_unless(|at| at > than.fetched_at).await;
        }
        self.provider().await
    }

    /// Retries until the issuer has answered once; to be run in the background from the start.
    pub async fn discover_until_found(&self) {
        let mut pause = FIRST_RETRY;
        while let Err(error) = self.provider().await {
            // An issuer that starts together with us is a moment late, which is no news.
            if pause < NOTEWORTHY {
                tracing::debug!(issuer = %self.url.as_str(), %error, "issuer not reachable yet");
            } else {
                tracing::warn!(issuer = %self.url.as_str(), %error, "issuer not reachable yet");
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_RETRY);
        }
        tracing::info!(issuer = %self.url.as_str(), "issuer discovered");
    }

    /// Fetches, unless somebody else has meanwhile fetched what satisfies `enough`.
    async fn fetch_unless(
        &self,
        enough: impl Fn(DateTime<Utc>) -> bool,
    ) -> Result<Arc<Provider>, IssuerError> {
        let mut last_attempt = self.fetching.lock().await;
        if let Some(known) = self.known.read().await.as_ref().filter(|known| enough(known.fetched_at)) {
            return Ok(Arc::clone(known));
        }
        *last_attempt = Some(self.clock.now());
        let provider = Arc::new(Provider::fetch(&self.url, &self.http, self.clock.now()).await?);
        *self.known.write().await = Some(Arc::clone(&provider));
        Ok(provider)
    }

    fn age(&self, provider: &Provider) -> TimeDelta {
        self.clock.now() - provider.fetched_at
    }
}

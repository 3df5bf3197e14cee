//! Telling applications that a session has ended: at least once, again and again until they have heard.
//!
//! A delivery is leased by a conditional write before it is tried, so that of several nodes one tries; a node that
//! dies loses its lease, and another tries again.
//!
//! Every client has rounds of its own, and a few calls at once within them. So what is owed to one that does not
//! answer waits for that one alone.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::Duration;
use countersign_core::oauth::client::Client;
use countersign_core::oauth::logout::{LOGOUT_TOKEN_TYPE, LogoutToken, retry_after};
use countersign_store::{LogoutDeliveries, LogoutDelivery, StoreError};
use tokio::task::{JoinHandle, JoinSet};
use url::Url;

use crate::keys::KeyError;
use crate::{OutboundError, Services, subject};

/// Deliveries to one client at once.
pub(super) const AT_ONCE: u64 = 4;
/// Batches of a round: a client that hears is told on and on, yet a node that is to stop need not wait for long.
const BATCHES: usize = 16;
/// Longer than any call takes.
const LEASE: Duration = Duration::seconds(30);

/// Tells each client by itself: one that is slow or dead holds up nobody's deliveries but its own.
pub struct Courier {
    services: Arc<Services>,
    rounds: BTreeMap<String, JoinHandle<usize>>,
}

impl Courier {
    /// A courier with nothing under way.
    #[must_use]
    pub fn new(services: Arc<Services>) -> Self {
        Self { services, rounds: BTreeMap::new() }
    }

    /// Begins a round for every client that has deliveries due and none under way.
    pub async fn begin(&mut self) -> Result<(), StoreError> {
        self.rounds.retain(|_, round| !round.is_finished());
        let waiting = LogoutDeliveries::on(self.services.store.read());
        for client_id in waiting.clients_waiting(self.services.now()).await? {
            if !self.rounds.contains_key(&client_id) {
                let round = round(Arc::clone(&self.services), client_id.clone());
                self.rounds.insert(client_id, tokio::spawn(round));
            }
        }
        Ok(())
    }

    /// Waits for the rounds under way, and says how many deliveries they tried.
    pub async fn finish(self) -> usize {
        let mut tried = 0;
        for round in self.rounds.into_values() {
            tried += round.await.unwrap_or_else(|error| {
                tracing::error!(%error, "a round of back-channel logouts was cut short");
                0
            });
        }
        tried
    }
}

/// Tries what is due, a round for every client at once, and says how many deliveries were tried.
pub async fn deliver_due(services: &Arc<Services>) -> Result<usize, StoreError> {
    let mut courier = Courier::new(Arc::clone(services));
    courier.begin().await?;
    Ok(courier.finish().await)
}

/// Tells a client of what is due, a batch at a time, for as long as it hears.
async fn round(services: Arc<Services>, client_id: String) -> usize {
    let mut tried = 0;
    for _ in 0..BATCHES {
        match batch(&services, &client_id).await {
            Ok(batch) => {
                tried += batch.heard + batch.unheard;
                if batch.heard == 0 || batch.unheard > 0 {
                    break;
                }
            }
            Err(error) => {
                tracing::error!(%error, client_id, "back-channel logouts not delivered");
                break;
            }
        }
    }
    tried
}

/// How the deliveries of a batch went that were tried here.
#[derive(Default)]
struct Batch {
    heard: usize,
    unheard: usize,
}

async fn batch(services: &Arc<Services>, client_id: &str) -> Result<Batch, StoreError> {
    let now = services.now();
    let due = LogoutDeliveries::on(services.store.read()).due(client_id, now, AT_ONCE).await?;
    let mut under_way = JoinSet::new();
    for delivery in due {
        let services = Arc::clone(services);
        under_way.spawn(async move { deliver(&services, delivery).await });
    }
    let mut batch = Batch::default();
    while let Some(outcome) = under_way.join_next().await {
        match outcome {
            Ok(Ok(Some(true))) => batch.heard += 1,
            Ok(Ok(Some(false))) => batch.unheard += 1,
            Ok(Ok(None)) => {}
            Ok(Err(error)) => return Err(error),
            Err(error) => tracing::error!(%error, "a back-channel logout was cut short"),
        }
    }
    Ok(batch)
}

/// Whether the client has heard; nothing, where another node tries.
async fn deliver(services: &Services, delivery: LogoutDelivery) -> Result<Option<bool>, StoreError> {
    let tx = services.store.begin().await?;
    let leased = LogoutDeliveries::on(tx.connection()).lease(&delivery, services.now() + LEASE).await?;
    tx.commit().await?;
    if !leased {
        return Ok(None);
    }
    let outcome = tell(services, &delivery).await;
    let heard = outcome.is_ok();
    let now = services.now();
    let tx = services.store.begin().await?;
    let deliveries = LogoutDeliveries::on(tx.connection());
    let attempts = delivery.attempts.saturating_add(1);
    let client_id = &delivery.client_id;
    match outcome {
        Ok(()) => deliveries.delivered(&delivery.id, now).await?,
        Err(TellError::NotListening) => deliveries.failed(&delivery.id, now).await?,
        Err(error) => {
            let next = now + retry_after(attempts);
            tracing::warn!(%error, client_id, attempts, "a back-channel logout did not arrive");
            if next < delivery.expires_at {
                deliveries.retry(&delivery.id, next).await?;
            } else {
                deliveries.failed(&delivery.id, now).await?;
            }
        }
    }
    tx.commit().await?;
    Ok(Some(heard))
}

/// Back-Channel Logout 1.0 §2.5, §2.8: 200 says that it is done, and some frameworks say 204.
async fn tell(services: &Services, delivery: &LogoutDelivery) -> Result<(), TellError> {
    let client = services.clients.get(&delivery.client_id).ok_or(TellError::NotListening)?;
    let listener = client.backchannel_logout.as_ref().ok_or(TellError::NotListening)?;
    let uri = Url::parse(&listener.uri).map_err(|_| TellError::NotListening)?;
    let token = logout_token(services, &client, delivery)?;
    match services.outbound.post_form(&uri, &[("logout_token", &token)]).await? {
        200 | 204 => Ok(()),
        status => Err(OutboundError::Status(status).into()),
    }
}

fn logout_token(services: &Services, client: &Client, delivery: &LogoutDelivery) -> Result<String, KeyError> {
    let now = services.now();
    let sub = subject::subject_of(&services.vault, client, &delivery.profile_id);
    let issuer = services.issuer.as_str();
    let claims = LogoutToken::new(issuer, &client.client_id, sub, &delivery.session_id, &delivery.id, now);
    services.keyring.sign(client.id_token_signed_response_alg, LOGOUT_TOKEN_TYPE, &claims, now)
}

#[derive(Debug, thiserror::Error)]
enum TellError {
    #[error("the client has no address to be told at")]
    NotListening,
    #[error(transparent)]
    Outbound(#[from] OutboundError),
    #[error(transparent)]
    Key(#[from] KeyError),
}

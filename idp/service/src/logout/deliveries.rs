//! Telling applications that a session has ended: at least once, again and again until they have heard.
//!
//! A delivery is leased by a conditional write before it is tried, so that of several nodes one tries; a node that
//! dies loses its lease, and another tries again.

use std::sync::Arc;

use chrono::Duration;
use countersign_core::oauth::client::Client;
use countersign_core::oauth::logout::{LOGOUT_TOKEN_TYPE, LogoutToken, retry_after};
use countersign_store::{LogoutDeliveries, LogoutDelivery, StoreError};
use tokio::task::JoinSet;
use url::Url;

use crate::keys::KeyError;
use crate::{OutboundError, Services, subject};

/// Deliveries tried at once.
const BATCH: u64 = 16;
/// Longer than any call takes.
const LEASE: Duration = Duration::seconds(30);

/// Tries every delivery that is due, a batch at once, and says how many were tried. A full batch means that there
/// may be more.
pub async fn deliver_due(services: &Arc<Services>) -> Result<usize, StoreError> {
    let due = LogoutDeliveries::on(services.store.read()).due(services.now(), BATCH).await?;
    let mut under_way = JoinSet::new();
    for delivery in due {
        let services = Arc::clone(services);
        under_way.spawn(async move { deliver(&services, delivery).await });
    }
    let mut tried = 0;
    while let Some(outcome) = under_way.join_next().await {
        match outcome {
            Ok(Ok(true)) => tried += 1,
            Ok(Ok(false)) => {}
            Ok(Err(error)) => return Err(error),
            Err(error) => tracing::error!(%error, "a back-channel logout was cut short"),
        }
    }
    Ok(tried)
}

/// Whether the delivery was tried here, rather than by another node.
async fn deliver(services: &Services, delivery: LogoutDelivery) -> Result<bool, StoreError> {
    let tx = services.store.begin().await?;
    let leased = LogoutDeliveries::on(tx.connection()).lease(&delivery, services.now() + LEASE).await?;
    tx.commit().await?;
    if !leased {
        return Ok(false);
    }
    let outcome = tell(services, &delivery).await;
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
    Ok(true)
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

//! Requests that nobody decided in time end, and let go of what they were about.

use countersign_core::directory::change_request::{ChangeRequest, State};
use countersign_store::{ChangeRequests, StoredRequest};

use super::trail;
use crate::login::Fault;
use crate::{Services, audit};

/// How many in one transaction.
const BATCH: u64 = 50;

/// Ends overdue requests, and says how many. Safe on several nodes at once.
pub async fn expire_overdue(services: &Services) -> Result<usize, Fault> {
    let now = services.now();
    let overdue = ChangeRequests::on(services.store.read()).overdue(now, BATCH).await?;
    if overdue.is_empty() {
        return Ok(0);
    }
    let tx = services.store.begin().await?;
    let mut ended = 0;
    for stored in overdue {
        let (id, state, entry) = match stored {
            StoredRequest::Sound(request) => {
                let Ok(state) = request.state.expire(now) else { continue };
                let request = ChangeRequest { state, ..*request };
                (request.id.clone(), request.state.clone(), trail::expired(&request))
            }
            // It takes nothing away but what nobody could have signed, and must not keep the others waiting.
            StoredRequest::Tampered(tampered) => {
                let (request, reason) = (tampered.id.as_str(), &tampered.reason);
                tracing::error!(request, reason, "an expired request was tampered with");
                (tampered.id.clone(), State::Expired { at: now }, trail::expired_tampered(&tampered))
            }
        };
        if ChangeRequests::on(tx.connection()).end(&id, &state, now).await? {
            audit::append(services, &tx, entry).await?;
            ended += 1;
        }
    }
    tx.commit().await?;
    Ok(ended)
}

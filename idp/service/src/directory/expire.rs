//! Requests that nobody decided in time end, and let go of what they were about.

use countersign_core::directory::change_request::ChangeRequest;
use countersign_store::ChangeRequests;

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
    for request in overdue {
        let Ok(state) = request.state.expire(now) else { continue };
        let request = ChangeRequest { state, ..request };
        if ChangeRequests::on(tx.connection()).end(&request.id, &request.state, now).await? {
            audit::append(services, &tx, trail::expired(&request)).await?;
            ended += 1;
        }
    }
    tx.commit().await?;
    Ok(ended)
}

//! Keeping the audit trail: records are sealed within a second, checkpoints leave the machine, and strangers' failures
//! are written down.

mod sinks;
mod syslog;

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use countersign_service::Services;
use countersign_service::audit::{self, Sealer, Turn};

use crate::config::AuditTrail;
use crate::serve::Shutdown;
use sinks::Sinks;

/// How often unsealed records are looked for: what is written is sealed within a second.
const SEAL_EVERY: Duration = Duration::from_millis(500);

/// Strangers' failures are written every this many looks.
const TALLY_EVERY: u32 = 10;

/// Checkpoints that leave together.
const CHECKPOINTS: u64 = 500;

/// Keeps the trail until shutdown, and once more then.
pub(super) async fn run(services: Arc<Services>, settings: AuditTrail, shutdown: Shutdown) {
    let every = TimeDelta::seconds(settings.checkpoint_seconds.into());
    let sealer = Sealer::new(&*services.entropy, every);
    let mut sinks = Sinks::of(&settings);
    if sinks.is_empty() {
        tracing::warn!(
            "audit checkpoints stay in the database: set `audit.checkpoint_file` or `audit.syslog`"
        );
    }
    let mut looks: u32 = 0;
    loop {
        let last = tokio::select! {
            () = tokio::time::sleep(SEAL_EVERY) => false,
            () = shutdown.requested() => true,
        };
        if last || looks.is_multiple_of(TALLY_EVERY) {
            write_tallies(&services).await;
        }
        match sealer.turn(&services).await {
            Ok(Turn::Sealed(_)) => sinks = publish(&services, sinks).await,
            Ok(Turn::Elsewhere) => {}
            Err(error) => tracing::error!(%error, "the audit trail is not sealed"),
        }
        if last {
            return;
        }
        looks = looks.wrapping_add(1);
    }
}

async fn write_tallies(services: &Services) {
    if let Err(error) = audit::flush(services).await {
        tracing::error!(%error, "strangers' failures not counted");
    }
    if let Err(error) = audit::close_hours(services).await {
        tracing::error!(%error, "strangers' failures not recorded");
    }
}

/// Hands out what has not left the machine yet. What cannot leave is tried again at the next look.
async fn publish(services: &Services, sinks: Sinks) -> Sinks {
    if sinks.is_empty() {
        return sinks;
    }
    let checkpoints = match audit::unpublished(services, CHECKPOINTS).await {
        Ok(checkpoints) if checkpoints.is_empty() => return sinks,
        Ok(checkpoints) => checkpoints,
        Err(error) => {
            tracing::error!(%error, "audit checkpoints not read");
            return sinks;
        }
    };
    let again = sinks.clone();
    let written = tokio::task::spawn_blocking(move || {
        let mut sinks = sinks;
        let written = sinks.write(&checkpoints);
        (sinks, checkpoints, written)
    });
    let Ok((sinks, checkpoints, written)) = written.await else { return again };
    if !written {
        return sinks;
    }
    if let Err(error) = audit::mark_published(services, &checkpoints).await {
        tracing::error!(%error, "audit checkpoints left, and will leave again");
    }
    sinks
}

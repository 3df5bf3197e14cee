//! What happens without anyone asking: mail leaves, logouts are delivered, keys rotate, the expired is removed,
//! the audit trail is sealed.
//!
//! Every job is safe to run on several nodes at once and to kill at any moment: work is claimed by conditional writes
//! and a claim runs out. A job that fails says so and tries again; it never ends the process.

mod audit;
pub mod mail;
pub mod transport;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use countersign_service::Services;
use countersign_service::directory::migration;
use countersign_service::logout::deliveries::Courier;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::task::JoinSet;

use crate::config::{AuditTrail, Smtp};
use crate::serve::Shutdown;
use transport::TransportError;

/// How often waiting back-channel logouts are looked for.
const DELIVER_EVERY: Duration = Duration::from_millis(250);

/// How often expired rows are looked for.
const CLEANUP_EVERY: Duration = Duration::from_mins(1);

/// How often a node looks whether another has changed what it keeps in memory: one number, while nothing has.
const FOLLOW_EVERY: Duration = Duration::from_secs(2);

/// How often change requests are looked for that nobody decided in time.
const EXPIRE_EVERY: Duration = Duration::from_mins(1);

/// How often moves are looked for whose time has come, and jobs at the end of a parallel run.
const MIGRATE_EVERY: Duration = Duration::from_secs(5);

/// How long such a job leaves the others their turn.
const MIGRATE_PAUSE: Duration = Duration::from_millis(50);

/// How often reminders of scheduled phases are looked for.
const REMIND_EVERY: Duration = Duration::from_mins(5);

/// How often histograms are condensed, and gauges read.
const UPKEEP_EVERY: Duration = Duration::from_secs(5);

/// Every background job of a node. They end at shutdown, each after the work it is in.
pub fn start(
    services: &Arc<Services>,
    smtp: &Smtp,
    trail: &AuditTrail,
    metrics: PrometheusHandle,
    shutdown: &Shutdown,
) -> Result<JoinSet<()>, TransportError> {
    let mut jobs = JoinSet::new();
    let sender = mail::Sender::new(Arc::clone(services), smtp)?;
    jobs.spawn(mail::run(sender, shutdown.clone()));
    jobs.spawn(deliver_logouts(Courier::new(Arc::clone(services)), shutdown.clone()));
    jobs.spawn(audit::run(Arc::clone(services), trail.clone(), shutdown.clone()));
    let refresh = Duration::from_secs(services.policy.keys.refresh_seconds.max(1).into());
    jobs.spawn(every(refresh, shutdown.clone(), Arc::clone(services), maintain_keys));
    jobs.spawn(every(FOLLOW_EVERY, shutdown.clone(), Arc::clone(services), follow_changes));
    jobs.spawn(every(CLEANUP_EVERY, shutdown.clone(), Arc::clone(services), remove_expired));
    jobs.spawn(every(EXPIRE_EVERY, shutdown.clone(), Arc::clone(services), expire_requests));
    jobs.spawn(migrate(Arc::clone(services), shutdown.clone()));
    jobs.spawn(every(REMIND_EVERY, shutdown.clone(), Arc::clone(services), remind));
    jobs.spawn(every(UPKEEP_EVERY, shutdown.clone(), Arc::clone(services), move |services| {
        let metrics = metrics.clone();
        async move {
            metrics::gauge!(crate::metrics::PASSWORD_POOL_DEPTH).set(depth(&services));
            if let Ok(backlog) = countersign_service::audit::backlog(&services).await {
                metrics::gauge!(crate::metrics::AUDIT_UNSEALED).set(gauge(backlog));
            }
            if let Ok(operators) = countersign_service::bootstrap::operators(&services).await {
                metrics::gauge!(crate::metrics::OPERATORS).set(gauge(operators));
            }
            metrics.run_upkeep();
        }
    }));
    Ok(jobs)
}

fn depth(services: &Services) -> f64 {
    gauge(services.hasher.depth() as u64)
}

#[expect(clippy::cast_precision_loss, reason = "nothing that is gauged reaches 2^52")]
fn gauge(value: u64) -> f64 {
    value as f64
}

/// Does `work` now and then again `pause` after each time it is done, until shutdown.
async fn every<F: Future<Output = ()>>(
    pause: Duration,
    shutdown: Shutdown,
    services: Arc<Services>,
    work: impl Fn(Arc<Services>) -> F,
) {
    loop {
        work(Arc::clone(&services)).await;
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = shutdown.requested() => return,
        }
    }
}

/// Tells applications of logouts that are due, each by itself, until shutdown.
async fn deliver_logouts(mut courier: Courier, shutdown: Shutdown) {
    loop {
        if let Err(error) = courier.begin().await {
            tracing::error!(%error, "back-channel logouts not looked for");
        }
        tokio::select! {
            () = tokio::time::sleep(DELIVER_EVERY) => {}
            () = shutdown.requested() => break,
        }
    }
    courier.finish().await;
}

/// Rotates keys that are due.
async fn maintain_keys(services: Arc<Services>) {
    if let Err(error) = countersign_service::keys::maintain(&services).await {
        tracing::error!(%error, "signing keys not maintained");
    }
}

/// Loads what requests have changed, at whatever node they were signed.
async fn follow_changes(services: Arc<Services>) {
    if let Err(error) = countersign_service::keys::follow(&services).await {
        tracing::error!(%error, "signing keys not loaded");
    }
    if let Err(error) = countersign_service::clients::refresh(&services).await {
        tracing::error!(%error, "clients not refreshed");
    }
}

async fn expire_requests(services: Arc<Services>) {
    match countersign_service::directory::expire_overdue(&services).await {
        Ok(0) => {}
        Ok(requests) => tracing::info!(requests, "change requests expired"),
        Err(error) => tracing::error!(%error, "change requests not expired"),
    }
}

/// Carries out moves whose time has come, and goes on with the jobs that follow, until shutdown.
async fn migrate(services: Arc<Services>, shutdown: Shutdown) {
    loop {
        match migration::carry_out_due(&services).await {
            Ok(0) => {}
            Ok(houses) => tracing::info!(houses, "moved to another phase"),
            Err(error) => tracing::error!(%error, "due moves not carried out"),
        }
        let pause = match migration::end_runs(&services).await {
            Ok(migration::Progress::More) => MIGRATE_PAUSE,
            Ok(migration::Progress::Idle) => MIGRATE_EVERY,
            Err(error) => {
                tracing::error!(%error, "a job at the end of a parallel run did not go on; it will be tried again");
                MIGRATE_EVERY
            }
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = shutdown.requested() => return,
        }
    }
}

async fn remind(services: Arc<Services>) {
    match migration::remind(&services).await {
        Ok(0) => {}
        Ok(participants) => tracing::info!(participants, "reminded of a scheduled phase"),
        Err(error) => tracing::error!(%error, "reminders not sent"),
    }
}

async fn remove_expired(services: Arc<Services>) {
    match countersign_service::cleanup::remove_expired(&services).await {
        Ok(0) => {}
        Ok(rows) => tracing::info!(rows, "expired rows removed"),
        Err(error) => tracing::error!(%error, "expired rows not removed"),
    }
}

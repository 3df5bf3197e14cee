//! One node of the issuer, put together from a configuration.

use std::net::TcpListener;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use countersign_core::directory::founders::ENOUGH_OPERATORS;
use countersign_core::directory::service_hours::ServiceCalendar;
use countersign_core::directory::user_id::UserIdGrammar;
use countersign_server::config::Config;
use countersign_server::http::router::router;
use countersign_server::http::state::AppState;
use countersign_server::jobs;
use countersign_server::serve::{Application, Serving, Shutdown, ready_check, serve};
use countersign_service::audit::StrangerTally;
use countersign_service::clients::ClientRegistry;
use countersign_service::jwks_fetch::ClientKeySets;
use countersign_service::keys::Keyring;
use countersign_service::policies::LivePolicy;
use countersign_service::{Outbound, PasswordHasher, Reach, Services, Vault};
use countersign_store::{Installation, Store, StoreOptions};
use metrics_exporter_prometheus::PrometheusHandle;

use crate::system;

/// Connects to the database, after its schema was found current or brought up to date.
pub(crate) async fn connect(config: &Config) -> anyhow::Result<Store> {
    let url = config.database.url.expose();
    if config.database.migrate_on_start {
        countersign_migrations::migrate(url).await.context("migrating the database")?;
    }
    let pending = countersign_migrations::pending(url).await.context("connecting to the database")?;
    if pending > 0 {
        bail!(
            "the database lacks {pending} migration(s): run `countersign migrate --config FILE`, or set \
             `database.migrate_on_start = true`"
        );
    }
    Store::connect(url, &StoreOptions::default()).await.context("connecting to the database")
}

/// Whether the database was made by a demo.
pub(crate) async fn is_demo(store: &Store) -> anyhow::Result<bool> {
    let connection = store.read();
    Ok(Installation::on(&connection).get(Installation::DEMO).await?.is_some())
}

/// The use cases' state for a command that ends by itself: with the policies that operators signed, as the nodes have
/// them.
pub(crate) async fn for_command(config: &Config) -> anyhow::Result<Services> {
    let services = services(config, connect(config).await?)?;
    countersign_service::policies::refresh(&services).await.context("policies")?;
    Ok(services)
}

/// The use cases' state, with keys and clients not loaded yet.
pub(crate) fn services(config: &Config, store: Store) -> anyhow::Result<Services> {
    let entropy = system::entropy();
    let reach = if config.outbound.private_addresses { Reach::Private } else { Reach::Public };
    Ok(Services {
        store,
        clock: system::clock(),
        vault: Vault::new(&config.master_key, Arc::clone(&entropy))?,
        hasher: PasswordHasher::new(&config.policy.hashing, Arc::clone(&entropy))?,
        entropy,
        policy: LivePolicy::new(config.policy.clone()),
        user_ids: UserIdGrammar::try_from(&config.policy.user_ids)?,
        hours: ServiceCalendar::try_from(&config.policy.service_hours)?,
        issuer: config.issuer.clone(),
        keyring: Keyring::default(),
        clients: ClientRegistry::default(),
        client_keys: ClientKeySets::default(),
        outbound: Outbound::new(reach)?,
        strangers: StrangerTally::default(),
    })
}

/// Serves until `shutdown`; the jobs end after the server has.
pub(crate) async fn run(
    config: &Config,
    services: Arc<Services>,
    listener: TcpListener,
    metrics: PrometheusHandle,
    shutdown: Shutdown,
) -> anyhow::Result<()> {
    // Both are quick when nothing is due; a node without keys or clients would only refuse.
    countersign_service::keys::maintain(&services).await.context("signing keys")?;
    countersign_service::clients::refresh(&services).await.context("clients")?;
    countersign_service::policies::refresh(&services).await.context("policies")?;
    warn_of_few_operators(&services).await.context("operators")?;
    let jobs = jobs::start(&services, &config.smtp, &config.audit, metrics.clone(), &shutdown)?;
    let checked = Arc::clone(&services);
    let application = Application {
        router: router(AppState::new(Arc::clone(&services), config.pages.notice.clone())),
        ready: ready_check(move || ready(Arc::clone(&checked))),
        metrics,
    };
    let address = listener.local_addr()?;
    tracing::info!(issuer = config.issuer.as_str(), %address, "serving");
    serve(listener, application, &Serving::of(config), shutdown).await.context("serving")?;
    jobs.join_all().await;
    tracing::info!("ended");
    Ok(())
}

/// Says in the log that too few people can keep the house open.
async fn warn_of_few_operators(services: &Services) -> anyhow::Result<()> {
    let operators = countersign_service::bootstrap::operators(services).await?;
    if operators < ENOUGH_OPERATORS {
        tracing::warn!(
            operators,
            "fewer than three operators may use their profiles: with two, neither may be away; with fewer, nothing \
             can be approved"
        );
    }
    Ok(())
}

/// The database answers, and there are keys to sign with.
async fn ready(services: Arc<Services>) -> Result<(), String> {
    services.store.ping().await.map_err(|error| error.to_string())?;
    let alg = countersign_core::oauth::client::SigningAlg::Rs256;
    let ring = services.keyring.current();
    ring.active(alg, services.now()).map(|_| ()).ok_or_else(|| "no active signing key".to_owned())
}

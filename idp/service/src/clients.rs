//! Clients in memory: every request needs one, and they hardly ever change.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use countersign_core::oauth::client::{Client, ClientStatus};
use countersign_core::secret::{SecretString, TokenHash};
use countersign_store::{Clients, StoreError, Versioned, Versions};

use crate::{Purpose, Services, Vault};

/// Every client that may be used, replaced whole when their version changes.
#[derive(Debug, Default)]
pub struct ClientRegistry(RwLock<Arc<Known>>);

#[derive(Debug, Default)]
struct Known {
    version: i64,
    clients: BTreeMap<String, Arc<Client>>,
}

impl ClientRegistry {
    /// The client of this `client_id`.
    #[must_use]
    pub fn get(&self, client_id: &str) -> Option<Arc<Client>> {
        self.known().clients.get(client_id).cloned()
    }

    /// Every client.
    #[must_use]
    pub fn all(&self) -> Vec<Arc<Client>> {
        self.known().clients.values().cloned().collect()
    }

    fn known(&self) -> Arc<Known> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Loads the clients again if they have changed: at the start of a node, after a change of one's own, and every few
/// seconds by a job. While nothing has changed it costs one look at one number.
pub async fn refresh(services: &Services) -> Result<(), StoreError> {
    // The number is read first: a change between the two reads is loaded now and once more next time.
    let version = Versions::on(services.store.read()).get(Versioned::Clients).await?;
    if version == services.clients.known().version {
        return Ok(());
    }
    let clients = Clients::on(services.store.read()).all().await?;
    // To the protocol, one that is disabled is unknown.
    let enabled = clients.into_iter().filter(|client| client.status == ClientStatus::Enabled);
    let clients = enabled.map(|client| (client.client_id.clone(), Arc::new(client))).collect();
    *services.clients.0.write().unwrap_or_else(PoisonError::into_inner) =
        Arc::new(Known { version, clients });
    Ok(())
}

/// What is stored of a client's secret. Generated secrets are 256 random bits, so a keyed hash is enough.
#[must_use]
pub fn hash_secret(vault: &Vault, client_id: &str, secret: &SecretString) -> TokenHash {
    vault.keyed_hash(Purpose::ClientSecret, &[client_id.as_bytes(), secret.expose().as_bytes()])
}

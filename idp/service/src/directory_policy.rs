//! The directory's policy in memory: every request is judged by it, and it hardly ever changes.

use std::sync::{Arc, PoisonError, RwLock};

use countersign_core::directory::policy::DirectoryPolicy;
use countersign_store::{Policies, StoreError, Versioned, Versions};

use crate::Services;

/// The policy, replaced when its version changes.
#[derive(Debug, Default)]
pub struct PolicyRegistry(RwLock<Known>);

#[derive(Debug, Default)]
struct Known {
    version: i64,
    policy: Arc<DirectoryPolicy>,
}

impl PolicyRegistry {
    fn version(&self) -> i64 {
        self.0.read().unwrap_or_else(PoisonError::into_inner).version
    }

    /// The policy.
    #[must_use]
    pub fn current(&self) -> Arc<DirectoryPolicy> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner).policy)
    }
}

impl Services {
    /// What the house has decided about the directory.
    #[must_use]
    pub fn directory_policy(&self) -> Arc<DirectoryPolicy> {
        self.directory_policies.current()
    }
}

/// Loads the policy again if it has changed.
pub async fn refresh(services: &Services) -> Result<(), StoreError> {
    let version = Versions::on(services.store.read()).get(Versioned::Policies).await?;
    if version == services.directory_policies.version() {
        return Ok(());
    }
    let (policy, _) = Policies::on(services.store.read()).directory().await?;
    *services.directory_policies.0.write().unwrap_or_else(PoisonError::into_inner) =
        Known { version, policy: Arc::new(policy) };
    Ok(())
}

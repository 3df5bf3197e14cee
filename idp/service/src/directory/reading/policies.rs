//! Policies that operators may change: what is in effect, and who says so.

use countersign_core::policy::{CHANGEABLE, Changeable, Policy};
use countersign_store::{Policies, StoreError};
use serde_json::Value;

use crate::Services;
use crate::policies::overrides;

/// Who says what a policy is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Nobody: it is as it comes.
    Default,
    /// The configuration.
    Configuration,
    /// An approved request.
    Request,
}

/// A policy.
#[derive(Clone, Debug)]
pub struct Found {
    /// Which.
    pub policy: &'static Changeable,
    /// Its value in effect.
    pub value: Value,
    /// What the configuration, or nobody, says.
    pub configured: Value,
    /// Who says what is in effect.
    pub source: Source,
    /// Counts its changes by request.
    pub version: i64,
}

/// Every policy that may be changed, by name.
pub async fn all(services: &Services) -> Result<Vec<Found>, StoreError> {
    let stored = Policies::on(services.store.read()).all().await?;
    let (given, default, configured) = (overrides(&stored), Policy::default(), services.policy.configured());
    let found = CHANGEABLE.iter().map(|policy| {
        let said = policy.value_in(configured);
        let source = match given.get(policy.name) {
            Some(_) => Source::Request,
            None if said == policy.value_in(&default) => Source::Default,
            None => Source::Configuration,
        };
        Found {
            value: given.get(policy.name).cloned().unwrap_or_else(|| said.clone()),
            configured: said,
            source,
            version: stored
                .iter()
                .find(|stored| stored.name == policy.name)
                .map_or(0, |stored| stored.version),
            policy,
        }
    });
    Ok(found.collect())
}

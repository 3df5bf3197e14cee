//! Policies that operators may change: what is in effect, and who says so.

use countersign_core::policy::{CHANGEABLE, Changeable, Fitted, Policy, fitted};
use countersign_store::{Policies, StoreError};
use serde_json::Value;

use crate::Services;
use crate::policies::signed;

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
    /// Whether a request gave it a value that does not fit now, and is not in effect.
    pub left_out: bool,
    /// Counts its changes by request.
    pub version: i64,
}

/// Every policy that may be changed, by name.
pub async fn all(services: &Services) -> Result<Vec<Found>, StoreError> {
    let stored = Policies::on(services.store.read()).all().await?;
    let (default, configured) = (Policy::default(), services.policy.configured());
    let Fitted { policy: live, kept, left_out } = fitted(configured, &signed(&stored));
    let found = CHANGEABLE.iter().map(|policy| {
        let said = policy.value_in(configured);
        let source = match kept.get(policy.name) {
            Some(_) => Source::Request,
            None if said == policy.value_in(&default) => Source::Default,
            None => Source::Configuration,
        };
        Found {
            value: policy.value_in(&live),
            configured: said,
            source,
            left_out: left_out.contains_key(policy.name),
            version: stored
                .iter()
                .find(|stored| stored.name == policy.name)
                .map_or(0, |stored| stored.version),
            policy,
        }
    });
    Ok(found.collect())
}

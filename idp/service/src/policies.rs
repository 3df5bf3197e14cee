//! The policy in effect: what the configuration says, and over it what operators have changed.
//!
//! It is read at every step of every request, so reading it is one look at a shared pointer, and whoever has looked goes
//! on with what they saw. A policy that has had its day is never freed: two people sign each change, so there are a
//! handful of them in the life of a process, of some kilobytes each.

use std::ops::{Deref, DerefMut};
use std::sync::{PoisonError, RwLock};

use countersign_core::policy::{Fitted, Overrides, Policy, fitted};
use countersign_store::{Policies, StoreError, StoredPolicy, Versioned, Versions};

use crate::Services;

/// Gauge of the values that requests gave policies and that do not fit, and so are not in effect.
pub const POLICIES_LEFT_OUT: &str = "countersign_policies_left_out";

/// The policy in effect.
pub struct LivePolicy {
    configured: Policy,
    present: RwLock<Present>,
}

#[derive(Clone, Copy, Default)]
struct Present {
    version: i64,
    changed: Option<&'static Policy>,
}

impl LivePolicy {
    /// What the configuration says, until [`refresh`] has looked whether anything was changed.
    #[must_use]
    pub fn new(configured: Policy) -> Self {
        Self { configured, present: RwLock::default() }
    }

    /// What the configuration says.
    #[must_use]
    pub fn configured(&self) -> &Policy {
        &self.configured
    }

    fn present(&self) -> Present {
        *self.present.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Deref for LivePolicy {
    type Target = Policy;

    fn deref(&self) -> &Policy {
        self.present().changed.unwrap_or(&self.configured)
    }
}

/// Whoever holds the only handle may still configure: before a node serves, and in tests.
impl DerefMut for LivePolicy {
    fn deref_mut(&mut self) -> &mut Policy {
        &mut self.configured
    }
}

/// Loads the policies again if any has changed: at the start of a node, after a change of one's own, and every few
/// seconds by a job.
///
/// What was changed and no longer fits, after an upgrade or beside another configuration, is left out, and the log says
/// so, one by one: a node must not stay away for it, and the others stay in effect.
pub async fn refresh(services: &Services) -> Result<(), StoreError> {
    let version = Versions::on(services.store.read()).get(Versioned::Policies).await?;
    let live = &services.policy;
    if version == live.present().version {
        return Ok(());
    }
    let signed = signed(&Policies::on(services.store.read()).all().await?);
    let Fitted { policy, kept, left_out } = fitted(live.configured(), &signed);
    for (name, why) in &left_out {
        tracing::error!(name, why, "a policy that operators changed does not fit and is left out");
    }
    let count = u32::try_from(left_out.len()).unwrap_or(u32::MAX);
    metrics::gauge!(POLICIES_LEFT_OUT).set(f64::from(count));
    let changed = (!kept.is_empty()).then(|| &*Box::leak(Box::new(policy)));
    *live.present.write().unwrap_or_else(PoisonError::into_inner) = Present { version, changed };
    Ok(())
}

/// The values that requests gave, by name, whether they fit now or not.
pub(crate) fn signed(stored: &[StoredPolicy]) -> Overrides {
    let given = stored.iter().filter_map(|stored| Some((stored.name.clone(), stored.value.clone()?)));
    given.collect()
}

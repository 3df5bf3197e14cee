//! An installation's first two operators with the console through which they sign, and the way back in when too few
//! are left, or the console is out of reach.
//!
//! There is nobody yet who could sign, so this is done from the command line, once, in one transaction with its record
//! and its mails. The same goes for recovery, where two sealed keys stand for the two signatures.

mod console;
mod founding;
mod handing_out;
mod recovery;
mod sealed_keys;

pub use founding::{BootstrapError, Founded, bootstrap};
pub use handing_out::Unfinished;
pub use recovery::{RecoveryError, recover};
pub use sealed_keys::SealedKeys;

use countersign_store::{Directory, StoreError};

use crate::Services;

/// How many operators may use their profiles now.
pub async fn operators(services: &Services) -> Result<u64, StoreError> {
    let now = services.now();
    let all = Directory::on(services.store.read()).of_the_exchange().await?;
    let usable = all.iter().filter(|record| record.profile.usable(now).is_ok() && !record.profile.locked);
    Ok(usable.count() as u64)
}

#[cfg(test)]
mod tests;

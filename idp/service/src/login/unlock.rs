//! Unlocking a profile: for those who may, on an approved request.

use countersign_core::directory::profile::Profile;
use countersign_store::{Activity, Counters, Tx};

use super::attempt::user_id_key;
use super::fault::Fault;
use crate::Services;

/// Unlocks `profile` as part of `tx`. What was counted against it is forgotten, so that the next wrong entry is the
/// first again.
pub async fn unlock(services: &Services, tx: &Tx, profile: &Profile) -> Result<(), Fault> {
    Activity::on(tx.connection()).unlock(&profile.id).await?;
    Counters::on(tx.connection()).forget(&[&user_id_key(services, &profile.user_id)]).await?;
    Ok(())
}

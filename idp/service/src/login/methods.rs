//! Which ways to log in are offered. What a profile's own house refuses is refused after the proof.

use countersign_core::directory::clearing_house::ClearingHouse;
use countersign_core::directory::phase::Phase;
use countersign_store::Phases;

use super::fault::Fault;
use crate::Services;

/// Whether the smartcard is offered beside the OTP: while any house is not past it.
pub async fn offers_smartcard(services: &Services) -> Result<bool, Fault> {
    let phases = Phases::on(services.store.read()).current().await?;
    let houses = [ClearingHouse::Hkcc, ClearingHouse::Seoch, ClearingHouse::Hkscc];
    Ok(houses.into_iter().any(|house| phases.of(house) != Phase::Complete))
}

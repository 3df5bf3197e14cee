//! The migration of a house from smartcards to two factors: the dry run that operators approve, the moves when their time has
//! come, the job at the end, and the reminders before it.

mod dry_run;
mod end_run;
mod moving;
mod reminders;

pub use dry_run::{DryRunError, make};
pub use end_run::{Progress, end_runs};
pub use moving::carry_out_due;
pub(super) use moving::{Moving, carry_out};
pub use reminders::remind;

use countersign_core::directory::clearing_house::ClearingHouse;

/// The houses that migrate: the exchange's own people have always used two factors.
pub const HOUSES: [ClearingHouse; 3] = [ClearingHouse::Hkcc, ClearingHouse::Seoch, ClearingHouse::Hkscc];

#[cfg(test)]
mod tests;

//! The directory's use cases: who calls, what they may read, what they want changed, who signs it, and what it does.
//! Nothing here writes a profile except in the transaction in which a second person signs, but for `suspend`.

mod adopt;
mod apply;
pub mod caller;
mod decide;
mod entrance;
mod expire;
mod forms;
pub mod import;
mod last_administrator;
pub mod migration;
mod on_screen;
mod parties;
mod prepare;
pub mod reading;
mod registry;
mod secrets;
mod submit;
mod suspend;
mod trail;
mod witness;
mod world;

pub use adopt::adopt;
pub use decide::{DecideError, Decided, OnceDecided, approve, reject, withdraw};
pub use entrance::{Entrance, LONGEST_IMPORT};
pub use expire::expire_overdue;
pub use forms::{FormError, decline, file, take, withdraw as withdraw_form};
pub use on_screen::{CheckerEntry, OnScreenError, approve_on_screen, show_code};
pub use prepare::{Prepared, prepare};
pub use secrets::{RevealError, reveal};
pub use submit::{SubmitError, Submitted, submit};
pub use suspend::{SuspendError, suspend};

#[cfg(test)]
mod tests;

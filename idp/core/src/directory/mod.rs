//! Who people are and what they may do: user IDs, participants, profiles, capabilities, phases.

pub mod actor;
pub mod capabilities;
pub mod clearing_house;
pub mod entry;
pub mod listing;
pub mod phase;
pub mod profile;
pub mod search;
pub mod standing;
pub mod status;
pub mod user_id;

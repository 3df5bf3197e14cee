//! Who people are and what they may do: user IDs, participants, profiles, capabilities, phases.

pub mod actor;
pub mod capabilities;
pub mod clearing_house;
pub mod phase;
pub mod profile;
pub mod user_id;

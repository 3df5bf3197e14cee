//! Who people are and what they may do: user IDs, participants, profiles, capabilities, phases.

pub mod actor;
pub mod approval_code;
pub mod batch_file;
pub mod business_group;
pub mod capabilities;
pub mod change_request;
pub mod clearing_house;
pub mod entry;
pub mod finding;
pub mod founders;
pub mod label;
pub mod listing;
pub mod mailbox;
pub mod options;
pub mod participant;
pub mod permission;
pub mod phase;
pub mod profile;
pub mod record;
pub mod requests;
pub mod search;
pub mod service_hours;
pub mod signatures;
pub mod standing;
pub mod status;
pub mod user_id;

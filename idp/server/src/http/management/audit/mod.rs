//! The audit trail: searched, taken out as a file, and proved.

pub(super) mod export;
pub(super) mod list;
pub(super) mod show;
pub(super) mod verify;
mod view;

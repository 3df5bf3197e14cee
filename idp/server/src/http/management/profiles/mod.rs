//! User profiles.

pub(super) mod export;
pub(super) mod list;
pub(super) mod show;
pub(super) mod summary;
pub(super) mod suspend;
pub(super) mod table;

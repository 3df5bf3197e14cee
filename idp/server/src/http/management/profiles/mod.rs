//! User profiles.

pub(super) mod list;
mod summary;

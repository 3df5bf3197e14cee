//! The management API as a program meets it, through the whole router.

mod door;
mod listing;
mod support;

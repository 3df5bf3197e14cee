//! The management API as a program meets it, through the whole router.

mod benchmark;
mod client;
mod commands;
mod door;
mod listing;
mod reading;
mod scope;
mod support;

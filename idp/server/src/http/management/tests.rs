//! The management API as a program meets it, through the whole router.

mod audit;
mod batches;
mod benchmark;
mod changing;
mod client;
mod clients;
mod commands;
mod contract;
mod door;
mod exchange;
mod groups;
mod hours;
mod listing;
mod on_screen;
mod phases;
mod reading;
mod scope;
mod support;

//! Countersign's HTTP server.

pub mod http;
pub mod mail;

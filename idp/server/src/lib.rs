//! The issuer over HTTP: its configuration, its endpoints and pages, its background jobs, and how it is served.

pub mod config;
pub mod http;
pub mod jobs;
pub mod mail;
pub mod metrics;
pub mod serve;

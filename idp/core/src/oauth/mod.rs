//! The protocol's rules: OAuth 2.0 and OpenID Connect, without HTTP and without a database.

pub mod acr;
pub mod authorize;
pub mod claims;
pub mod client;
pub mod code;
pub mod error;
pub mod interaction;
pub mod logout;
pub mod requirement;
pub mod scope;

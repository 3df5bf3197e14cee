//! The protocol's rules: OAuth 2.0 and OpenID Connect, without HTTP and without a database.

pub mod acr;
pub mod interaction;

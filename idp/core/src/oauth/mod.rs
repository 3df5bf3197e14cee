//! The protocol's rules: OAuth 2.0 and OpenID Connect, without HTTP and without a database.

pub mod acr;
pub mod authorize;
pub mod claims;
pub mod client;
pub mod client_auth;
pub mod code;
pub mod error;
pub mod form;
pub mod grant;
pub mod grants;
pub mod interaction;
pub mod key_schedule;
pub mod logout;
pub mod pkce;
pub mod requirement;
pub mod scope;
pub mod session;
pub mod tokens;

//! An application that speaks OAuth 2.0 and OpenID Connect by hand, so that tests can speak it wrongly too.
//!
//! - [`request`]: authorization requests and PKCE
//! - [`party`]: the relying party and the endpoints it calls
//! - [`authentication`]: how it proves who it is (RFC 6749 §2.3, RFC 7523)
//! - [`jwt`]: tokens it receives, verified by the issuer's keys
//! - [`standard`]: the same by the `openidconnect` crate

pub mod authentication;
pub mod jwt;
pub mod party;
pub mod request;
pub mod standard;

pub use authentication::{Assertion, Authentication};
pub use jwt::Jwt;
pub use party::RelyingParty;
pub use request::AuthorizationRequest;

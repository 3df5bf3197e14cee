//! One way to log in, shared by every application of the house that asks Countersign who somebody is.
//!
//! An application hands over a [`Config`] (which issuer, which client) and an [`Application`] (its name and look), receives a
//! [`RelyingParty`], merges its [`routes`](RelyingParty::routes) and reads the [`LiveSession`] of a request. Everything between
//! the *Log in* link and that session lives here: discovery, the code flow with PKCE, the checks of the ID token, the session
//! kept on the server, refresh ahead of expiry, and both ways of logging out.
//!
//! The browser holds one opaque cookie and no token ever.

mod access_token;
mod application;
mod claims;
mod client_authentication;
mod config;
mod environment;
mod http_client;
mod issuer;
mod jwt;
mod login;
mod logout;
mod process;
mod relying_party;
mod sealed;
mod secret;
mod session;
mod tokens;
pub mod web;

pub use access_token::{AccessToken, AccessTokenError, AccessTokenVerifier};
pub use application::Application;
pub use claims::{AccessLevel, AccessLevels, Claims, LastLogin};
pub use client_authentication::ClientAuthentication;
pub use config::{Config, ConfigError, SessionLimits};
pub use environment::{Clock, Environment, Random, RandomError};
pub use issuer::{Issuer, IssuerError};
pub use login::{LoginError, LoginRequest, Prompt};
pub use process::{load_config, run};
pub use relying_party::{RelyingParty, ServeError, serve_until};
pub use secret::Secret;
pub use session::{LiveSession, MaybeSession};
pub use tokens::{OwnToken, RefreshError, TokenTimes};

//! Logging in: the code flow of OIDC Core §3.1 with PKCE, from the *Log in* link to verified claims.

mod begin;
mod callback;
mod complete;
mod error;
mod id_token;
mod pending;
mod request;

pub(crate) use callback::parse as parse_callback;
pub(crate) use complete::Completed;
pub use error::LoginError;
pub(crate) use id_token::{Verified, verify_renewed};
pub(crate) use pending::{COOKIE_PATH, PendingLogin};
pub(crate) use request::LoginQuery;
pub use request::{LoginRequest, Prompt};

//! The management API's contract: what is asked and answered under `/api/v1`, and a typed client of it.
//!
//! The server answers with these types and the console asks with them, so neither can drift from the other. Nothing
//! here knows how the issuer works inside. Keys are `snake_case`; instants are RFC 3339 in UTC; dates that people enter
//! are `YYYY-MM-DD` in Hong Kong. A request with a member that is not in its type is refused.

pub mod activity;
pub mod audit;
pub mod calendars;
#[cfg(feature = "client")]
pub mod client;
pub mod clients;
pub mod drafts;
pub mod forms;
pub mod groups;
pub mod keys;
pub mod me;
pub mod page;
pub mod participants;
pub mod phases;
pub mod policies;
pub mod problem;
pub mod profiles;
pub mod requests;

/// Where the API stands below the issuer: its resource identifier (RFC 8707) is the issuer followed by this.
pub const BASE_PATH: &str = "/api/v1";

/// The header that names an attempt, so that a repeated one is answered and not done again.
pub const IDEMPOTENCY_KEY: &str = "idempotency-key";

//! What is remembered: one repository per aggregate, on SQLite and PostgreSQL alike.
//!
//! Only this crate and the migrations name the database library. A repository borrows a [`Connection`]: either
//! the reader's, or that of the [`Tx`] in which its changes are to happen together. Nothing changes outside a
//! transaction, and nothing is changed until [`Tx::commit`] returns.

mod activity;
mod appointments;
mod approval_codes;
mod audit;
mod authorization_codes;
mod change_requests;
mod clients;
mod connection;
mod consents;
mod counters;
mod directory;
mod end_runs;
mod entities;
mod error;
mod expired;
mod forms;
mod frozen_lists;
mod grants;
mod groups;
mod idempotency_keys;
mod installation;
mod login_flows;
mod logout_deliveries;
mod migration_facts;
mod only;
mod otp_challenges;
mod outbox;
mod participant_listing;
mod participants;
mod passwords;
mod phase_reminders;
mod phases;
mod profile_listing;
mod profile_terms;
mod profiles;
mod refresh_tokens;
mod request_secrets;
mod revoked_access_tokens;
mod second_factors;
mod sessions;
mod signing_keys;
#[cfg(feature = "testing")]
pub mod testing;
mod token_facts;
mod used_assertions;
mod versions;

pub use activity::Activity;
pub use appointments::Appointments;
pub use approval_codes::ApprovalCodes;
pub use audit::{
    Audit, AuditCheckpoints, AuditCursor, AuditFilter, AuditTallies, FoundRecord, Seal, SealerState,
    StoredAuditKey, Tally,
};
pub use authorization_codes::AuthorizationCodes;
pub use change_requests::{
    ChangeRequests, Listed, ListedRequest, RequestCursor, RequestFilter, StoredRequest, TamperedRequest,
};
pub use clients::{Clients, StoredClient};
pub use connection::{Connection, Durability, Store, StoreOptions, Tx};
pub use consents::Consents;
pub use counters::{Counters, Window};
pub use directory::Directory;
pub use end_runs::{EndRun, EndRuns};
pub use error::StoreError;
pub use expired::Perishable;
pub use forms::Forms;
pub use frozen_lists::FrozenLists;
pub use grants::{Grants, Revoked};
pub use groups::{Groups, StoredGroup};
pub use idempotency_keys::{FormerAttempt, IdempotencyKeys};
pub use installation::Installation;
pub use login_flows::{FoundFlow, LoginFlows, NewFlow};
pub use logout_deliveries::{LogoutDeliveries, LogoutDelivery};
pub use migration_facts::{MigrationFacts, Passer};
pub use otp_challenges::{Challenge, FoundChallenge, OtpChallenges};
pub use outbox::{DueMail, NewMail, Outbox};
pub use participant_listing::{ParticipantListing, Progress};
pub use participants::Participants;
pub use passwords::{Credential, Passwords, StoredPassword};
pub use phase_reminders::PhaseReminders;
pub use phases::{CurrentPhases, Phases};
pub use profile_listing::{ProfileListing, Sorted};
pub use profiles::{DirectoryDetails, Profiles};
pub use refresh_tokens::{RefreshTokens, Successor};
pub use request_secrets::RequestSecrets;
pub use revoked_access_tokens::RevokedAccessTokens;
pub use second_factors::{SecondFactors, SetUp, SoftToken};
pub use sessions::Sessions;
pub use signing_keys::{SigningKeys, StoredKey};
pub use token_facts::{CodeFacts, Consumed, GrantFacts, RefreshFacts, TokenFacts};
pub use used_assertions::UsedAssertions;
pub use versions::{Versioned, Versions};

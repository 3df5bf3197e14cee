//! One file per table. Rows stay inside this crate: repositories turn them into the rules' own types.

#![expect(unreachable_pub, reason = "the derive macros demand public rows in a private module")]

pub(crate) mod appointments;
pub(crate) mod approval_codes;
pub(crate) mod audit_checkpoints;
pub(crate) mod audit_keys;
pub(crate) mod audit_records;
pub(crate) mod audit_sealer;
pub(crate) mod audit_tallies;
pub(crate) mod authorization_codes;
pub(crate) mod business_user_groups;
pub(crate) mod card_pin_releases;
pub(crate) mod change_request_targets;
pub(crate) mod change_requests;
pub(crate) mod clients;
pub(crate) mod consents;
pub(crate) mod counters;
pub(crate) mod enrolment_codes;
pub(crate) mod former_passwords;
pub(crate) mod forms;
pub(crate) mod grants;
pub(crate) mod idempotency_keys;
pub(crate) mod installation;
pub(crate) mod login_flows;
pub(crate) mod logout_deliveries;
pub(crate) mod otp_challenges;
pub(crate) mod otp_channels;
pub(crate) mod outbox;
pub(crate) mod participants;
pub(crate) mod passwords;
pub(crate) mod pending_targets;
pub(crate) mod phases;
pub(crate) mod profile_activity;
pub(crate) mod profile_terms;
pub(crate) mod profiles;
pub(crate) mod refresh_tokens;
pub(crate) mod request_secrets;
pub(crate) mod revoked_access_tokens;
pub(crate) mod session_clients;
pub(crate) mod sessions;
pub(crate) mod signing_keys;
pub(crate) mod soft_tokens;
pub(crate) mod used_assertions;
pub(crate) mod versions;

//! Change requests: what was asked for, byte for byte, and what became of it.

use sea_orm_migration::prelude::*;

/// This migration.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    #[expect(elided_lifetimes_in_paths, reason = "the trait is written so")]
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(manager, TABLES).await
    }
}

const TABLES: &[&str] = &[
    // jurisdiction: the participant whose checkers sign, or 'exchange'. concerns: the participant whose people may see
    // it. decision: JSON of how it ended. Profiles are named without a foreign key: a request outlives whom it names.
    "CREATE TABLE change_requests (
        id TEXT PRIMARY KEY,
        kind TEXT NOT NULL,
        jurisdiction TEXT NOT NULL,
        concerns TEXT,
        document TEXT NOT NULL,
        document_hash TEXT NOT NULL,
        maker_profile_id TEXT NOT NULL,
        maker_user_id TEXT NOT NULL,
        maker_session_id TEXT,
        submitted_at BIGINT NOT NULL,
        expires_at BIGINT NOT NULL,
        state TEXT NOT NULL,
        decided_at BIGINT,
        checker_user_id TEXT,
        decision TEXT
    )",
    "CREATE INDEX change_requests_by_concern ON change_requests (concerns, submitted_at, id)",
    "CREATE INDEX change_requests_by_state ON change_requests (state, submitted_at, id)",
    // What each request is about, for the history of a thing.
    "CREATE TABLE change_request_targets (
        request_id TEXT NOT NULL REFERENCES change_requests (id),
        target TEXT NOT NULL,
        PRIMARY KEY (request_id, target)
    )",
    "CREATE INDEX change_request_targets_by_target ON change_request_targets (target)",
    // One pending request per thing: its row stands as long as the request waits.
    "CREATE TABLE pending_targets (
        target TEXT PRIMARY KEY,
        request_id TEXT NOT NULL REFERENCES change_requests (id)
    )",
    "CREATE INDEX pending_targets_by_request ON pending_targets (request_id)",
    // A secret that an approved request made: shown once, to one of the two who signed.
    "CREATE TABLE request_secrets (
        request_id TEXT PRIMARY KEY REFERENCES change_requests (id),
        secret_sealed TEXT NOT NULL,
        expires_at BIGINT NOT NULL,
        consumed_at BIGINT,
        consumed_by TEXT
    )",
    "CREATE INDEX request_secrets_by_expiry ON request_secrets (expires_at)",
    // A blocked card's PIN may be set anew, once: written by an approved request, used up by the card's own exchange.
    "CREATE TABLE card_pin_releases (
        request_id TEXT PRIMARY KEY REFERENCES change_requests (id),
        profile_id TEXT NOT NULL REFERENCES profiles (id) ON DELETE CASCADE,
        released_at BIGINT NOT NULL,
        consumed_at BIGINT
    )",
];

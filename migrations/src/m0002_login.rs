//! Logging in: what proves a person, what is under way, what was counted, and what must still be mailed.

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
    "CREATE TABLE passwords (
        profile_id TEXT PRIMARY KEY REFERENCES profiles (id) ON DELETE CASCADE,
        phc TEXT NOT NULL,
        set_at BIGINT NOT NULL
    )",
    "CREATE TABLE former_passwords (
        id TEXT PRIMARY KEY,
        profile_id TEXT NOT NULL REFERENCES profiles (id) ON DELETE CASCADE,
        phc TEXT NOT NULL,
        replaced_at BIGINT NOT NULL
    )",
    "CREATE INDEX former_passwords_by_profile ON former_passwords (profile_id, replaced_at)",
    // last_step: the newest TOTP step that was accepted; one that is not newer never is.
    "CREATE TABLE soft_tokens (
        profile_id TEXT PRIMARY KEY REFERENCES profiles (id) ON DELETE CASCADE,
        secret_sealed TEXT NOT NULL,
        last_step BIGINT NOT NULL,
        registered_at BIGINT NOT NULL
    )",
    "CREATE TABLE otp_channels (
        profile_id TEXT PRIMARY KEY REFERENCES profiles (id) ON DELETE CASCADE,
        channel TEXT NOT NULL,
        email_risk_accepted_at BIGINT,
        chosen_at BIGINT NOT NULL
    )",
    "CREATE TABLE enrolment_codes (
        profile_id TEXT PRIMARY KEY REFERENCES profiles (id) ON DELETE CASCADE,
        code_hash TEXT NOT NULL,
        tries BIGINT NOT NULL,
        expires_at BIGINT NOT NULL,
        consumed_at BIGINT
    )",
    // What login itself keeps of a profile: never written by change requests.
    "CREATE TABLE profile_activity (
        profile_id TEXT PRIMARY KEY REFERENCES profiles (id) ON DELETE CASCADE,
        wrong_otps BIGINT NOT NULL,
        locked_at BIGINT,
        locked_because TEXT,
        last_access_at BIGINT,
        last_access_method TEXT,
        last_access_source TEXT
    )",
    // profile_id is NULL for a user ID that is not there: the same row is written for it.
    "CREATE TABLE otp_challenges (
        id TEXT PRIMARY KEY,
        purpose TEXT NOT NULL,
        profile_id TEXT,
        browser_hash TEXT NOT NULL,
        code_hash TEXT NOT NULL,
        tries BIGINT NOT NULL,
        created_at BIGINT NOT NULL,
        expires_at BIGINT NOT NULL,
        consumed_at BIGINT
    )",
    "CREATE INDEX otp_challenges_by_expiry ON otp_challenges (expires_at)",
    // A login under way from its first right factor on; state is JSON.
    "CREATE TABLE login_flows (
        token_hash TEXT PRIMARY KEY,
        browser_hash TEXT NOT NULL,
        profile_id TEXT NOT NULL REFERENCES profiles (id) ON DELETE CASCADE,
        state TEXT NOT NULL,
        version BIGINT NOT NULL,
        created_at BIGINT NOT NULL,
        expires_at BIGINT NOT NULL,
        consumed_at BIGINT
    )",
    "CREATE INDEX login_flows_by_expiry ON login_flows (expires_at)",
    // Counted failures, by keyed hash of what they are counted for (user ID, user ID and browser, source, mailbox).
    "CREATE TABLE counters (
        key TEXT PRIMARY KEY,
        count BIGINT NOT NULL,
        since BIGINT NOT NULL,
        last_at BIGINT NOT NULL,
        expires_at BIGINT NOT NULL
    )",
    "CREATE INDEX counters_by_expiry ON counters (expires_at)",
    // recipient_sealed is NULL for a decoy: written so that every answer costs the same, dropped at delivery.
    "CREATE TABLE outbox (
        id TEXT PRIMARY KEY,
        recipient_sealed TEXT,
        message_sealed TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        next_attempt_at BIGINT NOT NULL,
        attempts BIGINT NOT NULL,
        expires_at BIGINT NOT NULL,
        delivered_at BIGINT,
        failed_at BIGINT
    )",
    "CREATE INDEX outbox_due ON outbox (next_attempt_at)",
];

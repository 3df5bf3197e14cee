//! The protocol: keys, clients, sessions, and what was granted.

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
    "CREATE TABLE signing_keys (
        kid TEXT PRIMARY KEY,
        algorithm TEXT NOT NULL,
        public_jwk TEXT NOT NULL,
        private_sealed TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        activates_at BIGINT NOT NULL,
        retires_at BIGINT,
        removed_at BIGINT
    )",
    "CREATE TABLE clients (
        client_id TEXT PRIMARY KEY,
        metadata TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        updated_at BIGINT NOT NULL,
        version BIGINT NOT NULL
    )",
    "CREATE TABLE sessions (
        id TEXT PRIMARY KEY,
        token_hash TEXT NOT NULL UNIQUE,
        profile_id TEXT NOT NULL REFERENCES profiles (id) ON DELETE CASCADE,
        acr TEXT NOT NULL,
        auth_time BIGINT NOT NULL,
        source TEXT NOT NULL,
        user_agent TEXT NOT NULL,
        prior_access TEXT,
        created_at BIGINT NOT NULL,
        last_used_at BIGINT NOT NULL,
        expires_at BIGINT NOT NULL,
        ended_at BIGINT,
        ended_because TEXT
    )",
    "CREATE INDEX sessions_by_profile ON sessions (profile_id)",
    "CREATE INDEX sessions_by_expiry ON sessions (expires_at)",
    "CREATE TABLE session_clients (
        session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
        client_id TEXT NOT NULL,
        first_at BIGINT NOT NULL,
        PRIMARY KEY (session_id, client_id)
    )",
    "CREATE TABLE consents (
        profile_id TEXT NOT NULL REFERENCES profiles (id) ON DELETE CASCADE,
        client_id TEXT NOT NULL,
        scope TEXT NOT NULL,
        granted_at BIGINT NOT NULL,
        PRIMARY KEY (profile_id, client_id)
    )",
    "CREATE TABLE authorization_codes (
        code_hash TEXT PRIMARY KEY,
        grant_id TEXT NOT NULL,
        client_id TEXT NOT NULL,
        session_id TEXT NOT NULL,
        details TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        expires_at BIGINT NOT NULL,
        consumed_at BIGINT
    )",
    "CREATE INDEX authorization_codes_by_expiry ON authorization_codes (expires_at)",
    // The family of everything that one authorization led to. session_id is NULL once it outlives its session
    // (offline_access).
    "CREATE TABLE grants (
        id TEXT PRIMARY KEY,
        client_id TEXT NOT NULL,
        profile_id TEXT NOT NULL REFERENCES profiles (id) ON DELETE CASCADE,
        session_id TEXT,
        details TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        expires_at BIGINT NOT NULL,
        revoked_at BIGINT,
        revoked_because TEXT
    )",
    "CREATE INDEX grants_by_session ON grants (session_id)",
    "CREATE INDEX grants_by_profile ON grants (profile_id)",
    "CREATE INDEX grants_by_expiry ON grants (expires_at)",
    "CREATE TABLE refresh_tokens (
        token_hash TEXT PRIMARY KEY,
        grant_id TEXT NOT NULL REFERENCES grants (id) ON DELETE CASCADE,
        created_at BIGINT NOT NULL,
        expires_at BIGINT NOT NULL,
        consumed_at BIGINT,
        successor_hash TEXT,
        successor_sealed TEXT
    )",
    "CREATE INDEX refresh_tokens_by_grant ON refresh_tokens (grant_id)",
    "CREATE INDEX refresh_tokens_by_expiry ON refresh_tokens (expires_at)",
    "CREATE TABLE used_assertions (
        key TEXT PRIMARY KEY,
        expires_at BIGINT NOT NULL
    )",
    "CREATE INDEX used_assertions_by_expiry ON used_assertions (expires_at)",
    "CREATE TABLE revoked_access_tokens (
        jti TEXT PRIMARY KEY,
        expires_at BIGINT NOT NULL
    )",
    "CREATE INDEX revoked_access_tokens_by_expiry ON revoked_access_tokens (expires_at)",
    // Back-channel logout waiting to reach an application.
    "CREATE TABLE logout_deliveries (
        id TEXT PRIMARY KEY,
        client_id TEXT NOT NULL,
        session_id TEXT NOT NULL,
        profile_id TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        next_attempt_at BIGINT NOT NULL,
        attempts BIGINT NOT NULL,
        expires_at BIGINT NOT NULL,
        delivered_at BIGINT,
        failed_at BIGINT
    )",
    "CREATE INDEX logout_deliveries_due ON logout_deliveries (next_attempt_at)",
];

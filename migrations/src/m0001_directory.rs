//! The directory: participants, their people, and where each clearing house stands in the migration.

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
    "CREATE TABLE installation (
        name TEXT PRIMARY KEY,
        value TEXT NOT NULL
    )",
    // One row per thing that nodes keep in memory; a changed number tells them to load it again.
    "CREATE TABLE versions (
        name TEXT PRIMARY KEY,
        version BIGINT NOT NULL
    )",
    "CREATE TABLE phases (
        clearing_house TEXT PRIMARY KEY,
        phase TEXT NOT NULL,
        next_phase_at BIGINT,
        changed_at BIGINT NOT NULL
    )",
    "CREATE TABLE participants (
        id TEXT PRIMARY KEY,
        clearing_house TEXT NOT NULL,
        participant TEXT NOT NULL,
        kind TEXT NOT NULL,
        name TEXT NOT NULL,
        customer_codes TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        updated_at BIGINT NOT NULL,
        version BIGINT NOT NULL,
        UNIQUE (clearing_house, participant)
    )",
    "CREATE TABLE appointments (
        principal_id TEXT NOT NULL REFERENCES participants (id),
        agent_id TEXT NOT NULL REFERENCES participants (id),
        created_at BIGINT NOT NULL,
        ended_at BIGINT,
        PRIMARY KEY (principal_id, agent_id)
    )",
    "CREATE TABLE profiles (
        id TEXT PRIMARY KEY,
        user_id TEXT NOT NULL UNIQUE,
        kind TEXT NOT NULL,
        participant_id TEXT NOT NULL REFERENCES participants (id),
        clearing_house TEXT NOT NULL,
        participant TEXT NOT NULL,
        status TEXT NOT NULL,
        surname TEXT NOT NULL,
        other_names TEXT NOT NULL,
        email TEXT,
        enable_from BIGINT,
        disable_after BIGINT,
        created_in_phase TEXT NOT NULL,
        settlement_agent TEXT,
        business_user_groups TEXT NOT NULL,
        access_levels TEXT NOT NULL,
        options TEXT NOT NULL,
        claims TEXT NOT NULL,
        srn TEXT,
        certificate_expiry BIGINT,
        created_at BIGINT NOT NULL,
        updated_at BIGINT NOT NULL,
        version BIGINT NOT NULL
    )",
    "CREATE INDEX profiles_by_participant ON profiles (participant_id, user_id)",
];

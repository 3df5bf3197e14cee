//! The audit trail: records, the chain that seals them, and the signed checkpoints that leave the machine.

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
    // Written once, in the transaction of what it records; only the sealer adds seq and chain, once. mac is the
    // writer's: who has the database alone can add no record that holds.
    "CREATE TABLE audit_records (
        id TEXT PRIMARY KEY,
        at BIGINT NOT NULL,
        action TEXT NOT NULL,
        outcome TEXT NOT NULL,
        actor_kind TEXT NOT NULL,
        actor_id TEXT,
        actor_name TEXT,
        actor_participant TEXT,
        subject_kind TEXT,
        subject_id TEXT,
        subject_name TEXT,
        participant_id TEXT,
        request_id TEXT,
        checker_id TEXT,
        checker_name TEXT,
        source TEXT,
        body TEXT NOT NULL,
        mac TEXT NOT NULL,
        seq BIGINT UNIQUE,
        chain TEXT
    )",
    // Commits do not come in the order of any column, so what is not sealed is found by not being sealed.
    "CREATE INDEX audit_records_unsealed ON audit_records (at, id) WHERE seq IS NULL",
    "CREATE INDEX audit_records_by_time ON audit_records (at, id)",
    "CREATE INDEX audit_records_by_participant ON audit_records (participant_id, at, id)",
    "CREATE INDEX audit_records_by_actor ON audit_records (actor_name, at)",
    "CREATE INDEX audit_records_by_subject ON audit_records (subject_name, at)",
    "CREATE INDEX audit_records_by_request ON audit_records (request_id) WHERE request_id IS NOT NULL",
    // One row: who seals, until when, and where the chain ends. fence changes with every holder.
    "CREATE TABLE audit_sealer (
        name TEXT PRIMARY KEY,
        holder TEXT NOT NULL,
        fence BIGINT NOT NULL,
        lease_ends_at BIGINT NOT NULL,
        seq BIGINT NOT NULL,
        chain TEXT NOT NULL
    )",
    "INSERT INTO audit_sealer (name, holder, fence, lease_ends_at, seq, chain)
     VALUES ('sealer', '', 0, 0, 0, '0000000000000000000000000000000000000000000000000000000000000000')",
    "CREATE TABLE audit_keys (
        kid TEXT PRIMARY KEY,
        public_key TEXT NOT NULL,
        private_sealed TEXT NOT NULL,
        created_at BIGINT NOT NULL
    )",
    // published_at is NULL until the checkpoint has left the machine.
    "CREATE TABLE audit_checkpoints (
        number BIGINT PRIMARY KEY,
        seq BIGINT NOT NULL,
        chain TEXT NOT NULL,
        at BIGINT NOT NULL,
        kid TEXT NOT NULL,
        signature TEXT NOT NULL,
        published_at BIGINT
    )",
    "CREATE INDEX audit_checkpoints_unpublished ON audit_checkpoints (number) WHERE published_at IS NULL",
    // Strangers' failures of the present hour, before they become one record each.
    "CREATE TABLE audit_tallies (
        hour BIGINT NOT NULL,
        source TEXT NOT NULL,
        kind TEXT NOT NULL,
        count BIGINT NOT NULL,
        PRIMARY KEY (hour, source, kind)
    )",
];

//! Forms that participants file with the exchange, and what became of each.

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
    // draft: what is asked for, as typed. outcome: JSON of what became of it. People are named without a foreign key: a
    // form outlives who filed it.
    "CREATE TABLE forms (
        id TEXT PRIMARY KEY,
        kind TEXT NOT NULL,
        participant_id TEXT NOT NULL REFERENCES participants (id),
        draft TEXT NOT NULL,
        note TEXT,
        filer_profile_id TEXT NOT NULL,
        filer_user_id TEXT NOT NULL,
        filed_at BIGINT NOT NULL,
        state TEXT NOT NULL,
        outcome TEXT NOT NULL
    )",
    "CREATE INDEX forms_by_participant ON forms (participant_id, filed_at, id)",
    "CREATE INDEX forms_by_state ON forms (state, filed_at, id)",
];

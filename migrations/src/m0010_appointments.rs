//! Appointments count their changes, as everything does that requests are about.

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
    "ALTER TABLE appointments ADD COLUMN version BIGINT NOT NULL DEFAULT 1",
    "CREATE INDEX appointments_by_agent ON appointments (agent_id, principal_id)",
];

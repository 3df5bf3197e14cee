//! Policies that operators have changed, over what the configuration says.

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
    // value: JSON; NULL for what has gone back to the configuration. The row stays, so that versions only grow.
    "CREATE TABLE policies (
        name TEXT PRIMARY KEY,
        value TEXT,
        updated_at BIGINT NOT NULL,
        version BIGINT NOT NULL
    )",
];

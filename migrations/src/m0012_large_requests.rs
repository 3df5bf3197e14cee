//! Requests about very many things: what a listing says of a request, beside its document.

use sea_orm_migration::prelude::*;

/// This migration.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    #[expect(elided_lifetimes_in_paths, reason = "the trait is written so")]
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(manager, COLUMNS).await
    }
}

const COLUMNS: &[&str] = &[
    // Why, about what first, and about how many things. NULL in rows of an earlier release, whose documents say it.
    "ALTER TABLE change_requests ADD COLUMN reason TEXT",
    "ALTER TABLE change_requests ADD COLUMN first_target TEXT",
    "ALTER TABLE change_requests ADD COLUMN targets BIGINT",
];

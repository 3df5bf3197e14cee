//! Which browser a session is in, and which one a change request was made in: one browser must not give both signatures.

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
    // Keyed hashes. What was there before has none, and is told apart by its session alone.
    "ALTER TABLE sessions ADD COLUMN browser_hash TEXT",
    // Beside the request, because it waits longer than a session is kept.
    "ALTER TABLE change_requests ADD COLUMN maker_browser_hash TEXT",
];

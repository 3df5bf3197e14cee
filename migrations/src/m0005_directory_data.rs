//! The directory's own data: groups and what they grant, codes that approve, and who was merged into whom.

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
    // The one Delegated Administrator who may sign for both, where operators have granted that.
    "ALTER TABLE participants ADD COLUMN sole_administrator TEXT",
    "ALTER TABLE participants ADD COLUMN closed_at BIGINT",
    // The profiles that were this person's before they were merged into this one, as a JSON list.
    "ALTER TABLE profiles ADD COLUMN merged_from TEXT NOT NULL DEFAULT '[]'",
    "CREATE TABLE business_user_groups (
        code TEXT PRIMARY KEY,
        name_en TEXT NOT NULL,
        name_zh_hant TEXT NOT NULL,
        name_zh_hans TEXT NOT NULL,
        functions TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        updated_at BIGINT NOT NULL,
        version BIGINT NOT NULL
    )",
    // The code itself is derived from its epoch, and stands nowhere.
    "CREATE TABLE approval_codes (
        profile_id TEXT PRIMARY KEY REFERENCES profiles (id) ON DELETE CASCADE,
        epoch BIGINT NOT NULL,
        wrong BIGINT NOT NULL,
        wrong_since BIGINT
    )",
];

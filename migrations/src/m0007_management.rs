//! The management API: what listings find profiles by and sort them by, and attempts that must not be made twice.

use std::collections::BTreeSet;

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::QueryResult;
use sea_orm_migration::sea_orm::sea_query::{Alias, Query};

/// This migration.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    #[expect(elided_lifetimes_in_paths, reason = "the trait is written so")]
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(manager, TABLES).await?;
        find_present_profiles(manager).await
    }
}

const TABLES: &[&str] = &[
    // Bytes, because texts compare by a collation that differs from database to database, and beginnings of words are
    // looked up as ranges.
    "CREATE TABLE profile_terms (
        profile_id TEXT NOT NULL REFERENCES profiles (id) ON DELETE CASCADE,
        term BYTEA NOT NULL,
        PRIMARY KEY (profile_id, term)
    )",
    "CREATE INDEX profile_terms_by_term ON profile_terms (term, profile_id)",
    // Once somebody has logged in with two factors they have, whatever they use next.
    "ALTER TABLE profile_activity ADD COLUMN two_factor_at BIGINT",
    "UPDATE profile_activity SET two_factor_at = last_access_at WHERE last_access_method <> 'smartcard'",
    "CREATE INDEX profile_activity_by_access ON profile_activity (COALESCE(last_access_at, 0), profile_id)",
    "CREATE INDEX profiles_by_surname ON profiles (LOWER(surname), user_id)",
    "CREATE INDEX profiles_by_status ON profiles (status, user_id)",
    "CREATE INDEX profiles_by_participant_and_status ON profiles (participant_id, status, user_id)",
    "CREATE INDEX profile_activity_locked ON profile_activity (locked_at) WHERE locked_at IS NOT NULL",
    "CREATE TABLE idempotency_keys (
        key_hash TEXT PRIMARY KEY,
        request_hash TEXT NOT NULL,
        answer_sealed TEXT,
        created_at BIGINT NOT NULL,
        expires_at BIGINT NOT NULL
    )",
    "CREATE INDEX idempotency_keys_by_expiry ON idempotency_keys (expires_at)",
];

/// Makes the profiles that are there already to be found. Words are split as the software of this release does; a later
/// one that splits otherwise brings its own migration.
async fn find_present_profiles(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    let select = Query::select()
        .columns(["id", "user_id", "surname", "other_names", "email", "business_user_groups"].map(Alias::new))
        .from(Alias::new("profiles"))
        .to_owned();
    for row in connection.query_all(&select).await? {
        let id: String = row.try_get("", "id")?;
        let mut insert = Query::insert();
        insert
            .into_table(Alias::new("profile_terms"))
            .columns([Alias::new("profile_id"), Alias::new("term")]);
        for term in terms(&row)? {
            insert.values_panic([id.clone().into(), term.into_bytes().into()]);
        }
        connection.execute(&insert).await?;
    }
    Ok(())
}

fn terms(row: &QueryResult) -> Result<BTreeSet<String>, DbErr> {
    let mut terms = BTreeSet::new();
    for column in ["user_id", "surname", "other_names", "email"] {
        let text: Option<String> = row.try_get("", column)?;
        let text = text.unwrap_or_default();
        for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
            let mut word = word.to_lowercase();
            word.truncate(word.floor_char_boundary(64));
            terms.insert(word);
        }
    }
    let groups: String = row.try_get("", "business_user_groups")?;
    let groups = groups.split(|c: char| !c.is_alphanumeric()).filter(|group| !group.is_empty());
    terms.extend(groups.map(|group| format!(":{group}")));
    Ok(terms)
}

#[cfg(test)]
mod tests {
    use sea_orm_migration::prelude::*;
    use sea_orm_migration::sea_orm::{ConnectOptions, Database};

    use crate::{m0001_directory, m0002_login};

    #[tokio::test]
    async fn profiles_that_are_there_already_are_found() {
        let mut options = ConnectOptions::new("sqlite::memory:");
        options.max_connections(1);
        let connection = Database::connect(options).await.unwrap();
        let manager = SchemaManager::new(&connection);
        m0001_directory::Migration.up(&manager).await.unwrap();
        m0002_login::Migration.up(&manager).await.unwrap();
        connection
            .execute_unprepared(
                r#"INSERT INTO participants VALUES ('abc', 'HKCC', 'ABC', 'CP', 'ABC', '[]', 0, 0, 1);
                   INSERT INTO profiles (id, user_id, kind, participant_id, clearing_house, participant, status, surname,
                       other_names, email, created_in_phase, business_user_groups, access_levels, options, claims,
                       created_at, updated_at, version)
                   VALUES ('p', 'HKABC101', 'business_user', 'abc', 'HKCC', 'ABC', 'ENABLED', 'Chan', 'Tai Man',
                       'chan@abc.example', 'pre-parallel', '["11","12"]', '{}', '{}', '{}', 0, 0, 1);
                   INSERT INTO profile_activity (profile_id, wrong_otps, last_access_at, last_access_method)
                   VALUES ('p', 0, 77, 'otp-app')"#,
            )
            .await
            .unwrap();
        super::Migration.up(&manager).await.unwrap();

        let all = Query::select()
            .columns(["term"].map(Alias::new))
            .from(Alias::new("profile_terms"))
            .order_by(Alias::new("term"), Order::Asc)
            .to_owned();
        let rows = connection.query_all(&all).await.unwrap();
        let terms = rows.iter().map(|row| String::from_utf8(row.try_get("", "term").unwrap()).unwrap());
        let expected = [":11", ":12", "abc", "chan", "example", "hkabc101", "man", "tai"];
        assert_eq!(terms.collect::<Vec<_>>(), expected);
        let used = Query::select()
            .column(Alias::new("two_factor_at"))
            .from(Alias::new("profile_activity"))
            .to_owned();
        let row = connection.query_one(&used).await.unwrap().unwrap();
        assert_eq!(row.try_get::<i64>("", "two_factor_at").unwrap(), 77);
    }
}

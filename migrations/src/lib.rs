//! The schema and its history. Each migration runs on SQLite and PostgreSQL alike, so the SQL keeps to what both
//! speak: TEXT for identifiers, hashes and JSON, BIGINT for Unix milliseconds and counts, INTEGER 0/1 nowhere:
//! flags are instants or text. Expand first, contract in a later release.

mod m0001_directory;
mod m0002_login;
mod m0003_protocol;
mod m0004_audit;
mod m0005_directory_data;
mod m0006_change_requests;
mod m0007_management;
mod m0008_phases;
mod m0009_browsers;
mod m0010_appointments;
mod m0011_forms;
mod m0012_large_requests;

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectOptions, Database};

/// Every migration, in order.
struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_directory::Migration),
            Box::new(m0002_login::Migration),
            Box::new(m0003_protocol::Migration),
            Box::new(m0004_audit::Migration),
            Box::new(m0005_directory_data::Migration),
            Box::new(m0006_change_requests::Migration),
            Box::new(m0007_management::Migration),
            Box::new(m0008_phases::Migration),
            Box::new(m0009_browsers::Migration),
            Box::new(m0010_appointments::Migration),
            Box::new(m0011_forms::Migration),
            Box::new(m0012_large_requests::Migration),
        ]
    }
}

/// Brings the database at `url` up to date.
pub async fn migrate(url: &str) -> Result<(), DbErr> {
    Migrator::up(&connect(url).await?, None).await
}

/// How many migrations the database at `url` still lacks.
pub async fn pending(url: &str) -> Result<usize, DbErr> {
    Ok(Migrator::get_pending_migrations(&connect(url).await?).await?.len())
}

async fn connect(url: &str) -> Result<sea_orm_migration::sea_orm::DatabaseConnection, DbErr> {
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    options.map_sqlx_sqlite_opts(|sqlite| sqlite.create_if_missing(true));
    Database::connect(options).await
}

/// Runs `statements` one after the other.
async fn run(manager: &SchemaManager<'_>, statements: &[&str]) -> Result<(), DbErr> {
    for statement in statements {
        manager.get_connection().execute_unprepared(statement).await?;
    }
    Ok(())
}

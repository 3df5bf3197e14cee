//! The migration of a house from smartcards to two factors: dates, moves, frozen lists, the job at the end, reminders.

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
    "ALTER TABLE phases ADD COLUMN version BIGINT NOT NULL DEFAULT 1",
    // The move that was approved and waits for next_phase_at.
    "ALTER TABLE phases ADD COLUMN next_phase TEXT",
    "ALTER TABLE phases ADD COLUMN next_dry_run TEXT",
    "ALTER TABLE phases ADD COLUMN next_request TEXT",
    // day: a day in Hong Kong, YYYY-MM-DD.
    "CREATE TABLE phase_dates (
        clearing_house TEXT NOT NULL,
        phase TEXT NOT NULL,
        day TEXT NOT NULL,
        PRIMARY KEY (clearing_house, phase)
    )",
    // Named by the hash of its lines: whoever writes the same list writes the same rows. sealed_at is NULL until all of
    // them are there.
    "CREATE TABLE frozen_lists (
        hash TEXT PRIMARY KEY,
        clearing_house TEXT NOT NULL,
        counts TEXT NOT NULL,
        made_by TEXT NOT NULL,
        made_at BIGINT NOT NULL,
        sealed_at BIGINT
    )",
    "CREATE TABLE frozen_lines (
        list TEXT NOT NULL REFERENCES frozen_lists (hash) ON DELETE CASCADE,
        number BIGINT NOT NULL,
        finding TEXT NOT NULL,
        participant_id TEXT NOT NULL,
        participant TEXT NOT NULL,
        profile_id TEXT,
        user_id TEXT,
        detail TEXT,
        PRIMARY KEY (list, number)
    )",
    "CREATE INDEX frozen_lines_by_participant ON frozen_lines (list, participant_id, number)",
    "CREATE INDEX frozen_lines_by_finding ON frozen_lines (list, finding, number)",
    "CREATE INDEX frozen_lines_by_profile ON frozen_lines (list, profile_id)",
    // One a house: there is no way back once it has started. version moves on with every batch, so that of two nodes one
    // does it. place: after which line or identifier the stage goes on. counts: what became of how many, one line each.
    "CREATE TABLE end_runs (
        clearing_house TEXT PRIMARY KEY,
        list TEXT NOT NULL,
        request TEXT NOT NULL,
        due_at BIGINT NOT NULL,
        started_at BIGINT,
        finished_at BIGINT,
        stage TEXT NOT NULL,
        place TEXT NOT NULL,
        counts TEXT NOT NULL,
        version BIGINT NOT NULL
    )",
    // The report. remove_at stands as long as a profile waits in quarantine for its end.
    "CREATE TABLE end_run_lines (
        clearing_house TEXT NOT NULL,
        number BIGINT NOT NULL,
        at BIGINT NOT NULL,
        outcome TEXT NOT NULL,
        participant_id TEXT NOT NULL,
        participant TEXT NOT NULL,
        profile_id TEXT NOT NULL,
        user_id TEXT NOT NULL,
        remove_at BIGINT,
        PRIMARY KEY (clearing_house, number)
    )",
    "CREATE INDEX end_run_lines_by_participant ON end_run_lines (clearing_house, participant_id, number)",
    "CREATE INDEX end_run_lines_due ON end_run_lines (clearing_house, remove_at) WHERE remove_at IS NOT NULL",
    "CREATE INDEX profiles_by_house ON profiles (clearing_house, id)",
    // Each participant is reminded once in a period, whatever the number of nodes.
    "CREATE TABLE phase_reminders (
        participant_id TEXT NOT NULL,
        phase TEXT NOT NULL,
        period TEXT NOT NULL,
        clearing_house TEXT NOT NULL,
        at BIGINT NOT NULL,
        PRIMARY KEY (participant_id, phase, period)
    )",
    "CREATE INDEX phase_reminders_by_period ON phase_reminders (clearing_house, phase, period)",
];

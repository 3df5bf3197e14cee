//! The job at the end of a house's parallel run: how far it is, and its report.
//!
//! Whoever does a batch first takes the run, by one conditional write in the transaction of the batch: of several nodes one
//! does it, and what a dead one had not committed is done by the next.

use countersign_core::directory::actor::Scope;
use countersign_core::directory::clearing_house::ClearingHouse;
use countersign_core::directory::migration::{ListHash, Outcome, ReportLine, RunCounts, Stage};
use countersign_core::ids::{ParticipantKey, ProfileId, RequestId};
use countersign_core::{Timestamp, from_millis, to_millis};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, TryInsertResult,
};

use crate::entities::{end_run_lines, end_runs};
use crate::{Connection, StoreError};

/// How far the job of a house is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndRun {
    /// Whose.
    pub clearing_house: ClearingHouse,
    /// The list that was approved.
    pub list: ListHash,
    /// The request that was approved.
    pub request: RequestId,
    /// When it may start.
    pub due_at: Timestamp,
    /// When it did.
    pub started_at: Option<Timestamp>,
    /// When it was done.
    pub finished_at: Option<Timestamp>,
    /// What it is at.
    pub stage: Stage,
    /// After which line or identifier it goes on; empty at the beginning of a stage.
    pub place: String,
    /// What became of how many.
    pub counts: RunCounts,
    /// Changes with every batch.
    pub version: i64,
}

/// The repository of these jobs.
pub struct EndRuns<'a>(Connection<'a>);

impl<'a> EndRuns<'a> {
    /// Speaks to `connection`.
    #[must_use]
    pub fn on(connection: Connection<'a>) -> Self {
        Self(connection)
    }

    /// Notes that a house is to be worked through from `due_at` on. False when it is already.
    pub async fn begin(
        &self,
        house: ClearingHouse,
        list: &ListHash,
        request: &RequestId,
        due_at: Timestamp,
    ) -> Result<bool, StoreError> {
        let row = end_runs::ActiveModel {
            clearing_house: Set(house.as_str().to_owned()),
            list: Set(list.to_string()),
            request: Set(request.as_str().to_owned()),
            due_at: Set(to_millis(due_at)),
            started_at: Set(None),
            finished_at: Set(None),
            stage: Set(Stage::Waiting.as_str().to_owned()),
            place: Set(String::new()),
            counts: Set(counts(&RunCounts::default())?),
            version: Set(1),
        };
        let insert = end_runs::Entity::insert(row).on_conflict_do_nothing();
        let inserted = insert.exec_without_returning(self.0.executor()).await?;
        Ok(matches!(inserted, TryInsertResult::Inserted(1)))
    }

    /// Takes a job back that has not started. False when it has, or when there is none.
    pub async fn take_back(&self, house: ClearingHouse) -> Result<bool, StoreError> {
        let delete = end_runs::Entity::delete_many()
            .filter(end_runs::Column::ClearingHouse.eq(house.as_str()))
            .filter(end_runs::Column::StartedAt.is_null());
        Ok(delete.exec(self.0.executor()).await?.rows_affected == 1)
    }

    /// How far the job of a house is, if there is one.
    pub async fn find(&self, house: ClearingHouse) -> Result<Option<EndRun>, StoreError> {
        let row = end_runs::Entity::find_by_id(house.as_str()).one(self.0.executor()).await?;
        row.map(read).transpose()
    }

    /// The houses whose job may run at `now`, finished ones too: these still have people in quarantine. No more of a job is
    /// read, so that one that cannot be read is in no other's way.
    pub async fn ready(&self, now: Timestamp) -> Result<Vec<ClearingHouse>, StoreError> {
        let select = end_runs::Entity::find().filter(end_runs::Column::DueAt.lte(to_millis(now)));
        let rows = select.all(self.0.executor()).await?;
        rows.iter().map(|row| row.clearing_house.parse().map_err(unreadable)).collect()
    }

    /// Takes a run for one batch, until the transaction ends. False when somebody has gone on since it was read.
    pub async fn take(&self, run: &EndRun) -> Result<bool, StoreError> {
        use end_runs::Column;
        let update = end_runs::Entity::update_many()
            .col_expr(Column::Version, Expr::col(Column::Version).add(1))
            .filter(Column::ClearingHouse.eq(run.clearing_house.as_str()))
            .filter(Column::Version.eq(run.version));
        Ok(update.exec(self.0.executor()).await?.rows_affected == 1)
    }

    /// Writes down how far a run is that was taken, and what became of whom.
    pub async fn go_on(&self, run: &EndRun, report: &[ReportLine]) -> Result<(), StoreError> {
        use end_runs::Column;
        let first = run.counts.total().saturating_sub(u64::try_from(report.len()).unwrap_or_default());
        if !report.is_empty() {
            let rows = report.iter().zip(first..).map(|(line, number)| row(run.clearing_house, line, number));
            end_run_lines::Entity::insert_many(rows).exec_without_returning(self.0.executor()).await?;
        }
        let update = end_runs::Entity::update_many()
            .col_expr(Column::StartedAt, Expr::value(run.started_at.map(to_millis)))
            .col_expr(Column::FinishedAt, Expr::value(run.finished_at.map(to_millis)))
            .col_expr(Column::Stage, Expr::value(run.stage.as_str()))
            .col_expr(Column::Place, Expr::value(run.place.as_str()))
            .col_expr(Column::Counts, Expr::value(counts(&run.counts)?))
            .filter(Column::ClearingHouse.eq(run.clearing_house.as_str()));
        update.exec(self.0.executor()).await?;
        Ok(())
    }

    /// At most `limit` lines of the report in scope, after the one of that number, each with its own.
    pub async fn report(
        &self,
        scope: &Scope,
        house: ClearingHouse,
        outcome: Option<Outcome>,
        after: Option<i64>,
        limit: u64,
    ) -> Result<Vec<(i64, ReportLine)>, StoreError> {
        use end_run_lines::Column;
        let mut select = end_run_lines::Entity::find().filter(Column::ClearingHouse.eq(house.as_str()));
        if let Some(own) = scope.participant() {
            select = select.filter(Column::ParticipantId.eq(own.as_str()));
        }
        if let Some(outcome) = outcome {
            select = select.filter(Column::Outcome.eq(outcome.as_str()));
        }
        if let Some(after) = after {
            select = select.filter(Column::Number.gt(after));
        }
        let select = select.order_by_asc(Column::Number).limit(limit);
        select.all(self.0.executor()).await?.into_iter().map(line).collect()
    }

    /// At most `limit` lines of people whose time in quarantine is over, or who are to be looked at again.
    pub async fn over(
        &self,
        house: ClearingHouse,
        now: Timestamp,
        limit: u64,
    ) -> Result<Vec<(i64, ReportLine)>, StoreError> {
        use end_run_lines::Column;
        let select = end_run_lines::Entity::find()
            .filter(Column::ClearingHouse.eq(house.as_str()))
            .filter(Column::RemoveAt.lte(to_millis(now)))
            .order_by_asc(Column::RemoveAt)
            .order_by_asc(Column::Number)
            .limit(limit);
        select.all(self.0.executor()).await?.into_iter().map(line).collect()
    }

    /// Notes that nobody waits for these lines any more, or until when the people of these do.
    pub async fn settle(
        &self,
        house: ClearingHouse,
        numbers: &[i64],
        until: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        use end_run_lines::Column;
        let update = end_run_lines::Entity::update_many()
            .col_expr(Column::RemoveAt, Expr::value(until.map(to_millis)))
            .filter(Column::ClearingHouse.eq(house.as_str()))
            .filter(Column::Number.is_in(numbers.iter().copied()));
        update.exec(self.0.executor()).await?;
        Ok(())
    }
}

fn counts(counts: &RunCounts) -> Result<String, StoreError> {
    serde_json::to_string(counts).map_err(unreadable)
}

fn row(house: ClearingHouse, line: &ReportLine, number: u64) -> end_run_lines::ActiveModel {
    end_run_lines::ActiveModel {
        clearing_house: Set(house.as_str().to_owned()),
        number: Set(i64::try_from(number).unwrap_or(i64::MAX)),
        at: Set(to_millis(line.at)),
        outcome: Set(line.outcome.as_str().to_owned()),
        participant_id: Set(line.participant.as_str().to_owned()),
        participant: Set(line.code.clone()),
        profile_id: Set(line.profile.as_str().to_owned()),
        user_id: Set(line.user_id.clone()),
        remove_at: Set(line.remove_at.map(to_millis)),
    }
}

fn read(row: end_runs::Model) -> Result<EndRun, StoreError> {
    Ok(EndRun {
        clearing_house: row.clearing_house.parse().map_err(unreadable)?,
        list: row.list.parse().map_err(unreadable)?,
        request: RequestId::from_stored(row.request),
        due_at: from_millis(row.due_at),
        started_at: row.started_at.map(from_millis),
        finished_at: row.finished_at.map(from_millis),
        stage: row.stage.parse().map_err(unreadable)?,
        place: row.place,
        counts: serde_json::from_str(&row.counts).map_err(unreadable)?,
        version: row.version,
    })
}

fn line(row: end_run_lines::Model) -> Result<(i64, ReportLine), StoreError> {
    let line = ReportLine {
        at: from_millis(row.at),
        outcome: row.outcome.parse().map_err(unreadable)?,
        participant: ParticipantKey::from_stored(row.participant_id),
        code: row.participant,
        profile: ProfileId::from_stored(row.profile_id),
        user_id: row.user_id,
        remove_at: row.remove_at.map(from_millis),
    };
    Ok((row.number, line))
}

fn unreadable(reason: impl std::fmt::Display) -> StoreError {
    StoreError::unreadable("end_runs", reason)
}

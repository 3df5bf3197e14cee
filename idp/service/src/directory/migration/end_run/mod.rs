//! The job at the end of a house's parallel run: ends what smartcards opened, quarantines those on the frozen list, clears
//! what is written of cards, notes whom nobody foresaw, and removes, when its time has come, who stayed in quarantine.
//!
//! It goes in short transactions, so that no login waits for it. Each takes the run first, by one conditional write, does
//! its part, and writes down how far it came: killed at any moment, it goes on where the last commit left it, and of
//! several nodes one does each batch.

mod people;
mod stages;

use countersign_core::audit::{Action, AuditActor, AuditEntry, Subject, SubjectKind};
use countersign_core::directory::clearing_house::ClearingHouse;
use countersign_core::directory::migration::{ReportLine, Stage};
use countersign_store::{EndRun, EndRuns, Tx};
use serde_json::json;

use crate::login::Fault;
use crate::{Services, audit};

/// The job's name in the audit trail.
const JOB: AuditActor = AuditActor::Job("end-of-parallel-run");

/// Batches of one house before others get their turn.
const BATCHES: usize = 20;

/// How far the jobs came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Nothing is to be done now.
    Idle,
    /// There is more.
    More,
}

/// What a batch did.
struct Batch {
    /// What became of whom.
    report: Vec<ReportLine>,
    /// Where the stage goes on; none when it is over.
    next: Option<String>,
}

/// Goes on with every house's job for a few batches. What fails in one house is logged, tried again at the next turn, and
/// keeps no other waiting.
pub async fn end_runs(services: &Services) -> Result<Progress, Fault> {
    let mut progress = Progress::Idle;
    for house in EndRuns::on(services.store.read()).ready(services.now()).await? {
        match batches(services, house).await {
            Ok(Progress::More) => progress = Progress::More,
            Ok(Progress::Idle) => {}
            Err(error) => {
                let house = house.as_str();
                tracing::error!(house, %error, "the job at the end of a parallel run did not go on");
            }
        }
    }
    Ok(progress)
}

/// A few batches of a house's job.
async fn batches(services: &Services, house: ClearingHouse) -> Result<Progress, Fault> {
    for _ in 0..BATCHES {
        if batch(services, house).await? == Progress::Idle {
            return Ok(Progress::Idle);
        }
        tokio::task::yield_now().await;
    }
    Ok(Progress::More)
}

/// One batch of a house's job, in one transaction.
pub(super) async fn batch(services: &Services, house: ClearingHouse) -> Result<Progress, Fault> {
    let tx = services.store.begin().await?;
    let runs = EndRuns::on(tx.connection());
    let Some(mut run) = runs.find(house).await? else { return Ok(Progress::Idle) };
    let now = services.now();
    if run.due_at > now || run.stage == Stage::Done && runs.over(house, now, 1).await?.is_empty() {
        return Ok(Progress::Idle);
    }
    // Somebody else is at it.
    if !runs.take(&run).await? {
        return Ok(Progress::Idle);
    }
    let Batch { report, next } = match run.stage {
        Stage::Waiting => start(services, &mut run),
        Stage::Sessions => stages::sessions(services, &tx, &run).await?,
        Stage::Quarantine => stages::quarantine(services, &tx, &run).await?,
        Stage::Cards => stages::cards(services, &tx, &run).await?,
        Stage::Unforeseen => stages::unforeseen(services, &tx, &run).await?,
        Stage::Done => stages::removals(services, &tx, &run).await?,
    };
    record(services, &tx, &run, &report).await?;
    for line in &report {
        run.counts.count(line.outcome);
    }
    if let Some(place) = next {
        run.place = place;
    } else {
        run.stage = run.stage.next();
        run.place = String::new();
    }
    if run.stage == Stage::Done && run.finished_at.is_none() {
        run.finished_at = Some(now);
    }
    runs.go_on(&run, &report).await?;
    tx.commit().await?;
    Ok(Progress::More)
}

fn start(services: &Services, run: &mut EndRun) -> Batch {
    run.started_at = Some(services.now());
    Batch { report: Vec::new(), next: None }
}

/// What the audit trail says of a batch as a whole; of each who loses access, it says more.
async fn record(services: &Services, tx: &Tx, run: &EndRun, report: &[ReportLine]) -> Result<(), Fault> {
    if report.is_empty() && run.stage != Stage::Waiting {
        return Ok(());
    }
    let house = run.clearing_house.as_str();
    let users: Vec<&str> = report.iter().map(|line| line.user_id.as_str()).collect();
    let entry = AuditEntry::new(Action::JobRan, JOB)
        .about(Subject::new(SubjectKind::Phase, format!("phase:{house}"), house))
        .on_request(run.request.clone())
        .after(json!({ "stage": run.stage, "user_ids": users }));
    audit::append(services, tx, entry).await?;
    Ok(())
}

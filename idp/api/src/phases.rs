//! The migration from smartcards to two factors: where each clearing house stands, what the end of its parallel run would
//! do to whom, and what it did.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A phase.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Smartcards only; email addresses are being registered.
    PreParallel,
    /// Smartcard or two factors.
    ParallelRun,
    /// Two factors only.
    Complete,
}

/// Where the clearing houses stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Phases {
    /// Those that the caller may look at.
    pub items: Vec<HousePhase>,
}

/// Where a clearing house stands, and what is planned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HousePhase {
    /// Which.
    #[schema(example = "HKCC")]
    pub clearing_house: String,
    /// Its phase.
    pub phase: Phase,
    /// Since when; absent where it was never told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<DateTime<Utc>>,
    /// The days on which phases are meant to begin. A date reminds; it moves nothing.
    pub scheduled: Vec<ScheduledPhase>,
    /// The move that was approved and waits for its time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending_move: Option<PendingMove>,
    /// The job at the end of the parallel run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_of_run: Option<EndOfRun>,
    /// Counts changes.
    pub version: i64,
}

/// The day on which a phase is meant to begin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ScheduledPhase {
    /// Which.
    pub phase: Phase,
    /// The day, in Hong Kong.
    pub day: NaiveDate,
    /// Days until then; negative, where it has passed.
    pub days_left: i64,
}

/// A move that was approved and waits for its time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PendingMove {
    /// Where to.
    pub to: Phase,
    /// When.
    pub at: DateTime<Utc>,
    /// The dry run that was approved with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dry_run: Option<String>,
    /// The request that was approved.
    pub request: String,
}

/// How far the job at the end of the parallel run is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EndOfRun {
    /// What it is at. Until it has started, the house can go back.
    pub stage: Stage,
    /// When it may start.
    pub due_at: DateTime<Utc>,
    /// When it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<DateTime<Utc>>,
    /// When it was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<DateTime<Utc>>,
    /// The dry run that was approved.
    pub dry_run: String,
    /// The request that was approved.
    pub request: String,
    /// What became of how many, for those who see the whole house.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counts: Option<RunCounts>,
}

/// What the job is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// It has not started.
    Waiting,
    /// Logins by smartcard that are still open are ended.
    Sessions,
    /// The frozen list is worked through.
    Quarantine,
    /// What is written of smartcards is cleared.
    Cards,
    /// Whoever is in the same state and not on the list is noted.
    Unforeseen,
    /// Done, but for those in quarantine whose time has yet to come.
    Done,
}

/// What became of how many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RunCounts {
    /// Quarantined.
    pub quarantined: u64,
    /// Registered an email address in time.
    pub registered: u64,
    /// Administrators without an email address, who are kept.
    pub kept_administrator: u64,
    /// The last who could make or check, who are kept.
    pub kept_last: u64,
    /// No longer there.
    pub gone: u64,
    /// Smartcards cleared.
    pub card_cleared: u64,
    /// Without an email address, and on no list.
    pub unforeseen: u64,
    /// Removed for good.
    pub removed: u64,
    /// Had left quarantine.
    pub reinstated: u64,
    /// Were spared for a while, because a request about them waited.
    pub deferred: u64,
}

/// A dry run: what is approved is this list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DryRun {
    /// SHA-256 of its lines: what a move to `complete` names.
    pub hash: String,
    /// The house.
    #[schema(example = "HKCC")]
    pub clearing_house: String,
    /// Who made it.
    pub made_by: String,
    /// When.
    pub made_at: DateTime<Utc>,
    /// How many lines say what.
    pub counts: DryRunCounts,
}

/// How many lines of a dry run say what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DryRunCounts {
    /// Profiles that were looked at.
    pub profiles: u64,
    /// Business users without an email address: will be quarantined.
    pub quarantine: u64,
    /// Administrators without an email address: kept.
    pub kept_administrator: u64,
    /// The last who could make or check, without an email address: kept.
    pub kept_last: u64,
    /// Have an email address and never set up two factors.
    pub not_set_up: u64,
    /// Hold two user IDs at one participant, as it seems.
    pub two_ids: u64,
    /// Of whom something is written of a smartcard.
    pub card: u64,
    /// Participants left without a maker.
    pub without_maker: u64,
    /// Participants left without a checker.
    pub without_checker: u64,
}

/// What a line of a dry run says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DryRunFinding {
    /// Will be quarantined.
    Quarantine,
    /// An administrator who cannot log in, and is kept.
    KeptAdministrator,
    /// The last who could make or check; cannot log in, and is kept.
    KeptLast,
    /// Cannot log in until two factors are set up.
    NotSetUp,
    /// Seems to be one person with the user ID in the detail.
    TwoIds,
    /// What is written of the smartcard is cleared.
    Card,
    /// The participant is left without a maker.
    WithoutMaker,
    /// The participant is left without a checker.
    WithoutChecker,
}

/// A line of a dry run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DryRunLine {
    /// What it says.
    pub finding: DryRunFinding,
    /// Of whose people.
    #[schema(example = "ABC")]
    pub participant: String,
    /// Of whom; absent where it is said of the participant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "HKABC101")]
    pub user_id: Option<String>,
    /// What else belongs to it: `password` or `second_factor`, whichever is missing; the other user ID.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// What became of somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunOutcome {
    /// No access, and removed for good at `remove_at`.
    Quarantined,
    /// An email address was registered meanwhile: nothing was done.
    Registered,
    /// An administrator without an email address: kept.
    KeptAdministrator,
    /// The last who could make or check: kept.
    KeptLast,
    /// No longer there.
    Gone,
    /// What was written of the smartcard was cleared.
    CardCleared,
    /// In the same state and on no list: nothing was done.
    Unforeseen,
    /// Removed for good.
    Removed,
    /// Had left quarantine when the time was over: nothing was done.
    Reinstated,
    /// A request about them waits: they are looked at again when it has ended.
    Deferred,
}

/// A line of the report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReportLine {
    /// When it happened.
    pub at: DateTime<Utc>,
    /// What happened.
    pub outcome: RunOutcome,
    /// To whose people.
    #[schema(example = "ABC")]
    pub participant: String,
    /// To whom.
    #[schema(example = "HKABC101")]
    pub user_id: String,
    /// When a profile in quarantine is removed for good; when one that is deferred is looked at again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remove_at: Option<DateTime<Utc>>,
}

/// Which lines of a dry run are wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DryRunQuery {
    /// Those that say this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    pub finding: Option<DryRunFinding>,
}

/// Which lines of the report are wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ReportQuery {
    /// Those that say this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    pub outcome: Option<RunOutcome>,
}

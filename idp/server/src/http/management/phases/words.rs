//! From the rules' own words to the contract's.

use countersign_api::phases as api;
use countersign_core::directory::migration::{
    Counts, Finding, FrozenLine, ListHead, Outcome, ReportLine, RunCounts, Stage,
};
use countersign_core::directory::phase::Phase;

pub(super) fn phase(phase: Phase) -> api::Phase {
    match phase {
        Phase::PreParallel => api::Phase::PreParallel,
        Phase::ParallelRun => api::Phase::ParallelRun,
        Phase::Complete => api::Phase::Complete,
    }
}

pub(super) fn stage(stage: Stage) -> api::Stage {
    match stage {
        Stage::Waiting => api::Stage::Waiting,
        Stage::Sessions => api::Stage::Sessions,
        Stage::Quarantine => api::Stage::Quarantine,
        Stage::Cards => api::Stage::Cards,
        Stage::Unforeseen => api::Stage::Unforeseen,
        Stage::Done => api::Stage::Done,
    }
}

pub(super) fn run_counts(counts: RunCounts) -> api::RunCounts {
    api::RunCounts {
        quarantined: counts.quarantined,
        registered: counts.registered,
        kept_administrator: counts.kept_administrator,
        kept_last: counts.kept_last,
        gone: counts.gone,
        card_cleared: counts.card_cleared,
        unforeseen: counts.unforeseen,
        removed: counts.removed,
        reinstated: counts.reinstated,
        deferred: counts.deferred,
    }
}

pub(super) fn dry_run(head: ListHead) -> api::DryRun {
    api::DryRun {
        hash: head.hash.to_string(),
        clearing_house: head.clearing_house.as_str().to_owned(),
        made_by: head.made_by,
        made_at: head.made_at,
        counts: counts(head.counts),
    }
}

fn counts(counts: Counts) -> api::DryRunCounts {
    api::DryRunCounts {
        profiles: counts.profiles,
        quarantine: counts.quarantine,
        kept_administrator: counts.kept_administrator,
        kept_last: counts.kept_last,
        not_set_up: counts.not_set_up,
        two_ids: counts.two_ids,
        card: counts.card,
        without_maker: counts.without_maker,
        without_checker: counts.without_checker,
    }
}

pub(super) fn frozen_line(line: FrozenLine) -> api::DryRunLine {
    api::DryRunLine {
        finding: match line.finding {
            Finding::Quarantine => api::DryRunFinding::Quarantine,
            Finding::KeptAdministrator => api::DryRunFinding::KeptAdministrator,
            Finding::KeptLast => api::DryRunFinding::KeptLast,
            Finding::NotSetUp => api::DryRunFinding::NotSetUp,
            Finding::TwoIds => api::DryRunFinding::TwoIds,
            Finding::Card => api::DryRunFinding::Card,
            Finding::WithoutMaker => api::DryRunFinding::WithoutMaker,
            Finding::WithoutChecker => api::DryRunFinding::WithoutChecker,
        },
        participant: line.code,
        user_id: line.user_id,
        detail: line.detail,
    }
}

pub(super) fn report_line(line: ReportLine) -> api::ReportLine {
    api::ReportLine {
        at: line.at,
        outcome: match line.outcome {
            Outcome::Quarantined => api::RunOutcome::Quarantined,
            Outcome::Registered => api::RunOutcome::Registered,
            Outcome::KeptAdministrator => api::RunOutcome::KeptAdministrator,
            Outcome::KeptLast => api::RunOutcome::KeptLast,
            Outcome::Gone => api::RunOutcome::Gone,
            Outcome::CardCleared => api::RunOutcome::CardCleared,
            Outcome::Unforeseen => api::RunOutcome::Unforeseen,
            Outcome::Removed => api::RunOutcome::Removed,
            Outcome::Reinstated => api::RunOutcome::Reinstated,
            Outcome::Deferred => api::RunOutcome::Deferred,
        },
        participant: line.code,
        user_id: line.user_id,
        remove_at: line.remove_at,
    }
}

//! Dates and moves as operators ask for them, and what they cannot ask for.

use countersign_core::directory::change_request::{ChangeRequest, State};
use countersign_core::directory::finding::FindingCode;
use countersign_core::directory::status::ProfileStatus;
use serde_json::{Value, json};

use super::super::carry_out_due;
use super::*;
use crate::directory::{Decided, SubmitError};
use crate::testing::town::towns;

fn moving(to: &str, more: &Value) -> Value {
    let mut draft = json!({ "kind": "move_phase", "clearing_house": "HKCC", "to": to });
    for (name, value) in more.as_object().unwrap() {
        draft[name] = value.clone();
    }
    draft
}

fn schedule(phase: &str, at: &Value) -> Value {
    json!({ "kind": "schedule_phase", "clearing_house": "HKCC", "phase": phase, "at": at })
}

fn cancel() -> Value {
    json!({ "kind": "cancel_move", "clearing_house": "HKCC" })
}

impl Town {
    /// What stands in the way of a draft.
    async fn refused(&self, maker: &str, draft: Value) -> Vec<(String, FindingCode)> {
        let maker = self.actor(maker).await;
        match self.submit(&maker, draft).await {
            Err(SubmitError::Refused(findings)) => {
                findings.into_iter().map(|finding| (finding.field, finding.code)).collect()
            }
            other => panic!("{}: {other:?}", self.kind()),
        }
    }

    async fn ends_conflicted(&self, request: &ChangeRequest) {
        let checker = self.actor("OPS002").await;
        let decided = self.approve(&checker, request).await.unwrap();
        assert!(matches!(decided, Decided::Conflicted(_)), "{}: {decided:?}", self.kind());
        assert!(matches!(self.state(&request.id).await, State::Conflicted { .. }));
    }
}

#[tokio::test]
async fn two_operators_end_the_parallel_run_with_the_list_that_they_saw() {
    for town in towns().await {
        town.node.add_member(&town.abc, "HKABC701", unregistered).await;
        let (list, _) = town.dry_run().await;
        let draft = moving("complete", &json!({ "dry_run": list }));
        let request = town.asked("OPS001", draft).await;
        assert!(request.signed.text().contains(list.as_str()), "the list is part of what is signed");
        assert_eq!(town.stand().await.phase, Phase::ParallelRun, "{}: nothing before", town.kind());
        let checker = town.actor("OPS002").await;
        // Somebody more without an email address appears after the list was made.
        town.node.add_member(&town.abc, "HKABC702", unregistered).await;
        assert!(matches!(town.approve(&checker, &request).await.unwrap(), Decided::Ended(_)));
        assert_eq!(town.stand().await.phase, Phase::Complete);
        work(town.services()).await;
        let expected = [("HKABC701", Outcome::Quarantined), ("HKABC702", Outcome::Unforeseen)];
        assert_eq!(town.fates().await, fates(&expected), "{}", town.kind());
        let status = town.record("HKABC702").await.unwrap().status;
        assert_eq!(status, ProfileStatus::Enabled);
        let again = town.refused("OPS001", moving("complete", &json!({ "dry_run": list }))).await;
        assert_eq!(again, [("to".to_owned(), FindingCode::NothingChanges)]);
        let back = town.refused("OPS001", moving("parallel-run", &json!({}))).await;
        assert_eq!(back, [("to".to_owned(), FindingCode::EndOfRunStarted)]);
    }
}

#[tokio::test]
async fn a_move_names_its_time_is_extended_and_is_cancelled() {
    for town in towns().await {
        let (list, _) = town.dry_run().await;
        let planned = |at: &str| moving("complete", &json!({ "dry_run": list, "at": at }));
        town.signed("OPS001", "OPS002", planned("2026-11-23T01:00:00Z")).await;
        assert_eq!(town.stand().await.phase, Phase::ParallelRun, "{}: not yet", town.kind());
        town.signed("OPS001", "OPS002", planned("2026-11-23T02:00:00Z")).await;
        town.node.clock.advance_seconds(60 * 60);
        assert_eq!(carry_out_due(town.services()).await.unwrap(), 0, "another time took its place");
        town.signed("OPS002", "OPS003", cancel()).await;
        town.node.clock.advance_seconds(24 * 60 * 60);
        assert_eq!(carry_out_due(town.services()).await.unwrap(), 0, "cancelled");
        let nothing = town.refused("OPS001", cancel()).await;
        assert_eq!(nothing, [("clearing_house".to_owned(), FindingCode::NothingChanges)]);
        let request = town.signed("OPS001", "OPS002", planned("2026-11-25T00:00:00Z")).await;
        town.node.clock.advance_seconds(24 * 60 * 60);
        assert_eq!(carry_out_due(town.services()).await.unwrap(), 1);
        assert_eq!(town.run().await.unwrap().request, request.id);
        let steps = town.steps(&request.id).await;
        assert_eq!(steps, ["phase_moved", "request_approved", "request_submitted"], "{}", town.kind());
    }
}

#[tokio::test]
async fn a_time_that_passes_before_the_signature_is_now() {
    for town in towns().await {
        let back = town.signed("OPS001", "OPS002", moving("pre-parallel", &json!({}))).await;
        assert!(matches!(back.state, State::Applied { .. }));
        let at = json!({ "at": "2026-11-23T00:00:30Z" });
        let request = town.asked("OPS001", moving("parallel-run", &at)).await;
        town.node.clock.advance_seconds(60);
        let checker = town.actor("OPS003").await;
        town.approve(&checker, &request).await.unwrap();
        assert_eq!(town.stand().await.phase, Phase::ParallelRun, "{}", town.kind());
    }
}

#[tokio::test]
async fn dates_are_set_and_removed_by_two() {
    for town in towns().await {
        town.signed("OPS001", "OPS002", schedule("complete", &json!("2027-06-30"))).await;
        let stand = town.stand().await;
        let day = "2027-06-30".parse().unwrap();
        assert_eq!(stand.scheduled.get(&Phase::Complete), Some(&day), "{}", town.kind());
        assert_eq!((stand.phase, stand.pending), (Phase::ParallelRun, None), "a date moves nothing");
        town.signed("OPS001", "OPS002", schedule("complete", &Value::Null)).await;
        assert!(town.stand().await.scheduled.is_empty());
    }
}

#[tokio::test]
async fn administrators_ask_in_vain() {
    for town in towns().await {
        let for_operators = [("clearing_house".to_owned(), FindingCode::ForOperators)];
        for draft in [moving("pre-parallel", &json!({})), schedule("complete", &json!("2027-06-30"))] {
            assert_eq!(town.refused("HKABC1X1", draft).await, for_operators, "{}", town.kind());
        }
    }
}

#[tokio::test]
async fn a_list_of_another_house_or_of_long_ago_ends_nothing() {
    for town in towns().await {
        let operator = town.actor("OPS001").await;
        let other = make(town.services(), &operator, ClearingHouse::Seoch).await.unwrap();
        let draft = moving("complete", &json!({ "dry_run": other.hash }));
        let refused = town.refused("OPS001", draft).await;
        assert_eq!(refused, [("dry_run".to_owned(), FindingCode::NotFound)], "{}", town.kind());
        let (list, _) = town.dry_run().await;
        town.node.clock.advance_seconds(15 * 24 * 60 * 60);
        let draft = moving("complete", &json!({ "dry_run": list }));
        let refused = town.refused("OPS001", draft).await;
        assert_eq!(refused, [("dry_run".to_owned(), FindingCode::TooOld)]);
    }
}

#[tokio::test]
async fn what_has_moved_meanwhile_is_a_conflict() {
    for town in towns().await {
        let (list, _) = town.dry_run().await;
        let request = town.asked("OPS001", moving("complete", &json!({ "dry_run": list }))).await;
        let pending = town.refused("OPS003", moving("pre-parallel", &json!({}))).await;
        assert!(matches!(pending[0].1, FindingCode::AlreadyPending { .. }), "{}: {pending:?}", town.kind());
        assert!(town.moved(Phase::PreParallel, None).await);
        town.ends_conflicted(&request).await;
        assert_eq!(town.stand().await.phase, Phase::PreParallel);
        assert_eq!(town.run().await, None);
    }
}

#[tokio::test]
async fn a_way_back_that_was_asked_for_in_time_and_signed_too_late_is_none() {
    for mut node in crate::testing::nodes().await {
        Arc::get_mut(&mut node.services).unwrap().policy.migration.end_of_run_after_hours = 1;
        let town = Town::on(node).await;
        let (list, _) = town.dry_run().await;
        town.signed("OPS001", "OPS002", moving("complete", &json!({ "dry_run": list }))).await;
        let request = town.asked("OPS001", moving("parallel-run", &json!({}))).await;
        town.node.clock.advance_seconds(60 * 60);
        work(town.services()).await;
        town.ends_conflicted(&request).await;
        assert_eq!(town.stand().await.phase, Phase::Complete, "{}", town.kind());
    }
}

use super::super::carry_out_due;
use super::*;
use crate::testing::town::towns;

#[tokio::test]
async fn a_planned_move_happens_at_its_time_and_once() {
    for town in towns().await {
        let (list, _) = town.dry_run().await;
        town.planned(Phase::Complete, 60, Some(&list)).await;
        assert_eq!(carry_out_due(town.services()).await.unwrap(), 0, "{}", town.kind());
        town.node.clock.advance_seconds(60);
        let nodes = [another(&town, 51).await, another(&town, 52).await, Arc::clone(&town.node.services)];
        let racing = nodes.map(|node| tokio::spawn(async move { carry_out_due(&node).await }));
        let mut moved = 0;
        for race in racing {
            // On SQLite, a node whose view is old is told so, and looks again later.
            moved += race.await.unwrap().unwrap_or(0);
        }
        assert_eq!(moved, 1, "{}", town.kind());
        let stand = town.stand().await;
        assert_eq!((stand.phase, stand.pending), (Phase::Complete, None));
        assert_eq!(carry_out_due(town.services()).await.unwrap(), 0);
        let run = town.run().await.unwrap();
        assert_eq!((run.list, run.started_at), (list, None));
        let steps = town.steps(&RequestId::from_stored("request")).await;
        assert_eq!(steps, ["phase_moved"]);
    }
}

#[tokio::test]
async fn there_is_a_way_back_until_the_job_has_started() {
    for town in towns().await {
        let (list, _) = town.dry_run().await;
        assert!(!town.moved(Phase::Complete, None).await, "{}: without a list", town.kind());
        assert!(town.moved(Phase::Complete, Some(&list)).await);
        assert!(!town.moved(Phase::PreParallel, None).await, "two steps back");
        assert!(town.moved(Phase::ParallelRun, None).await);
        assert_eq!(town.run().await, None, "it does not start");
        assert!(town.moved(Phase::Complete, Some(&list)).await);
        work(town.services()).await;
        assert!(!town.moved(Phase::ParallelRun, None).await, "it has started");
        assert_eq!(town.stand().await.phase, Phase::Complete);
        assert!(!town.moved(Phase::Complete, Some(&list)).await, "twice");
    }
}

#[tokio::test]
async fn a_house_that_was_never_told_where_it_stands_moves_like_the_others() {
    for node in crate::testing::nodes().await {
        let services = &node.services;
        for expected in [true, false] {
            let tx = services.store.begin().await.unwrap();
            let stand = HouseStand::not_begun(HOUSE);
            let request = RequestId::from_stored("request");
            let moving = Moving { to: Phase::ParallelRun, dry_run: None, request: &request };
            assert_eq!(carry_out(services, &tx, &stand, &moving).await.unwrap(), expected);
            if expected {
                tx.commit().await.unwrap();
            }
        }
        let stand = Phases::on(services.store.read()).stand(HOUSE).await.unwrap();
        assert_eq!(stand.phase, Phase::ParallelRun, "{}", node.database.kind);
    }
}

#[tokio::test]
async fn a_due_move_that_cannot_be_made_is_given_up_and_written_down() {
    for town in towns().await {
        // No list goes with it, so that it never can.
        town.planned(Phase::Complete, 0, None).await;
        assert_eq!(carry_out_due(town.services()).await.unwrap(), 0, "{}", town.kind());
        let stand = town.stand().await;
        assert_eq!((stand.phase, stand.pending), (Phase::ParallelRun, None), "{}", town.kind());
        let trail = town.trail(&RequestId::from_stored("request")).await;
        let records: Vec<_> =
            trail.iter().map(|record| (record.action.as_str(), record.outcome.as_str())).collect();
        assert_eq!(records, [("phase_moved", "denied")], "{}", town.kind());
        assert_eq!(carry_out_due(town.services()).await.unwrap(), 0);
        assert_eq!(town.trail(&RequestId::from_stored("request")).await.len(), 1, "once");
    }
}

#[tokio::test]
async fn what_fails_in_one_house_keeps_no_other_waiting() {
    for town in towns().await {
        let services = town.services();
        let (list, _) = town.dry_run().await;
        town.planned(Phase::Complete, 0, Some(&list)).await;
        let other = ClearingHouse::Seoch;
        town.node
            .database
            .tamper(
                "UPDATE phases SET next_phase = 'complete', next_phase_at = 0, next_request = 'request', \
                 next_dry_run = 'no hash' WHERE clearing_house = 'SEOCH'",
            )
            .await;
        assert!(Phases::on(services.store.read()).stand(other).await.is_err(), "{}", town.kind());
        assert_eq!(carry_out_due(services).await.unwrap(), 1, "{}", town.kind());
        assert_eq!(town.stand().await.phase, Phase::Complete, "{}", town.kind());
        // Likewise the jobs at the end.
        town.node
            .database
            .tamper(
                "INSERT INTO end_runs (clearing_house, list, request, due_at, stage, place, counts, version) \
                 SELECT 'SEOCH', 'no hash', request, due_at - 1, stage, place, counts, version FROM end_runs",
            )
            .await;
        town.node.clock.advance_seconds(30 * 24 * 60 * 60);
        work(services).await;
        assert!(town.run().await.unwrap().finished_at.is_some(), "{}", town.kind());
    }
}

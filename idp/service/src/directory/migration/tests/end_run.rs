use chrono::TimeDelta;
use countersign_core::directory::capabilities::{AccessLevel, Capabilities, DaFunction};
use countersign_core::directory::migration::Stage;
use countersign_core::directory::status::ProfileStatus;
use countersign_core::oauth::acr::Acr;
use serde_json::json;

use super::*;
use crate::sessions;
use crate::testing::town::{HERE, towns};

/// Days after which the quarantine is over.
const QUARANTINE: i64 = 90 * 24 * 60 * 60;

impl Town {
    /// So many business users of ABC without an email address.
    async fn stragglers(&self, count: usize) {
        for number in 0..count {
            self.node.add_member(&self.abc, &format!("HKABC7{number:03}"), unregistered).await;
        }
    }

    async fn status_of(&self, user_id: &str) -> Option<ProfileStatus> {
        self.record(user_id).await.map(|record| record.status)
    }

    /// At the end: the list is approved and the house moved.
    async fn at_the_end(&self) {
        let (list, _) = self.dry_run().await;
        assert!(self.moved(Phase::Complete, Some(&list)).await);
    }
}

fn with(level: AccessLevel) -> impl FnOnce(&mut Profile) {
    move |profile| {
        profile.capabilities = Capabilities {
            access_levels: [(DaFunction::SecurityManagement, [level].into())].into(),
            ..Capabilities::default()
        };
    }
}

#[tokio::test]
async fn each_on_the_list_gets_what_holds_for_them_at_that_moment() {
    for town in towns().await {
        let solo = town.node.add_participant(HOUSE, "GHI").await;
        town.node
            .add_member(&solo, "HKGHI1X1", |profile| {
                crate::testing::directory::holding(&[AccessLevel::Maker, AccessLevel::Checker])(profile);
                unregistered(profile);
            })
            .await;
        town.node
            .add_member(&solo, "HKGHI101", |profile| {
                with(AccessLevel::Maker)(profile);
                unregistered(profile);
            })
            .await;
        for user_id in ["HKABC701", "HKABC702", "HKABC703"] {
            town.node.add_member(&town.abc, user_id, unregistered).await;
        }
        let living = town.record("HKABC701").await.unwrap().profile;
        let living = town.node.person_of(living, Acr::OtpApp).await;
        town.at_the_end().await;
        // What happens between the list and the job.
        town.edit("HKABC702", |record| record.profile.email = Some("new@abc.example".into())).await;
        let gone = town.record("HKABC703").await.unwrap().profile;
        town.node.database.tamper(&format!("DELETE FROM profiles WHERE id = '{}'", gone.id)).await;
        town.node.add_member(&town.abc, "HKABC703", unregistered).await;
        work(town.services()).await;

        let expected = [
            ("HKABC701", Outcome::Quarantined),
            ("HKABC702", Outcome::Registered),
            ("HKABC703", Outcome::Gone),
            ("HKABC703", Outcome::Unforeseen),
            ("HKGHI101", Outcome::KeptLast),
            ("HKGHI1X1", Outcome::KeptAdministrator),
        ];
        assert_eq!(town.fates().await, fates(&expected), "{}", town.kind());
        for (user_id, status) in [
            ("HKABC701", ProfileStatus::Quarantined),
            ("HKABC702", ProfileStatus::Enabled),
            ("HKABC703", ProfileStatus::Enabled),
            ("HKGHI101", ProfileStatus::Enabled),
        ] {
            assert_eq!(town.status_of(user_id).await, Some(status), "{} {user_id}", town.kind());
        }
        let cookie = living.cookie.expose();
        assert!(sessions::peek(town.services(), cookie).await.unwrap().is_none());
        let run = town.run().await.unwrap();
        assert_eq!((run.stage, run.counts.quarantined), (Stage::Done, 1));
        assert_eq!(run.finished_at, Some(town.services().now()));
    }
}

#[tokio::test]
async fn cards_are_cleared_and_what_they_opened_ends() {
    for town in towns().await {
        let open = async |user_id: &str, acr| {
            let profile = town.record(user_id).await.unwrap().profile;
            town.node.person_of(profile, acr).await
        };
        let (card, app) = (open("HKABC101", Acr::Smartcard).await, open("HKABC102", Acr::OtpApp).await);
        let before = town.record("HKABC101").await.unwrap();
        assert!(before.srn.is_some());
        town.at_the_end().await;
        work(town.services()).await;
        for user_id in ["HKABC101", "HKDEF1X1"] {
            let record = town.record(user_id).await.unwrap();
            assert_eq!((record.srn, record.certificate_expiry), (None, None), "{}", town.kind());
        }
        let after = town.record("HKABC101").await.unwrap();
        assert_eq!(after.profile.version, before.profile.version, "requests that wait still hold");
        assert!(town.record("OPS001").await.unwrap().srn.is_some(), "another house's stay");
        let lives = async |cookie| sessions::peek(town.services(), cookie).await.unwrap().is_some();
        assert!(!lives(card.cookie.expose()).await, "{}", town.kind());
        assert!(lives(app.cookie.expose()).await);
    }
}

#[tokio::test]
async fn killed_between_batches_it_goes_on_and_does_nothing_twice() {
    for town in towns().await {
        town.stragglers(130).await;
        town.at_the_end().await;
        // A node that is killed at any await leaves what it had committed.
        for millis in [1, 3, 7, 15, 31, 63] {
            let node = another(&town, 60 + millis).await;
            let worker = tokio::spawn(async move { end_runs(&node).await });
            tokio::time::sleep(std::time::Duration::from_millis(millis)).await;
            worker.abort();
            worker.await.ok();
        }
        work(town.services()).await;
        let fates = town.fates().await;
        assert_eq!(fates.len(), 130, "{}", town.kind());
        assert!(fates.iter().all(|(_, outcome)| *outcome == Outcome::Quarantined));
        let cleared = town.report().await.len() - fates.len();
        assert_eq!(cleared, 130 + 18, "every card of the house, once");
        let quarantined = town.records_of(Action::ProfileQuarantined).await;
        assert_eq!(quarantined, 130, "{}", town.kind());
    }
}

#[tokio::test]
async fn two_nodes_at_once_do_each_batch_once() {
    for town in towns().await {
        town.stragglers(120).await;
        town.at_the_end().await;
        let nodes = [another(&town, 71).await, another(&town, 72).await];
        let workers = nodes.map(|node| {
            tokio::spawn(async move {
                // Whoever finds the other at work, or its own view too old, looks again.
                for _ in 0..60 {
                    end_runs(&node).await.ok();
                }
            })
        });
        for worker in workers {
            worker.await.unwrap();
        }
        work(town.services()).await;
        let mut people: Vec<_> = town.fates().await.into_iter().map(|(user_id, _)| user_id).collect();
        assert_eq!(people.len(), 120, "{}", town.kind());
        people.dedup();
        assert_eq!(people.len(), 120);
        assert_eq!(town.records_of(Action::ProfileQuarantined).await, 120);
        assert_eq!(town.run().await.unwrap().counts.quarantined, 120);
    }
}

#[tokio::test]
async fn who_stays_in_quarantine_is_removed_for_good_and_who_left_it_is_not() {
    for town in towns().await {
        for user_id in ["HKABC701", "HKABC702", "HKABC703"] {
            town.node.add_member(&town.abc, user_id, unregistered).await;
        }
        town.at_the_end().await;
        work(town.services()).await;
        let due = town.services().now() + TimeDelta::seconds(QUARANTINE);
        assert!(town.report().await.iter().any(|line| line.remove_at == Some(due)));
        town.edit("HKABC702", |record| {
            record.set_status(ProfileStatus::Enabled);
            record.profile.email = Some("back@abc.example".into());
        })
        .await;
        town.node.clock.advance_seconds(QUARANTINE - 1);
        work(town.services()).await;
        assert!(town.record("HKABC701").await.is_some(), "{}: not yet", town.kind());
        town.node.clock.advance_seconds(1);
        work(town.services()).await;
        assert!(town.record("HKABC701").await.is_none(), "{}", town.kind());
        assert!(town.record("HKABC703").await.is_none());
        assert_eq!(town.status_of("HKABC702").await, Some(ProfileStatus::Enabled));
        work(town.services()).await;
        let removed: Vec<_> =
            town.fates().await.into_iter().filter(|(_, outcome)| *outcome != Outcome::Quarantined).collect();
        let expected = [
            ("HKABC701", Outcome::Removed),
            ("HKABC702", Outcome::Reinstated),
            ("HKABC703", Outcome::Removed),
        ];
        assert_eq!(removed, fates(&expected), "{}", town.kind());
        assert_eq!(town.records_of(Action::ProfileRemoved).await, 2);
    }
}

#[tokio::test]
async fn the_job_waits_as_long_as_policy_says() {
    let mut node = crate::testing::sqlite_node().await;
    Arc::get_mut(&mut node.services).unwrap().policy.migration.end_of_run_after_hours = 24;
    let town = Town::on(node).await;
    town.stragglers(1).await;
    town.at_the_end().await;
    work(town.services()).await;
    assert_eq!(town.run().await.unwrap().stage, Stage::Waiting);
    town.node.clock.advance_seconds(24 * 60 * 60);
    work(town.services()).await;
    assert_eq!(town.status_of("HKABC7000").await, Some(ProfileStatus::Quarantined));
}

#[tokio::test]
async fn whom_a_request_waits_about_is_left_alone_until_it_has_ended() {
    for town in towns().await {
        for user_id in ["HKABC701", "HKABC702"] {
            town.node.add_member(&town.abc, user_id, unregistered).await;
        }
        let ask = async |user_id: &str| {
            let fields = json!({ "email": format!("{user_id}@abc.example"), "status": "ENABLED" });
            let draft = json!({ "kind": "change_profile", "user_id": user_id, "fields": fields });
            town.asked("HKABC1X1", draft).await
        };
        let reject = async |request| {
            let checker = town.actor("HKABC1Y1").await;
            crate::directory::reject(town.services(), &checker, request, "no", HERE, None).await.unwrap();
        };
        let [rescues, fails] = [ask("HKABC701").await, ask("HKABC702").await];
        town.at_the_end().await;
        work(town.services()).await;
        let deferred = [("HKABC701", Outcome::Deferred), ("HKABC702", Outcome::Deferred)];
        assert_eq!(town.fates().await, fates(&deferred), "{}", town.kind());
        let checker = town.actor("HKABC1Y1").await;
        town.approve(&checker, &rescues).await.unwrap();
        // As long as it waits, nothing more is done or said.
        town.node.clock.advance_seconds(3_600);
        work(town.services()).await;
        assert_eq!(town.fates().await.len(), 3);
        assert_eq!(town.status_of("HKABC702").await, Some(ProfileStatus::Enabled), "{}", town.kind());
        reject(&fails.id).await;
        town.node.clock.advance_seconds(3_600);
        work(town.services()).await;
        let mut expected = fates(&deferred);
        expected.extend(fates(&[("HKABC701", Outcome::Registered), ("HKABC702", Outcome::Quarantined)]));
        expected.sort_by(|one, other| one.0.cmp(&other.0));
        assert_eq!(town.fates().await, expected, "{}", town.kind());
        assert_eq!(town.status_of("HKABC701").await, Some(ProfileStatus::Enabled));
        assert_eq!(town.status_of("HKABC702").await, Some(ProfileStatus::Quarantined));
        // Nor is anybody removed.
        let late = ask("HKABC702").await;
        town.node.clock.advance_seconds(QUARANTINE);
        work(town.services()).await;
        assert!(town.record("HKABC702").await.is_some(), "{}", town.kind());
        crate::directory::expire_overdue(town.services()).await.unwrap();
        assert_eq!(town.state(&late.id).await.name(), "expired");
        town.node.clock.advance_seconds(3_600);
        work(town.services()).await;
        assert!(town.record("HKABC702").await.is_none(), "{}", town.kind());
    }
}

//! One person takes access away, at once and with a reason; giving it back takes two.

use std::sync::Arc;

use countersign_core::directory::signatures::Refusal;
use countersign_core::directory::status::ProfileStatus;
use countersign_core::mail::News;
use countersign_core::oauth::acr::Acr;
use countersign_store::{Audit, AuditFilter};

use super::*;
use crate::directory::{DecideError, SuspendError, suspend};
use crate::sessions;
use crate::testing::town::{HERE, towns};

impl Town {
    async fn suspend(&self, actor: &str, user_id: &str, reason: &str) -> Result<(), SuspendError> {
        let actor = self.actor(actor).await;
        let tx = self.services().store.begin().await.unwrap();
        suspend(self.services(), &tx, &actor, user_id, reason, HERE).await?;
        tx.commit().await.unwrap();
        Ok(())
    }

    async fn status(&self, user_id: &str) -> ProfileStatus {
        self.record(user_id).await.unwrap().status
    }
}

#[tokio::test]
async fn access_ends_at_once_and_everyone_concerned_is_told() {
    for town in towns().await {
        for (actor, user_id) in [
            ("HKABC1X1", "HKABC101"),
            ("HKABC1Y1", "HKABC102"),
            ("OPS001", "HKABC103"),
            ("HKABC1X1", "HKABC1X2"),
            ("OPS001", "OPS002"),
        ] {
            let profile = town.record(user_id).await.unwrap().profile;
            let own = profile.email.clone().unwrap();
            let person = town.node.person_of(profile, Acr::OtpApp).await;
            town.suspend(actor, user_id, " lost laptop ").await.unwrap();
            assert_eq!(town.status(user_id).await, ProfileStatus::Suspended, "{} {user_id}", town.kind());
            assert!(sessions::peek(town.services(), person.cookie.expose()).await.unwrap().is_none());
            let listed = sessions::list(town.services(), &person.profile.id).await.unwrap();
            assert!(listed.is_empty(), "ended, and not only barred");
            let mail = town.mail().await;
            let to: Vec<_> = mail.iter().map(|(to, _)| to.as_str()).collect();
            assert!(
                mail.iter()
                    .all(|(_, mail)| matches!(&mail.news, News::ProfileSuspended { by, .. } if by == actor))
            );
            let by = town.mailbox(actor).await.unwrap();
            assert!(to.contains(&own.as_str()) && to.contains(&by.as_str()), "{to:?}");
            if user_id.starts_with("HKABC") {
                assert!(to.contains(&"hkabc1y2@participant.example"), "{to:?}");
            }
            let filter = AuditFilter { subject: Some(user_id.to_owned()), ..AuditFilter::default() };
            let everything = countersign_core::directory::actor::Scope::of_the_installation();
            let found =
                Audit::on(town.services().store.read()).search(&everything, &filter, None, 10).await.unwrap();
            let record = &found[0].record;
            assert_eq!(
                (record.action.as_str(), record.actor_name.as_deref()),
                ("profile_suspended", Some(actor))
            );
            assert!(record.body.contains("lost laptop"));
            assert!(matches!(town.suspend(actor, user_id, "again").await, Err(SuspendError::NotEnabled)));
        }
    }
}

#[tokio::test]
async fn it_needs_a_reason_an_office_and_somebody_of_ones_own() {
    for town in towns().await {
        let long = "x".repeat(501);
        for none in ["", "  \n", &long] {
            assert!(matches!(town.suspend("HKABC1X1", "HKABC101", none).await, Err(SuspendError::NoReason)));
        }
        for (actor, user_id) in [
            ("HKABC1X1", "HKDEF101"),
            ("HKABC1X1", "OPS001"),
            ("HKABC1X1", "HKABC199"),
            ("HKABC101", "HKABC102"),
        ] {
            let refused = town.suspend(actor, user_id, "why").await;
            assert!(matches!(refused, Err(SuspendError::NotFound)), "{} {actor}: {refused:?}", town.kind());
        }
        town.edit("HKABC1X2", |record| {
            let level = countersign_core::directory::capabilities::AccessLevel::Enquiry;
            record
                .profile
                .capabilities
                .access_levels
                .values_mut()
                .for_each(|levels| *levels = [level].into());
        })
        .await;
        assert!(matches!(town.suspend("HKABC1X2", "HKABC101", "why").await, Err(SuspendError::NotAllowed)));
        for user_id in ["HKABC101", "HKDEF101", "OPS001"] {
            assert_eq!(town.status(user_id).await, ProfileStatus::Enabled);
        }
        assert!(town.mail().await.is_empty());
    }
}

#[tokio::test]
async fn giving_access_back_takes_two() {
    for town in towns().await {
        town.suspend("HKABC1X1", "HKABC101", "why").await.unwrap();
        let request = town.asked("HKABC1X1", change("HKABC101", &json!({ "status": "ENABLED" }))).await;
        let alone = town.approve(&town.actor("HKABC1X1").await, &request).await;
        assert!(matches!(alone, Err(DecideError::Refused(Refusal::CheckerIsMaker))), "{alone:?}");
        assert_eq!(town.status("HKABC101").await, ProfileStatus::Suspended, "{}", town.kind());
        town.approve(&town.actor("HKABC1Y1").await, &request).await.unwrap();
        assert_eq!(town.status("HKABC101").await, ProfileStatus::Enabled, "{}", town.kind());
        // An administrator's is lifted by the exchange.
        town.suspend("HKABC1X1", "HKABC1X2", "why").await.unwrap();
        let own = town
            .submit(&town.actor("HKABC1X1").await, change("HKABC1X2", &json!({ "status": "ENABLED" })))
            .await;
        assert_eq!(findings(own), [("status".to_owned(), FindingCode::ForOperators)]);
        town.signed("OPS001", "OPS002", change("HKABC1X2", &json!({ "status": "ENABLED" }))).await;
        assert_eq!(town.status("HKABC1X2").await, ProfileStatus::Enabled);
        // Nobody asks for a suspension by way of a request, which would lift one at once.
        let refused = town
            .submit(&town.actor("HKABC1X1").await, change("HKABC101", &json!({ "status": "SUSPENDED" })))
            .await;
        let unknown = FindingCode::Unknown { expected: "ENABLED, DISABLED".to_owned() };
        assert_eq!(findings(refused), [("status".to_owned(), unknown)]);
    }
}

#[tokio::test]
async fn nothing_is_left_of_a_suspension_that_was_not_committed() {
    for town in towns().await {
        let actor = town.actor("HKABC1X1").await;
        let tx = town.services().store.begin().await.unwrap();
        suspend(town.services(), &tx, &actor, "HKABC101", "why", HERE).await.unwrap();
        drop(tx);
        assert_eq!(town.status("HKABC101").await, ProfileStatus::Enabled, "{}", town.kind());
        assert!(town.mail().await.is_empty());
    }
}

#[tokio::test]
async fn rights_that_were_taken_away_meanwhile_suspend_nobody() {
    for town in towns().await {
        let actor = town.actor("HKABC1X1").await;
        town.edit("HKABC1X1", |record| record.profile.capabilities.access_levels.clear()).await;
        let tx = town.services().store.begin().await.unwrap();
        let refused = suspend(town.services(), &tx, &actor, "HKABC101", "why", HERE).await;
        assert!(matches!(refused, Err(SuspendError::NotAllowed)), "{} {refused:?}", town.kind());
        drop(tx);
        let actor = town.actor("HKABC1Y1").await;
        town.suspend("OPS001", "HKABC1Y1", "left").await.unwrap();
        let tx = town.services().store.begin().await.unwrap();
        let refused = suspend(town.services(), &tx, &actor, "HKABC101", "why", HERE).await;
        assert!(matches!(refused, Err(SuspendError::NotAllowed)), "{} {refused:?}", town.kind());
        assert_eq!(town.status("HKABC101").await, ProfileStatus::Enabled, "{}", town.kind());
    }
}

/// Of a suspension of the actor and one by them at the same moment, the first is over before the second looks.
#[tokio::test]
async fn a_suspension_under_way_is_waited_for() {
    for town in towns().await {
        let (first, second) = (town.actor("OPS001").await, town.actor("HKABC1X1").await);
        let services = Arc::clone(&town.node.services);
        let tx = services.store.begin().await.unwrap();
        suspend(&services, &tx, &first, "HKABC1X1", "left", HERE).await.unwrap();
        let node = Arc::clone(&services);
        let waiting = tokio::spawn(async move {
            let tx = node.store.begin().await.unwrap();
            let done = suspend(&node, &tx, &second, "HKABC101", "why", HERE).await;
            if done.is_ok() {
                tx.commit().await.unwrap();
            }
            done
        });
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        tx.commit().await.unwrap();
        let refused = waiting.await.unwrap();
        assert!(matches!(refused, Err(SuspendError::NotAllowed)), "{} {refused:?}", town.kind());
        assert_eq!(town.status("HKABC101").await, ProfileStatus::Enabled, "{}", town.kind());
    }
}

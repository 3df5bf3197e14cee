//! Two signatures of one person are one, however the person comes, and rights count when they are used.

use std::sync::Arc;

use countersign_core::directory::record::ProfileRecord;
use countersign_core::directory::signatures::Refusal;
use countersign_core::directory::status::ProfileStatus;
use countersign_core::from_millis;
use countersign_core::journey::lockout::LockedBecause;
use countersign_store::{Activity, Participants};

use super::*;
use crate::directory::{DecideError, Decided, reject};
use crate::testing::town::{HERE, towns};

type Edit = fn(&mut ProfileRecord);

/// What happens to a signatory between their login and the signature, and what is said then of a maker and a checker.
const BETWEEN: [(&str, Edit); 5] = [
    ("disabled", |record| record.set_status(ProfileStatus::Disabled)),
    ("suspended", |record| record.set_status(ProfileStatus::Suspended)),
    ("right withdrawn", |record| record.profile.capabilities.access_levels.clear()),
    ("not yet", |record| record.profile.enable_from = Some(from_millis(i64::from(u32::MAX) * 1_000))),
    ("no longer", |record| record.profile.disable_after = Some(from_millis(1))),
];

#[tokio::test]
async fn rights_count_when_they_are_used() {
    for town in towns().await {
        for (what, edit) in BETWEEN {
            let request = town.asked("HKABC1X1", email("HKABC101", "new@abc.example")).await;
            let checker = town.actor("HKABC1Y1").await;
            for (user_id, refusal) in
                [("HKABC1Y1", Refusal::CheckerLacksRight), ("HKABC1X1", Refusal::MakerLacksRight)]
            {
                let former = town.record(user_id).await.unwrap();
                town.edit(user_id, edit).await;
                let refused = town.approve(&checker, &request).await;
                assert!(
                    matches!(&refused, Err(DecideError::Refused(said)) if *said == refusal),
                    "{} {user_id} {what}: {refused:?}",
                    town.kind()
                );
                let refused = reject(town.services(), &checker, &request.id, "no", HERE, None).await;
                assert!(matches!(refused, Err(DecideError::Refused(_))));
                town.edit(user_id, |record| {
                    let version = record.profile.version;
                    *record = former;
                    record.profile.version = version;
                })
                .await;
            }
            let rejected = reject(town.services(), &checker, &request.id, "over", HERE, None).await;
            assert!(rejected.is_ok(), "{rejected:?}");
        }
    }
}

#[tokio::test]
async fn who_is_locked_signs_nothing() {
    for town in towns().await {
        let request = town.asked("HKABC1X1", email("HKABC101", "new@abc.example")).await;
        let checker = town.actor("HKABC1Y1").await;
        let tx = town.services().store.begin().await.unwrap();
        let locked = Activity::on(tx.connection())
            .lock(&checker.profile_id, LockedBecause::Otps, town.services().now())
            .await;
        assert!(locked.unwrap());
        tx.commit().await.unwrap();
        let refused = town.approve(&checker, &request).await;
        assert!(matches!(refused, Err(DecideError::Refused(Refusal::CheckerLacksRight))), "{refused:?}");
    }
}

#[tokio::test]
async fn a_maker_who_is_gone_has_asked_for_nothing() {
    for town in towns().await {
        let request = town.asked("HKABC1X1", email("HKABC101", "new@abc.example")).await;
        town.signed("OPS001", "OPS002", whole("delete_profile", "HKABC1X1")).await;
        let refused = town.approve(&town.actor("HKABC1Y1").await, &request).await;
        assert!(matches!(refused, Err(DecideError::Refused(Refusal::MakerLacksRight))), "{refused:?}");
        assert_eq!(town.mailbox("HKABC101").await.as_deref(), Some("hkabc101@participant.example"));
    }
}

/// Makes a checker look like the maker.
type Likeness = fn(&mut ProfileRecord, &ProfileRecord);

#[tokio::test]
async fn what_proves_one_does_not_prove_the_other() {
    let cases: [(Refusal, Likeness); 4] = [
        (Refusal::SamePerson, |checker, maker| checker.merged_from.push(maker.profile.id.clone())),
        (Refusal::SharedEmail, |checker, maker| {
            checker.profile.email = maker.profile.email.as_ref().map(|email| email.to_uppercase());
        }),
        (Refusal::SharedCard, |checker, maker| checker.srn.clone_from(&maker.srn)),
        (Refusal::CheckerIsSubject, |checker, _| {
            // The user is who the checker once was.
            checker.merged_from.push(countersign_core::ids::ProfileId::from_stored("replaced below"));
        }),
    ];
    for town in towns().await {
        let subject = town.record("HKABC101").await.unwrap().profile.id;
        let maker = town.record("HKABC1X1").await.unwrap();
        for (refusal, edit) in cases {
            let former = town.record("HKABC1Y1").await.unwrap();
            town.edit("HKABC1Y1", |record| {
                edit(record, &maker);
                if refusal == Refusal::CheckerIsSubject {
                    record.merged_from = vec![subject.clone()];
                }
            })
            .await;
            let request = town.asked("HKABC1X1", email("HKABC101", "new@abc.example")).await;
            let refused = town.approve(&town.actor("HKABC1Y1").await, &request).await;
            assert!(
                matches!(&refused, Err(DecideError::Refused(said)) if *said == refusal),
                "{} {refusal:?}: {refused:?}",
                town.kind()
            );
            // Somebody else still can.
            assert!(
                reject(town.services(), &town.actor("HKABC1Y2").await, &request.id, "no", HERE, None)
                    .await
                    .is_ok()
            );
            town.edit("HKABC1Y1", |record| {
                let version = record.profile.version;
                *record = former;
                record.profile.version = version;
            })
            .await;
        }
    }
}

#[tokio::test]
async fn one_session_does_not_sign_twice() {
    for town in towns().await {
        let request = town.asked("HKABC1X1", email("HKABC101", "new@abc.example")).await;
        let mut checker = town.actor("HKABC1Y1").await;
        checker.proof.as_mut().unwrap().session = request.maker.session.clone().unwrap();
        let refused = town.approve(&checker, &request).await;
        assert!(matches!(refused, Err(DecideError::Refused(Refusal::SharedBrowser))), "{refused:?}");
    }
}

/// A person with two IDs becomes one by a request; from then on neither signs what the other asked for.
#[tokio::test]
async fn the_two_ids_of_a_merged_person_are_one() {
    for town in towns().await {
        town.node.set_phase(countersign_core::directory::phase::Phase::Complete).await;
        let levels = json!({ "access_levels": { "security_management": ["EE", "MK"] } });
        town.signed("OPS001", "OPS002", change("HKABC101", &levels)).await;
        let request = town.asked("HKABC101", email("HKABC102", "new@abc.example")).await;
        let merge = json!({ "kind": "merge_profiles", "keep": "HKABC1Y1", "remove": "HKABC101" });
        town.signed("HKABC1X1", "HKABC1Y2", merge).await;
        assert!(town.record("HKABC101").await.is_none());
        let refused = town.approve(&town.actor("HKABC1Y1").await, &request).await;
        assert!(
            matches!(refused, Err(DecideError::Refused(Refusal::MakerLacksRight | Refusal::SamePerson))),
            "{}: {refused:?}",
            town.kind()
        );
        assert_eq!(town.mailbox("HKABC102").await.as_deref(), Some("hkabc102@participant.example"));
    }
}

#[tokio::test]
async fn nobody_asks_for_a_change_of_themselves() {
    for town in towns().await {
        let operator = town.actor("OPS001").await;
        let own = town.submit(&operator, change("OPS001", &json!({ "surname": "LEE" }))).await;
        assert_eq!(findings(own), [("user_id".to_owned(), FindingCode::OwnProfile)], "{}", town.kind());
        let request = town.asked("OPS001", change("OPS002", &json!({ "surname": "LEE" }))).await;
        let refused = town.approve(&town.actor("OPS002").await, &request).await;
        assert!(matches!(refused, Err(DecideError::Refused(Refusal::CheckerIsSubject))), "{refused:?}");
        assert!(matches!(town.approve(&town.actor("OPS003").await, &request).await, Ok(Decided::Ended(_))));
    }
}

#[tokio::test]
async fn who_is_no_maker_now_asks_for_nothing() {
    for town in towns().await {
        for user_id in ["HKABC1Y1", "HKDEF1Y1"] {
            let refused = town.submit(&town.actor(user_id).await, email("HKABC101", "new@abc.example")).await;
            assert!(matches!(refused, Err(SubmitError::NotAMaker)), "{refused:?}");
        }
        for (what, edit) in BETWEEN {
            let maker = town.actor("HKABC1X1").await;
            let former = town.record("HKABC1X1").await.unwrap();
            town.edit("HKABC1X1", edit).await;
            let refused = town.submit(&maker, email("HKABC101", "new@abc.example")).await;
            assert!(matches!(refused, Err(SubmitError::NotAMaker)), "{} {what}: {refused:?}", town.kind());
            town.edit("HKABC1X1", |record| {
                let version = record.profile.version;
                *record = former;
                record.profile.version = version;
            })
            .await;
        }
        assert!(town.is_free("HKABC101").await);
    }
}

#[tokio::test]
async fn a_maker_is_told_at_once_where_nobody_could_sign() {
    for town in towns().await {
        for checker in ["HKABC1Y1", "HKABC1Y2"] {
            town.edit(checker, |record| record.set_status(ProfileStatus::Suspended)).await;
        }
        let maker = town.actor("HKABC1X1").await;
        let refused = town.submit(&maker, email("HKABC101", "new@abc.example")).await;
        assert_eq!(findings(refused), [("request".to_owned(), FindingCode::NoChecker)], "{}", town.kind());
        assert!(town.is_free("HKABC101").await);
        town.edit("HKABC1Y2", |record| record.set_status(ProfileStatus::Enabled)).await;
        town.submit(&maker, email("HKABC101", "new@abc.example")).await.unwrap();
    }
}

#[tokio::test]
async fn a_sole_administrator_signs_for_both_where_that_was_granted_and_every_record_says_so() {
    for town in towns().await {
        town.edit("HKABC1X1", |record| {
            let levels = record.profile.capabilities.access_levels.values_mut();
            levels.for_each(|levels| {
                levels.insert(countersign_core::directory::capabilities::AccessLevel::Checker);
            });
        })
        .await;
        let alone = town.actor("HKABC1X1").await;
        let request = town.asked("HKABC1X1", email("HKABC101", "new@abc.example")).await;
        let refused = town.approve(&alone, &request).await;
        assert!(matches!(refused, Err(DecideError::Refused(Refusal::CheckerIsMaker))), "{refused:?}");
        let participant = countersign_core::directory::participant::Participant {
            sole_administrator: Some(alone.profile_id.clone()),
            ..town.abc.clone()
        };
        let tx = town.services().store.begin().await.unwrap();
        assert!(Participants::on(tx.connection()).save(&participant, town.services().now()).await.unwrap());
        tx.commit().await.unwrap();
        let Ok(Decided::Ended(applied)) = town.approve(&alone, &request).await else {
            panic!("{}", town.kind())
        };
        let State::Applied { signature, .. } = &applied.state else { panic!() };
        assert!(signature.sole_administrator);
        let trail = town.trail(&request.id).await;
        let approved = trail.iter().find(|record| record.action == "request_approved").unwrap();
        let body: Value = serde_json::from_str(&approved.body).unwrap();
        assert_eq!(body["after"]["sole_administrator"], true);
    }
}

#[tokio::test]
async fn of_two_checkers_at_once_one_signs() {
    for town in towns().await {
        let town = Arc::new(town);
        for round in 0..6 {
            let request = town.asked("HKABC1X1", email("HKABC101", &format!("n{round}@abc.example"))).await;
            let version = town.record("HKABC101").await.unwrap().profile.version;
            let (one, other) = (town.actor("HKABC1Y1").await, town.actor("HKABC1Y2").await);
            let (one, other) = tokio::join!(town.approve(&one, &request), town.approve(&other, &request));
            let done =
                [&one, &other].iter().filter(|decided| matches!(decided, Ok(Decided::Ended(_)))).count();
            assert_eq!(done, 1, "{}: {one:?} {other:?}", town.kind());
            let over = [one, other].into_iter().find_map(Result::err).unwrap();
            assert!(matches!(over, DecideError::Over(_)), "{over:?}");
            assert_eq!(town.record("HKABC101").await.unwrap().profile.version, version + 1);
            assert_eq!(town.steps(&request.id).await, ["request_approved", "request_submitted"]);
        }
    }
}

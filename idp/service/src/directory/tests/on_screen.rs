//! A checker's code on the maker's screen: the same rules, a narrower way, and few tries.

use std::sync::Arc;

use countersign_core::directory::approval_code::{ApprovalMode, OnlyByQueue};
use countersign_core::directory::change_request::{DocumentHash, Signature, Way};
use countersign_core::directory::phase::Phase;
use countersign_core::directory::signatures::Refusal;
use countersign_core::directory::status::ProfileStatus;
use countersign_core::mail::News;
use countersign_core::secret::SecretString;

use super::*;
use crate::directory::{CheckerEntry, DecideError, Decided, OnScreenError, approve_on_screen, show_code};
use crate::testing::town::{HERE, towns};

impl Town {
    /// The code that a checker is shown.
    async fn code(&self, checker: &str, request: Option<&DocumentHash>) -> Option<String> {
        let checker = self.actor(checker).await;
        let code = show_code(self.services(), &checker, request, HERE).await.unwrap();
        code.map(|code| code.expose().to_owned())
    }

    async fn enter(
        &self,
        maker: &str,
        request: &Request,
        checker: &str,
        code: &str,
    ) -> Result<Decided, OnScreenError> {
        let (maker, code) = (self.actor(maker).await, SecretString::new(code.to_owned()));
        let entry = CheckerEntry { checker_id: checker, code: &code };
        approve_on_screen(self.services(), &maker, &request.id, request.signed.hash(), &entry, HERE, None)
            .await
    }

    /// The mailboxes that are told of a void code since the last time.
    async fn told_void(&self) -> Vec<String> {
        let mail = self.mail().await.into_iter();
        let void = mail.filter(|(_, mail)| matches!(mail.news, News::ApprovalCodeRevoked { .. }));
        let mut to: Vec<_> = void.map(|(to, _)| to).collect();
        to.sort();
        to
    }
}

/// Towns in which codes answer one request.
async fn towns_per_request() -> Vec<Town> {
    let mut towns = towns().await;
    for town in &mut towns {
        Arc::get_mut(&mut town.node.services).unwrap().policy.approval_code.mode = ApprovalMode::PerRequest;
    }
    towns
}

const WRONG: &str = "AAAA-AAAA-AAAA";

#[tokio::test]
async fn a_right_code_signs_as_its_owner() {
    for town in towns().await {
        let code = town.code("HKABC1Y1", None).await.unwrap();
        let request = town.asked("HKABC1X1", email("HKABC101", "new@abc.example")).await;
        let typed = code.to_lowercase().replace('-', " ");
        let Ok(Decided::Ended(applied)) = town.enter("HKABC1X1", &request, " hkabc1y1 ", &typed).await else {
            panic!("{}", town.kind())
        };
        let State::Applied { signature: Signature { checker, way, sole_administrator }, .. } = &applied.state
        else {
            panic!()
        };
        assert_eq!((checker.user_id.as_str(), &checker.session), ("HKABC1Y1", &None));
        assert_eq!((*way, *sole_administrator), (Way::SameScreen, false));
        assert_eq!(town.mailbox("HKABC101").await.as_deref(), Some("new@abc.example"));
        let trail = town.trail(&request.id).await;
        let approved = trail.iter().find(|record| record.action == "request_approved").unwrap();
        assert_eq!(approved.checker_name.as_deref(), Some("HKABC1Y1"));
        assert!(approved.body.contains("same_screen"));
        let written = format!("{trail:?}");
        assert!(!written.contains(&code), "no code in the trail");
    }
}

#[tokio::test]
async fn three_wrong_codes_end_that_makers_way_for_the_day() {
    for town in towns().await {
        let code = town.code("HKABC1Y1", None).await.unwrap();
        let request = town.asked("HKABC1X1", email("HKABC101", "new@abc.example")).await;
        // Two of one checker's, and one of nobody's: no code is void, and the maker has had three.
        for (checker, typed) in [("HKABC1Y1", WRONG), ("HKABC1Y1", ""), ("HKXYZ1Y1", &code)] {
            let wrong = town.enter("HKABC1X1", &request, checker, typed).await;
            assert!(matches!(wrong, Err(OnScreenError::Wrong)), "{} {checker}: {wrong:?}", town.kind());
        }
        for _ in 0..2 {
            let over = town.enter("HKABC1X1", &request, "HKABC1Y1", &code).await;
            assert!(matches!(over, Err(OnScreenError::OnlyByQueue(OnlyByQueue::TooManyWrong))), "{over:?}");
        }
        assert_eq!(town.told_void().await, <[&str; 0]>::default());
        let wrong =
            town.steps(&request.id).await.iter().filter(|step| *step == "approval_code_wrong").count();
        assert_eq!(wrong, 3, "{}", town.kind());
        // Not the other maker's way, and not this one's tomorrow.
        let other = town.asked("HKABC1X2", email("HKABC102", "new@abc.example")).await;
        assert!(town.enter("HKABC1X2", &other, "HKABC1Y1", &code).await.is_ok());
        town.node.clock.advance_seconds(86_400);
        assert!(town.enter("HKABC1X1", &request, "HKABC1Y1", &code).await.is_ok());
    }
}

#[tokio::test]
async fn a_code_entered_wrong_three_times_in_all_is_void_and_both_are_told_once() {
    for town in towns().await {
        let code = town.code("HKABC1Y1", None).await.unwrap();
        let one = town.asked("HKABC1X1", email("HKABC101", "new@abc.example")).await;
        let other = town.asked("HKABC1X2", email("HKABC102", "new@abc.example")).await;
        for (maker, request) in [("HKABC1X1", &one), ("HKABC1X2", &other)] {
            assert!(town.enter(maker, request, "HKABC1Y1", WRONG).await.is_err());
            assert_eq!(town.told_void().await, <[&str; 0]>::default());
        }
        assert!(town.enter("HKABC1X1", &one, "HKABC1Y1", WRONG).await.is_err());
        assert_eq!(
            town.told_void().await,
            ["hkabc1x1@participant.example", "hkabc1y1@participant.example"],
            "{}",
            town.kind()
        );
        // Even the right one is wrong now; and nobody is told again of what they know.
        let void = town.enter("HKABC1X2", &other, "HKABC1Y1", &code).await;
        assert!(matches!(void, Err(OnScreenError::Wrong)), "{void:?}");
        assert_eq!(town.told_void().await, <[&str; 0]>::default(), "{}", town.kind());
        let mut steps = town.steps(&one.id).await;
        steps.extend(town.steps(&other.id).await);
        let revoked = steps.iter().filter(|step| *step == "approval_code_revoked").count();
        assert_eq!(revoked, 1, "{steps:?}");
        let fresh = town.code("HKABC1Y1", None).await.unwrap();
        assert_ne!(fresh, code);
        assert!(town.enter("HKABC1X2", &other, "HKABC1Y1", &fresh).await.is_ok(), "{}", town.kind());
    }
}

#[tokio::test]
async fn whose_code_is_right_still_has_to_be_somebody_who_may_sign() {
    for town in towns().await {
        town.edit("HKABC1X1", |record| {
            let level = countersign_core::directory::capabilities::AccessLevel::Checker;
            for levels in record.profile.capabilities.access_levels.values_mut() {
                levels.insert(level);
            }
        })
        .await;
        let request = town.asked("HKABC1X1", email("HKABC101", "new@abc.example")).await;
        let own = town.code("HKABC1X1", None).await.unwrap();
        let refused = town.enter("HKABC1X1", &request, "HKABC1X1", &own).await;
        assert!(matches!(refused, Err(OnScreenError::Refused(Refusal::CheckerIsMaker))), "{refused:?}");
        let code = town.code("HKABC1Y1", None).await.unwrap();
        town.edit("HKABC1Y1", |record| record.set_status(ProfileStatus::Suspended)).await;
        let refused = town.enter("HKABC1X1", &request, "HKABC1Y1", &code).await;
        assert!(matches!(refused, Err(OnScreenError::Refused(Refusal::CheckerLacksRight))), "{refused:?}");
        // Another participant's code is as wrong as any.
        let strange = town.code("HKDEF1Y1", None).await.unwrap();
        let wrong = town.enter("HKABC1X1", &request, "HKDEF1Y1", &strange).await;
        assert!(matches!(wrong, Err(OnScreenError::Wrong)), "{wrong:?}");
        assert_eq!(town.state(&request.id).await.name(), "pending", "{}", town.kind());
        let denied = town.steps(&request.id).await.iter().filter(|step| *step == "attempt_denied").count();
        assert_eq!(denied, 2);
    }
}

#[tokio::test]
async fn the_way_is_the_makers_own_and_the_documents_own() {
    for town in towns().await {
        let code = town.code("HKABC1Y1", None).await.unwrap();
        let request = town.asked("HKABC1X1", email("HKABC101", "new@abc.example")).await;
        let foreign = town.enter("HKABC1X2", &request, "HKABC1Y1", &code).await;
        assert!(matches!(foreign, Err(OnScreenError::Decide(DecideError::NotTheMaker))), "{foreign:?}");
        let stranger = town.enter("HKDEF1X1", &request, "HKABC1Y1", &code).await;
        assert!(matches!(stranger, Err(OnScreenError::Decide(DecideError::NotFound))), "{stranger:?}");
        let (maker, typed) = (town.actor("HKABC1X1").await, SecretString::new(code.clone()));
        let entry = CheckerEntry { checker_id: "HKABC1Y1", code: &typed };
        let other = DocumentHash::of("another");
        let refused =
            approve_on_screen(town.services(), &maker, &request.id, &other, &entry, HERE, None).await;
        assert!(matches!(refused, Err(OnScreenError::Decide(DecideError::AnotherDocument))), "{refused:?}");
        assert!(town.enter("HKABC1X1", &request, "HKABC1Y1", &code).await.is_ok());
        let over = town.enter("HKABC1X1", &request, "HKABC1Y1", &code).await;
        assert!(matches!(over, Err(OnScreenError::Decide(DecideError::Over(_)))), "{over:?}");
    }
}

#[tokio::test]
async fn rights_operators_and_administrators_mailboxes_go_to_the_queue() {
    for town in towns().await {
        town.node.set_phase(Phase::Complete).await;
        let rights = json!({ "access_levels": { "security_management": ["EE", "MK"] } });
        // HKABC101 holds rights from here on.
        town.signed("OPS001", "OPS002", change("HKABC101", &rights)).await;
        let code = town.code("HKABC1Y1", None).await.unwrap();
        let cases = [
            (email("HKABC101", "new@abc.example"), Some(OnlyByQueue::DaEmail)),
            (change("HKABC101", &json!({ "status": "DISABLED" })), Some(OnlyByQueue::DaRights)),
            (whole("reset_factor", "HKABC101"), Some(OnlyByQueue::DaRights)),
            (whole("delete_profile", "HKABC101"), Some(OnlyByQueue::DaRights)),
            (
                json!({ "kind": "merge_profiles", "keep": "HKABC1X2", "remove": "HKABC101" }),
                Some(OnlyByQueue::DaRights),
            ),
            (
                json!({ "kind": "batch", "lines": [email("HKABC102", "b@abc.example"), whole("delete_profile", "HKABC101")] }),
                Some(OnlyByQueue::DaRights),
            ),
            (change("HKABC1X2", &json!({ "business_user_groups": ["11"] })), None),
            (change("HKABC101", &json!({ "surname": "WONG" })), None),
            (whole("delete_profile", "HKABC103"), None),
        ];
        for (draft, refusal) in cases {
            let request = town.asked("HKABC1X1", draft.clone()).await;
            let entered = town.enter("HKABC1X1", &request, "HKABC1Y1", &code).await;
            match refusal {
                Some(why) => {
                    assert!(
                        matches!(&entered, Err(OnScreenError::OnlyByQueue(said)) if *said == why),
                        "{} {draft}: {entered:?}",
                        town.kind()
                    );
                    let maker = town.actor("HKABC1X1").await;
                    crate::directory::withdraw(town.services(), &maker, &request.id, HERE, None)
                        .await
                        .unwrap();
                }
                None => {
                    assert!(matches!(entered, Ok(Decided::Ended(_))), "{} {draft}: {entered:?}", town.kind());
                }
            }
        }
        // What only operators do is theirs to sign, in the queue; they have no codes at all.
        assert_eq!(town.code("OPS002", None).await, None);
        assert_eq!(town.code("HKABC1X2", None).await, None, "a maker is no checker");
        let request = town.asked("OPS001", change("HKABC1X2", &json!({ "surname": "WONG" }))).await;
        let entered = town.enter("OPS001", &request, "OPS002", WRONG).await;
        assert!(matches!(entered, Err(OnScreenError::OnlyByQueue(OnlyByQueue::Operators))), "{entered:?}");
    }
}

#[tokio::test]
async fn a_code_for_one_request_answers_no_other() {
    for town in towns_per_request().await {
        let one = town.asked("HKABC1X1", email("HKABC101", "new@abc.example")).await;
        let other = town.asked("HKABC1X1", email("HKABC102", "new@abc.example")).await;
        assert_eq!(town.code("HKABC1Y1", None).await, None, "{}", town.kind());
        let code = town.code("HKABC1Y1", Some(one.signed.hash())).await.unwrap();
        let wrong = town.enter("HKABC1X1", &other, "HKABC1Y1", &code).await;
        assert!(matches!(wrong, Err(OnScreenError::Wrong)), "{wrong:?}");
        assert!(town.enter("HKABC1X1", &one, "HKABC1Y1", &code).await.is_ok());
        assert_eq!(town.state(&other.id).await.name(), "pending");
    }
}

#[tokio::test]
async fn codes_can_be_off() {
    for mut town in towns().await {
        Arc::get_mut(&mut town.node.services).unwrap().policy.approval_code.mode = ApprovalMode::Off;
        let request = town.asked("HKABC1X1", email("HKABC101", "new@abc.example")).await;
        assert_eq!(town.code("HKABC1Y1", None).await, None);
        let entered = town.enter("HKABC1X1", &request, "HKABC1Y1", WRONG).await;
        assert!(matches!(entered, Err(OnScreenError::OnlyByQueue(OnlyByQueue::Off))), "{entered:?}");
    }
}

#[tokio::test]
async fn a_stale_profile_is_a_conflict_on_the_screen_too_and_costs_no_try() {
    for town in towns().await {
        let code = town.code("HKABC1Y1", None).await.unwrap();
        for round in 0..4 {
            let request = town.asked("HKABC1X1", email("HKABC101", &format!("n{round}@abc.example"))).await;
            town.edit("HKABC101", |record| record.profile.surname.push('!')).await;
            let entered = town.enter("HKABC1X1", &request, "HKABC1Y1", &code).await;
            assert!(matches!(entered, Ok(Decided::Conflicted(_))), "{} {entered:?}", town.kind());
            town.ended(&request, "conflicted", "HKABC101", &["request_conflicted", "request_submitted"])
                .await;
        }
        let request = town.asked("HKABC1X1", email("HKABC101", "new@abc.example")).await;
        assert!(matches!(town.enter("HKABC1X1", &request, "HKABC1Y1", &code).await, Ok(Decided::Ended(_))));
    }
}

//! What requests change besides people, and what that does to people.

use countersign_core::directory::actor::Scope;
use countersign_core::directory::clearing_house::ClearingHouse;
use countersign_core::directory::finding::FindingCode;
use countersign_core::directory::signatures::Refusal;
use countersign_core::directory::status::ProfileStatus;
use countersign_core::oauth::acr::Acr;
use countersign_core::secret::OpaqueToken;
use countersign_store::{Appointments, Groups, Participants};

use super::*;
use crate::directory::{DecideError, Decided};
use crate::testing::town::{Town, towns};

pub(super) fn about(kind: &str, participant: &str, fields: &Value) -> Value {
    let name = json!({ "clearing_house": "HKCC", "participant": participant });
    let mut draft = json!({ "kind": kind, "participant": name });
    if !fields.is_null() {
        draft["fields"] = fields.clone();
    }
    draft
}

pub(super) fn appointment(kind: &str, principal: &str, agent: &str) -> Value {
    let name = |code: &str| json!({ "clearing_house": "HKCC", "participant": code });
    json!({ "kind": kind, "principal": name(principal), "agent": name(agent) })
}

pub(super) fn group(kind: &str, code: &str, fields: &Value) -> Value {
    let mut draft = json!({ "kind": kind, "code": code });
    if !fields.is_null() {
        draft["fields"] = fields.clone();
    }
    draft
}

pub(super) fn voting() -> Value {
    let name = json!({ "en": "Voting", "zh-Hant": "投票", "zh-Hans": "投票" });
    json!({ "name": name, "functions": ["corporate-voting-instruction"] })
}

pub(super) fn new_firm() -> Value {
    json!({ "kind": "CP", "name": "New Limited" })
}

impl Town {
    pub(super) async fn participant(
        &self,
        code: &str,
    ) -> Option<countersign_core::directory::participant::Participant> {
        Participants::on(self.services().store.read()).find(ClearingHouse::Hkcc, code).await.unwrap()
    }

    pub(super) async fn is_conflicted(&self, request: &Request) {
        self.is_conflicted_for("OPS002", request).await;
    }

    pub(super) async fn is_conflicted_for(&self, checker: &str, request: &Request) {
        let checker = self.actor(checker).await;
        let decided = self.approve(&checker, request).await.unwrap();
        assert!(matches!(decided, Decided::Conflicted(_)), "{}: {decided:?}", self.kind());
    }

    async fn is_logged_in(&self, session: &OpaqueToken) -> bool {
        crate::sessions::load(self.services(), session.expose()).await.unwrap().is_some()
    }
}

#[tokio::test]
async fn a_participant_is_registered_and_gets_people() {
    for town in towns().await {
        let request = town.signed("OPS001", "OPS002", about("create_participant", "new", &new_firm())).await;
        let steps = town.steps(&request.id).await;
        assert_eq!(steps, ["request_approved", "request_submitted"], "{}", town.kind());
        let new = town.participant("NEW").await.unwrap();
        assert_eq!((new.version, new.name.as_str(), new.customer_codes.len()), (1, "New Limited", 1));
        // It is there: its first administrator can be created.
        let of = json!({ "clearing_house": "HKCC", "participant": "NEW" });
        let da = json!({
            "kind": "create_profile", "participant": of, "user_id": "HKNEW1X1", "fields": { "surname": "LEE" },
        });
        town.signed("OPS002", "OPS003", da).await;
        assert_eq!(town.record("HKNEW1X1").await.unwrap().participant, new.key);
        // And it is not registered twice.
        let maker = town.actor("OPS001").await;
        let again = town.submit(&maker, about("create_participant", "NEW", &new_firm())).await;
        assert_eq!(findings(again), [("participant".to_owned(), FindingCode::Exists)]);
    }
}

#[tokio::test]
async fn only_operators_ask_for_it_and_two_of_them_sign() {
    for town in towns().await {
        let administrator = town.actor("HKABC1X1").await;
        let expected = [("participant".to_owned(), FindingCode::ForOperators)];
        for draft in [
            about("create_participant", "NEW", &new_firm()),
            about("change_participant", "ABC", &json!({ "name": "Mine" })),
            about("close_participant", "ABC", &Value::Null),
        ] {
            assert_eq!(findings(town.submit(&administrator, draft).await), expected, "{}", town.kind());
        }
        // Another participant is not even there for them.
        let other = about("change_participant", "DEF", &json!({ "name": "Mine" }));
        let found = findings(town.submit(&administrator, other).await);
        assert!(found.contains(&("participant".to_owned(), FindingCode::NotFound)), "{found:?}");

        let request =
            town.asked("OPS001", about("change_participant", "ABC", &json!({ "name": "Other" }))).await;
        for (checker, refusal) in
            [("OPS001", Refusal::CheckerIsMaker), ("HKABC1Y1", Refusal::CheckerIsNoOperator)]
        {
            let checker = town.actor(checker).await;
            let refused = town.approve(&checker, &request).await;
            assert!(matches!(refused, Err(DecideError::Refused(why)) if why == refusal), "{refused:?}");
        }
        assert_eq!(town.participant("ABC").await.unwrap(), town.abc);
        // Nobody asks for another change of it meanwhile, whatever it is.
        let operator = town.actor("OPS003").await;
        let found = findings(town.submit(&operator, about("close_participant", "ABC", &Value::Null)).await);
        let pending = FindingCode::AlreadyPending { request: Some(request.id.as_str().to_owned()) };
        assert_eq!(found, [("participant".to_owned(), pending)]);
    }
}

#[tokio::test]
async fn what_changed_meanwhile_is_a_conflict() {
    for town in towns().await {
        let request =
            town.asked("OPS001", about("change_participant", "ABC", &json!({ "name": "Other" }))).await;
        let tx = town.services().store.begin().await.unwrap();
        assert!(Participants::on(tx.connection()).save(&town.abc, town.services().now()).await.unwrap());
        tx.commit().await.unwrap();
        town.is_conflicted(&request).await;
        assert_eq!(town.participant("ABC").await.unwrap().name, town.abc.name);

        // Two participants that are to have one code: the second does not get it.
        let first = town.asked("OPS001", about("create_participant", "NEW", &new_firm())).await;
        let codes = json!({ "kind": "CP", "name": "Second", "customer_codes": ["NEW"] });
        let second = town.asked("OPS001", about("create_participant", "TWO", &codes)).await;
        let checker = town.actor("OPS002").await;
        assert!(matches!(town.approve(&checker, &first).await, Ok(Decided::Ended(_))));
        town.is_conflicted(&second).await;
        assert_eq!(town.participant("TWO").await, None, "{}", town.kind());
    }
}

#[tokio::test]
async fn a_sole_proprietor_signs_alone_once_two_operators_have_granted_it() {
    for town in towns().await {
        let rights = json!({ "access_levels": { "security_management": ["EE", "MK", "CK"] } });
        town.signed("OPS001", "OPS002", change("HKABC1X1", &rights)).await;
        let alone = town.asked("HKABC1X1", email("HKABC101", "a@abc.example")).await;
        let both = town.actor("HKABC1X1").await;
        let refused = town.approve(&both, &alone).await;
        assert!(matches!(refused, Err(DecideError::Refused(Refusal::CheckerIsMaker))));

        let grant = json!({ "sole_administrator": "HKABC1X1" });
        town.signed("OPS001", "OPS002", about("change_participant", "ABC", &grant)).await;
        let Ok(Decided::Ended(signed)) = town.approve(&both, &alone).await else { panic!("{}", town.kind()) };
        let State::Applied { signature, .. } = signed.state else { panic!("{signed:?}") };
        assert!(signature.sole_administrator);

        let back = json!({ "sole_administrator": null });
        town.signed("OPS001", "OPS002", about("change_participant", "ABC", &back)).await;
        let alone = town.asked("HKABC1X1", email("HKABC102", "b@abc.example")).await;
        let refused = town.approve(&both, &alone).await;
        assert!(matches!(refused, Err(DecideError::Refused(Refusal::CheckerIsMaker))));
    }
}

#[tokio::test]
async fn with_a_participant_ends_all_that_its_people_may_do() {
    for town in towns().await {
        town.add_agent("SAG").await;
        let profile = town.record("HKABC101").await.unwrap().profile;
        let session = town.node.person_of(profile, Acr::OtpApp).await.cookie;
        let stays = town.record("HKDEF101").await.unwrap().profile;
        let other = town.node.person_of(stays, Acr::OtpApp).await.cookie;
        let waits = town.asked("HKABC1X1", change("HKABC102", &json!({ "surname": "LAM" }))).await;
        let suspended = town.actor("HKABC1X1").await;
        assert!(town.is_logged_in(&session).await);

        let closing = town.asked("OPS001", about("close_participant", "ABC", &Value::Null)).await;
        let people = &closing.document().subjects[0].difference[1];
        assert_eq!((people.field.as_str(), &people.before), ("enabled_people", &json!(9)));
        let checker = town.actor("OPS002").await;
        assert!(matches!(town.approve(&checker, &closing).await, Ok(Decided::Ended(_))));

        assert!(!town.is_logged_in(&session).await && town.is_logged_in(&other).await, "{}", town.kind());
        assert_eq!(town.record("HKABC101").await.unwrap().status, ProfileStatus::Disabled);
        assert_eq!(town.record("HKDEF101").await.unwrap().status, ProfileStatus::Enabled);
        let everything = Scope::of_the_installation();
        let appointments = Appointments::on(town.services().store.read()).within(&everything).await.unwrap();
        assert!(appointments.iter().all(|appointment| appointment.ended_at.is_some()));
        // Nobody of it asks for anything more, and nothing that was asked for comes true.
        let refused = town.submit(&suspended, whole("delete_profile", "HKABC103")).await;
        assert!(matches!(refused, Err(SubmitError::NotAMaker)), "{refused:?}");
        let late = town.actor("HKABC1Y1").await;
        assert!(matches!(town.approve(&late, &waits).await, Err(DecideError::Refused(_))));

        // It comes back without them.
        town.signed("OPS001", "OPS002", about("create_participant", "ABC", &new_firm())).await;
        let back = town.participant("ABC").await.unwrap();
        assert_eq!((back.key, back.closed_at), (town.abc.key.clone(), None));
        assert_eq!(town.record("HKABC101").await.unwrap().status, ProfileStatus::Disabled);
    }
}

#[tokio::test]
async fn a_principal_appoints_its_agent_and_ends_that() {
    for town in towns().await {
        let agent = json!({ "kind": "SA", "name": "Settlers" });
        town.signed("OPS001", "OPS002", about("create_participant", "SAG", &agent)).await;
        // Not for others, and nobody but an agent.
        let maker = town.actor("HKABC1X1").await;
        let foreign = findings(town.submit(&maker, appointment("appoint_agent", "DEF", "SAG")).await);
        assert_eq!(foreign, [("principal".to_owned(), FindingCode::NotFound)]);
        let no_agent = findings(town.submit(&maker, appointment("appoint_agent", "ABC", "DEF")).await);
        assert_eq!(no_agent, [("agent".to_owned(), FindingCode::NotFound)]);

        town.signed("HKABC1X1", "HKABC1Y1", appointment("appoint_agent", "ABC", "SAG")).await;
        town.signed("HKABC1X1", "HKABC1Y1", change("HKABC101", &json!({ "settlement_agent": "SAG" }))).await;
        let profile = town.record("HKABC101").await.unwrap().profile;
        let session = town.node.person_of(profile, Acr::OtpApp).await.cookie;
        assert!(town.is_logged_in(&session).await);

        let ended = town.signed("HKABC1X1", "HKABC1Y1", appointment("end_appointment", "ABC", "SAG")).await;
        assert_eq!(ended.document().subjects[0].difference[1].before, json!(1));
        assert!(!town.is_logged_in(&session).await, "{}", town.kind());
        assert_eq!(town.record("HKABC101").await.unwrap().status, ProfileStatus::Disabled);
        assert_eq!(town.record("HKABC102").await.unwrap().status, ProfileStatus::Enabled);
        let twice = findings(town.submit(&maker, appointment("end_appointment", "ABC", "SAG")).await);
        assert_eq!(twice, [("agent".to_owned(), FindingCode::NotFound)]);

        // Operators may, too; and what was made on a former state is a conflict.
        let again = town.asked("OPS001", appointment("appoint_agent", "ABC", "SAG")).await;
        town.node.database.tamper("UPDATE appointments SET version = version + 1").await;
        town.is_conflicted(&again).await;
        town.signed("OPS001", "OPS002", appointment("appoint_agent", "ABC", "SAG")).await;
        let everything = Scope::of_the_installation();
        let found = Appointments::on(town.services().store.read()).within(&everything).await.unwrap();
        assert_eq!((found.len(), found[0].ended_at), (1, None));
        // The one who is asked for is seen by nobody else.
        let scope = town.actor("HKDEF1X1").await.scope().unwrap();
        assert_eq!(Appointments::on(town.services().store.read()).within(&scope).await.unwrap(), []);
    }
}

#[tokio::test]
async fn groups_are_made_renamed_and_ended_when_nobody_is_in_them() {
    for town in towns().await {
        let administrator = town.actor("HKABC1X1").await;
        let refused = findings(town.submit(&administrator, group("create_group", "41", &voting())).await);
        assert_eq!(refused, [("code".to_owned(), FindingCode::ForOperators)]);
        town.signed("OPS001", "OPS002", group("create_group", "41", &voting())).await;
        let in_it = json!({ "business_user_groups": ["41"] });
        town.signed("HKABC1X1", "HKABC1Y1", change("HKABC101", &in_it)).await;

        let operator = town.actor("OPS001").await;
        let used = findings(town.submit(&operator, group("delete_group", "41", &Value::Null)).await);
        assert_eq!(used, [("code".to_owned(), FindingCode::InUse { profiles: 1 })]);
        let renamed = json!({ "name": { "en": "Votes" } });
        town.signed("OPS001", "OPS002", group("change_group", "41", &renamed)).await;
        let code = "41".parse().unwrap();
        let found = Groups::on(town.services().store.read()).find(&code).await.unwrap().unwrap();
        assert_eq!((found.version, found.definition.name.en.as_str()), (2, "Votes"));

        // Somebody is put into it while its end waits.
        let none = json!({ "business_user_groups": [] });
        town.signed("HKABC1X1", "HKABC1Y1", change("HKABC101", &none)).await;
        let end = town.asked("OPS001", group("delete_group", "41", &Value::Null)).await;
        town.signed("HKABC1X1", "HKABC1Y1", change("HKABC102", &in_it)).await;
        town.is_conflicted(&end).await;
        assert!(Groups::on(town.services().store.read()).find(&code).await.unwrap().is_some());
        town.signed("HKABC1X1", "HKABC1Y1", change("HKABC102", &none)).await;
        town.signed("OPS001", "OPS002", group("delete_group", "41", &Value::Null)).await;
        assert_eq!(Groups::on(town.services().store.read()).find(&code).await.unwrap(), None);
    }
}

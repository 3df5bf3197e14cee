//! What participants ask of the exchange: filed by one of theirs, made a request by one of its own, signed by another.

use countersign_core::directory::actor::Actor;
use countersign_core::directory::finding::FindingCode;
use countersign_core::directory::form::{Form, FormKind, Outcome};
use countersign_core::directory::phase::Phase;
use countersign_store::{Audit, AuditFilter, Forms};

use super::*;
use crate::directory::{Decided, FormError, decline, file, take, withdraw_form};
use crate::testing::town::{HERE, Town, towns};

fn new_administrator(fields: &Value) -> Value {
    json!({ "kind": "create_profile", "user_id": "HKABC1X3", "fields": fields })
}

impl Town {
    async fn file(&self, filer: &Actor, kind: FormKind, draft: Value) -> Result<Form, FormError> {
        let draft = serde_json::from_value(draft).unwrap();
        let tx = self.services().store.begin().await.unwrap();
        let form = file(self.services(), &tx, filer, kind, draft, None, HERE).await?;
        tx.commit().await.unwrap();
        Ok(form)
    }

    async fn take(&self, operator: &Actor, form: &Form) -> Result<(Form, Request), FormError> {
        let tx = self.services().store.begin().await.unwrap();
        let (form, submitted) = take(self.services(), &tx, operator, &form.id, None, HERE).await?;
        tx.commit().await.unwrap();
        Ok((form, submitted.request))
    }

    async fn form_trail(&self) -> Vec<String> {
        let everything = Scope::of_the_installation();
        let audit = Audit::on(self.services().store.read());
        let found = audit.search(&everything, &AuditFilter::default(), None, 100).await.unwrap();
        let mut actions: Vec<_> = found.into_iter().map(|found| found.record.action).collect();
        actions.retain(|action| action.starts_with("form"));
        actions.sort();
        actions
    }
}

use countersign_core::directory::actor::Scope;

fn refused(result: Result<Form, FormError>) -> Vec<(String, FindingCode)> {
    match result {
        Err(FormError::Refused(findings)) => {
            findings.into_iter().map(|finding| (finding.field, finding.code)).collect()
        }
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test]
async fn a_form_becomes_a_request_that_two_operators_sign() {
    for town in towns().await {
        let maker = town.actor("HKABC1X1").await;
        let draft = new_administrator(&json!({ "surname": "LEE", "email": "lee@abc.example" }));
        let form = town.file(&maker, FormKind::Da3, draft).await.unwrap();
        assert!(town.record("HKABC1X3").await.is_none(), "a form changes nothing");

        let operator = town.actor("OPS001").await;
        let (taken, request) = town.take(&operator, &form).await.unwrap();
        let Outcome::Taken { request: became, by, .. } = &taken.outcome else { panic!("{taken:?}") };
        assert_eq!((became, by.user_id.as_str()), (&request.id, "OPS001"));
        assert_eq!(request.document().reason.as_deref(), Some("DA 3 of HKABC1X1"));
        assert!(town.record("HKABC1X3").await.is_none(), "one signature is none");
        // The participant sees what became of it.
        let scope = maker.scope().unwrap();
        let found = Forms::on(town.services().store.read()).find(&scope, &form.id).await.unwrap();
        assert_eq!(found, Some(taken));
        let checker = town.actor("OPS002").await;
        assert!(matches!(town.approve(&checker, &request).await, Ok(Decided::Ended(_))));
        let made = town.record("HKABC1X3").await.unwrap();
        assert_eq!(
            (made.participant, made.profile.email.as_deref()),
            (town.abc.key.clone(), Some("lee@abc.example"))
        );
        assert_eq!(town.form_trail().await, ["form_filed", "form_taken"], "{}", town.kind());
    }
}

#[tokio::test]
async fn only_makers_of_a_participant_file_and_only_for_their_own() {
    for town in towns().await {
        for stranger in ["HKABC1Y1", "HKABC101", "OPS001"] {
            let stranger = town.actor(stranger).await;
            let result =
                town.file(&stranger, FormKind::Da3, new_administrator(&json!({ "surname": "LEE" }))).await;
            assert!(matches!(result, Err(FormError::NotAllowed)), "{result:?}");
        }
        let maker = town.actor("HKABC1X1").await;
        let other = json!({ "clearing_house": "HKCC", "participant": "DEF" });
        let theirs = json!({
            "kind": "create_profile", "participant": other, "user_id": "HKDEF1X3", "fields": { "surname": "LEE" },
        });
        let found = refused(town.file(&maker, FormKind::Da3, theirs).await);
        assert_eq!(found, [("change.participant".to_owned(), FindingCode::NotFound)]);
        for kind in [FormKind::Da3, FormKind::Scard1] {
            let draft = match kind {
                FormKind::Da3 => email("HKDEF1X1", "a@def.example"),
                FormKind::Scard1 => whole("reset_card_pin", "HKDEF1X1"),
            };
            let found = refused(town.file(&maker, kind, draft).await);
            assert_eq!(found, [("change.user_id".to_owned(), FindingCode::NotFound)]);
        }
        assert_eq!(town.form_trail().await, [""; 0]);
    }
}

#[tokio::test]
async fn each_form_asks_for_its_own_in_its_time() {
    for town in towns().await {
        let maker = town.actor("HKABC1X1").await;
        let other_form =
            refused(town.file(&maker, FormKind::Scard1, email("HKABC1X2", "a@abc.example")).await);
        assert_eq!(other_form, [("change.kind".to_owned(), FindingCode::NotApplicable)]);
        // What is the participant's own to do is no matter of a form.
        let own = refused(town.file(&maker, FormKind::Da3, email("HKABC101", "a@abc.example")).await);
        assert!(
            matches!(&own[..], [(field, FindingCode::NotInPhase { .. })] if field == "change.email"),
            "{own:?}"
        );
        let bad =
            refused(town.file(&maker, FormKind::Da3, new_administrator(&json!({ "email": "nobody" }))).await);
        let expected = [("change.email", FindingCode::NotAnEmail), ("change.surname", FindingCode::Required)];
        assert_eq!(bad, expected.map(|(field, code)| (field.to_owned(), code)));
        // One may ask for one's own email to be registered: others ask and sign.
        town.file(&maker, FormKind::Da3, email("HKABC1X1", "own@abc.example")).await.unwrap();

        town.edit("HKABC1X2", |record| record.srn = Some("0123".to_owned())).await;
        let pin = || whole("reset_card_pin", "HKABC1X2");
        town.file(&maker, FormKind::Scard1, pin()).await.unwrap();
        town.node.set_phase(Phase::Complete).await;
        let late = refused(town.file(&maker, FormKind::Scard1, pin()).await);
        assert_eq!(late, [("kind".to_owned(), FindingCode::NotInPhase { phase: "complete".to_owned() })]);
        town.node.set_phase(Phase::PreParallel).await;
        let early =
            refused(town.file(&maker, FormKind::Da3, new_administrator(&json!({ "surname": "LEE" }))).await);
        assert_eq!(
            early,
            [("kind".to_owned(), FindingCode::NotInPhase { phase: "pre-parallel".to_owned() })]
        );
    }
}

#[tokio::test]
async fn a_form_is_decided_once_by_whose_it_is() {
    for town in towns().await {
        let (maker, operator) = (town.actor("HKABC1X1").await, town.actor("OPS001").await);
        let form = town.file(&maker, FormKind::Da3, email("HKABC1X2", "a@abc.example")).await.unwrap();
        let services = town.services();
        let stranger = town.actor("HKDEF1X1").await;
        let checker = town.actor("HKABC1Y1").await;
        let tx = services.store.begin().await.unwrap();
        for (actor, expected) in
            [(&stranger, "no such form"), (&checker, "not theirs to do"), (&operator, "not theirs to do")]
        {
            let result = withdraw_form(services, &tx, actor, &form.id, HERE).await;
            assert_eq!(result.unwrap_err().to_string(), expected);
        }
        for actor in [&maker, &checker] {
            let result = decline(services, &tx, actor, &form.id, "no".to_owned(), HERE).await;
            assert!(matches!(result, Err(FormError::NotAllowed)));
            let result = take(services, &tx, actor, &form.id, None, HERE).await;
            assert!(matches!(result, Err(FormError::NotAllowed)));
        }
        let declined =
            decline(services, &tx, &operator, &form.id, "Which one?".to_owned(), HERE).await.unwrap();
        assert_eq!(declined.outcome.name(), "declined");
        let again = take(services, &tx, &operator, &form.id, None, HERE).await;
        assert!(matches!(again, Err(FormError::Decided("declined"))));
        let late = withdraw_form(services, &tx, &maker, &form.id, HERE).await;
        assert!(matches!(late, Err(FormError::Decided("declined"))));
        tx.commit().await.unwrap();
        assert_eq!(town.form_trail().await, ["form_declined", "form_filed"]);
    }
}

#[tokio::test]
async fn of_two_operators_who_take_a_form_one_does() {
    for town in towns().await {
        let maker = town.actor("HKABC1X1").await;
        let form = town.file(&maker, FormKind::Da3, email("HKABC1X2", "a@abc.example")).await.unwrap();
        let (first, second) = (town.actor("OPS001").await, town.actor("OPS002").await);
        let (one, other) = tokio::join!(town.take(&first, &form), town.take(&second, &form));
        assert_eq!(
            usize::from(one.is_ok()) + usize::from(other.is_ok()),
            1,
            "{}: {one:?} {other:?}",
            town.kind()
        );
        assert_eq!(town.form_trail().await, ["form_filed", "form_taken"]);
    }
}

use countersign_core::ids::ProfileId;
use countersign_core::oauth::acr::Acr;
use countersign_core::oauth::client::{Client, ClientKind, SigningAlg, SubjectType};
use countersign_core::oauth::session::EndedBecause;
use serde_json::json;

use super::*;
use crate::subject::subject_of;
use crate::testing::applications::{CALLBACK, public_client, request};
use crate::testing::{TestNode, nodes, sqlite_node};

const BROWSER: &str = "csb_one";

pub(crate) fn visit(session: Option<&OpaqueToken>) -> Visit<'_> {
    Visit { browser: BROWSER, session: session.map(OpaqueToken::expose) }
}

pub(crate) async fn ask(node: &TestNode, further: &[(&str, &str)], session: Option<&OpaqueToken>) -> Outcome {
    let parameters = Parameters::read(request("dms", further)).unwrap();
    begin(&node.services, &parameters, visit(session)).await.unwrap()
}

/// The parameters of an answer by redirect.
pub(crate) fn answered(outcome: Outcome) -> std::collections::BTreeMap<String, String> {
    match outcome {
        Outcome::Answer(Answer::Redirect(location)) => {
            assert!(location.as_str().starts_with(CALLBACK), "{location}");
            let pairs: std::collections::BTreeMap<_, _> = location.query_pairs().into_owned().collect();
            assert_eq!(pairs["iss"], "http://localhost:8080");
            assert_eq!(pairs["state"], "st");
            pairs
        }
        Outcome::Answer(Answer::FormPost { .. }) => panic!("a form"),
        Outcome::Login(_) => panic!("a login"),
        Outcome::Consent(_) => panic!("a consent"),
    }
}

pub(crate) fn login_of(node: &TestNode, outcome: Outcome) -> (String, Interaction) {
    let Outcome::Login(sealed) = outcome else { panic!("not a login") };
    let interaction = interaction::open(&node.services, &sealed, BROWSER).unwrap();
    (sealed, interaction)
}

pub(crate) async fn house(kind: ClientKind) -> Vec<TestNode> {
    let all = nodes().await;
    for node in &all {
        node.make_keys().await;
        node.add_client(&public_client("dms", kind)).await;
    }
    all
}

#[tokio::test]
async fn a_session_is_answered_with_a_code_in_one_transaction() {
    for node in house(ClientKind::FirstParty).await {
        let user = node.add_user("HKABC101").await;
        let (session, cookie) = node.log_in(&user, Acr::OtpApp, None).await;
        let before = node.services.store.transactions();
        let code = answered(ask(&node, &[], Some(&cookie)).await)["code"].clone();
        assert_eq!(node.services.store.transactions(), before + 1);
        assert!(code.starts_with("csc_"));
        let reached = Sessions::on(node.services.store.read()).clients_of(&session.id).await.unwrap();
        assert_eq!(reached, ["dms"]);
        let other = answered(ask(&node, &[], Some(&cookie)).await)["code"].clone();
        assert_ne!(code, other);
    }
}

#[tokio::test]
async fn a_stranger_costs_nothing() {
    let node = house(ClientKind::FirstParty).await.remove(0);
    let store = &node.services.store;
    let before = (store.statements(), store.transactions());
    let (_, begun) = login_of(&node, ask(&node, &[("login_hint", "HKABC101")], None).await);
    assert_eq!((store.statements(), store.transactions()), before);
    assert_eq!(begun.requirement.reason, Reason::NoSession);
    assert_eq!(begun.login_hint.as_deref(), Some("HKABC101"));
    // A forged cookie is looked up once, and writes nothing.
    let forged = OpaqueToken::generate(TokenPrefix::Session, &*node.services.entropy);
    login_of(&node, ask(&node, &[], Some(&forged)).await);
    assert_eq!((store.statements(), store.transactions()), (before.0 + 1, before.1));
}

#[tokio::test]
async fn a_login_is_followed_by_the_code() {
    for node in house(ClientKind::FirstParty).await {
        let user = node.add_user("HKABC101").await;
        let (_, old) = node.log_in(&user, Acr::OtpApp, None).await;
        for further in [[("prompt", "login")], [("max_age", "0")], [("prompt", "select_account")]] {
            node.clock.advance_seconds(3);
            let (sealed, _) = login_of(&node, ask(&node, &further, Some(&old)).await);
            let again = resume(&node.services, &sealed, visit(Some(&old))).await.unwrap();
            let (sealed_again, begun) = login_of(&node, again);
            node.clock.advance_seconds(40);
            let (_, cookie) = node.log_in(&user, Acr::OtpApp, None).await;
            node.clock.advance_seconds(2);
            for sealed in [&sealed, &sealed_again] {
                let outcome = resume(&node.services, sealed, visit(Some(&cookie))).await.unwrap();
                assert!(answered(outcome)["code"].starts_with("csc_"), "{further:?} {begun:?}");
            }
        }
    }
}

#[tokio::test]
async fn an_interaction_resumes_in_its_browser_only() {
    let node = house(ClientKind::FirstParty).await.remove(0);
    let user = node.add_user("HKABC101").await;
    let (sealed, _) = login_of(&node, ask(&node, &[], None).await);
    let (_, cookie) = node.log_in(&user, Acr::OtpApp, None).await;
    let elsewhere = Visit { browser: "csb_two", session: Some(cookie.expose()) };
    let outcome = resume(&node.services, &sealed, elsewhere).await;
    assert!(matches!(outcome, Err(AuthorizeError::Expired)));
    let account = interaction::for_account(
        &node.services,
        Requirement { reason: Reason::NoSession, acr: None, subject: None },
    );
    let account = interaction::seal(&node.services, &account, BROWSER).unwrap();
    assert!(matches!(
        resume(&node.services, &account, visit(Some(&cookie))).await,
        Err(AuthorizeError::Expired)
    ));
}

#[tokio::test]
async fn a_posted_request_begins_where_it_arrives() {
    let node = house(ClientKind::FirstParty).await.remove(0);
    let user = node.add_user("HKABC101").await;
    let post = |further: &[(&str, &str)]| {
        let parameters = Parameters::read(request("dms", further)).unwrap();
        match begin_posted(&node.services, &parameters).unwrap() {
            Posted::Resume(sealed) => sealed,
            Posted::Answer(_) => panic!("answered"),
        }
    };
    let (plain, fresh) = (post(&[]), post(&[("prompt", "login")]));
    node.clock.advance_seconds(5);
    let (_, cookie) = node.log_in(&user, Acr::OtpApp, None).await;
    let outcome = resume(&node.services, &plain, visit(Some(&cookie))).await.unwrap();
    assert!(answered(outcome).contains_key("code"));
    // A login since it was posted is not the one that it asked for.
    let outcome = resume(&node.services, &fresh, visit(Some(&cookie))).await.unwrap();
    assert_eq!(login_of(&node, outcome).1.requirement.reason, Reason::AskedToLogIn);
}

#[tokio::test]
async fn prompt_none_shows_no_page() {
    for node in house(ClientKind::ThirdParty).await {
        let user = node.add_user("HKABC101").await;
        let none = [("prompt", "none")];
        assert_eq!(answered(ask(&node, &none, None).await)["error"], "login_required");
        let (_, cookie) = node.log_in(&user, Acr::OtpEmail, None).await;
        assert_eq!(answered(ask(&node, &none, Some(&cookie)).await)["error"], "consent_required");
        let strong = [("prompt", "none"), ("acr_values", "urn:countersign:acr:otp-app")];
        assert_eq!(answered(ask(&node, &strong, Some(&cookie)).await)["error"], "interaction_required");
    }
}

#[tokio::test]
async fn who_has_nothing_better_is_answered_all_the_same() {
    let app = "urn:countersign:acr:otp-app";
    let essential = format!(r#"{{"id_token":{{"acr":{{"essential":true,"value":"{app}"}}}}}}"#);
    for node in house(ClientKind::ThirdParty).await {
        let user = node.add_user("HKABC101").await;
        let (_, cookie) = node.log_in(&user, Acr::OtpEmail, None).await;
        for (further, answer) in [(("acr_values", app), None), (("claims", &*essential), Some("unmet"))] {
            let (_, begun) = login_of(&node, ask(&node, &[further], Some(&cookie)).await);
            assert_eq!(begun.requirement.reason, Reason::StrongerFactor);
            let reached = Interaction { best_reached: true, ..begun };
            let sealed = interaction::seal(&node.services, &reached, BROWSER).unwrap();
            match (resume(&node.services, &sealed, visit(Some(&cookie))).await.unwrap(), answer) {
                // The wish is not asked for again after the consent either.
                (Outcome::Consent(sealed), None) => {
                    assert!(interaction::open(&node.services, &sealed, BROWSER).unwrap().best_reached);
                }
                (outcome, Some(_)) => {
                    assert_eq!(answered(outcome)["error"], "unmet_authentication_requirements");
                }
                (outcome, None) => panic!("{:?}", answered(outcome)),
            }
        }
    }
}

#[tokio::test]
async fn nothing_is_granted_in_a_session_that_ends_meanwhile() {
    for node in house(ClientKind::FirstParty).await {
        let user = node.add_user("HKABC101").await;
        let (session, cookie) = node.log_in(&user, Acr::OtpApp, None).await;
        let parameters = Parameters::read(request("dms", &[])).unwrap();
        let judged = judge(&node.services, &parameters, visit(Some(&cookie)), None, false).await.unwrap();
        let Ok(judged) = judged else { panic!("refused") };
        assert_eq!(judged.verdict, Verdict::Satisfied);
        let tx = node.services.store.begin().await.unwrap();
        sessions::end(&node.services, &tx, &session, EndedBecause::ProfileBarred).await.unwrap();
        tx.commit().await.unwrap();
        let outcome = conclude(&node.services, &parameters, visit(Some(&cookie)), None, &judged, None).await;
        login_of(&node, outcome.unwrap());
    }
}

fn id_token(node: &TestNode, audience: &str, issuer: &str, sub: &str, sid: &str) -> String {
    let claims = json!({ "iss": issuer, "aud": audience, "sub": sub, "sid": sid, "exp": 1, "iat": 1 });
    node.services.keyring.sign(SigningAlg::Rs256, "JWT", &claims, node.services.now()).unwrap()
}

#[tokio::test]
async fn a_hint_names_the_user_who_is_expected() {
    let node = house(ClientKind::FirstParty).await.remove(0);
    let (one, other) = (node.add_user("HKABC101").await, node.add_user("HKABC102").await);
    let (_, cookie) = node.log_in(&one, Acr::OtpApp, None).await;
    let ours = "http://localhost:8080";
    let hint = |sub: &ProfileId| id_token(&node, "dms", ours, sub.as_str(), "old");
    let outcome = ask(&node, &[("id_token_hint", &hint(&one))], Some(&cookie)).await;
    assert!(answered(outcome).contains_key("code"), "even one that has expired");
    let (_, begun) = login_of(&node, ask(&node, &[("id_token_hint", &hint(&other))], Some(&cookie)).await);
    assert_eq!(
        begun.requirement,
        Requirement { reason: Reason::OtherSubject, acr: None, subject: Some(other.clone()) }
    );
    let silently = [("id_token_hint", &*hint(&other)), ("prompt", "none")];
    assert_eq!(answered(ask(&node, &silently, Some(&cookie)).await)["error"], "login_required");

    let foreign = id_token(&node, "else", ours, one.as_str(), "s");
    let strange = id_token(&node, "dms", "https://other.example", one.as_str(), "s");
    let logout = node.services.keyring.sign(SigningAlg::Rs256, "logout+jwt", &json!({}), node.services.now());
    for hint in [foreign, strange, logout.unwrap(), format!("{}A", hint(&one)), "a.b.c".to_owned()] {
        let outcome = ask(&node, &[("id_token_hint", &hint)], Some(&cookie)).await;
        assert_eq!(answered(outcome)["error"], "invalid_request", "{hint}");
    }
    let claims = format!(r#"{{"id_token":{{"sub":{{"value":"{other}"}}}}}}"#);
    let (_, begun) = login_of(&node, ask(&node, &[("claims", &claims)], Some(&cookie)).await);
    assert_eq!(begun.requirement.subject, Some(other));
    let both = [("claims", claims.as_str()), ("id_token_hint", &hint(&one))];
    assert_eq!(answered(ask(&node, &both, Some(&cookie)).await)["error"], "invalid_request");
}

#[tokio::test]
async fn a_pairwise_hint_is_recognised_and_leads_nowhere_else() {
    let node = sqlite_node().await;
    node.make_keys().await;
    let pairwise = SubjectType::Pairwise { sector_identifier: None };
    let dms = Client { subject_type: pairwise, ..public_client("dms", ClientKind::FirstParty) };
    node.add_client(&dms).await;
    let (one, other) = (node.add_user("HKABC101").await, node.add_user("HKABC102").await);
    let (_, cookie) = node.log_in(&one, Acr::OtpApp, None).await;
    let hint = |user| {
        let sub = subject_of(&node.services.vault, &dms, user);
        assert_ne!(sub, user.as_str());
        id_token(&node, "dms", "http://localhost:8080", &sub, "s")
    };
    assert!(
        answered(ask(&node, &[("id_token_hint", &hint(&one))], Some(&cookie)).await).contains_key("code")
    );
    let (_, begun) = login_of(&node, ask(&node, &[("id_token_hint", &hint(&other))], Some(&cookie)).await);
    assert_eq!((begun.requirement.reason, begun.requirement.subject), (Reason::OtherSubject, None));
}

#[tokio::test]
async fn a_wrong_client_or_redirect_uri_goes_nowhere() {
    let node = house(ClientKind::FirstParty).await.remove(0);
    let further: [(&str, &str); 2] = [("client_id", "else"), ("redirect_uri", "https://evil.example/")];
    for change in further {
        let parameters = Parameters::read(request("dms", &[change])).unwrap();
        let outcome = begin(&node.services, &parameters, visit(None)).await;
        assert!(matches!(outcome, Err(AuthorizeError::Page(_))), "{change:?}");
        assert!(
            matches!(begin_posted(&node.services, &parameters), Err(AuthorizeError::Page(_))),
            "{change:?}"
        );
    }
}

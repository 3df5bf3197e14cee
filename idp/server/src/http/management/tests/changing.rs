//! One person asks, another signs: the whole round, and everybody who may not.

use axum::http::StatusCode;
use countersign_core::directory::capabilities::AccessLevel::{Checker, Enquiry, Maker};
use countersign_core::directory::phase::Phase;
use countersign_core::oauth::acr::Acr;
use countersign_service::directory::import::{Mode, import};
use countersign_service::testing::directory::holding;
use serde_json::{Value, json};

use super::support::{Answer, House, house};

fn email(user_id: &str, email: &str) -> Value {
    let change = json!({ "kind": "change_profile", "user_id": user_id, "fields": { "email": email } });
    json!({ "change": change, "reason": "A new address" })
}

/// A request of `maker`: where it is found below the API, and its tag.
async fn asked(house: &House, maker: &str) -> (String, String) {
    let made = house.post("/change-requests", maker, "ask", &email("HKABC101", "new@abc.example")).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    (made.header("location").strip_prefix("/api/v1").unwrap().to_owned(), made.header("etag").to_owned())
}

/// Whether the reader may do `action`, or why not.
fn may(answer: &Answer, action: &str) -> Value {
    let json = answer.json();
    let all = json["may"].as_array().unwrap().clone();
    let one = all.iter().find(|may| may["action"] == action).unwrap();
    if one["allowed"] == true { json!(true) } else { one["code"].clone() }
}

#[tokio::test]
async fn a_change_is_seen_asked_for_signed_and_in_effect() {
    let house = house().await;
    let (maker, checker) = house.two().await;
    let draft = email(" hkabc101", "new@abc.example");

    let looked = house.post("/change-requests/validate", &maker, "look", &draft).await;
    let expected = json!([{
        "target": "profile:HKABC101",
        "difference": [
            { "field": "email", "before": "hkabc101@participant.example", "after": "new@abc.example" }
        ]
    }]);
    assert_eq!((looked.status, &looked.json()["subjects"]), (StatusCode::OK, &expected));
    assert_eq!(house.get("/change-requests?count=true", &maker).await.json()["count"], 0);

    let (path, tag) = asked(&house, &maker).await;
    let seen = house.get(&path, &checker).await;
    assert_eq!(seen.header("etag"), tag);
    let json = seen.json();
    assert_eq!(tag, format!("\"{}\"", json["document_hash"].as_str().unwrap()));
    assert_eq!(
        (&json["state"], &json["maker"], &json["reason"], &json["subjects"]),
        (&json!("pending"), &json!("HKABC1X1"), &json!("A new address"), &expected)
    );
    assert_eq!(may(&seen, "approve"), true);
    assert_eq!(may(&seen, "withdraw"), "not_the_maker");
    let own = house.get(&path, &maker).await;
    assert_eq!(may(&own, "approve"), "checker_is_maker");
    assert_eq!((may(&own, "withdraw"), may(&own, "approve_on_screen")), (json!(true), json!(true)));

    let approve = format!("{path}/approve");
    let applied = house.post_to(&approve, &checker, "sign", &tag, &json!({})).await;
    assert_eq!(applied.status, StatusCode::OK, "{}", applied.text);
    let json = applied.json();
    assert_eq!((&json["state"], &json["decision"]["checker"]), (&json!("applied"), &json!("HKABC1X2")));
    assert_eq!(house.get("/profiles/HKABC101", &checker).await.json()["email"], "new@abc.example");

    // Signed once: the same is answered as before, and nothing else can be done.
    let again = house.post_to(&approve, &checker, "sign", &tag, &json!({})).await;
    assert_eq!((again.status, &again.text), (StatusCode::OK, &applied.text));
    let other = house.post_to(&approve, &checker, "other", &tag, &json!({})).await;
    other.assert_problem(409, "request-ended");
    assert_eq!(other.findings(), [("state".into(), "request_applied".into())]);
    let listed = house.get("/change-requests?state=applied&target=profile:HKABC101", &checker).await.json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn what_is_sent_twice_is_asked_for_once() {
    let house = house().await;
    let (maker, _) = house.two().await;
    let draft = email("HKABC101", "new@abc.example");
    let first = house.post("/change-requests", &maker, "k", &draft).await;
    let again = house.post("/change-requests", &maker, "k", &draft).await;
    assert_eq!(
        (first.status, again.status, &first.text),
        (StatusCode::CREATED, StatusCode::CREATED, &again.text)
    );
    assert_eq!(first.header("location"), again.header("location"));
    assert_eq!(house.get("/change-requests?count=true", &maker).await.json()["count"], 1);
    // Another key asks for another thing, which is held by the first.
    let other = house.post("/change-requests", &maker, "other", &draft).await;
    other.assert_problem(422, "invalid-content");
    assert_eq!(other.findings(), [("user_id".into(), "already_pending".into())]);
}

#[tokio::test]
async fn nobody_signs_who_may_not() {
    let house = house().await;
    let (maker, checker) = house.two().await;
    let (path, tag) = asked(&house, &maker).await;
    let approve = format!("{path}/approve");
    let own = house.post_to(&approve, &maker, "k", &tag, &json!({})).await;
    own.assert_problem(403, "may-not-sign");
    assert_eq!(own.findings(), [("checker".into(), "checker_is_maker".into())]);
    let viewer = house.colleague(&house.abc, "HKABC1X3", &[Enquiry]).await;
    let refused = house.post_to(&approve, &viewer, "k", &tag, &json!({})).await;
    assert_eq!(refused.findings(), [("checker".into(), "checker_lacks_right".into())]);

    // For others there is no such request.
    let stranger = house.colleague(&house.def, "HKDEF1X2", &[Enquiry, Maker, Checker]).await;
    house.get(&path, &stranger).await.assert_problem(404, "not-found");
    house.post_to(&approve, &stranger, "k", &tag, &json!({})).await.assert_problem(404, "not-found");
    let listed = house.get("/change-requests", &stranger).await.json();
    assert_eq!(listed["items"], json!([]));

    // A user without rights, and a service, change nothing.
    let user = house.colleague(&house.abc, "HKABC1X4", &[]).await;
    let auditor = house.node.service_token(&house.console, "directory").await;
    for token in [&user, &auditor] {
        house.post_to(&approve, token, "k", &tag, &json!({})).await.assert_problem(403, "forbidden");
        let draft = email("HKABC102", "new@abc.example");
        house.post("/change-requests", token, "m", &draft).await.assert_problem(403, "forbidden");
    }
    assert_eq!(house.get(&path, &auditor).await.json()["may"], Value::Null);
    // A checker asks for nothing.
    let draft = email("HKABC102", "new@abc.example");
    house.post("/change-requests", &checker, "m", &draft).await.assert_problem(403, "forbidden");
    assert_eq!(house.get(&path, &checker).await.json()["state"], "pending");
}

#[tokio::test]
async fn a_signature_is_fresh_and_names_what_was_seen() {
    let house = house().await;
    let maker = house.administrator(&[Maker]).await;
    let maker = house.token(&maker).await;
    let profile = house.node.add_member(&house.abc, "HKABC1X2", holding(&[Checker])).await;
    let person = house.node.person_of(profile, Acr::OtpApp).await;
    let checker = house.token(&person).await;
    let (path, tag) = asked(&house, &maker).await;
    let approve = format!("{path}/approve");
    house.post(&approve, &checker, "k", &json!({})).await.assert_problem(428, "precondition-required");
    for other in [format!("\"{}\"", "0".repeat(64)), "\"v1\"".into(), format!("W/{tag}")] {
        let answer = house.post_to(&approve, &checker, "k", &other, &json!({})).await;
        answer.assert_problem(412, "precondition-failed");
    }
    house.node.clock.advance_seconds(301);
    let checker = house.token(&person).await;
    for (path, content) in [(approve, json!({})), (format!("{path}/reject"), json!({ "reason": "No" }))] {
        let stale = house.post_to(&path, &checker, "k", &tag, &content).await;
        stale.assert_problem(401, "step-up-required");
        assert!(stale.header("www-authenticate").contains("acr_values=\"urn:countersign:acr:otp-app\""));
    }
}

#[tokio::test]
async fn a_request_is_rejected_with_a_reason_or_taken_back() {
    let house = house().await;
    let (maker, checker) = house.two().await;
    let (path, _) = asked(&house, &maker).await;
    let reject = format!("{path}/reject");
    let empty = house.post(&reject, &checker, "a", &json!({ "reason": " " })).await;
    assert_eq!(empty.findings(), [("reason".into(), "missing".into())]);
    let rejected = house.post(&reject, &checker, "k", &json!({ "reason": "Another address" })).await;
    assert_eq!(rejected.json()["decision"]["reason"], "Another address");
    let again = house.post(&reject, &checker, "k", &json!({ "reason": "Another address" })).await;
    assert_eq!((again.status, again.text), (StatusCode::OK, rejected.text));

    let second = house.post("/change-requests", &maker, "2", &email("HKABC102", "b@abc.example")).await;
    let path = second.header("location").strip_prefix("/api/v1").unwrap().to_owned();
    let foreign = house.post(&format!("{path}/withdraw"), &checker, "f", &json!({})).await;
    assert_eq!(foreign.findings(), [("maker".into(), "not_the_maker".into())]);
    let withdrawn = house.post(&format!("{path}/withdraw"), &maker, "w", &json!({})).await;
    assert_eq!(withdrawn.json()["state"], "withdrawn");
    assert_eq!(house.get("/profiles/HKABC102", &maker).await.json()["email"], "hkabc102@participant.example");
}

#[tokio::test]
async fn a_request_about_what_has_changed_is_over() {
    let house = house().await;
    let (maker, checker) = house.two().await;
    let (path, tag) = asked(&house, &maker).await;
    let suspend = "/profiles/hkabc101/suspend";
    house.post(suspend, &maker, "a", &json!({ "reason": "" })).await.assert_problem(422, "invalid-content");
    let suspended = house.post(suspend, &maker, "s", &json!({ "reason": "Left the firm" })).await;
    assert_eq!(suspended.json(), json!({ "user_id": "HKABC101", "status": "SUSPENDED" }));
    let again = house.post(suspend, &maker, "s", &json!({ "reason": "Left the firm" })).await;
    assert_eq!((again.status, again.text), (StatusCode::OK, suspended.text));
    house
        .post(suspend, &checker, "t", &json!({ "reason": "Again" }))
        .await
        .assert_problem(409, "not-enabled");

    let late = house.post_to(&format!("{path}/approve"), &checker, "k", &tag, &json!({})).await;
    late.assert_problem(409, "request-conflicted");
    assert_eq!(house.get(&path, &checker).await.json()["state"], "conflicted");
    let profile = house.get("/profiles/HKABC101", &checker).await.json();
    assert_eq!(
        (&profile["email"], &profile["status"]),
        (&json!("hkabc101@participant.example"), &json!("SUSPENDED"))
    );
}

#[tokio::test]
async fn what_stands_in_the_way_is_named_by_field() {
    let house = house().await;
    let (maker, _) = house.two().await;
    let cases = [
        (json!({ "surname": "<b>" }), 422, "surname", "not_plain_text"),
        (json!({ "surname": "x".repeat(101) }), 422, "surname", "too_long"),
        (json!({ "surnam": "CHAN" }), 400, "surnam", "unknown"),
        (json!({ "email": "nobody" }), 422, "email", "not_an_email"),
        (json!({ "enable_from": "25/11/2026" }), 422, "enable_from", "not_a_date"),
        (json!({ "business_user_groups": ["Z1"] }), 422, "business_user_groups", "unknown_group"),
        (json!({}), 422, "fields", "nothing_changes"),
        (json!({ "access_levels": { "security_management": ["MK"] } }), 422, "access_levels", "not_in_phase"),
    ];
    for (fields, status, field, code) in cases {
        let change = json!({ "kind": "change_profile", "user_id": "HKABC101", "fields": fields });
        let answer = house.post("/change-requests", &maker, "k", &json!({ "change": change })).await;
        assert_eq!(answer.status.as_u16(), status, "{}", answer.text);
        assert_eq!(answer.findings(), [(field.to_owned(), code.to_owned())], "{}", answer.text);
    }
    for (user_id, code) in [("HKDEF101", "not_found"), ("HKABC999", "not_found")] {
        let answer = house.post("/change-requests", &maker, "k", &email(user_id, "a@abc.example")).await;
        assert_eq!(answer.findings(), [("user_id".into(), code.into())], "{user_id}");
    }
    let own = json!({ "kind": "delete_profile", "user_id": "HKABC1X1" });
    let own = house.post("/change-requests", &maker, "k", &json!({ "change": own })).await;
    assert!(own.findings().contains(&("user_id".into(), "own_profile".into())), "{}", own.text);
    assert!(own.text.contains("your own profile"), "{}", own.text);
    // A warning stops nothing.
    let warned = house.post("/change-requests", &maker, "k", &email("HKABC101", "chan@gmail.com")).await;
    let finding = warned.json()["findings"][0].clone();
    assert_eq!(
        (warned.status, &finding["code"], &finding["warning"]),
        (StatusCode::CREATED, &json!("free_mail"), &json!(true))
    );
}

#[tokio::test]
async fn where_nobody_could_sign_the_maker_is_told_at_once() {
    let house = house().await;
    let maker = house.administrator(&[Maker]).await;
    let maker = house.token(&maker).await;
    let answer = house.post("/change-requests", &maker, "k", &email("HKABC101", "a@abc.example")).await;
    answer.assert_problem(422, "invalid-content");
    assert_eq!(answer.findings(), [("request".into(), "no_checker".into())]);
}

#[tokio::test]
async fn an_enquiry_names_the_request_that_waits() {
    let house = house().await;
    let (maker, checker) = house.two().await;
    let open =
        async |token: &str| house.get("/profiles/HKABC101", token).await.json()["open_request"].clone();
    assert_eq!(open(&maker).await, Value::Null);
    let (path, _) = asked(&house, &maker).await;
    let id = path.rsplit('/').next().unwrap();
    assert_eq!((open(&maker).await, open(&checker).await), (json!(id), json!(id)));
    assert_eq!(house.get("/profiles/HKABC102", &maker).await.json()["open_request"], Value::Null);
    house.post(&format!("{path}/withdraw"), &maker, "w", &json!({})).await;
    assert_eq!(open(&maker).await, Value::Null);
}

/// A request that is about two participants is not theirs to see, nor is what it is called.
#[tokio::test]
async fn an_enquiry_names_no_request_that_is_not_the_reader_s_to_see() {
    let house = house().await;
    house.node.set_phase(Phase::ParallelRun).await;
    let reader = house.reader().await;
    let operator = house.operator().await;
    let operator = house.token(&operator).await;
    house.colleague(&house.exchange, "OPS002", &[Checker]).await;
    let line = |user_id: &str| json!({ "kind": "reset_factor", "user_id": user_id });
    let lines = json!({ "lines": [line("HKABC1X1"), line("HKDEF1X1")] });
    let made = house.post("/batches", &operator, "k", &lines).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let open = house.get("/profiles/HKABC1X1", &operator).await.json()["open_request"].clone();
    assert_eq!(open, made.json()["id"]);
    assert_eq!(house.get("/profiles/HKABC1X1", &reader).await.json()["open_request"], Value::Null);
}

#[tokio::test]
async fn a_request_that_was_changed_in_the_database_is_shown_as_such_and_spoils_nothing() {
    let house = house().await;
    let (maker, checker) = house.two().await;
    let (path, tag) = asked(&house, &maker).await;
    let sound = house.post("/change-requests", &maker, "other", &email("HKABC102", "b@abc.example")).await;
    let id = path.rsplit('/').next().unwrap();
    let edit = format!(
        "UPDATE change_requests SET document = replace(document, 'new@abc.example', 'own@evil.example') WHERE id = '{id}'"
    );
    assert_eq!(house.node.database.tamper(&edit).await, 1);

    let listed = house.get("/change-requests?count=true", &checker).await.json();
    assert_eq!(listed["count"], 2);
    let of = |wanted: &str| {
        let items = listed["items"].as_array().unwrap().iter();
        items.clone().find(|item| item["id"] == wanted).unwrap().clone()
    };
    assert_eq!((&of(id)["tampered"], &of(id)["maker"]), (&json!(true), &json!("HKABC1X1")));
    assert_eq!(of(sound.json()["id"].as_str().unwrap())["tampered"], Value::Null);
    let shown = house.get(&path, &checker).await;
    assert_eq!((shown.status, &shown.json()["tampered"]), (StatusCode::OK, &json!(true)), "{}", shown.text);
    assert_eq!((&shown.json()["subjects"], &shown.json()["may"]), (&json!([]), &Value::Null));
    assert!(!shown.text.contains("evil") && shown.header("etag").is_empty(), "{}", shown.text);

    let approved = house.post_to(&format!("{path}/approve"), &checker, "a", &tag, &json!({})).await;
    approved.assert_problem(409, "request-tampered");
    let rejected = house.post(&format!("{path}/reject"), &checker, "r", &json!({ "reason": "odd" })).await;
    rejected.assert_problem(409, "request-tampered");
    house
        .post(&format!("{path}/withdraw"), &maker, "w", &json!({}))
        .await
        .assert_problem(409, "request-tampered");
    let code = json!({ "checker_id": "HKABC1X2", "authorisation_code": "AAAA-AAAA-AAAA" });
    let on_screen = house.post_to(&format!("{path}/approve-on-screen"), &maker, "o", &tag, &code).await;
    on_screen.assert_problem(409, "request-tampered");
    let denied = house.get(&format!("/audit?action=attempt_denied&request={id}&count=true"), &maker).await;
    assert_eq!(denied.json()["count"], 4, "{}", denied.text);

    house.node.clock.advance_seconds(60 * 24 * 3600);
    let services = &house.node.services;
    assert_eq!(countersign_service::directory::expire_overdue(services).await.unwrap(), 2);
    assert_eq!(countersign_service::directory::expire_overdue(services).await.unwrap(), 0);
    let operator = house.operator().await;
    let operator = house.token(&operator).await;
    let over = house.get(&path, &operator).await.json();
    assert_eq!((&over["state"], &over["tampered"]), (&json!("expired"), &json!(true)));
    let expired = house.get(&format!("/audit?action=request_expired&request={id}"), &operator).await;
    assert_eq!(expired.json()["items"][0]["actor"]["name"], "expire-requests", "{}", expired.text);
}

#[tokio::test]
async fn what_came_by_the_command_line_waits_for_its_maker_first() {
    let house = house().await;
    house.node.set_phase(Phase::ParallelRun).await;
    let person = house.administrator(&[Maker]).await;
    let maker = house.token(&person).await;
    let weak = house.token(&house.node.person_of(person.profile, Acr::OtpEmail).await).await;
    let checker = house.colleague(&house.abc, "HKABC1X2", &[Checker]).await;
    let list = b"user_id,surname\nHKABC201,CHAN\n";
    let filed = import(&house.node.services, "HKABC1X1", list, None, Mode::File).await.unwrap();
    let path = format!("/change-requests/{}", filed.request.unwrap());
    let (approve, adopt) = (format!("{path}/approve"), format!("{path}/adopt"));
    let seen = house.get(&path, &checker).await;
    let tag = seen.header("etag").to_owned();
    assert_eq!(seen.json()["at_command_line"], true);
    assert_eq!((may(&seen, "approve"), may(&seen, "reject")), (json!("not_adopted"), json!(true)));
    assert_eq!(may(&seen, "adopt"), "not_the_maker");
    let refused = house.post_to(&approve, &checker, "early", &tag, &json!({})).await;
    refused.assert_problem(403, "may-not-sign");
    assert_eq!(refused.findings(), [("checker".to_owned(), "not_adopted".to_owned())]);
    let own = house.get(&path, &maker).await;
    assert_eq!((may(&own, "adopt"), may(&own, "approve_on_screen")), (json!(true), json!("not_adopted")));

    house.post_to(&adopt, &checker, "a", &tag, &json!({})).await.assert_problem(403, "forbidden");
    house.post(&adopt, &maker, "a", &json!({})).await.assert_problem(428, "precondition-required");
    let weak = house.post_to(&adopt, &weak, "a", &tag, &json!({})).await;
    assert_eq!(weak.status, StatusCode::UNAUTHORIZED, "{}", weak.text);
    let adopted = house.post_to(&adopt, &maker, "a", &tag, &json!({})).await;
    assert_eq!(adopted.status, StatusCode::OK, "{}", adopted.text);
    assert_eq!((&adopted.json()["state"], adopted.header("etag")), (&json!("pending"), tag.as_str()));
    assert_eq!(adopted.json()["at_command_line"], Value::Null);
    let again = house.post_to(&adopt, &maker, "a", &tag, &json!({})).await;
    assert_eq!((again.status, &again.text), (StatusCode::OK, &adopted.text));
    let signed = house.post_to(&approve, &checker, "early", &tag, &json!({})).await;
    assert_eq!(signed.status, StatusCode::OK, "{}", signed.text);
}

#[tokio::test]
async fn one_browser_gives_no_two_signatures() {
    let house = house().await;
    let in_browser = async |user_id: &str, levels: &[_], browser: &str| {
        let profile = house.node.add_member(&house.abc, user_id, holding(levels)).await;
        house.token(&house.node.person_in(profile, Acr::OtpApp, Some(browser)).await).await
    };
    let maker = in_browser("HKABC1X1", &[Maker], "csb_one").await;
    let beside = in_browser("HKABC1X2", &[Checker], "csb_one").await;
    let elsewhere = in_browser("HKABC1X3", &[Checker], "csb_other").await;
    let (path, tag) = asked(&house, &maker).await;
    // The maker signs out, and their session is forgotten: the browser is the same nevertheless.
    house
        .node
        .database
        .tamper(
            "DELETE FROM sessions WHERE profile_id IN (SELECT id FROM profiles WHERE user_id = 'HKABC1X1')",
        )
        .await;

    let seen = house.get(&path, &beside).await;
    assert_eq!(may(&seen, "approve"), "shared_browser");
    let refused = house.post_to(&format!("{path}/approve"), &beside, "a", &tag, &json!({})).await;
    refused.assert_problem(403, "may-not-sign");
    assert_eq!(refused.findings(), [("checker".to_owned(), "shared_browser".to_owned())]);
    let refused = house.post(&format!("{path}/reject"), &beside, "r", &json!({ "reason": "no" })).await;
    refused.assert_problem(403, "may-not-sign");
    let signed = house.post_to(&format!("{path}/approve"), &elsewhere, "a", &tag, &json!({})).await;
    assert_eq!(signed.status, StatusCode::OK, "{}", signed.text);
}

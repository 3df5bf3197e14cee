//! Relying parties over HTTP: read by operators and the auditor, changed by two operators, their secrets seen once.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use countersign_core::directory::capabilities::AccessLevel::{Checker, Enquiry, Maker};
use serde_json::{Value, json};

use super::support::{Answer, House, house};

impl House {
    /// Tokens of two operators.
    pub(super) async fn operators(&self) -> (String, String) {
        let all = [Enquiry, Maker, Checker];
        let one = self.colleague(&self.exchange, "OPS001", &all).await;
        (one, self.colleague(&self.exchange, "OPS002", &all).await)
    }

    /// Asks for a change.
    pub(super) async fn ask(&self, token: &str, key: &str, change: &Value) -> Answer {
        self.post("/change-requests", token, key, &json!({ "change": change, "reason": "Form 7" })).await
    }

    /// Has what was asked for signed by another: where the request is found, and what was answered.
    pub(super) async fn sign(&self, made: &Answer, token: &str, key: &str) -> (String, Answer) {
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
        let path = made.header("location").strip_prefix("/api/v1").unwrap().to_owned();
        let signed =
            self.post_to(&format!("{path}/approve"), token, key, made.header("etag"), &json!({})).await;
        (path, signed)
    }
}

fn desk() -> Value {
    json!({
        "kind": "register_client", "client_id": "desk",
        "fields": {
            "client_name": "Settlement Desk", "token_endpoint_auth_method": "client_secret_basic",
            "scope": "openid profile clearing", "redirect_uris": ["https://desk.example/cb"]
        }
    })
}

#[tokio::test]
async fn a_relying_party_is_registered_read_changed_and_ended() {
    let house = house().await;
    let (maker, checker) = house.operators().await;
    let made = house.ask(&maker, "1", &desk()).await;
    assert_eq!(house.get("/clients/desk", &maker).await.status, StatusCode::NOT_FOUND);
    let (path, signed) = house.sign(&made, &checker, "2").await;
    assert_eq!(signed.json()["state"], "applied", "{}", signed.text);

    // Its secret is in no answer but one, and that is given to who asks first.
    let secret = house.post(&format!("{path}/secret"), &maker, "3", &json!({})).await.json();
    let secret = secret["secret"].as_str().unwrap().to_owned();
    assert!(secret.starts_with("csk_"), "{secret}");
    let again = house.post(&format!("{path}/secret"), &checker, "4", &json!({})).await;
    again.assert_problem(404, "not-found");
    for shown in ["/clients/desk", "/clients", "/change-requests", path.as_str()] {
        let answer = house.get(shown, &maker).await;
        assert_eq!(answer.status, StatusCode::OK, "{shown}: {}", answer.text);
        assert!(
            !answer.text.contains("csk_") && !answer.text.contains("secret_hash"),
            "{shown}: {}",
            answer.text
        );
    }
    let shown = house.get("/clients/desk", &checker).await;
    assert_eq!(shown.header("etag"), "\"v1\"");
    let json = shown.json();
    assert_eq!((&json["client_name"], &json["require_pkce"]), (&json!("Settlement Desk"), &json!(true)));
    assert_eq!(json["redirect_uris"], json!(["https://desk.example/cb"]));
    assert_eq!(json["open_request"], Value::Null);

    let change = json!({ "kind": "change_client", "client_id": "desk", "fields": { "status": "DISABLED" } });
    let made = house.ask(&checker, "5", &change).await;
    let id = made.json()["id"].clone();
    assert_eq!(house.get("/clients/desk", &checker).await.json()["open_request"], id);
    let listed = house.get("/change-requests?state=pending&target=client:desk", &maker).await.json();
    assert_eq!(listed["items"][0]["id"], id);
    let twice = house.ask(&maker, "6", &change).await;
    assert_eq!(twice.findings(), [("client_id".into(), "already_pending".into())]);
    let (_, signed) = house.sign(&made, &maker, "7").await;
    let expected = json!([{ "field": "status", "before": "ENABLED", "after": "DISABLED" }]);
    assert_eq!(signed.json()["subjects"][0]["difference"], expected);
    let shown = house.get("/clients/desk", &maker).await;
    assert_eq!((shown.header("etag"), &shown.json()["status"]), ("\"v2\"", &json!("DISABLED")));

    let made = house.ask(&maker, "8", &json!({ "kind": "delete_client", "client_id": "desk" })).await;
    house.sign(&made, &checker, "9").await;
    house.get("/clients/desk", &maker).await.assert_problem(404, "not-found");
    assert_eq!(house.ask(&maker, "10", &desk()).await.findings(), [("client_id".into(), "taken".into())]);
}

#[tokio::test]
async fn only_operators_and_the_auditor_read_them() {
    let house = house().await;
    let auditor = house.node.service_token(&house.console, "directory").await;
    let (operator, _) = house.operators().await;
    let administrator = house.colleague(&house.abc, "HKABC1X1", &[Enquiry, Maker, Checker]).await;
    let user = house.colleague(&house.abc, "HKABC1X4", &[]).await;
    for path in ["/clients", "/clients/admin-console", "/clients/nothing", "/keys"] {
        for token in [&administrator, &user] {
            house.get(path, token).await.assert_problem(403, "forbidden");
        }
    }
    for token in [&auditor, &operator] {
        let shown = house.get("/clients/admin-console", token).await;
        assert_eq!(shown.json()["token_endpoint_auth_method"], "client_secret_post", "{}", shown.text);
        house.get("/clients/nothing", token).await.assert_problem(404, "not-found");
    }
    let draft = json!({ "kind": "delete_client", "client_id": "admin-console" });
    house.ask(&auditor, "1", &draft).await.assert_problem(403, "forbidden");
    let refused = house.ask(&administrator, "1", &draft).await;
    assert_eq!(refused.findings(), [("client_id".into(), "for_operators".into())]);
    assert_eq!(
        house.ask(&operator, "1", &draft).await.findings(),
        [("client_id".into(), "last_console".into())]
    );
}

#[tokio::test]
async fn the_list_is_searched_counted_and_paged() {
    let house = house().await;
    for client_id in ["alpha-desk", "beta-desk", "gamma"] {
        let further = countersign_service::testing::applications::client(&house.node.services, client_id);
        house.node.add_client(&further).await;
    }
    let (token, _) = house.operators().await;
    let ids = |answer: &Answer| -> Vec<String> {
        let items = answer.json()["items"].as_array().unwrap().clone();
        items.iter().map(|item| item["client_id"].as_str().unwrap().to_owned()).collect()
    };
    let first = house.get("/clients?limit=2&count=true", &token).await;
    assert_eq!(
        (ids(&first), &first.json()["count"]),
        (vec!["admin-console".into(), "alpha-desk".into()], &json!(4))
    );
    let next = first.json()["next"].as_str().unwrap().to_owned();
    let second = house.get(&format!("/clients?limit=2&cursor={next}"), &token).await;
    assert_eq!(
        (ids(&second), &second.json()["next"]),
        (vec!["beta-desk".into(), "gamma".into()], &Value::Null)
    );
    for (q, expected) in [("desk", 2), ("DESK%20al", 1), ("esk", 0), ("client", 4), ("nothing", 0)] {
        assert_eq!(ids(&house.get(&format!("/clients?q={q}"), &token).await).len(), expected, "{q}");
    }
    house.get("/clients?sort=name", &token).await.assert_problem(400, "invalid-parameters");
    house
        .get(&format!("/participants?cursor={next}"), &token)
        .await
        .assert_problem(400, "invalid-parameters");
}

#[tokio::test]
async fn what_cannot_be_is_named_by_field_in_words() {
    let house = house().await;
    let (token, _) = house.operators().await;
    let with = |field: &str, value: Value| {
        let mut draft = desk();
        draft["fields"][field] = value;
        draft
    };
    let cases = [
        ("redirect_uris", json!(["javascript:alert(1)"]), 422, "redirect_uris[0]", "uri_not_https"),
        (
            "redirect_uris",
            json!(["https://u:p@desk.example/"]),
            422,
            "redirect_uris[0]",
            "uri_with_credentials",
        ),
        ("redirect_uris", json!(["https://desk.example/<b>"]), 422, "redirect_uris[0]", "not_plain_text"),
        ("redirect_uris", json!("https://desk.example/"), 400, "change", "wrong_type"),
        ("client_secret", json!("mine"), 400, "client_secret", "unknown"),
        ("scope", json!("openid root"), 422, "scope", "not_one_of"),
        ("jwks", json!({ "keys": [{ "kty": "oct", "k": "AAAA" }] }), 422, "jwks", "private_key"),
    ];
    for (name, value, status, field, code) in cases {
        let answer = house.ask(&token, "k", &with(name, value)).await;
        assert_eq!(answer.status.as_u16(), status, "{}", answer.text);
        assert!(answer.findings().contains(&(field.to_owned(), code.to_owned())), "{}", answer.text);
        assert!(!answer.text.contains("AAAA"), "{}", answer.text);
    }
}

#[tokio::test]
async fn keys_are_read_rotated_and_retired() {
    let house = house().await;
    let (maker, checker) = house.operators().await;
    let listed = house.get("/keys", &maker).await;
    let items = listed.json()["items"].as_array().unwrap().clone();
    assert_eq!(items.len(), 4, "{}", listed.text);
    for key in &items {
        assert_eq!(key["state"], "active");
        // What is published of them, and when each does what: nothing else.
        let names: BTreeSet<_> = key.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(
            names,
            BTreeSet::from(["activates_at", "algorithm", "created_at", "kid", "state"]),
            "{key}"
        );
    }
    let made = house.ask(&maker, "1", &json!({ "kind": "rotate_keys", "algorithm": "RS256" })).await;
    let (_, signed) = house.sign(&made, &checker, "2").await;
    assert_eq!(signed.json()["subjects"][0]["target"], "key:RS256", "{}", signed.text);
    let states = async || {
        let items = house.get("/keys", &maker).await.json()["items"].as_array().unwrap().clone();
        let of = items.into_iter().filter(|key| key["algorithm"] == "RS256");
        let mut states: Vec<_> = of.map(|key| key["state"].as_str().unwrap().to_owned()).collect();
        // Keys of one instant stand in no order.
        states.sort();
        states
    };
    assert_eq!(states().await, ["active", "next"]);
    let kid = items.iter().find(|key| key["algorithm"] == "RS256").unwrap()["kid"].clone();
    let made = house.ask(&checker, "3", &json!({ "kind": "retire_key", "kid": kid })).await;
    let (_, signed) = house.sign(&made, &maker, "4").await;
    assert_eq!(signed.json()["state"], "applied", "{}", signed.text);
    // The next one took over, and another is next.
    assert_eq!(states().await, ["active", "next"]);
    let gone = house.ask(&checker, "5", &json!({ "kind": "retire_key", "kid": kid })).await;
    assert_eq!(gone.findings(), [("kid".into(), "not_found".into())]);
    let none = house.ask(&checker, "6", &json!({ "kind": "rotate_keys", "algorithm": "HS256" })).await;
    assert_eq!(none.findings(), [("algorithm".into(), "not_one_of".into())]);
}

#[tokio::test]
async fn the_typed_client_reads_them_too() {
    use countersign_api::client::Client;
    use countersign_api::clients::ClientQuery;
    use countersign_api::page::PageQuery;

    let house = house().await;
    let (token, _) = house.operators().await;
    let issuer = url::Url::parse(&house.serve().await).unwrap();
    let client = Client::new(reqwest::Client::new(), &issuer, token);
    let page = client.clients(&ClientQuery::default(), &PageQuery::default()).await.unwrap();
    let one = client.relying_party("admin-console").await.unwrap();
    assert_eq!((one.value.summary, one.etag.as_deref()), (page.items[0].clone(), Some("\"v1\"")));
    assert_eq!(client.keys().await.unwrap().items.len(), 4);
}

#[tokio::test]
async fn policies_are_read_and_changed() {
    let house = house().await;
    let (maker, checker) = house.operators().await;
    let named = async |name: &str| {
        let items = house.get("/policies", &maker).await.json()["items"].as_array().unwrap().clone();
        items.into_iter().find(|policy| policy["name"] == name).unwrap()
    };
    let expected = json!({
        "name": "requests.days_to_sign", "value": 14, "configured": 14, "source": "default", "unit": "days",
        "least": 1, "most": 90, "version": 0
    });
    assert_eq!(named("requests.days_to_sign").await, expected);
    assert_eq!(named("approval_code.mode").await["least"], Value::Null);
    let change = json!({ "kind": "change_policy", "name": "requests.days_to_sign", "value": 7 });
    let made = house.ask(&maker, "1", &change).await;
    house.sign(&made, &checker, "2").await;
    let shown = named("requests.days_to_sign").await;
    assert_eq!(
        (&shown["value"], &shown["source"], &shown["version"]),
        (&json!(7), &json!("request"), &json!(1))
    );
    for (value, code) in
        [(json!(0), "out_of_range"), (json!("x"), "bad_option"), (json!(7), "nothing_changes")]
    {
        let change = json!({ "kind": "change_policy", "name": "requests.days_to_sign", "value": value });
        assert_eq!(
            house.ask(&maker, "3", &change).await.findings(),
            [("value".into(), code.into())],
            "{value}"
        );
    }
    // One that does not fit is shown as what it is, and can be taken back.
    let signed =
        "INSERT INTO policies (name, value, updated_at, version) VALUES ('password.min_length', '999', 0, 1)";
    house.node.database.tamper(signed).await;
    let shown = named("password.min_length").await;
    assert_eq!(
        (&shown["value"], &shown["source"], &shown["left_out"]),
        (&json!(10), &json!("default"), &json!(true))
    );
    let back = json!({ "kind": "change_policy", "name": "password.min_length", "value": null });
    let made = house.ask(&maker, "5", &back).await;
    house.sign(&made, &checker, "6").await;
    assert_eq!(named("password.min_length").await["left_out"], Value::Null);
    let administrator = house.colleague(&house.abc, "HKABC1X1", &[Enquiry, Maker, Checker]).await;
    house.get("/policies", &administrator).await.assert_problem(403, "forbidden");
    house.ask(&administrator, "4", &change).await.assert_problem(422, "invalid-content");
}

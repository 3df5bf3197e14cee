//! Two participants of one house, an exchange, and everyone who might call.

use std::net::{IpAddr, Ipv4Addr};

use axum::body::{Body, to_bytes};
use axum::http::request::Builder;
use axum::http::{HeaderMap, HeaderValue, Request, StatusCode, header};
use axum::{Extension, Router};
use countersign_core::directory::capabilities::AccessLevel::{self, Checker, Enquiry, Maker};
use countersign_core::directory::clearing_house::ClearingHouse;
use countersign_core::oauth::acr::Acr;
use countersign_core::oauth::client::{Client, ClientKind};
use countersign_service::testing::directory::{CONSOLE, Participant, holding};
use countersign_service::testing::{TestNode, sqlite_node};
use countersign_service::testing::{applications::client, people::Person};
use futures_util::TryStreamExt as _;
use serde_json::Value;
use tower::ServiceExt as _;

use crate::http::management;
use crate::http::router::router;
use crate::http::state::AppState;
use crate::serve::ClientAddress;

/// A house to manage.
pub(super) struct House {
    pub(super) node: TestNode,
    pub(super) console: Client,
    pub(super) abc: Participant,
    pub(super) def: Participant,
    pub(super) exchange: Participant,
    router: Router,
}

/// Where every request comes from.
const CALLER: ClientAddress = ClientAddress(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7)));

/// What came back.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) text: String,
}

/// ABC with three users and an administrator, DEF with two and one, and operators.
pub(super) async fn house() -> House {
    house_on(sqlite_node().await).await
}

/// The same on a node that may have others already.
pub(super) async fn house_on(node: TestNode) -> House {
    // For people and for the auditor both, which no request could make it.
    let console = Client { kind: ClientKind::FirstParty, ..client(&node.services, CONSOLE) };
    let node = node.with_clients(std::slice::from_ref(&console)).await;
    let abc = node.add_participant(ClearingHouse::Hkcc, "ABC").await;
    let def = node.add_participant(ClearingHouse::Hkcc, "DEF").await;
    let exchange = node.add_participant(ClearingHouse::Exchange, "EXCHANGE").await;
    for user_id in ["HKABC101", "HKABC102", "HKABC103"] {
        node.add_member(&abc, user_id, |_| ()).await;
    }
    for user_id in ["HKDEF101", "HKDEF102"] {
        node.add_member(&def, user_id, |_| ()).await;
    }
    node.add_member(&def, "HKDEF1X1", holding(&[Enquiry, Maker, Checker])).await;
    let router = router(AppState::new(node.services.clone(), None)).layer(Extension(CALLER));
    House { node, console, abc, def, exchange, router }
}

impl House {
    /// An administrator of ABC who holds `levels`.
    pub(super) async fn administrator(&self, levels: &[AccessLevel]) -> Person {
        let profile = self.node.add_member(&self.abc, "HKABC1X1", holding(levels)).await;
        self.node.person_of(profile, Acr::OtpApp).await
    }

    /// A token of another administrator, of `participant`.
    pub(super) async fn colleague(
        &self,
        participant: &Participant,
        user_id: &str,
        levels: &[AccessLevel],
    ) -> String {
        let profile = self.node.add_member(participant, user_id, holding(levels)).await;
        let person = self.node.person_of(profile, Acr::OtpApp).await;
        self.token(&person).await
    }

    /// Tokens of a maker and of a checker of ABC.
    pub(super) async fn two(&self) -> (String, String) {
        let maker = self.administrator(&[Maker]).await;
        (self.token(&maker).await, self.colleague(&self.abc, "HKABC1X2", &[Checker]).await)
    }

    /// An operator.
    pub(super) async fn operator(&self) -> Person {
        let profile =
            self.node.add_member(&self.exchange, "OPS001", holding(&[Enquiry, Maker, Checker])).await;
        self.node.person_of(profile, Acr::OtpApp).await
    }

    /// Their access token for the directory.
    pub(super) async fn token(&self, person: &Person) -> String {
        self.node.access_token(&self.console, person, "openid directory").await
    }

    /// The token of the administrator of ABC who may look.
    pub(super) async fn reader(&self) -> String {
        let administrator = self.administrator(&[Enquiry]).await;
        self.token(&administrator).await
    }

    /// The same house with further endpoints in its API.
    pub(super) fn with_routes(self, further: Router<AppState>) -> Self {
        let state = AppState::new(self.node.services.clone(), None);
        let router = management::router_with(&state, further).with_state(state).layer(Extension(CALLER));
        Self { router, ..self }
    }

    /// Serves the house; says where.
    pub(super) async fn serve(&self) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = self.router.clone();
        tokio::spawn(async move { axum::serve(listener, router).await });
        format!("http://{address}")
    }

    /// Asks for `path` below the API, with a token.
    pub(super) async fn get(&self, path: &str, token: &str) -> Answer {
        let request =
            Request::get(format!("/api/v1{path}")).header(header::AUTHORIZATION, format!("Bearer {token}"));
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// Reads what comes piece by piece and keeps none of it: how many lines there were, and the most that `measure`
    /// said meanwhile.
    pub(super) async fn drain(&self, path: &str, token: &str, measure: fn() -> u64) -> (usize, u64) {
        let request =
            Request::get(format!("/api/v1{path}")).header(header::AUTHORIZATION, format!("Bearer {token}"));
        let response = self.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let mut pieces = response.into_body().into_data_stream();
        let (mut lines, mut most) = (0, 0);
        while let Some(piece) = pieces.try_next().await.unwrap() {
            lines += piece.split(|byte| *byte == b'\n').count() - 1;
            most = most.max(measure());
        }
        (lines, most)
    }

    /// Posts JSON under a key.
    pub(super) async fn post(&self, path: &str, token: &str, key: &str, content: &Value) -> Answer {
        self.send(post(path, token, key).body(Body::from(content.to_string())).unwrap()).await
    }

    /// Posts JSON that is meant for the document of this tag.
    pub(super) async fn post_to(
        &self,
        path: &str,
        token: &str,
        key: &str,
        tag: &str,
        content: &Value,
    ) -> Answer {
        let request = post(path, token, key).header(header::IF_MATCH, tag);
        self.send(request.body(Body::from(content.to_string())).unwrap()).await
    }

    /// Posts a CSV file under a key.
    pub(super) async fn post_csv(&self, path: &str, token: &str, key: &str, csv: &str) -> Answer {
        let mut request = post(path, token, key).body(Body::from(csv.to_owned())).unwrap();
        request.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv"));
        self.send(request).await
    }

    /// Sends any request.
    pub(super) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, 1 << 24).await.unwrap();
        Answer {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8(body.to_vec()).unwrap(),
        }
    }
}

fn post(path: &str, token: &str, key: &str) -> Builder {
    Request::post(format!("/api/v1{path}"))
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(header::CONTENT_TYPE, "application/json")
        .header("idempotency-key", key)
}

impl Answer {
    /// The body, as JSON.
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    /// A header, or nothing.
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The user IDs of the items.
    pub(super) fn user_ids(&self) -> Vec<String> {
        assert_eq!(self.status, StatusCode::OK, "{}", self.text);
        let items = self.json();
        let items = items["items"].as_array().expect("items").clone();
        items.iter().map(|item| item["user_id"].as_str().unwrap().to_owned()).collect()
    }

    /// Asserts that it is this problem, complete and not kept.
    #[track_caller]
    pub(super) fn assert_problem(&self, status: u16, name: &str) {
        assert_eq!(self.status.as_u16(), status, "{name}: {}", self.text);
        let json = self.json();
        assert_eq!(json["type"], format!("urn:countersign:problem:{name}"));
        assert_eq!(json["status"], status);
        assert!(json["title"].as_str().is_some_and(|title| !title.contains("problem-")), "{json}");
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(self.header("cache-control"), "no-store");
    }

    /// The findings, as field and code.
    pub(super) fn findings(&self) -> Vec<(String, String)> {
        let json = self.json();
        let findings = json["findings"].as_array().cloned().unwrap_or_default();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        findings.iter().map(|finding| (text(&finding["field"]), text(&finding["code"]))).collect()
    }
}

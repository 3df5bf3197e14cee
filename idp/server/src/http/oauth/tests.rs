//! The browser's side of the protocol, through the whole router as a browser meets it.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use axum::{Extension, Router};
use countersign_core::ids::ProfileId;
use countersign_core::oauth::acr::Acr;
use countersign_core::oauth::client::{ClientKind, SigningAlg};
use countersign_service::testing::applications::{CALLBACK, public_client, request};
use countersign_service::testing::{TestNode, sqlite_node};
use scraper::{Html, Selector};
use tower::ServiceExt as _;
use url::form_urlencoded;

use crate::http::router::router;
use crate::http::state::AppState;
use crate::serve::ClientAddress;

/// A house with an application of its own and one of someone else, and a user.
struct House {
    node: TestNode,
    user: ProfileId,
    router: Router,
}

async fn house() -> House {
    let node = sqlite_node().await;
    node.make_keys().await;
    node.add_client(&public_client("dms", ClientKind::FirstParty)).await;
    node.add_client(&public_client("else", ClientKind::ThirdParty)).await;
    let user = node.add_user("HKABC101").await;
    let from = ClientAddress(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7)));
    let router = router(AppState::new(node.services.clone(), None)).layer(Extension(from));
    House { node, user, router }
}

/// What came back.
struct Page {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl Page {
    fn location(&self) -> Option<&str> {
        self.headers.get(header::LOCATION).map(|value| value.to_str().unwrap())
    }

    /// The parameters with which the browser is sent back to the application.
    fn answer(&self) -> BTreeMap<String, String> {
        assert_eq!(self.status, StatusCode::SEE_OTHER, "{}", self.body);
        assert_eq!(self.headers[header::CACHE_CONTROL], "no-store");
        let query = self.location().unwrap().strip_prefix(CALLBACK).unwrap().strip_prefix('?').unwrap();
        form_urlencoded::parse(query.as_bytes()).into_owned().collect()
    }

    fn attribute(&self, selector: &str, attribute: &str) -> Option<String> {
        let document = Html::parse_document(&self.body);
        let element = document.select(&Selector::parse(selector).unwrap()).next()?;
        element.value().attr(attribute).map(str::to_owned)
    }

    fn step(&self) -> Option<String> {
        self.attribute("main", "data-step")
    }

    /// Asserts that this is an error page that leads nowhere, and that nobody can frame.
    fn assert_error(&self, status: StatusCode, code: &str) {
        assert_eq!(self.status, status, "{code}: {:?} {}", self.headers, self.body);
        assert_eq!(self.location(), None, "{code}");
        assert_eq!(self.step().as_deref(), Some("error"), "{code}");
        assert_eq!(self.attribute("[role=alert]", "data-error").as_deref(), Some(code));
        self.assert_unframed();
    }

    fn assert_unframed(&self) {
        let policy = self.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
        assert_eq!(self.headers[header::X_FRAME_OPTIONS], "DENY");
    }
}

/// A browser with its cookies.
struct Browser<'h> {
    house: &'h House,
    cookies: BTreeMap<String, String>,
}

impl House {
    fn browser(&self) -> Browser<'_> {
        Browser { house: self, cookies: BTreeMap::new() }
    }

    /// A browser in which the user is logged in.
    async fn logged_in(&self) -> Browser<'_> {
        let (_, cookie) = self.node.log_in(&self.user, Acr::OtpApp, None).await;
        let mut browser = self.browser();
        browser.cookies.insert("cs_session".to_owned(), cookie.expose().to_owned());
        browser
    }
}

impl Browser<'_> {
    async fn get(&mut self, uri: &str) -> Page {
        self.send(Request::get(uri), Body::empty(), true).await
    }

    /// A form of one of our own pages.
    async fn post(&mut self, uri: &str, fields: &[(&str, &str)]) -> Page {
        self.send(form(uri), Body::from(encode(fields)), true).await
    }

    /// A form of another site, which brings no Lax cookies.
    async fn post_from_elsewhere(&mut self, uri: &str, fields: &[(&str, &str)]) -> Page {
        self.send(form(uri), Body::from(encode(fields)), false).await
    }

    async fn send(&mut self, request: axum::http::request::Builder, body: Body, own: bool) -> Page {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = if own { request.header(header::COOKIE, cookies.join("; ")) } else { request };
        let response = self.house.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        for cookie in parts.headers.get_all(header::SET_COOKIE) {
            let (pair, attributes) = cookie.to_str().unwrap().split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if attributes.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let body = String::from_utf8(to_bytes(body, 1 << 20).await.unwrap().to_vec()).unwrap();
        Page { status: parts.status, headers: parts.headers, body }
    }
}

fn form(uri: &str) -> axum::http::request::Builder {
    Request::post(uri).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
}

fn encode(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

fn authorize(client_id: &str, further: &[(&str, &str)]) -> String {
    format!("/authorize?{}", encode(&request(client_id, further)))
}

#[tokio::test]
async fn a_session_goes_back_with_a_code() {
    let house = house().await;
    let answer = house.logged_in().await.get(&authorize("dms", &[])).await.answer();
    assert!(answer["code"].starts_with("csc_"));
    assert_eq!((answer["state"].as_str(), answer["iss"].as_str()), ("st", "http://localhost:8080"));
    assert_eq!(answer.len(), 3);
}

#[tokio::test]
async fn a_question_about_the_address_draws_no_code() {
    let house = house().await;
    let mut browser = house.logged_in().await;
    let before = house.node.services.store.transactions();
    let head = Request::head(authorize("dms", &[]));
    let page = browser.send(head, Body::empty(), true).await;
    assert_eq!((page.status, page.location()), (StatusCode::METHOD_NOT_ALLOWED, None));
    assert_eq!(house.node.services.store.transactions(), before);
}

#[tokio::test]
async fn a_stranger_goes_to_the_login_and_comes_back() {
    let house = house().await;
    let mut browser = house.browser();
    let sent = browser.get(&authorize("dms", &[("prompt", "login")])).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER);
    let sealed = sent.location().unwrap().strip_prefix("/login/?i=").unwrap().to_owned();
    assert!(browser.cookies["cs_browser"].starts_with("csb_"));

    let (_, cookie) = house.node.log_in(&house.user, Acr::OtpApp, None).await;
    browser.cookies.insert("cs_session".to_owned(), cookie.expose().to_owned());
    let resumed = format!("/authorize/resume?i={sealed}");
    assert!(browser.get(&resumed).await.answer().contains_key("code"));

    // Another browser with a session of its own cannot finish what this one began, nor can anyone change it.
    let mut other = house.logged_in().await;
    other.get("/login/").await;
    other.get(&resumed).await.assert_error(StatusCode::BAD_REQUEST, "expired");
    for broken in
        ["/authorize/resume", "/authorize/resume?i=", &format!("{resumed}A"), "/authorize/resume?i=%00&i=x"]
    {
        browser.get(broken).await.assert_error(StatusCode::BAD_REQUEST, "expired");
    }
}

#[tokio::test]
async fn a_wrong_client_or_address_is_a_page_by_every_way_in() {
    let house = house().await;
    let mut browser = house.logged_in().await;
    let evil = "https://evil.example/cb";
    for (further, code) in [
        (&[("client_id", "stranger")], "invalid_client"),
        (&[("client_id", "")], "invalid_client"),
        (&[("redirect_uri", evil)], "invalid_redirect_uri"),
        (&[("redirect_uri", "//evil.example")], "invalid_redirect_uri"),
        (&[("redirect_uri", "https://shop.example/cb/../evil")], "invalid_redirect_uri"),
        (&[("redirect_uri", "")], "invalid_redirect_uri"),
    ] {
        browser.get(&authorize("dms", further)).await.assert_error(StatusCode::BAD_REQUEST, code);
        let posted = browser.post_from_elsewhere("/authorize", &request("dms", further)).await;
        posted.assert_error(StatusCode::BAD_REQUEST, code);
    }
    for polluted in [format!("&redirect_uri={evil}"), format!("&redirect_uri={CALLBACK}")] {
        let page = browser.get(&(authorize("dms", &[]) + &polluted)).await;
        page.assert_error(StatusCode::BAD_REQUEST, "invalid_redirect_uri");
    }
    let page = browser.get(&(authorize("dms", &[]) + "&client_id=else")).await;
    page.assert_error(StatusCode::BAD_REQUEST, "invalid_client");
    browser.get("/authorize").await.assert_error(StatusCode::BAD_REQUEST, "invalid_client");
}

#[tokio::test]
async fn what_is_too_large_is_a_page() {
    let house = house().await;
    let mut browser = house.browser();
    let long = "x".repeat(7000);
    let page = browser.get(&authorize("dms", &[("state", &long)])).await;
    page.assert_error(StatusCode::PAYLOAD_TOO_LARGE, "too-large");
    let huge = "x".repeat(1 << 20);
    for path in ["/authorize", "/end_session"] {
        let page = browser.post_from_elsewhere(path, &[("state", &huge)]).await;
        page.assert_error(StatusCode::PAYLOAD_TOO_LARGE, "too-large");
        let json = Request::post(path).header(header::CONTENT_TYPE, "application/json");
        let page = browser.send(json, Body::from("{}"), false).await;
        page.assert_error(StatusCode::BAD_REQUEST, "invalid_request");
    }
}

#[tokio::test]
async fn other_errors_go_back_with_state_and_issuer() {
    let house = house().await;
    let mut browser = house.browser();
    for (further, code) in [
        (("prompt", "none"), "login_required"),
        (("response_type", "token"), "unsupported_response_type"),
        (("request", "a.b.c"), "request_not_supported"),
        (("code_challenge_method", "plain"), "invalid_request"),
    ] {
        let by_link = browser.get(&authorize("dms", &[further])).await.answer();
        assert_eq!((by_link["error"].as_str(), by_link["state"].as_str()), (code, "st"));
        assert_eq!(by_link["iss"], "http://localhost:8080");
    }
    let posted = browser.post_from_elsewhere("/authorize", &request("dms", &[("scope", "")])).await;
    assert_eq!(posted.answer()["error"], "invalid_scope");
}

#[tokio::test]
async fn a_form_post_carries_the_answer_and_escapes_it() {
    let house = house().await;
    let mut browser = house.logged_in().await;
    let state = r#""><script>alert(1)</script>"#;
    let page = browser.get(&authorize("dms", &[("response_mode", "form_post"), ("state", state)])).await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(page.attribute("form", "action").as_deref(), Some(CALLBACK));
    assert_eq!(page.attribute("input[name=state]", "value").as_deref(), Some(state));
    assert!(page.attribute("input[name=code]", "value").unwrap().starts_with("csc_"));
    assert_eq!(page.attribute("input[name=iss]", "value").as_deref(), Some("http://localhost:8080"));
    assert!(!page.body.contains("<script>alert"));
    assert_eq!(page.headers[header::CACHE_CONTROL], "no-store");
    page.assert_unframed();
}

#[tokio::test]
async fn a_form_from_elsewhere_goes_on_with_cookies() {
    let house = house().await;
    let mut browser = house.logged_in().await;
    browser.get("/login/").await;
    let before = browser.cookies.clone();
    let sent = browser.post_from_elsewhere("/authorize", &request("dms", &[])).await;
    assert_eq!(browser.cookies, before, "the browser keeps the id it has");
    assert_eq!(sent.status, StatusCode::SEE_OTHER);
    let resume = sent.location().unwrap().to_owned();
    assert!(resume.starts_with("/authorize/resume?i="));
    assert!(browser.get(&resume).await.answer().contains_key("code"));
}

#[tokio::test]
async fn consent_is_given_on_our_page_only() {
    let house = house().await;
    let mut browser = house.logged_in().await;
    let sent = browser.get(&authorize("else", &[])).await;
    let consent = sent.location().unwrap().to_owned();
    assert!(consent.starts_with("/login/consent?i="));
    let page = browser.get(&consent).await;
    assert_eq!((page.status, page.step().as_deref()), (StatusCode::OK, Some("consent")));
    assert!(
        page.body.contains("The Shop")
            && page.body.contains("HKABC101")
            && page.body.contains("shop.example")
    );
    page.assert_unframed();
    let csrf = page.attribute("input[name=csrf]", "value").unwrap();

    for forged in [&[("action", "allow")][..], &[("action", "allow"), ("csrf", "x")]] {
        browser.post(&consent, forged).await.assert_error(StatusCode::FORBIDDEN, "csrf");
    }
    let elsewhere = browser.post_from_elsewhere(&consent, &[("action", "allow"), ("csrf", &csrf)]).await;
    elsewhere.assert_error(StatusCode::FORBIDDEN, "csrf");
    let odd = browser.post(&consent, &[("action", "perhaps"), ("csrf", &csrf)]).await;
    odd.assert_error(StatusCode::BAD_REQUEST, "invalid-form");

    let denied = browser.post(&consent, &[("action", "deny"), ("csrf", &csrf)]).await.answer();
    assert_eq!((denied["error"].as_str(), denied["state"].as_str()), ("access_denied", "st"));
    let allowed = browser.post(&consent, &[("action", "allow"), ("csrf", &csrf)]).await.answer();
    assert!(allowed["code"].starts_with("csc_"));
    assert!(browser.get(&authorize("else", &[])).await.answer().contains_key("code"), "asked once");
}

#[tokio::test]
async fn without_a_hint_the_user_confirms_and_stays_here() {
    let house = house().await;
    let mut browser = house.logged_in().await;
    let asked = "/end_session?post_logout_redirect_uri=https%3A%2F%2Fshop.example%2Fbye&client_id=dms";
    let page = browser.get(asked).await;
    assert_eq!((page.status, page.step().as_deref()), (StatusCode::OK, Some("confirm-sign-out")));
    page.assert_unframed();
    let csrf = page.attribute("input[name=csrf]", "value").unwrap();
    let forged = browser.post(asked, &[("action", "sign-out"), ("csrf", "x")]).await;
    forged.assert_error(StatusCode::FORBIDDEN, "csrf");
    assert!(browser.get(&authorize("dms", &[])).await.answer().contains_key("code"), "still there");

    let done = browser.post(asked, &[("action", "sign-out"), ("csrf", &csrf)]).await;
    assert_eq!((done.status, done.step().as_deref()), (StatusCode::OK, Some("signed-out")));
    assert!(!browser.cookies.contains_key("cs_session"));
    assert!(browser.get(&authorize("dms", &[])).await.location().unwrap().starts_with("/login/"));
}

#[tokio::test]
async fn a_hint_signs_out_and_leads_back_to_registered_addresses_only() {
    let house = house().await;
    let hint = |user: &ProfileId| {
        let claims =
            serde_json::json!({ "iss": "http://localhost:8080", "aud": "dms", "sub": user.as_str() });
        house
            .node
            .services
            .keyring
            .sign(SigningAlg::Rs256, "JWT", &claims, house.node.services.now())
            .unwrap()
    };
    let own = hint(&house.user);
    let mut browser = house.logged_in().await;
    let fields = [
        ("id_token_hint", &*own),
        ("post_logout_redirect_uri", "https://shop.example/bye"),
        ("state", "x y"),
    ];
    let sent = browser.post_from_elsewhere("/end_session", &fields).await;
    let onward = sent.location().unwrap().to_owned();
    assert!(onward.starts_with("/end_session?"));
    let done = browser.get(&onward).await;
    assert_eq!(done.location(), Some("https://shop.example/bye?state=x+y"));
    assert!(!browser.cookies.contains_key("cs_session"));

    for evil in
        ["https://evil.example/", "//evil.example", "https://shop.example/bye#x", "javascript:alert(1)"]
    {
        let mut browser = house.logged_in().await;
        let fields = [("id_token_hint", own.as_str()), ("post_logout_redirect_uri", evil)];
        let page = browser.get(&format!("/end_session?{}", encode(&fields))).await;
        assert_eq!((page.location(), page.step().as_deref()), (None, Some("signed-out")), "{evil}");
    }
    let mut browser = house.logged_in().await;
    let twice = format!("/end_session?id_token_hint={own}&state=a&state=b");
    browser.get(&twice).await.assert_error(StatusCode::BAD_REQUEST, "invalid_request");
    let other = house.node.add_user("HKABC102").await;
    let foreign = format!("/end_session?id_token_hint={}", hint(&other));
    assert_eq!(browser.get(&foreign).await.step().as_deref(), Some("confirm-sign-out"));
}

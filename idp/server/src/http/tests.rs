//! Cookies, tokens, languages and headers, through a router as browsers meet them.

use std::net::{IpAddr, Ipv4Addr};

use axum::Router;
use axum::body::Body;
use axum::extract::FromRequestParts as _;
use axum::http::{HeaderMap, Request, StatusCode, header};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use chrono::{DateTime, Duration, Utc};
use serde::Deserialize;
use tower::ServiceExt as _;

use super::cookies::Cookies;
use super::csrf::PageForm;
use super::headers::{Https, secure};
use super::locale::{Choice, Locale, Wishes};
use super::oauth::answer::Caller;
use super::pages::{PageContext, ResetDone, View as _};
use super::visitor::{Browser, introduce};
use crate::http::assets;
use crate::http::pages::sample_visitors;
use crate::serve::ClientAddress;

#[derive(Deserialize)]
struct Fields {
    user_id: String,
}

fn house(https: bool) -> Router {
    let show = |page: PageContext| async move { ResetDone { page }.respond() };
    let take = |_: Browser, PageForm(fields): PageForm<Fields>| async move { fields.user_id.into_response() };
    let introduced = from_fn_with_state(sample_visitors(https), introduce);
    Router::new()
        .route("/login/", get(show).post(take))
        .layer(introduced)
        .route("/jwks", get(|| async { "{}" }))
        .merge(assets::router())
        .layer(from_fn_with_state(Https(https), secure))
}

async fn ask(https: bool, request: Request<Body>) -> Response {
    house(https).oneshot(request).await.unwrap()
}

async fn visit(https: bool, uri: &str, headers: &[(&str, &str)]) -> Response {
    let mut request = Request::get(uri);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    ask(https, request.body(Body::empty()).unwrap()).await
}

async fn post(cookie: Option<&str>, body: String) -> Response {
    let mut request = Request::post("/login/").header("content-type", "application/x-www-form-urlencoded");
    if let Some(cookie) = cookie {
        request = request.header(header::COOKIE, cookie);
    }
    ask(false, request.body(Body::from(body)).unwrap()).await
}

fn set_cookies(headers: &HeaderMap) -> Vec<String> {
    headers.get_all(header::SET_COOKIE).iter().map(|value| value.to_str().unwrap().to_owned()).collect()
}

async fn text(response: Response) -> String {
    let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap()
}

/// The cookie a browser brings back, and the token on its page.
async fn acquainted() -> (String, String) {
    let response = visit(false, "/login/", &[]).await;
    let cookie = set_cookies(response.headers()).remove(0);
    let markup = text(response).await;
    let token = markup.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    (cookie.split(';').next().unwrap().to_owned(), token)
}

#[tokio::test]
async fn a_browser_is_given_its_id_once() {
    let first = visit(false, "/login/", &[]).await;
    let cookies = set_cookies(first.headers());
    assert_eq!(cookies.len(), 1);
    assert!(cookies[0].starts_with("cs_browser=csb_"), "{cookies:?}");
    assert!(
        cookies[0].contains("HttpOnly")
            && cookies[0].contains("SameSite=Lax")
            && cookies[0].contains("Path=/")
    );
    assert!(!cookies[0].contains("Secure"), "plain http on loopback");

    let pair = cookies[0].split(';').next().unwrap();
    let second = visit(false, "/login/", &[("cookie", pair)]).await;
    assert!(set_cookies(second.headers()).is_empty());
}

#[tokio::test]
async fn cookies_on_https_belong_to_this_host_alone() {
    let response = visit(true, "/login/?lang=zh-Hans", &[("cookie", "cs_browser=planted")]).await;
    let cookies = set_cookies(response.headers());
    assert_eq!(cookies.len(), 2);
    for cookie in cookies {
        assert!(
            cookie.starts_with("__Host-cs_") && cookie.contains("Secure") && !cookie.contains("Domain"),
            "{cookie}"
        );
    }
}

#[tokio::test]
async fn an_id_too_short_to_be_ours_is_replaced() {
    let response = visit(false, "/login/", &[("cookie", "cs_browser=csb_aaaa")]).await;
    assert_eq!(set_cookies(response.headers()).len(), 1);
}

#[tokio::test]
async fn a_form_posted_from_elsewhere_does_not_replace_the_id() {
    let response = post(None, "user_id=HKABC101".into()).await;
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
    assert!(set_cookies(response.headers()).is_empty());
    assert!(text(response).await.contains("data-error=\"csrf\""));
}

#[tokio::test]
async fn a_form_with_its_token_is_taken() {
    let (cookie, token) = acquainted().await;
    let response = post(Some(&cookie), format!("user_id=HKABC101&csrf={token}&unknown=1")).await;
    assert_eq!((response.status(), text(response).await.as_str()), (StatusCode::OK, "HKABC101"));
}

#[tokio::test]
async fn a_form_with_another_token_or_none_is_refused() {
    let (cookie, token) = acquainted().await;
    for wrong in [format!("csrf={token}x"), "csrf=".into(), String::new()] {
        let response = post(Some(&cookie), format!("user_id=HKABC101&{wrong}")).await;
        assert_eq!(response.status(), StatusCode::FORBIDDEN, "{wrong}");
    }
}

#[tokio::test]
async fn a_form_that_lacks_a_field_is_refused_politely() {
    let (cookie, token) = acquainted().await;
    let response = post(Some(&cookie), format!("csrf={token}")).await;
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    assert!(text(response).await.contains("data-error=\"invalid-form\""));
}

#[tokio::test]
async fn a_form_of_many_megabytes_is_refused_politely() {
    let (cookie, token) = acquainted().await;
    let response = post(Some(&cookie), format!("csrf={token}&user_id={}", "x".repeat(3 << 20))).await;
    assert_eq!(response.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert!(text(response).await.contains("data-error=\"too-large\""));
}

#[tokio::test]
async fn the_link_on_the_page_sets_the_language() {
    let response = visit(false, "/login/?i=a%2Fb&lang=zh-Hant", &[("accept-language", "en")]).await;
    let cookies = set_cookies(response.headers());
    let choice = cookies.iter().find(|cookie| cookie.starts_with("cs_locale=zh-Hant.")).unwrap().clone();
    let markup = text(response).await;
    assert!(markup.contains("lang=\"zh-Hant-HK\"") && markup.contains("密碼已設定"));
    assert!(markup.contains("\"?i=a%2Fb&#38;lang=zh-Hans\""), "the query is kept, once: {markup}");

    let next = visit(false, "/login/", &[("cookie", choice.split(';').next().unwrap())]).await;
    assert!(text(next).await.contains("密碼已設定"));
}

#[tokio::test]
async fn an_unknown_language_is_no_wish() {
    let response =
        visit(false, "/login/?lang=%22%3E", &[("accept-language", "fr, zh-CN;q=0.4, en;q=0.2")]).await;
    assert!(text(response).await.contains("lang=\"zh-Hans-CN\""));
}

#[test]
fn tags_find_the_language_that_serves_them() {
    let cases = [
        ("en-GB", Some(Locale::English)),
        ("zh-HK", Some(Locale::TraditionalChinese)),
        ("zh-TW", Some(Locale::TraditionalChinese)),
        ("zh-Hant-MO", Some(Locale::TraditionalChinese)),
        ("yue", Some(Locale::TraditionalChinese)),
        ("zh", Some(Locale::SimplifiedChinese)),
        ("zh-Hans-HK", Some(Locale::SimplifiedChinese)),
        ("fr", None),
        ("<script>", None),
    ];
    for (tag, locale) in cases {
        assert_eq!(Locale::matching(tag), locale, "{tag}");
    }
}

#[test]
fn accept_language_is_read_by_quality() {
    assert_eq!(Locale::from_accept_language("en;q=0.3, zh-HK;q=0.9"), Some(Locale::TraditionalChinese));
    assert_eq!(Locale::from_accept_language("zh-CN;q=0, en"), Some(Locale::English));
    assert_eq!(Locale::from_accept_language("de, *;q=0.5"), None);
    assert_eq!(Locale::from_accept_language(&"en;q=x,".repeat(10_000)), None);
}

#[test]
fn of_a_click_and_an_application_the_later_wish_wins() {
    let clicked = |seconds| Wishes {
        choice: Some(Choice { locale: Locale::English, at: at(seconds) }),
        accepted: Some(Locale::SimplifiedChinese),
    };
    let asked = at(1000);
    assert_eq!(clicked(1005).locale_for(Some("zh-HK"), asked), Locale::English);
    assert_eq!(clicked(900).locale_for(Some("fr zh-HK en"), asked), Locale::TraditionalChinese);
    assert_eq!(clicked(900).locale_for(Some("fr"), asked), Locale::English);
    assert_eq!(clicked(900).locale_for(None, asked + Duration::days(9)), Locale::English);
    assert_eq!(Wishes::default().locale_for(None, asked), Locale::English);
}

#[test]
fn a_choice_survives_its_cookie_and_nonsense_does_not() {
    let choice = Choice { locale: Locale::TraditionalChinese, at: at(77) };
    assert_eq!(Choice::from_cookie(&choice.to_cookie()), Some(choice));
    for nonsense in ["", "en", "en.x", "xx.5", "en.99999999999999999999", "en.9223372036854775807"] {
        assert_eq!(Choice::from_cookie(nonsense), None, "{nonsense}");
    }
}

#[tokio::test]
async fn every_answer_carries_the_headers_of_the_house() {
    for (uri, page) in
        [("/login/", true), ("/jwks", false), ("/assets/countersign.css", false), ("/nowhere", false)]
    {
        let response = visit(true, uri, &[]).await;
        let headers = response.headers();
        assert_eq!(headers["x-content-type-options"], "nosniff", "{uri}");
        assert_eq!(headers["referrer-policy"], "strict-origin", "{uri}");
        assert_eq!(headers["x-frame-options"], "DENY", "{uri}");
        assert!(headers.contains_key("permissions-policy"), "{uri}");
        assert!(headers["strict-transport-security"].to_str().unwrap().starts_with("max-age="), "{uri}");
        let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(
            policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{uri}"
        );
        assert_eq!(policy.contains("script-src 'nonce-"), page, "{uri}");
    }
    assert!(!visit(false, "/login/", &[]).await.headers().contains_key("strict-transport-security"));
}

#[tokio::test]
async fn assets_are_kept_by_an_address_that_names_their_content() {
    let address = assets::address("countersign.css");
    let response = visit(false, &address, &[]).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()[header::CONTENT_TYPE], "text/css; charset=utf-8");
    assert!(response.headers()[header::CACHE_CONTROL].to_str().unwrap().contains("immutable"));
    let tag = response.headers()[header::ETAG].to_str().unwrap().to_owned();
    assert_eq!(visit(false, &address, &[("if-none-match", &tag)]).await.status(), StatusCode::NOT_MODIFIED);
    assert_eq!(visit(false, "/assets/../Cargo.toml", &[]).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(visit(false, "/assets/%2e%2e/Cargo.toml", &[]).await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn nothing_that_opens_anything_prints() {
    let browser = format!("csb_{}", "A".repeat(43));
    let request = Request::get("/login/step?f=csf_sesame&i=sesame")
        .header(header::COOKIE, format!("cs_browser={browser}; cs_session=css_sesame"))
        .body(Body::empty())
        .unwrap();
    let visitors = sample_visitors(false);
    let (visitor, _) = visitors.meet(request.method(), request.uri(), request.headers());
    let (mut parts, _) = request.into_parts();
    parts.extensions.insert(visitor.clone());
    parts.extensions.insert(ClientAddress(IpAddr::V4(Ipv4Addr::LOCALHOST)));
    let caller = Caller::from_request_parts(&mut parts, &Cookies { https: false }).await.unwrap();
    assert_eq!(caller.session(), Some("css_sesame"));
    let page = PageContext::of(&visitor);
    assert!(page.query.contains("sesame") && visitor.browser.id() == browser);
    let printed = format!("{visitor:?} {page:?} {caller:?}");
    for secret in ["sesame", &browser, visitor.csrf.expose(), &*visitor.nonce] {
        assert!(!printed.contains(secret), "{secret} in {printed}");
    }
}

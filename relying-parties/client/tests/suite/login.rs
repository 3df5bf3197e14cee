//! The code flow, kept and broken.

use crate::fake_issuer::browser::Browser;
use crate::fake_issuer::{SUBJECT, unique};
use crate::probe::{Probe, is_somebody, person};

#[tokio::test]
async fn a_login_ends_where_it_was_wanted_with_the_issuer_s_claims() {
    let probe = Probe::start().await;
    let browser = probe.browser();
    let page = browser.visit("/private?page=2").await;
    assert_eq!((page.url.path(), page.url.query()), ("/private", Some("page=2")));
    let claims = &person(&page)["claims"];
    assert_eq!(claims["sub"], SUBJECT);
    assert_eq!(claims["acr"], "urn:countersign:acr:otp-app", "from the ID token");
    assert_eq!(claims["preferred_username"], "HKABC101", "from userinfo");
}

#[tokio::test]
async fn the_request_carries_pkce_state_nonce_scopes_resource_and_wishes() {
    let probe = Probe::start().await;
    probe
        .browser()
        .visit("/login?ui_locales=zh-Hant%20en&prompt=login&max_age=60&acr_values=urn:countersign:acr:otp-app&login_hint=HKABC101")
        .await;
    let recorded = probe.issuer.recorded();
    let query = &recorded.authorizations[0];
    assert_eq!(query["response_type"], "code");
    assert_eq!(query["code_challenge_method"], "S256");
    assert_eq!(query["scope"], "openid profile clearing");
    assert_eq!(query["resource"], probe.base);
    assert_eq!(query["redirect_uri"], format!("{}/callback", probe.base));
    for (name, value) in [
        ("ui_locales", "zh-Hant en"),
        ("prompt", "login"),
        ("max_age", "60"),
        ("acr_values", "urn:countersign:acr:otp-app"),
        ("login_hint", "HKABC101"),
    ] {
        assert_eq!(query[name], value);
    }
    for name in ["state", "nonce", "code_challenge"] {
        assert!(query[name].len() >= 43, "{name} is short");
    }
    assert_eq!(recorded.token_requests[0]["resource"], probe.base);
}

#[tokio::test]
async fn values_are_fresh_for_every_login() {
    let probe = Probe::start().await;
    let browser = probe.browser();
    browser.visit("/login").await;
    browser.visit("/login").await;
    let recorded = probe.issuer.recorded();
    for name in ["state", "nonce", "code_challenge"] {
        assert_ne!(recorded.authorizations[0][name], recorded.authorizations[1][name]);
    }
}

#[tokio::test]
async fn the_browser_holds_an_opaque_cookie_and_no_token() {
    let probe = Probe::start().await;
    let browser = probe.browser();
    let to_issuer = browser.get("/login").await;
    let login_cookie = to_issuer.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(login_cookie.starts_with("probe_login_"), "{login_cookie}");
    assert!(
        login_cookie.contains("; Path=/callback; HttpOnly; SameSite=Lax; Max-Age=1800"),
        "{login_cookie}"
    );
    let back = browser.get(&Browser::location(&to_issuer)).await;
    let answer = browser.get(&Browser::location(&back)).await;
    let cookies: Vec<_> =
        answer.headers().get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap()).collect();
    let session = cookies.iter().find(|cookie| cookie.starts_with("probe_session=")).unwrap();
    assert!(session.ends_with("; Path=/; HttpOnly; SameSite=Lax"), "{session}");
    assert_eq!(session.split([';', '=']).nth(1).unwrap().len(), 43);
    assert!(cookies.iter().any(|cookie| cookie.starts_with("probe_login_") && cookie.contains("Max-Age=0")));
}

#[tokio::test]
async fn a_second_login_gets_a_new_session_and_ends_the_first() {
    let probe = Probe::start().await;
    let browser = probe.logged_in().await;
    let first = person(&browser.visit("/").await)["csrf"].clone();
    let second = person(&browser.visit("/login").await)["csrf"].clone();
    assert_ne!(first, second);
}

#[tokio::test]
async fn a_wrong_state_is_refused() {
    let probe = Probe::start().await;
    for state in [unique() + &unique(), "short".to_owned(), String::new(), "x".repeat(5000)] {
        probe.issuer.bend(|issuer| issuer.state = Some(state));
        let page = probe.refused().await;
        assert_eq!(page.status, 400);
        assert!(page.shows("data-error=\"login-unknown\""));
    }
    assert!(probe.issuer.recorded().token_requests.is_empty(), "a code was exchanged");
}

#[tokio::test]
async fn a_login_begun_in_another_browser_is_refused() {
    let probe = Probe::start().await;
    let (attacker, victim) = (probe.browser(), probe.browser());
    let to_issuer = attacker.get("/login").await;
    let back = attacker.get(&Browser::location(&to_issuer)).await;
    let page = victim.visit(&Browser::location(&back)).await;
    assert!(page.shows("data-error=\"login-unknown\""));
    assert!(!is_somebody(&victim.visit("/").await));
    assert!(probe.issuer.recorded().token_requests.is_empty());
}

#[tokio::test]
async fn logins_in_two_tabs_do_not_disturb_each_other() {
    let probe = Probe::start().await;
    let browser = probe.browser();
    let first = browser.get("/login?next=/private?tab=1").await;
    let second = browser.get("/login?next=/private?tab=2").await;
    let page = browser.visit(&Browser::location(&first)).await;
    assert_eq!(page.url.query(), Some("tab=1"));
    let page = browser.visit(&Browser::location(&second)).await;
    assert_eq!(page.url.query(), Some("tab=2"));
}

#[tokio::test]
async fn an_answer_counts_once_and_in_time() {
    let probe = Probe::start().await;
    let browser = probe.browser();
    let to_issuer = browser.get("/login").await;
    let back = browser.get(&Browser::location(&to_issuer)).await;
    let callback = Browser::location(&back);
    assert!(is_somebody(&browser.visit(&callback).await));
    let again = browser.visit(&callback).await;
    assert_eq!(again.url.path(), "/", "a reload leads home");
    assert_eq!(probe.issuer.recorded().token_requests.len(), 1, "the code was sent twice");

    let late = probe.browser();
    let to_issuer = late.get("/login").await;
    let back = late.get(&Browser::location(&to_issuer)).await;
    probe.time.advance(30 * 60 + 1);
    assert!(late.visit(&Browser::location(&back)).await.shows("data-error=\"login-unknown\""));
}

#[tokio::test]
async fn an_answer_from_another_issuer_is_refused() {
    let probe = Probe::start().await;
    probe.issuer.bend(|issuer| issuer.response_issuer = Some("https://evil.example".into()));
    assert!(probe.refused().await.shows("data-error=\"login-invalid\""));
    probe.issuer.bend(|issuer| issuer.response_issuer = None);
    assert!(probe.refused().await.shows("data-error=\"login-invalid\""), "iss was announced but is missing");
    assert!(probe.issuer.recorded().token_requests.is_empty());
}

#[tokio::test]
async fn an_issuer_that_announces_no_iss_need_not_send_it() {
    let probe = Probe::start().await;
    probe.issuer.bend(|issuer| {
        issuer.announce_response_issuer = false;
        issuer.response_issuer = None;
    });
    probe.logged_in().await;
}

#[tokio::test]
async fn the_issuer_s_refusals_are_told_kindly() {
    let probe = Probe::start().await;
    for (code, words, error) in [
        ("access_denied", "You did not log in", "access-denied"),
        ("login_required", "You are not logged in", "login-refused"),
        ("temporarily_unavailable", "The login service is away", "login-service-away"),
        ("<script>", "The login service refused", "login-refused"),
    ] {
        probe.issuer.bend(|issuer| issuer.refuse = Some((code, "internal <b>detail</b>")));
        let page = probe.refused().await;
        assert!(page.shows(words), "{code}: {}", page.text);
        assert!(page.shows(&format!("data-error=\"{error}\"")), "{code}");
        assert!(!page.shows("detail"), "the issuer's words for developers are shown");
    }
}

#[tokio::test]
async fn nobody_is_sent_to_another_site() {
    let probe = Probe::start().await;
    for next in ["https://evil.example/", "//evil.example", "/%5Cevil.example", "/%09/evil.example"] {
        let page = probe.browser().visit(&format!("/login?next={next}")).await;
        assert_eq!(
            (page.url.origin().ascii_serialization(), page.url.path()),
            (probe.base.clone(), "/"),
            "{next}"
        );
    }
}

#[tokio::test]
async fn userinfo_about_another_subject_is_refused() {
    let probe = Probe::start().await;
    probe.issuer.bend(|issuer| {
        issuer.userinfo.insert("sub".into(), "somebody-else".into());
    });
    assert!(probe.refused().await.shows("data-error=\"login-invalid\""));
}

#[tokio::test]
async fn every_page_carries_the_headers() {
    let probe = Probe::start().await;
    let browser = probe.browser();
    for address in ["/", "/login", "/nowhere", "/logged-out", "/callback"] {
        let answer = browser.get(address).await;
        let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
        let policy = header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; style-src 'self';"), "{policy}");
        assert!(policy.contains(&format!("form-action 'self' {};", probe.issuer.url())), "{policy}");
        assert!(policy.contains("frame-ancestors 'none'"));
        assert_eq!(header("cache-control"), "no-store", "{address}");
        assert_eq!(header("x-content-type-options"), "nosniff");
    }
}

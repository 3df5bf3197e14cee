//! Logging out from the application (RP-Initiated Logout 1.0).

use crate::fake_issuer::CLIENT_ID;
use crate::probe::{Probe, is_somebody, person};

#[tokio::test]
async fn a_logout_ends_our_session_and_then_the_issuer_s() {
    let probe = Probe::start().await;
    let browser = probe.logged_in().await;
    let csrf = person(&browser.visit("/").await)["csrf"].as_str().unwrap().to_owned();
    let page = browser.submit("/logout", &[("csrf", &csrf)]).await;
    assert_eq!(page.url.path(), "/logged-out");
    assert!(page.shows("data-page=\"logged-out\""));
    assert_eq!(browser.visit("/").await.text, "null");

    let recorded = probe.issuer.recorded();
    let asked = &recorded.logouts[0];
    assert_eq!(asked["client_id"], CLIENT_ID);
    assert_eq!(asked["post_logout_redirect_uri"], format!("{}/logged-out", probe.base));
    assert_eq!(asked["id_token_hint"].split('.').count(), 3);
    assert!(asked["state"].len() >= 43);
}

#[tokio::test]
async fn a_logout_without_the_form_s_secret_is_refused() {
    let probe = Probe::start().await;
    let browser = probe.logged_in().await;
    for form in [&[][..], &[("csrf", "")][..], &[("csrf", "wrong")][..]] {
        let page = browser.submit("/logout", form).await;
        assert_eq!(page.status, 403);
        assert!(page.shows("data-error=\"stale-form\""));
    }
    let another = probe.logged_in().await;
    let csrf = person(&another.visit("/").await)["csrf"].as_str().unwrap().to_owned();
    assert_eq!(browser.submit("/logout", &[("csrf", &csrf)]).await.status, 403, "another session's secret");
    assert!(is_somebody(&browser.visit("/").await));
    assert_eq!(browser.get("/logout").await.status(), 405, "a link must not log anybody out");
    assert!(probe.issuer.recorded().logouts.is_empty());
}

#[tokio::test]
async fn a_logout_works_although_the_issuer_is_away() {
    let probe = Probe::start().await;
    let browser = probe.logged_in().await;
    let csrf = person(&browser.visit("/").await)["csrf"].as_str().unwrap().to_owned();
    probe.issuer.bend(|issuer| issuer.away = true);
    browser.post("/logout", &[("csrf", &csrf)]).await;
    assert_eq!(browser.visit("/").await.text, "null");
}

#[tokio::test]
async fn nobody_logged_in_can_log_out_without_harm() {
    let probe = Probe::start().await;
    let page = probe.browser().submit("/logout", &[]).await;
    assert_eq!(page.url.path(), "/");
}

#[tokio::test]
async fn a_link_to_the_last_page_does_not_claim_a_logout_that_was_none() {
    let probe = Probe::start().await;
    let browser = probe.logged_in().await;
    let page = browser.visit("/logged-out?state=invented").await;
    assert!(is_somebody(&page), "still logged in, and told so");
}

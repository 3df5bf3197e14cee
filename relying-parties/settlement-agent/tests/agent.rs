//! The settlement agent's system in front of a fake issuer.

#[cfg(test)]
#[path = "../../client/tests/fake_issuer/mod.rs"]
mod fake_issuer;

#[cfg(test)]
mod tests {
    use relying_party_client::{ClientAuthentication, Clock, Secret};
    use serde_json::json;
    use tokio::net::TcpListener;

    use crate::fake_issuer::FakeIssuer;
    use crate::fake_issuer::browser::{Browser, Page};
    use crate::fake_issuer::keys::client_key;

    async fn start() -> (FakeIssuer, Browser, Page) {
        let issuer = FakeIssuer::start(Clock::system()).await;
        issuer.bend(|issuer| {
            issuer.userinfo.insert("preferred_username".into(), json!("HKABC1SA"));
            issuer.userinfo.insert("settlement_agent".into(), json!("SAG"));
            issuer.userinfo.insert("act".into(), json!({"sub": "agent-person", "settlement_agent": "SAG"}));
            issuer.userinfo.insert("may_act_for".into(), json!(["ABC", "DEF"]));
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let mut oidc = issuer.config(&base);
        let private_key_pem = Secret::new(client_key().0);
        oidc.client_authentication = ClientAuthentication::PrivateKeyJwt { private_key_pem, key_id: None };
        tokio::spawn(settlement_agent::serve(
            settlement_agent::Config::new(oidc),
            listener,
            std::future::pending(),
        ));
        let browser = Browser::at(&base);
        let page = browser.visit("/login").await;
        (issuer, browser, page)
    }

    #[tokio::test]
    async fn the_page_shows_who_acts_for_whom_and_no_token() {
        let (issuer, _, page) = start().await;
        assert!(page.shows("data-page=\"home\""), "{}", page.text);
        assert!(page.shows("<dd data-claim=\"participant\">ABC</dd>"));
        assert!(page.shows("<dd data-claim=\"settlement_agent\">SAG</dd>"));
        assert!(page.shows("agent-person"));
        assert!(page.shows("<span class=\"tag\">DEF</span>"));
        assert!(page.shows("urn:countersign:acr:otp-app"), "claims of the ID token too");
        assert!(!page.shows("eyJ"), "a token is shown");
        assert!(issuer.recorded().token_requests[0].contains_key("client_assertion"));
    }

    #[tokio::test]
    async fn refresh_now_renews_although_the_token_is_fresh() {
        let (issuer, browser, page) = start().await;
        let page = browser.submit("/refresh", &[("csrf", page.csrf())]).await;
        assert!(page.shows("data-note=\"refreshed\""), "{}", page.text);
        let recorded = issuer.recorded();
        assert_eq!(recorded.token_requests[1]["grant_type"], "refresh_token");
        assert_ne!(
            recorded.token_requests[0]["client_assertion"],
            recorded.token_requests[1]["client_assertion"]
        );
    }

    #[tokio::test]
    async fn a_refresh_the_issuer_refuses_ends_the_session() {
        let (issuer, browser, page) = start().await;
        issuer.bend(|issuer| issuer.end_grants = true);
        let page = browser.submit("/refresh", &[("csrf", page.csrf())]).await;
        assert!(page.shows("data-page=\"landing\""), "{}", page.text);
    }

    #[tokio::test]
    async fn a_refresh_the_issuer_cannot_answer_does_not() {
        let (issuer, browser, page) = start().await;
        issuer.bend(|issuer| issuer.away = true);
        let page = browser.submit("/refresh", &[("csrf", page.csrf())]).await;
        assert!(page.shows("data-error=\"not-refreshed\""), "{}", page.text);
    }

    #[tokio::test]
    async fn the_system_calls_as_itself_and_shows_what_it_got_but_not_the_token() {
        let (_, browser, page) = start().await;
        let page = browser.submit("/own-token", &[("csrf", page.csrf())]).await;
        assert!(
            page.shows("data-own-token") && page.shows("300 seconds") && page.shows("test-client"),
            "{}",
            page.text
        );
        assert!(!page.shows("eyJ"), "a token is shown");
    }

    #[tokio::test]
    async fn buttons_of_another_page_do_nothing() {
        let (issuer, browser, _) = start().await;
        for address in ["/refresh", "/own-token"] {
            let page = browser.submit(address, &[("csrf", "wrong")]).await;
            assert_eq!(page.status, 403);
            assert!(page.shows("data-error=\"stale-form\""));
        }
        assert_eq!(issuer.recorded().token_requests.len(), 1);
    }
}

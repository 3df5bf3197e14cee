//! Nobody is sent to an address that no application registered (RFC 6749 §10.15, RFC 9700 §4.11).

use anyhow::Result;
use conformance_tests::{Browser, Page, demo};
use url::Url;

use super::setup::{CLIENT, at_password, log_in};

const EVIL: &str = "https://evil.example/";

/// Addresses that look almost like `registered`, each of which some parser somewhere takes for it.
fn lookalikes(registered: &str) -> Vec<String> {
    let bare = registered.trim_end_matches("/callback");
    let rest = registered.trim_start_matches("http://");
    [
        EVIL.to_owned(),
        format!("{registered}/"),
        format!("{registered}/../evil"),
        format!("{registered}?extra=1"),
        format!("{registered}#fragment"),
        format!("{registered}%00"),
        format!("{registered}.evil.example"),
        format!("{bare}/CALLBACK"),
        format!("{bare}//callback"),
        format!("{bare}@evil.example/callback"),
        format!("http://evil.example\\@{rest}"),
        format!("http://user@{rest}"),
        format!("https://{rest}"),
        format!(" {registered}"),
        format!("{registered}\t"),
        format!("//{rest}"),
        "javascript:alert(1)//".to_owned() + rest,
        "data:text/html,hello".to_owned(),
        "/callback".to_owned(),
        String::new(),
    ]
    .into()
}

/// `/authorize` shows an error page and redirects nowhere, errors included.
#[tokio::test]
async fn authorize_redirects_to_registered_addresses_only() -> Result<()> {
    let demo = demo::shared().await?;
    let party = demo.relying_party(CLIENT)?;
    let registered = party.client.redirect_uris[0].clone();
    for address in lookalikes(&registered) {
        for prompt in ["login", "none", "nonsense"] {
            let request = party.authorization().with("redirect_uri", &address).with("prompt", prompt);
            let mut browser = demo.browser()?;
            let page = browser.open(request.url()?.as_str()).await?;
            assert_eq!(page.status, 400, "{address:?}");
            assert_stayed(page, demo.issuer());
            assert!(page.trail.is_empty(), "{address:?} was redirected first");
            assert_eq!(page.step().as_deref(), Some("error"), "{address:?}");
        }
    }
    Ok(())
}

/// An unknown client's address is not believed either, nor a registered address of another client's.
#[tokio::test]
async fn an_unknown_client_redirects_nowhere() -> Result<()> {
    let demo = demo::shared().await?;
    let request = demo.relying_party(CLIENT)?.authorization();
    for client in ["", "nobody", "conformance-basic ", "CONFORMANCE-BASIC", "dms"] {
        let mut browser = demo.browser()?;
        let page = browser.open(request.clone().with("client_id", client).url()?.as_str()).await?;
        assert_eq!(page.status, 400, "{client:?}");
        assert_stayed(page, demo.issuer());
    }
    Ok(())
}

/// `/end_session` too, with and without a hint.
#[tokio::test]
async fn logout_redirects_to_registered_addresses_only() -> Result<()> {
    let demo = demo::shared().await?;
    let mut login = log_in(demo, &demo.draw_user()?, "openid").await?;
    let tokens = login.party.exchange(&login.request, &login.code).await?.granted()?;
    let hint = tokens.id_token()?;
    let endpoint = login.party.endpoint("/end_session");
    for address in lookalikes("http://localhost:9999/callback") {
        for hinted in [true, false] {
            let mut query = vec![("post_logout_redirect_uri", address.as_str()), ("state", "s")];
            if hinted {
                query.push(("id_token_hint", hint.as_str()));
            }
            let url = Url::parse_with_params(&endpoint, query)?;
            let page = login.browser.open(url.as_str()).await?;
            assert_stayed(page, demo.issuer());
        }
    }
    Ok(())
}

/// No parameter of a page leads away, whatever its name.
#[tokio::test]
async fn no_parameter_of_a_page_leads_away() -> Result<()> {
    let demo = demo::shared().await?;
    let names = ["next", "return_to", "redirect", "url", "lang", "i", "f", "r", "continue", "target", "back"];
    let values =
        [EVIL, "//evil.example", "/\\evil.example", "https:evil.example", "%2f%2fevil.example", "\r\nX: y"];
    let at = at_password(demo).await?.page()?.url.clone();
    let mut browser = demo.browser()?;
    for path in [at.path(), "/login/", "/account", "/authorize/resume", "/end_session"] {
        for name in names {
            for value in values {
                let mut url = Url::parse(demo.issuer())?.join(path)?;
                url.query_pairs_mut().append_pair(name, value);
                let page = browser.open(url.as_str()).await?;
                assert!(page.status < 500, "{url}: {}", page.status);
                assert_stayed(page, demo.issuer());
            }
        }
    }
    language_links_stay(&mut browser, &at).await
}

/// The links on a page repeat its address: they must not repeat a foreign one.
async fn language_links_stay(browser: &mut Browser, at: &Url) -> Result<()> {
    let mut url = at.clone();
    url.set_path(&format!("//evil.example{}", at.path()));
    let page = browser.open(url.as_str()).await?;
    assert!(!page.body.contains("href=\"//evil.example"), "a link on the page leads away");
    assert!(!page.body.contains("action=\"//evil.example"), "a form on the page leads away");
    Ok(())
}

/// The browser is still at the issuer, and was nowhere else in between.
fn assert_stayed(page: &Page, issuer: &str) {
    assert_eq!(page.left, None, "the browser was sent away");
    for url in page.trail.iter().map(|hop| &hop.url).chain([&page.url]) {
        assert!(url.as_str().starts_with(issuer), "the browser was at {url}");
    }
    for header in ["location", "refresh", "content-location"] {
        let value = page.headers.get(header).and_then(|value| value.to_str().ok()).unwrap_or_default();
        assert!(!value.contains("evil.example"), "{header}: {value}");
    }
}

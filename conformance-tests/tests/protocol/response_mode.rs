//! OAuth 2.0 Multiple Response Types §2.1 and OAuth 2.0 Form Post Response Mode.

use anyhow::Result;
use conformance_tests::demo::CALLBACK;

use super::{BASIC, Login, assert_refused, party};

/// Form Post Response Mode §2: the answer is a form, posted to the redirect URI, and not in any address.
#[tokio::test]
async fn form_post_2_answers_with_a_form() -> Result<()> {
    let mut login = Login::new(BASIC, "openid").await?;
    let request = login.party.authorization().with("response_mode", "form_post");
    let page = login.browser.open(request.url()?.as_str()).await?;
    assert_eq!((page.status, page.left.clone()), (200, None));
    let cache = page.headers.get("cache-control").and_then(|value| value.to_str().ok());
    assert!(cache.is_some_and(|value| value.contains("no-store")));
    let form = page.only_form()?;
    assert!(form.post);
    assert_eq!(form.action.as_str(), CALLBACK);
    assert_eq!(form.get("state"), Some(request.get("state")));
    assert_eq!(form.get("iss"), Some(login.party.issuer.as_str()));
    let code = form.get("code").expect("code").to_owned();
    login.party.exchange(&request, &code).await?.granted()?;
    Ok(())
}

/// Form Post Response Mode §2: errors too, and what the client sent is escaped.
#[tokio::test]
async fn form_post_2_errors_come_the_same_way() -> Result<()> {
    let party = party(BASIC).await?;
    let state = "\"><script>alert(1)</script>";
    let request =
        party.authorization().with("response_mode", "form_post").with("prompt", "none").with("state", state);
    let mut browser = conformance_tests::shared().await?.browser()?;
    let page = browser.open(request.url()?.as_str()).await?;
    let form = page.only_form()?;
    assert_eq!(form.action.as_str(), CALLBACK);
    assert_eq!(form.get("error"), Some("login_required"));
    assert_eq!(form.get("state"), Some(state));
    assert!(!page.body.contains("<script>alert"));
    Ok(())
}

/// Without JavaScript the form has a button; with it, nothing but a script that the policy names runs.
#[tokio::test]
async fn form_post_works_without_script_and_under_the_policy() -> Result<()> {
    let mut login = Login::new(BASIC, "openid").await?;
    let request = login.party.authorization().with("response_mode", "form_post");
    let page = login.browser.open(request.url()?.as_str()).await?;
    assert!(page.count("form button, form input[type=submit]") > 0, "{}", page.body);
    let policy = page.headers.get("content-security-policy").and_then(|value| value.to_str().ok());
    let policy = policy.unwrap_or_default();
    assert!(!policy.contains("unsafe-inline"), "{policy}");
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
    Ok(())
}

/// `query` is the default, and may be asked for by name.
#[tokio::test]
async fn multiple_response_types_2_1_query_by_name() -> Result<()> {
    let mut login = Login::new(BASIC, "openid").await?;
    let request = login.party.authorization().with("response_mode", "query");
    assert!(login.again(&request).await?.get("code").is_some());
    Ok(())
}

/// A mode that is not offered is refused by `query`.
#[tokio::test]
async fn multiple_response_types_2_1_other_modes_are_refused() -> Result<()> {
    for mode in ["fragment", "web_message", "jwt"] {
        let request = party(BASIC).await?.authorization().with("response_mode", mode);
        assert_refused(&request, "invalid_request").await?;
    }
    Ok(())
}

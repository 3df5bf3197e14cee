//! RFC 6749 §3.1 and §4.1.1, OpenID Connect Core §3.1.2: the authorization request and its errors.

use anyhow::Result;
use conformance_tests::shared;

use super::{BASIC, Login, assert_error_page, assert_refused, party};

/// RFC 6749 §4.1.1: `response_type` is required.
#[tokio::test]
async fn rfc6749_4_1_1_response_type_is_required() -> Result<()> {
    let request = party(BASIC).await?.authorization().without("response_type");
    assert_refused(&request, "invalid_request").await
}

/// RFC 6749 §4.1.2.1: only codes are handed out at this endpoint.
#[tokio::test]
async fn rfc6749_4_1_2_1_other_response_types_are_unsupported() -> Result<()> {
    for kind in ["token", "id_token", "code id_token", "code token", "none", "Code"] {
        let request = party(BASIC).await?.authorization().with("response_type", kind);
        assert_refused(&request, "unsupported_response_type").await?;
    }
    Ok(())
}

/// RFC 6749 §4.1.2.1: an unknown client is told by a page, never by a redirect.
#[tokio::test]
async fn rfc6749_4_1_2_1_unknown_client_sees_a_page() -> Result<()> {
    let request = party(BASIC).await?.authorization();
    assert_error_page(&request.clone().with("client_id", "nobody")).await?;
    assert_error_page(&request.clone().with("client_id", "")).await?;
    assert_error_page(&request.without("client_id")).await
}

/// RFC 6749 §3.1: unknown parameters are ignored.
#[tokio::test]
async fn rfc6749_3_1_unknown_parameters_are_ignored() -> Result<()> {
    let party = party(BASIC).await?;
    let request = party.authorization().with("favourite_colour", "teal");
    let login = Login::by(party, request).await?;
    assert!(login.code().is_ok());
    assert_eq!(login.callback.get("favourite_colour"), None);
    Ok(())
}

/// RFC 6749 §3.1: no parameter may stand twice.
#[tokio::test]
async fn rfc6749_3_1_duplicates_are_refused() -> Result<()> {
    let request = party(BASIC).await?.authorization();
    for (name, value) in [
        ("response_type", "code"),
        ("scope", "openid"),
        ("nonce", "other"),
        ("prompt", "login"),
        ("code_challenge", "other"),
        ("code_challenge_method", "S256"),
        ("max_age", "10"),
    ] {
        let doubled = request.clone().and(name, value).and(name, value);
        assert_refused(&doubled, "invalid_request").await?;
    }
    Ok(())
}

/// RFC 6749 §3.1: the same for what decides where the answer goes, which then must go nowhere.
#[tokio::test]
async fn rfc6749_3_1_duplicates_of_client_or_redirect_uri_see_a_page() -> Result<()> {
    let request = party(BASIC).await?.authorization();
    for name in ["client_id", "redirect_uri"] {
        let value = request.get(name).to_owned();
        assert_error_page(&request.clone().and(name, &value)).await?;
    }
    Ok(())
}

/// RFC 6749 §3.1: a doubled `state` is refused, and neither of the two is believed.
#[tokio::test]
async fn rfc6749_3_1_doubled_state_is_refused() -> Result<()> {
    let request = party(BASIC).await?.authorization().and("state", "second");
    let answer = super::refused(&request).await?;
    assert_eq!(answer.get("error"), Some("invalid_request"));
    assert_eq!(answer.get("code"), None);
    Ok(())
}

/// RFC 6749 §3.1: a parameter without a value counts as omitted.
#[tokio::test]
async fn rfc6749_3_1_empty_parameters_count_as_omitted() -> Result<()> {
    let party = party(BASIC).await?;
    let mut request = party.authorization();
    for name in ["prompt", "max_age", "claims", "acr_values", "response_mode", "request", "display"] {
        request = request.with(name, "");
    }
    assert!(Login::by(party.clone(), request).await?.code().is_ok());
    let empty = party.authorization().with("response_type", "");
    assert_refused(&empty, "invalid_request").await
}

/// RFC 6749 §4.1.2: `state` comes back exactly as it went.
#[tokio::test]
async fn rfc6749_4_1_2_state_comes_back_unchanged() -> Result<()> {
    let state = "a b&c=d%26+é<\"'>/?#\u{4e2d}";
    let party = party(BASIC).await?;
    let request = party.authorization().with("state", state);
    assert_refused(&request.clone().with("prompt", "none"), "login_required").await?;
    let login = Login::by(party, request).await?;
    assert_eq!(login.callback.require("state")?, state);
    Ok(())
}

/// RFC 6749 §4.1.1: `state` is optional, and absent from the answer when it was absent from the request.
#[tokio::test]
async fn rfc6749_4_1_1_state_is_optional() -> Result<()> {
    let party = party(BASIC).await?;
    let request = party.authorization().without("state");
    let login = Login::by(party, request).await?;
    assert!(login.code().is_ok());
    assert_eq!(login.callback.get("state"), None);
    Ok(())
}

/// OpenID Connect Core §3.1.2.1: without `openid` it is plain OAuth 2.0, and no ID token comes.
#[tokio::test]
async fn core_3_1_2_1_without_openid_there_is_no_id_token() -> Result<()> {
    let login = Login::new(BASIC, "profile").await?;
    let tokens = login.tokens().await?;
    assert!(tokens.access_token().is_ok());
    assert!(tokens.json()["id_token"].is_null(), "{}", tokens.body);
    Ok(())
}

/// RFC 6749 §4.1.2.1: a scope that the client is not registered for is refused.
#[tokio::test]
async fn rfc6749_4_1_2_1_foreign_scope_is_invalid() -> Result<()> {
    let request = party(BASIC).await?.authorization().scope("openid directory");
    assert_refused(&request, "invalid_scope").await
}

/// OpenID Connect Core §3.1.2.1: scope values that are not understood are passed over, and not granted.
#[tokio::test]
async fn core_3_1_2_1_unknown_scopes_are_passed_over() -> Result<()> {
    let login = Login::new(BASIC, "openid weather").await?;
    assert_eq!(login.tokens().await?.text("scope")?, "openid");
    Ok(())
}

/// RFC 6749 §3.3: a scope is made of printable characters without quotes and backslashes.
#[tokio::test]
async fn rfc6749_3_3_malformed_scope_is_refused() -> Result<()> {
    for scope in ["openid \"x\"", "openid \\", "openid \u{e9}"] {
        let request = party(BASIC).await?.authorization().scope(scope);
        assert_refused(&request, "invalid_scope").await?;
    }
    Ok(())
}

/// OpenID Connect Core §6.1 and §3.1.2.6: request objects are not supported, and say so.
#[tokio::test]
async fn core_3_1_2_6_request_objects_are_not_supported() -> Result<()> {
    let request = party(BASIC).await?.authorization();
    let by_value = request.clone().with("request", "e30.e30.");
    assert_refused(&by_value, "request_not_supported").await?;
    let by_reference = request.with("request_uri", "https://client.example/request.jwt");
    assert_refused(&by_reference, "request_uri_not_supported").await
}

/// OpenID Connect Core §3.1.2.1: the endpoint takes POST, which carries no cookies from another site.
#[tokio::test]
async fn core_3_1_2_1_post_is_the_same_as_get() -> Result<()> {
    let demo = shared().await?;
    let party = party(BASIC).await?;
    let user = demo.draw_user()?;
    let mut browser = demo.browser()?;
    let request = party.authorization();
    browser.submit_from_elsewhere(request.form()?).await?;
    let first = browser.log_in(&user).await?;
    party.exchange(&request, first.require("code")?).await?.granted()?;

    let request = party.authorization();
    let second = browser.submit_from_elsewhere(request.form()?).await?.callback()?;
    assert_eq!(second.require("state")?, request.get("state"));
    party.exchange(&request, second.require("code")?).await?.granted()?;
    Ok(())
}

/// OpenID Connect Core §3.1.2.1: a posted request is checked as strictly.
#[tokio::test]
async fn core_3_1_2_1_posted_errors_go_the_same_way() -> Result<()> {
    let demo = shared().await?;
    let request = party(BASIC).await?.authorization().with("response_type", "token");
    let mut browser = demo.browser()?;
    let answer = browser.submit_from_elsewhere(request.form()?).await?.callback()?;
    super::assert_refusal(&answer, &request, "unsupported_response_type");

    let foreign = request.with("redirect_uri", "https://elsewhere.example/");
    let page = browser.submit_from_elsewhere(foreign.form()?).await?;
    assert_eq!((page.left.clone(), page.status), (None, 400));
    Ok(())
}

/// RFC 6749 §3.1: nothing but GET and POST.
#[tokio::test]
async fn rfc6749_3_1_refuses_other_methods() -> Result<()> {
    let party = party(BASIC).await?;
    let url = party.authorization().url()?;
    let answer = party.http.put(url).send().await?;
    assert_eq!(answer.status().as_u16(), 405);
    Ok(())
}

/// RFC 9700 §4.12: the browser is sent on with 303, so that a password form is never posted again to a client.
#[tokio::test]
async fn rfc9700_4_12_redirects_are_303_and_never_cached() -> Result<()> {
    let mut login = Login::new(BASIC, "openid").await?;
    let request = login.party.authorization();
    let page = login.browser.open(request.url()?.as_str()).await?;
    assert!(page.left.is_some());
    assert_eq!(page.status, 303);
    let cache = page.headers.get("cache-control").and_then(|value| value.to_str().ok());
    assert!(cache.is_some_and(|value| value.contains("no-store")), "{:?}", page.headers);
    Ok(())
}

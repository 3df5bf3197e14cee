//! OpenID Connect Core §5.4 (claims by scope) and §5.5 (the `claims` parameter).

use anyhow::Result;
use serde_json::{Value, json};

use super::{BASIC, Login, assert_refused, party};

/// §5.4: each scope opens its claims at userinfo, and no others.
#[tokio::test]
async fn core_5_4_scopes_open_their_claims_and_no_others() -> Result<()> {
    let login = Login::new(BASIC, "openid").await?;
    let bare = login.party.userinfo(&login.tokens().await?.access_token()?).await?.granted()?.json();
    for claim in ["name", "family_name", "preferred_username", "email", "clearing_house", "participant"] {
        assert!(bare[claim].is_null(), "`{claim}` without its scope");
    }

    let login = Login::new(BASIC, "openid profile").await?;
    let profile = login.party.userinfo(&login.tokens().await?.access_token()?).await?.granted()?.json();
    assert_eq!(profile["preferred_username"], login.user.user_id.as_str());
    for claim in ["name", "family_name", "given_name"] {
        assert!(profile[claim].is_string(), "`{claim}`: {profile}");
    }
    assert!(profile["email"].is_null() && profile["participant"].is_null());

    let login = Login::new(BASIC, "openid email").await?;
    let email = login.party.userinfo(&login.tokens().await?.access_token()?).await?.granted()?.json();
    assert_eq!(email["email"].as_str(), login.user.email.as_deref());
    assert!(email["email_verified"].is_boolean());
    assert!(email["name"].is_null());
    Ok(())
}

/// §5.1.1 and §5.4: the scope `address` opens the address, an object, and `phone` the number, whose check is told beside
/// it. As with every scope, they come at userinfo, not in the ID token, when there is an access token to ask with.
#[tokio::test]
async fn core_5_4_address_and_phone_open_what_they_are_named_after() -> Result<()> {
    let login = Login::new(BASIC, "openid address").await?;
    let tokens = login.tokens().await?;
    let told = login.party.userinfo(&tokens.access_token()?).await?.granted()?.json();
    assert_eq!(told["address"]["country"], "HK", "{told}");
    assert!(told["address"]["formatted"].as_str().is_some_and(|text| text.contains("Hong Kong")), "{told}");
    assert_eq!(names(&told), ["address", "sub"]);
    let identity = login.party.verify_id_token(&tokens.id_token()?).await?;
    assert!(identity.claims["address"].is_null(), "{}", identity.claims);

    let login = Login::new(BASIC, "openid phone").await?;
    let tokens = login.tokens().await?;
    let told = login.party.userinfo(&tokens.access_token()?).await?.granted()?.json();
    assert!(told["phone_number"].as_str().is_some_and(|number| number.starts_with("+852")), "{told}");
    assert_eq!(told["phone_number_verified"], false);
    assert_eq!(names(&told), ["phone_number", "phone_number_verified", "sub"]);
    let identity = login.party.verify_id_token(&tokens.id_token()?).await?;
    assert!(identity.claims["phone_number"].is_null(), "{}", identity.claims);
    Ok(())
}

/// §5.5: address and number by name, at userinfo, and without what was not named.
#[tokio::test]
async fn core_5_5_address_and_phone_by_name_come_at_userinfo() -> Result<()> {
    let party = party(BASIC).await?;
    let claims = json!({"userinfo": {"address": null, "phone_number": {"essential": true}}});
    let request = party.authorization().scope("openid").with("claims", &claims.to_string());
    let login = Login::by(party, request).await?;
    let tokens = login.tokens().await?;
    let told = login.party.userinfo(&tokens.access_token()?).await?.granted()?.json();
    assert_eq!(names(&told), ["address", "phone_number", "sub"]);
    assert_eq!(told["address"]["country"], "HK");
    let identity = login.party.verify_id_token(&tokens.id_token()?).await?;
    assert!(identity.claims["address"].is_null() && identity.claims["phone_number"].is_null());
    Ok(())
}

/// §5.5: the same in the ID token, and there alone.
#[tokio::test]
async fn core_5_5_address_and_phone_by_name_come_in_the_id_token() -> Result<()> {
    let party = party(BASIC).await?;
    let wishes = json!({"address": {"essential": true}, "phone_number": null, "phone_number_verified": null});
    let claims = json!({ "id_token": wishes });
    let request = party.authorization().scope("openid").with("claims", &claims.to_string());
    let login = Login::by(party, request).await?;
    let tokens = login.tokens().await?;
    let identity = login.party.verify_id_token(&tokens.id_token()?).await?;
    assert_eq!(identity.claims["address"]["country"], "HK", "{}", identity.claims);
    assert!(identity.text("phone_number").starts_with("+852"));
    assert_eq!(identity.claims["phone_number_verified"], false);
    let told = login.party.userinfo(&tokens.access_token()?).await?.granted()?.json();
    assert_eq!(names(&told), ["sub"]);
    Ok(())
}

/// What was told, by name and in alphabetical order.
fn names(told: &Value) -> Vec<&str> {
    let mut names: Vec<&str> =
        told.as_object().into_iter().flat_map(|claims| claims.keys().map(String::as_str)).collect();
    names.sort_unstable();
    names
}

/// The product's own scope `clearing`.
#[tokio::test]
async fn scope_clearing_tells_house_participant_and_capabilities() -> Result<()> {
    let login = Login::new(BASIC, "openid clearing").await?;
    let told = login.party.userinfo(&login.tokens().await?.access_token()?).await?.granted()?.json();
    assert_eq!(told["participant"].as_str(), login.user.participant.as_deref());
    let houses = ["HKCC", "SEOCH", "HKSCC", "EXCHANGE"];
    assert!(told["clearing_house"].as_str().is_some_and(|house| houses.contains(&house)), "{told}");
    let kinds = ["business_user", "delegated_administrator", "operator"];
    assert!(told["user_kind"].as_str().is_some_and(|kind| kinds.contains(&kind)), "{told}");
    assert!(told["business_user_groups"].is_array(), "{told}");
    assert!(told["access_levels"].is_object(), "{told}");
    Ok(())
}

/// §5.5: a claim asked for by name comes at userinfo without its scope.
#[tokio::test]
async fn core_5_5_claims_by_name_come_at_userinfo() -> Result<()> {
    let party = party(BASIC).await?;
    let claims = json!({"userinfo": {"email": {"essential": true}, "family_name": null}});
    let request = party.authorization().with("claims", &claims.to_string());
    let login = Login::by(party, request).await?;
    let told = login.party.userinfo(&login.tokens().await?.access_token()?).await?.granted()?.json();
    assert_eq!(told["email"].as_str(), login.user.email.as_deref());
    assert!(told["family_name"].is_string(), "{told}");
    assert!(told["given_name"].is_null(), "{told}");
    Ok(())
}

/// §5.5: a claim asked for in the ID token comes in the ID token.
#[tokio::test]
async fn core_5_5_claims_by_name_come_in_the_id_token() -> Result<()> {
    let party = party(BASIC).await?;
    let claims = json!({"id_token": {"preferred_username": {"essential": true}, "auth_time": null}});
    let request = party.authorization().with("claims", &claims.to_string());
    let login = Login::by(party, request).await?;
    let tokens = login.tokens().await?;
    let identity = login.party.verify_id_token(&tokens.id_token()?).await?;
    assert_eq!(identity.text("preferred_username"), login.user.user_id);
    assert!(identity.number("auth_time") > 0);
    assert!(identity.claims["email"].is_null());
    let told = login.party.userinfo(&tokens.access_token()?).await?.granted()?.json();
    assert!(told["preferred_username"].is_null(), "{told}");
    Ok(())
}

/// §5.5: what does not exist is left out, not invented and not refused.
#[tokio::test]
async fn core_5_5_unknown_claims_are_left_out() -> Result<()> {
    let party = party(BASIC).await?;
    let claims =
        json!({"userinfo": {"shoe_size": {"essential": true}}, "id_token": {"zodiac": null}, "other": {}});
    let request = party.authorization().with("claims", &claims.to_string());
    let login = Login::by(party, request).await?;
    let tokens = login.tokens().await?;
    let told = login.party.userinfo(&tokens.access_token()?).await?.granted()?.json();
    assert!(told["shoe_size"].is_null());
    Ok(())
}

/// §5.5: something that is no JSON object of claims is an error.
#[tokio::test]
async fn core_5_5_malformed_claims_are_invalid() -> Result<()> {
    for claims in ["{", "[]", "7", "{\"userinfo\": 7}", "{\"id_token\": {\"acr\": 7}}"] {
        let request = party(BASIC).await?.authorization().with("claims", claims);
        assert_refused(&request, "invalid_request").await?;
    }
    Ok(())
}

/// §5.5.1: `sub` with a value lets nobody else answer.
#[tokio::test]
async fn core_5_5_1_sub_with_a_value_is_answered_by_that_user_alone() -> Result<()> {
    let mut login = Login::new(BASIC, "openid").await?;
    let own = login.party.verify_id_token(&login.tokens().await?.id_token()?).await?;
    let ask = |sub: &str| json!({"id_token": {"sub": {"value": sub}}}).to_string();
    let right = login.party.authorization().with("prompt", "none").with("claims", &ask(own.text("sub")));
    assert!(login.again(&right).await?.get("code").is_some());
    let wrong = login.party.authorization().with("prompt", "none").with("claims", &ask("somebody-else"));
    let answer = login.again(&wrong).await?;
    super::assert_refusal(&answer, &wrong, "login_required");
    Ok(())
}

/// §5.5.1.1: an essential `acr` that cannot be reached is never answered with a code.
#[tokio::test]
async fn core_5_5_1_1_essential_acr_out_of_reach_gives_no_code() -> Result<()> {
    let mut login = Login::new(BASIC, "openid").await?;
    let claims = json!({"id_token": {"acr": {"essential": true, "values": ["urn:example:platinum"]}}});
    let request = login.party.authorization().with("prompt", "none").with("claims", &claims.to_string());
    let answer = login.again(&request).await?;
    assert_eq!(answer.get("code"), None, "{answer:?}");
    assert!(answer.get("error").is_some());
    Ok(())
}

/// §5.5.1.1: an essential `acr` that the session has is answered.
#[tokio::test]
async fn core_5_5_1_1_essential_acr_within_reach_is_met() -> Result<()> {
    let mut login = Login::new(BASIC, "openid").await?;
    let claims = json!({"id_token": {"acr": {"essential": true, "values": ["urn:countersign:acr:otp-app"]}}});
    let request = login.party.authorization().with("prompt", "none").with("claims", &claims.to_string());
    let token = login.tokens_again(&request).await?.id_token()?;
    let token = login.party.verify_id_token(&token).await?;
    assert_eq!(token.text("acr"), "urn:countersign:acr:otp-app");
    Ok(())
}

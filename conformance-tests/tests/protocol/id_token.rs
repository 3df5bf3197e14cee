//! OpenID Connect Core §2 (the ID token), §3.1.3.6 (`at_hash`), §8 (subject identifiers), §15.1 (algorithms).

use anyhow::Result;
use conformance_tests::oidc::jwt::{half_hash, peek};
use conformance_tests::{ambient, shared};
use jsonwebtoken::Algorithm;

use super::{BASIC, Login, party};

/// §2: every required claim, with values that hold.
#[tokio::test]
async fn core_2_has_every_required_claim() -> Result<()> {
    let started = ambient::now();
    let login = Login::new(BASIC, "openid").await?;
    let token = login.party.verify_id_token(&login.tokens().await?.id_token()?).await?;
    assert_eq!(token.text("iss"), login.party.issuer);
    let audience = &token.claims["aud"];
    assert!(audience == login.party.id() || audience == &serde_json::json!([login.party.id()]), "{audience}");
    let subject = token.text("sub");
    assert!(!subject.is_empty() && subject.len() <= 255 && subject.is_ascii());
    assert!(token.number("iat") >= started - 1 && token.number("iat") <= ambient::now() + 1);
    assert!(token.number("exp") > token.number("iat"));
    assert!(token.number("auth_time") >= started - 1);
    assert!(token.number("auth_time") <= token.number("iat"));
    assert_eq!(token.text("nonce"), login.request.get("nonce"));
    Ok(())
}

/// §2: a second factor by app is in `acr` and `amr` (RFC 8176).
#[tokio::test]
async fn core_2_acr_and_amr_of_a_soft_token() -> Result<()> {
    let login = Login::new(BASIC, "openid").await?;
    let token = login.party.verify_id_token(&login.tokens().await?.id_token()?).await?;
    assert_eq!(token.text("acr"), "urn:countersign:acr:otp-app");
    let methods: Vec<_> =
        token.claims["amr"].as_array().into_iter().flatten().filter_map(|v| v.as_str()).collect();
    for method in ["pwd", "otp", "mfa"] {
        assert!(methods.contains(&method), "{methods:?}");
    }
    Ok(())
}

/// §2: OTP by email is a weaker thing: `pwd otp`, and no `mfa`.
#[tokio::test]
async fn core_2_acr_and_amr_of_otp_by_email() -> Result<()> {
    let party = party(BASIC).await?;
    let request = party.authorization();
    let login = Login::of(shared().await?.draw_email_user()?, party, request).await?;
    let token = login.party.verify_id_token(&login.tokens().await?.id_token()?).await?;
    assert_eq!(token.text("acr"), "urn:countersign:acr:otp-email");
    let mut methods: Vec<_> =
        token.claims["amr"].as_array().into_iter().flatten().filter_map(|v| v.as_str()).collect();
    methods.sort_unstable();
    assert_eq!(methods, ["otp", "pwd"]);
    Ok(())
}

/// §3.1.2.1: without a `nonce` in the request there is none in the token.
#[tokio::test]
async fn core_2_nonce_only_when_it_was_asked() -> Result<()> {
    let party = party(BASIC).await?;
    let request = party.authorization().without("nonce");
    let login = Login::by(party, request).await?;
    let token = login.party.verify_id_token(&login.tokens().await?.id_token()?).await?;
    assert!(token.claims["nonce"].is_null());
    Ok(())
}

/// §3.1.3.6: `at_hash` is the left half of the access token's hash.
#[tokio::test]
async fn core_3_1_3_6_at_hash_binds_the_access_token() -> Result<()> {
    let login = Login::new(BASIC, "openid").await?;
    let tokens = login.tokens().await?;
    let identity = login.party.verify_id_token(&tokens.id_token()?).await?;
    assert_eq!(identity.text("at_hash"), half_hash(&tokens.access_token()?));
    Ok(())
}

/// §15.1: RS256 by default, `kid` naming a key of the JWKS, and never `none`.
#[tokio::test]
async fn core_15_1_signed_by_rs256_unless_registered_otherwise() -> Result<()> {
    let login = Login::new(BASIC, "openid").await?;
    let token = login.party.verify_id_token(&login.tokens().await?.id_token()?).await?;
    assert_eq!(token.header.alg, Algorithm::RS256);
    Ok(())
}

/// §15.1 and Registration §2: each client gets the algorithm it is registered for, by a key of the JWKS.
#[tokio::test]
async fn core_15_1_signed_by_the_algorithm_of_the_client() -> Result<()> {
    for (client, algorithm) in [
        ("conformance-post", Algorithm::ES256),
        ("conformance-jwt", Algorithm::PS256),
        ("conformance-public", Algorithm::EdDSA),
    ] {
        let login = Login::new(client, "openid").await?;
        let token = login.party.verify_id_token(&login.tokens().await?.id_token()?).await?;
        assert_eq!(token.header.alg, algorithm);
    }
    Ok(())
}

/// §8.1: a client with pairwise subjects knows a user by a name of its own, always the same, wherever it is told.
#[tokio::test]
async fn core_8_1_pairwise_subjects_differ_by_client_and_stay() -> Result<()> {
    let mut login = Login::new(BASIC, "openid").await?;
    let public = login.party.verify_id_token(&login.tokens().await?.id_token()?).await?;
    let pairwise = party("conformance-pairwise").await?;
    let mut subjects = Vec::new();
    for _ in 0..2 {
        let request = pairwise.authorization();
        login.browser.open(request.url()?.as_str()).await?;
        let answer = login.browser.log_in(&login.user).await?;
        let tokens = pairwise.exchange(&request, answer.require("code")?).await?.granted()?;
        let identity = pairwise.verify_id_token(&tokens.id_token()?).await?;
        let access = tokens.access_token()?;
        assert_eq!(pairwise.userinfo(&access).await?.text("sub")?, identity.text("sub"));
        assert_eq!(pairwise.introspect(&access).await?.text("sub")?, identity.text("sub"));
        assert_eq!(peek(&access)?["sub"], identity.text("sub"));
        subjects.push(identity.text("sub").to_owned());
    }
    assert_eq!(subjects[0], subjects[1]);
    assert_ne!(subjects[0], public.text("sub"));
    Ok(())
}

/// §2 and §8: the same user is the same subject every time, at every public client, and nobody else is.
#[tokio::test]
async fn core_8_sub_is_stable_opaque_and_unique() -> Result<()> {
    let mut login = Login::new(BASIC, "openid").await?;
    let first = login.party.verify_id_token(&login.tokens().await?.id_token()?).await?;
    let other_client = party("conformance-post").await?;
    let request = other_client.authorization();
    login.browser.open(request.url()?.as_str()).await?;
    let answer = login.browser.log_in(&login.user).await?;
    let second = other_client.exchange(&request, answer.require("code")?).await?.id_token()?;
    let second = other_client.verify_id_token(&second).await?;
    assert_eq!(first.text("sub"), second.text("sub"));
    assert!(!first.text("sub").contains(&login.user.user_id));

    let stranger = Login::new(BASIC, "openid").await?;
    let third = stranger.party.verify_id_token(&stranger.tokens().await?.id_token()?).await?;
    assert_ne!(first.text("sub"), third.text("sub"));
    Ok(())
}

//! RFC 7636: proof key for code exchange.

use anyhow::Result;
use conformance_tests::oidc::request::challenge;

use super::{BASIC, Login, assert_refused, assert_token_error, party};

const PUBLIC: &str = "conformance-public";

/// §4.6: the right verifier.
#[tokio::test]
async fn rfc7636_4_6_the_right_verifier_is_accepted() -> Result<()> {
    let login = Login::new(PUBLIC, "openid").await?;
    assert!(login.tokens().await?.access_token().is_ok());
    Ok(())
}

/// §4.6: a wrong verifier is `invalid_grant`.
#[tokio::test]
async fn rfc7636_4_6_a_wrong_verifier_is_invalid_grant() -> Result<()> {
    let login = Login::new(PUBLIC, "openid").await?;
    let mut wrong = login.request.clone();
    wrong.verifier = "w".repeat(43);
    let reply = login.party.exchange(&wrong, login.code()?).await?;
    assert_token_error(&reply, 400, "invalid_grant");
    Ok(())
}

/// §4.6: the challenge itself is no verifier.
#[tokio::test]
async fn rfc7636_4_6_the_challenge_is_no_verifier() -> Result<()> {
    let login = Login::new(PUBLIC, "openid").await?;
    let mut wrong = login.request.clone();
    wrong.verifier = login.request.get("code_challenge").to_owned();
    let reply = login.party.exchange(&wrong, login.code()?).await?;
    assert_token_error(&reply, 400, "invalid_grant");
    Ok(())
}

/// §4.5: a code with a challenge needs a verifier, of a confidential client too.
#[tokio::test]
async fn rfc7636_4_5_a_missing_verifier_is_refused() -> Result<()> {
    for client in [PUBLIC, BASIC] {
        let login = Login::new(client, "openid").await?;
        let mut parameters = login.party.exchange_parameters(&login.request, login.code()?);
        parameters.retain(|(name, _)| *name != "code_verifier");
        let reply = login.party.token(&parameters).await?;
        assert_eq!(reply.status, 400);
        assert!(["invalid_grant", "invalid_request"].contains(&reply.error().as_str()), "{}", reply.body);
    }
    Ok(())
}

/// §4.1: 43 to 128 unreserved characters, even where the hash would fit.
#[tokio::test]
async fn rfc7636_4_1_the_verifiers_shape_is_checked() -> Result<()> {
    for verifier in
        ["a".repeat(42), "a".repeat(129), format!("{}!", "a".repeat(43)), format!("{} b", "a".repeat(43))]
    {
        let party = party(PUBLIC).await?;
        let mut request = party.authorization().with("code_challenge", &challenge(&verifier));
        request.verifier = verifier;
        let login = Login::by(party, request).await?;
        let reply = login.party.exchange(&login.request, login.code()?).await?;
        assert_eq!(reply.status, 400, "{}", reply.body);
        assert!(["invalid_grant", "invalid_request"].contains(&reply.error().as_str()), "{}", reply.body);
    }
    Ok(())
}

/// §4.1: the longest and the shortest verifier.
#[tokio::test]
async fn rfc7636_4_1_the_bounds_are_accepted() -> Result<()> {
    for verifier in ["a".repeat(43), format!("{}-._~", "Z9".repeat(62))] {
        let party = party(PUBLIC).await?;
        let mut request = party.authorization().with("code_challenge", &challenge(&verifier));
        request.verifier = verifier;
        let login = Login::by(party, request).await?;
        login.tokens().await?;
    }
    Ok(())
}

/// §4.3 and RFC 9700 §2.1.1: `plain` is refused, by name and by default.
#[tokio::test]
async fn rfc7636_4_3_plain_is_refused() -> Result<()> {
    let request = party(PUBLIC).await?.authorization();
    assert_refused(&request.clone().with("code_challenge_method", "plain"), "invalid_request").await?;
    assert_refused(&request.clone().without("code_challenge_method"), "invalid_request").await?;
    assert_refused(&request.clone().with("code_challenge_method", "s256"), "invalid_request").await?;
    assert_refused(&request.with("code_challenge_method", "S512"), "invalid_request").await
}

/// §4.2: a challenge is the base64url of 32 bytes.
#[tokio::test]
async fn rfc7636_4_2_a_malformed_challenge_is_refused() -> Result<()> {
    let request = party(PUBLIC).await?.authorization();
    for challenge in
        ["short".to_owned(), "a".repeat(42), "a".repeat(44), "=".repeat(43), format!("{}+", "a".repeat(42))]
    {
        assert_refused(&request.clone().with("code_challenge", &challenge), "invalid_request").await?;
    }
    assert_refused(&request.without("code_challenge"), "invalid_request").await
}

/// §4.4.1: a public client must use it.
#[tokio::test]
async fn rfc7636_4_4_1_a_public_client_without_it_is_refused() -> Result<()> {
    let request = party(PUBLIC).await?.authorization().without_pkce();
    assert_refused(&request, "invalid_request").await
}

/// RFC 9700 §4.8.2: a verifier sent for a code that had no challenge is a downgrade, and refused.
#[tokio::test]
async fn rfc9700_4_8_2_a_verifier_without_challenge_is_refused() -> Result<()> {
    let party = party(BASIC).await?;
    let request = party.authorization().without_pkce();
    let login = Login::by(party, request).await?;
    let verifier = "a".repeat(43);
    let mut parameters = login.party.exchange_parameters(&login.request, login.code()?);
    parameters.push(("code_verifier", &verifier));
    let reply = login.party.token(&parameters).await?;
    assert_eq!(reply.status, 400, "{}", reply.body);
    assert!(["invalid_grant", "invalid_request"].contains(&reply.error().as_str()), "{}", reply.body);
    Ok(())
}

/// §5: a confidential client that its policy lets do without may do without.
#[tokio::test]
async fn rfc7636_5_a_confidential_client_may_do_without() -> Result<()> {
    let party = party(BASIC).await?;
    let request = party.authorization().without_pkce();
    let login = Login::by(party, request).await?;
    login.tokens().await?;
    Ok(())
}

//! RFC 7523 §2.2 and §3, OpenID Connect Core §9: `private_key_jwt`.

use anyhow::Result;
use conformance_tests::oidc::authentication::{ASSERTION_TYPE, key};
use conformance_tests::oidc::{Assertion, Authentication};
use conformance_tests::{RelyingParty, ambient};
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};

use super::{BASIC, assert_token_error, party};

const JWT: &str = "conformance-jwt";

/// A request that gets past authentication and fails at the code.
const PARAMETERS: [(&str, &str); 3] = [
    ("grant_type", "authorization_code"),
    ("code", "unknown"),
    ("redirect_uri", "http://localhost:9999/callback"),
];

/// A key that nobody registered.
const STRANGER: &str = "-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgs7IfvO1lHaBq+cgq
gbPYW//QiOKO7lWpeK5HKtBCwhehRANCAAQMXThzGRo3HvX7OLZJSatNzl3ZaTMi
jKmFI7i9uifuJNsUCzOJeTDUsauaiHOY4xsDCJ/WJrpUQTjR9ikPAd6s
-----END PRIVATE KEY-----
";

async fn client() -> Result<(RelyingParty, Assertion)> {
    let party = party(JWT).await?;
    let assertion = Assertion::new(&party.issuer, &party.client)?;
    Ok((party, assertion))
}

async fn assert_accepted(assertion: &Assertion) -> Result<()> {
    let by = Authentication::Assertion(assertion.sign()?);
    let reply = party(JWT).await?.token_as(&by, &PARAMETERS).await?;
    assert_token_error(&reply, 400, "invalid_grant");
    Ok(())
}

async fn assert_rejected(assertion: &Assertion) -> Result<()> {
    let by = Authentication::Assertion(assertion.sign()?);
    let reply = party(JWT).await?.token_as(&by, &PARAMETERS).await?;
    assert_token_error(&reply, 401, "invalid_client");
    Ok(())
}

/// §3: a right assertion authenticates.
#[tokio::test]
async fn rfc7523_3_a_right_assertion_authenticates() -> Result<()> {
    assert_accepted(&client().await?.1).await
}

/// §3, item 3: `aud` is the issuer, or the token endpoint, alone or in a list.
#[tokio::test]
async fn rfc7523_3_aud_names_this_server() -> Result<()> {
    let (party, assertion) = client().await?;
    let token_endpoint = party.endpoint("/token");
    let right = [json!(party.issuer), json!(token_endpoint), json!([party.issuer])];
    for audience in right {
        let fresh = Assertion::new(&party.issuer, &party.client)?;
        assert_accepted(&fresh.with("aud", audience)).await?;
    }
    for audience in [json!("https://elsewhere.example"), json!([]), json!(7), json!(""), Value::Null] {
        assert_rejected(&assertion.clone().with("aud", audience)).await?;
    }
    assert_rejected(&assertion.without("aud")).await
}

/// §3, items 1 and 2: `iss` and `sub` are both the client.
#[tokio::test]
async fn rfc7523_3_iss_and_sub_are_the_client() -> Result<()> {
    let (_, assertion) = client().await?;
    for claim in ["iss", "sub"] {
        assert_rejected(&assertion.clone().with(claim, json!(BASIC))).await?;
        assert_rejected(&assertion.clone().without(claim)).await?;
    }
    Ok(())
}

/// §3, item 4: `exp` is required, not past, and not unreasonably far.
#[tokio::test]
async fn rfc7523_3_exp_bounds_it() -> Result<()> {
    let (_, assertion) = client().await?;
    assert_rejected(&assertion.clone().without("exp")).await?;
    assert_rejected(&assertion.clone().with("exp", json!(ambient::now() - 300))).await?;
    assert_rejected(&assertion.clone().with("exp", json!("tomorrow"))).await?;
    assert_rejected(&assertion.with("exp", json!(ambient::now() + 365 * 86400))).await
}

/// §3, item 5: `nbf` in the future is too early.
#[tokio::test]
async fn rfc7523_3_nbf_is_honoured() -> Result<()> {
    let (_, assertion) = client().await?;
    assert_rejected(&assertion.with("nbf", json!(ambient::now() + 600))).await
}

/// Core §9: `jti` is required, and single use.
#[tokio::test]
async fn core_9_jti_is_required_and_single_use() -> Result<()> {
    let (_, assertion) = client().await?;
    assert_rejected(&assertion.clone().without("jti")).await?;
    assert_accepted(&assertion).await?;
    assert_rejected(&assertion).await?;
    let resigned = assertion.with("iat", json!(ambient::now() - 1));
    assert_rejected(&resigned).await
}

/// §3, item 9: signed by a registered key.
#[tokio::test]
async fn rfc7523_3_another_key_is_refused() -> Result<()> {
    let (_, assertion) = client().await?;
    let (algorithm, stranger) = key(STRANGER)?;
    assert_rejected(&assertion.signed_by(algorithm, stranger)).await
}

/// RFC 8725 §3.1: not by `none`, nor by HMAC with something public as its key.
#[tokio::test]
async fn rfc8725_3_1_other_algorithms_are_refused() -> Result<()> {
    let (party, assertion) = client().await?;
    for public in [JWT.to_owned(), party.get("/jwks").await?.body, String::new()] {
        let hmac = EncodingKey::from_secret(public.as_bytes());
        assert_rejected(&assertion.clone().signed_by(Algorithm::HS256, hmac)).await?;
    }
    let signed = assertion.sign()?;
    let payload = signed.split('.').nth(1).unwrap_or_default();
    let unsigned = format!("eyJhbGciOiJub25lIn0.{payload}.");
    let reply = party.token_as(&Authentication::Assertion(unsigned), &PARAMETERS).await?;
    assert_token_error(&reply, 401, "invalid_client");
    Ok(())
}

/// §3, item 10: something that is no JWT is `invalid_client`.
#[tokio::test]
async fn rfc7523_3_malformed_assertions_are_refused() -> Result<()> {
    let (party, _) = client().await?;
    for nonsense in ["", "x", "a.b.c", "e30.e30.e30", "....", "\u{1f512}"] {
        let by = Authentication::Assertion(nonsense.to_owned());
        let reply = party.token_as(&by, &PARAMETERS).await?;
        assert!(["invalid_client", "invalid_request"].contains(&reply.error().as_str()), "{}", reply.body);
        assert!([400, 401].contains(&reply.status), "{nonsense}");
    }
    Ok(())
}

/// §2.2: the assertion's type must be the JWT one, and both parameters must be there.
#[tokio::test]
async fn rfc7523_2_2_the_type_must_be_right() -> Result<()> {
    let (party, assertion) = client().await?;
    let signed = assertion.sign()?;
    let saml = "urn:ietf:params:oauth:client-assertion-type:saml2-bearer";
    let wrong: [&[(&str, &str)]; 3] = [
        &[("client_assertion_type", saml), ("client_assertion", &signed)],
        &[("client_assertion", &signed)],
        &[("client_assertion_type", ASSERTION_TYPE)],
    ];
    for extra in wrong {
        let mut parameters = PARAMETERS.to_vec();
        parameters.extend_from_slice(extra);
        let reply = party.token_as(&Authentication::Absent, &parameters).await?;
        assert!(["invalid_client", "invalid_request"].contains(&reply.error().as_str()), "{}", reply.body);
    }
    Ok(())
}

/// RFC 7521 §4.2: a `client_id` beside the assertion must be the same client.
#[tokio::test]
async fn rfc7521_4_2_client_id_must_agree() -> Result<()> {
    let (party, assertion) = client().await?;
    let by = Authentication::Assertion(assertion.sign()?);
    let mut parameters = PARAMETERS.to_vec();
    parameters.push(("client_id", BASIC));
    let reply = party.token_as(&by, &parameters).await?;
    assert!(["invalid_client", "invalid_request"].contains(&reply.error().as_str()), "{}", reply.body);
    Ok(())
}

/// RFC 6749 §2.3: a client registered with a secret cannot use an assertion, whoever signs it.
#[tokio::test]
async fn rfc6749_2_3_a_secret_client_cannot_use_an_assertion() -> Result<()> {
    let (party, assertion) = client().await?;
    let forged = assertion.with("iss", json!(BASIC)).with("sub", json!(BASIC));
    let reply = party.token_as(&Authentication::Assertion(forged.sign()?), &PARAMETERS).await?;
    assert_token_error(&reply, 401, "invalid_client");
    Ok(())
}

/// The same rules where a client introspects or revokes.
#[tokio::test]
async fn rfc7523_2_2_works_at_introspection_and_revocation() -> Result<()> {
    let (party, _) = client().await?;
    assert_eq!(party.introspect("unknown").await?.granted()?.json()["active"], false);
    assert_eq!(party.revoke("unknown").await?.status, 200);
    let used = party.authentication()?;
    let parameters = [("token", "unknown")];
    assert_eq!(party.post_as("/introspect", &used, &parameters).await?.status, 200);
    let replayed = party.post_as("/introspect", &used, &parameters).await?;
    assert_eq!((replayed.status, replayed.error().as_str()), (401, "invalid_client"));
    Ok(())
}

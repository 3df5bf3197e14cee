//! RFC 6749 §3.2, §5.1 and §5.2: the token endpoint, whatever the grant.

use anyhow::Result;
use conformance_tests::Reply;

use super::{BASIC, Login, assert_token_error, party};

/// §5.1: the answer is JSON, and nobody may keep it.
#[tokio::test]
async fn rfc6749_5_1_answers_are_json_and_never_cached() -> Result<()> {
    let login = Login::new(BASIC, "openid").await?;
    let tokens = login.tokens().await?;
    assert!(tokens.header("content-type").starts_with("application/json"));
    assert!(tokens.header("cache-control").contains("no-store"));
    Ok(())
}

/// §5.2: no `grant_type` is `invalid_request`.
#[tokio::test]
async fn rfc6749_5_2_a_missing_grant_type_is_invalid_request() -> Result<()> {
    let party = party(BASIC).await?;
    assert_token_error(&party.token(&[]).await?, 400, "invalid_request");
    assert_token_error(&party.token(&[("grant_type", "")]).await?, 400, "invalid_request");
    Ok(())
}

/// §5.2: grants that are not offered are `unsupported_grant_type`.
#[tokio::test]
async fn rfc6749_5_2_other_grants_are_unsupported() -> Result<()> {
    let party = party(BASIC).await?;
    for grant in ["password", "implicit", "urn:ietf:params:oauth:grant-type:jwt-bearer", "Authorization_Code"]
    {
        let parameters = [("grant_type", grant), ("username", "HKABC101"), ("password", "x")];
        assert_token_error(&party.token(&parameters).await?, 400, "unsupported_grant_type");
    }
    Ok(())
}

/// §3.2: a parameter must not stand twice.
#[tokio::test]
async fn rfc6749_3_2_duplicates_are_invalid_request() -> Result<()> {
    let party = party("conformance-service").await?;
    for (name, value) in [("grant_type", "client_credentials"), ("scope", "directory")] {
        let mut parameters = vec![("grant_type", "client_credentials"), ("scope", "directory")];
        parameters.push((name, value));
        assert_token_error(&party.token(&parameters).await?, 400, "invalid_request");
    }
    Ok(())
}

/// §3.2: unknown parameters are ignored.
#[tokio::test]
async fn rfc6749_3_2_unknown_parameters_are_ignored() -> Result<()> {
    let party = party("conformance-service").await?;
    let parameters = [("grant_type", "client_credentials"), ("favourite_colour", "teal")];
    party.token(&parameters).await?.granted()?;
    Ok(())
}

/// §3.2: POST alone.
#[tokio::test]
async fn rfc6749_3_2_only_post() -> Result<()> {
    let party = party(BASIC).await?;
    let reply = party.get("/token?grant_type=client_credentials").await?;
    assert_eq!(reply.status, 405);
    Ok(())
}

/// §3.2 and §2.3.1: parameters come in the body; what stands in the address is not read.
#[tokio::test]
async fn rfc6749_3_2_parameters_in_the_address_are_not_read() -> Result<()> {
    let party = party("conformance-service").await?;
    let authentication = party.authentication()?;
    let reply = party
        .post_as("/token?grant_type=client_credentials", &authentication, &[("scope", "directory")])
        .await?;
    assert_token_error(&reply, 400, "invalid_request");
    Ok(())
}

/// §3.2: the body is a form, and anything else is `invalid_request`, never a crash.
#[tokio::test]
async fn rfc6749_3_2_other_bodies_are_invalid_request() -> Result<()> {
    let party = party("conformance-service").await?;
    let secret = party.client.client_secret.clone();
    for (kind, body) in [
        ("application/json", r#"{"grant_type":"client_credentials"}"#),
        ("text/plain", "grant_type=client_credentials"),
        ("multipart/form-data; boundary=x", "--x--"),
        ("application/x-www-form-urlencoded", "grant_type=%ff%fe"),
        ("application/x-www-form-urlencoded", "%%%&&&==="),
    ] {
        let request = party.http.post(party.endpoint("/token")).basic_auth(party.id(), secret.as_ref());
        let reply = Reply::read(request.header("content-type", kind).body(body).send().await?).await?;
        assert!((400..500).contains(&reply.status), "{kind}: {} {}", reply.status, reply.body);
        assert!(!reply.error().is_empty(), "{kind}: {}", reply.body);
        assert!(reply.header("cache-control").contains("no-store"), "{kind}");
    }
    Ok(())
}

/// §5.2: no description tells of the inside.
#[tokio::test]
async fn rfc6749_5_2_descriptions_are_plain_and_tell_nothing_of_the_inside() -> Result<()> {
    let party = party(BASIC).await?;
    let replies = [
        party.token(&[("grant_type", "refresh_token"), ("refresh_token", "'; DROP TABLE x; --")]).await?,
        party.token(&[("grant_type", "authorization_code"), ("code", "\u{0}")]).await?,
        party.token(&[("grant_type", "\u{1f512}")]).await?,
    ];
    for reply in replies {
        assert_eq!(reply.status, 400, "{}", reply.body);
        let description = reply.json()["error_description"].as_str().unwrap_or_default().to_lowercase();
        for word in ["sql", "database", "panic", "thread", "src/", "::"] {
            assert!(!description.contains(word), "{description}");
        }
        // RFC 6749 §5.2: %x20-21 / %x23-5B / %x5D-7E
        assert!(description.bytes().all(|b| (0x20..=0x7e).contains(&b) && b != b'"' && b != b'\\'));
    }
    Ok(())
}

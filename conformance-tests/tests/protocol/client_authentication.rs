//! RFC 6749 §2.3: how clients prove who they are.

use anyhow::Result;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use conformance_tests::oidc::Authentication;
use conformance_tests::{RelyingParty, Reply};

use super::{BASIC, assert_token_error, party};

const POST: &str = "conformance-post";
const PUBLIC: &str = "conformance-public";

/// A request that gets past authentication and fails at the code.
const PARAMETERS: [(&str, &str); 3] = [
    ("grant_type", "authorization_code"),
    ("code", "unknown"),
    ("redirect_uri", "http://localhost:9999/callback"),
];

fn secret(party: &RelyingParty) -> String {
    party.client.client_secret.clone().unwrap_or_default()
}

async fn assert_unauthenticated(party: &RelyingParty, by: &Authentication) -> Result<()> {
    let reply = party.token_as(by, &PARAMETERS).await?;
    assert_token_error(&reply, 401, "invalid_client");
    Ok(())
}

async fn assert_authenticated(party: &RelyingParty, by: &Authentication) -> Result<()> {
    let reply = party.token_as(by, &PARAMETERS).await?;
    assert_token_error(&reply, 400, "invalid_grant");
    Ok(())
}

/// §2.3.1: each client by its registered way.
#[tokio::test]
async fn rfc6749_2_3_1_every_client_by_its_own_way() -> Result<()> {
    for id in [BASIC, POST, "conformance-jwt"] {
        let party = party(id).await?;
        assert_authenticated(&party, &party.authentication()?).await?;
    }
    Ok(())
}

/// §5.2: a wrong secret is 401 `invalid_client`, with a challenge for the scheme that was tried.
#[tokio::test]
async fn rfc6749_5_2_a_wrong_secret_is_invalid_client() -> Result<()> {
    let party = party(BASIC).await?;
    let right = secret(&party);
    for wrong in ["", "wrong", &right[1..], &format!("{right}x"), &right.to_uppercase()] {
        let by = Authentication::Basic(BASIC.to_owned(), wrong.to_owned());
        let reply = party.token_as(&by, &PARAMETERS).await?;
        assert_token_error(&reply, 401, "invalid_client");
        assert!(reply.header("www-authenticate").starts_with("Basic"));
    }
    Ok(())
}

/// §5.2: an unknown client is answered like a wrong secret, to the letter.
#[tokio::test]
async fn rfc6749_5_2_an_unknown_client_is_answered_like_a_wrong_secret() -> Result<()> {
    let party = party(BASIC).await?;
    let wrong = Authentication::Basic(BASIC.to_owned(), "wrong".to_owned());
    let unknown = Authentication::Basic("nobody".to_owned(), "wrong".to_owned());
    let wrong = party.token_as(&wrong, &PARAMETERS).await?;
    let unknown = party.token_as(&unknown, &PARAMETERS).await?;
    assert_eq!((wrong.status, wrong.body), (unknown.status, unknown.body));
    Ok(())
}

/// §2.3: a client uses the way it is registered with, and no other.
#[tokio::test]
async fn rfc6749_2_3_the_right_secret_by_another_way_is_refused() -> Result<()> {
    let basic = party(BASIC).await?;
    assert_unauthenticated(&basic, &Authentication::Post(BASIC.to_owned(), secret(&basic))).await?;
    let post = party(POST).await?;
    assert_unauthenticated(&post, &Authentication::Basic(POST.to_owned(), secret(&post))).await?;
    Ok(())
}

/// §3.2.1: a confidential client must authenticate; its `client_id` alone is nothing.
#[tokio::test]
async fn rfc6749_3_2_1_a_confidential_client_must_authenticate() -> Result<()> {
    for id in [BASIC, POST, "conformance-jwt"] {
        let party = party(id).await?;
        assert_unauthenticated(&party, &Authentication::Public(id.to_owned())).await?;
    }
    assert_unauthenticated(&party(BASIC).await?, &Authentication::Absent).await
}

/// §2.3: not two ways in one request, even when both are right.
#[tokio::test]
async fn rfc6749_2_3_two_ways_at_once_are_refused() -> Result<()> {
    let party = party(BASIC).await?;
    let by = party.authentication()?;
    let secret = secret(&party);
    let mut parameters = PARAMETERS.to_vec();
    parameters.extend([("client_id", BASIC), ("client_secret", secret.as_str())]);
    let reply = party.token_as(&by, &parameters).await?;
    assert_eq!(reply.error(), "invalid_request", "{}", reply.body);
    assert_eq!(reply.status, 400);
    Ok(())
}

/// §2.3.1: the `client_id` in the body may repeat that of the header, and may not contradict it.
#[tokio::test]
async fn rfc6749_2_3_1_client_id_in_the_body_must_agree() -> Result<()> {
    let party = party(BASIC).await?;
    let by = party.authentication()?;
    let mut parameters = PARAMETERS.to_vec();
    parameters.push(("client_id", BASIC));
    assert_token_error(&party.token_as(&by, &parameters).await?, 400, "invalid_grant");
    let mut parameters = PARAMETERS.to_vec();
    parameters.push(("client_id", POST));
    let reply = party.token_as(&by, &parameters).await?;
    assert!(["invalid_request", "invalid_client"].contains(&reply.error().as_str()), "{}", reply.body);
    Ok(())
}

/// §2.3.1: a header that is no Basic header is `invalid_client`, never a crash.
#[tokio::test]
async fn rfc6749_2_3_1_malformed_headers_are_invalid_client() -> Result<()> {
    let party = party(BASIC).await?;
    let no_colon = format!("Basic {}", STANDARD.encode(BASIC));
    let not_text = format!("Basic {}", STANDARD.encode([0xff, 0xfe, b':', 0xff]));
    let bad_escape = format!("Basic {}", STANDARD.encode("conformance-basic:%zz"));
    for header in ["Basic", "Basic !!!", "Bearer x", "Digest x", &no_colon, &not_text, &bad_escape] {
        let request = party.http.post(party.endpoint("/token")).header("authorization", header);
        let reply = Reply::read(request.form(&PARAMETERS).send().await?).await?;
        assert_eq!(reply.error(), "invalid_client", "{header}: {}", reply.body);
        assert_eq!(reply.status, 401, "{header}");
    }
    Ok(())
}

/// RFC 7617 §2: the scheme's name is read in any case.
#[tokio::test]
async fn rfc7617_2_the_scheme_is_case_insensitive() -> Result<()> {
    let party = party(BASIC).await?;
    let pair = STANDARD.encode(format!("{BASIC}:{}", secret(&party)));
    let request = party.http.post(party.endpoint("/token")).header("authorization", format!("bAsIc {pair}"));
    let reply = Reply::read(request.form(&PARAMETERS).send().await?).await?;
    assert_eq!(reply.error(), "invalid_grant", "{}", reply.body);
    Ok(())
}

/// §2.3.1: never by the address.
#[tokio::test]
async fn rfc6749_2_3_1_secrets_in_the_address_are_not_read() -> Result<()> {
    let party = party(POST).await?;
    let path = format!("/token?client_id={POST}&client_secret={}", secret(&party));
    let reply = party.post_as(&path, &Authentication::Absent, &PARAMETERS).await?;
    assert_token_error(&reply, 401, "invalid_client");
    Ok(())
}

/// §3.2.1: a public client names itself; a secret it does not have is refused.
#[tokio::test]
async fn rfc6749_3_2_1_a_public_client_names_itself() -> Result<()> {
    let party = party(PUBLIC).await?;
    assert_authenticated(&party, &Authentication::Public(PUBLIC.to_owned())).await?;
    let pretended = Authentication::Post(PUBLIC.to_owned(), "secret".to_owned());
    assert_unauthenticated(&party, &pretended).await
}

//! RFC 9207: the issuer names itself in every authorization response.

use anyhow::Result;

use super::{BASIC, Login, party, refused};

/// RFC 9207 §2: in a response with a code.
#[tokio::test]
async fn rfc9207_2_iss_comes_with_the_code() -> Result<()> {
    let login = Login::new(BASIC, "openid").await?;
    assert_eq!(login.callback.require("iss")?, login.party.issuer);
    Ok(())
}

/// RFC 9207 §2: in an error response too, whatever the error.
#[tokio::test]
async fn rfc9207_2_iss_comes_with_errors() -> Result<()> {
    let party = party(BASIC).await?;
    for (name, value) in [("response_type", "token"), ("prompt", "none"), ("request", "x"), ("max_age", "-1")]
    {
        let answer = refused(&party.authorization().with(name, value)).await?;
        assert!(answer.get("error").is_some(), "{answer:?}");
        assert_eq!(answer.require("iss")?, party.issuer);
    }
    Ok(())
}

/// RFC 9207 §2.4: exactly once, so that nobody can choose between two.
#[tokio::test]
async fn rfc9207_2_4_iss_comes_once() -> Result<()> {
    let party = party(BASIC).await?;
    let request = party.authorization().with("iss", "https://evil.example");
    let login = Login::by(party, request).await?;
    let issuers = login.callback.0.iter().filter(|(name, _)| name == "iss").count();
    assert_eq!(issuers, 1, "{:?}", login.callback);
    assert_eq!(login.callback.require("iss")?, login.party.issuer);
    Ok(())
}

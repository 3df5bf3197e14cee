//! What stands in the tokens we sign.

use aws_lc_rs::digest::{SHA256, SHA512, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::client::SigningAlg;
use super::client_auth::Audience;
use super::error::{ErrorCode, OAuthError};
use super::scope::{Scope, ScopeToken};

/// `typ` of an access token (RFC 9068 §2.1): an ID token can never pass for one.
pub const ACCESS_TOKEN_TYP: &str = "at+jwt";
/// `typ` of an ID token.
pub const ID_TOKEN_TYP: &str = "JWT";

/// Claims of an access token (RFC 9068 §2.2).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AccessTokenClaims {
    /// The issuer.
    pub iss: String,
    /// The user as this client knows them, or the client when it calls as itself.
    pub sub: String,
    /// Who may accept it.
    pub aud: Audience,
    /// Until when, in Unix seconds.
    pub exp: i64,
    /// Made when, in Unix seconds.
    pub iat: i64,
    /// Its identifier.
    pub jti: String,
    /// For whom it was made.
    pub client_id: String,
    /// What it allows.
    pub scope: Scope,
    /// When the user logged in, in Unix seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<i64>,
    /// How strongly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acr: Option<String>,
    /// By what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amr: Option<Vec<String>>,
    /// The session, while the grant depends on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
    /// The grant it came from: what introspection and `/userinfo` look up. Our own claim.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant_id: Option<String>,
    /// What resource servers decide by.
    #[serde(flatten)]
    pub further: Map<String, Value>,
}

/// Claims of an ID token (OIDC Core §2).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IdTokenClaims {
    /// The issuer.
    pub iss: String,
    /// The user as this client knows them.
    pub sub: String,
    /// The client.
    pub aud: Audience,
    /// Until when, in Unix seconds.
    pub exp: i64,
    /// Made when, in Unix seconds.
    pub iat: i64,
    /// When the user logged in, in Unix seconds.
    pub auth_time: i64,
    /// The request's `nonce`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// How strongly.
    pub acr: String,
    /// By what.
    pub amr: Vec<String>,
    /// The client.
    pub azp: String,
    /// Ties it to the access token (OIDC Core §3.1.3.6).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_hash: Option<String>,
    /// The session (Back-Channel Logout §2.1).
    pub sid: String,
    /// Claims that the request named.
    #[serde(flatten)]
    pub further: Map<String, Value>,
}

/// The resource identifier of the management API (RFC 8707 §2): the issuer, and where the API stands below it.
#[must_use]
pub fn management_api(issuer: &str) -> String {
    format!("{issuer}/api/v1")
}

/// Who may accept an access token: the audiences asked for; where none was, the management API for its own scope and us
/// for the rest (RFC 9068 §3). `/userinfo` stays open to a token of a login whatever its audience (RFC 8707 §2).
#[must_use]
pub fn audience(issuer: &str, resources: &[String], scope: &Scope) -> Audience {
    let mut audiences = resources.to_vec();
    let directory = ScopeToken::Directory.into_scope();
    let (mut ours, unnamed) = (scope.contains(ScopeToken::Openid), resources.is_empty());
    if unnamed {
        if directory.is_within(scope) {
            audiences.push(management_api(issuer));
        }
        ours = ours || *scope != directory;
    }
    if ours {
        audiences.push(issuer.to_owned());
    }
    match audiences.pop() {
        Some(only) if audiences.is_empty() => Audience::One(only),
        last => Audience::Many(audiences.into_iter().chain(last).collect()),
    }
}

/// The audiences of a token: those asked for at the token endpoint, within what was granted, or within what the
/// client may ask for where the grant names none (RFC 8707 §2.2).
pub fn choose_resources(
    asked: &[String],
    granted: &[String],
    allowed: &[String],
) -> Result<Vec<String>, OAuthError> {
    let bounds = if granted.is_empty() { allowed } else { granted };
    if asked.is_empty() {
        return Ok(granted.to_vec());
    }
    if asked.iter().all(|resource| bounds.contains(resource)) {
        return Ok(asked.to_vec());
    }
    Err(OAuthError::new(ErrorCode::InvalidTarget, "The resource was not granted."))
}

/// `at_hash`: the left half of the access token's hash, by the hash function of the ID token's algorithm
/// (OIDC Core §3.1.3.6; SHA-512 is Ed25519's own).
#[must_use]
pub fn at_hash(alg: SigningAlg, access_token: &str) -> String {
    let algorithm = match alg {
        SigningAlg::Rs256 | SigningAlg::Es256 | SigningAlg::Ps256 => &SHA256,
        SigningAlg::EdDsa => &SHA512,
    };
    let hash = digest(algorithm, access_token.as_bytes());
    let (left, _) = hash.as_ref().split_at(hash.as_ref().len() / 2);
    URL_SAFE_NO_PAD.encode(left)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_hash_is_half_of_the_algorithm_s_own_hash() {
        // The SHA-256 of "abc" begins so (FIPS 180-2 appendix B.1).
        let half = hex::decode("ba7816bf8f01cfea414140de5dae2223").unwrap();
        let access_token = "abc";
        assert_eq!(at_hash(SigningAlg::Rs256, access_token), URL_SAFE_NO_PAD.encode(half));
        assert_eq!(at_hash(SigningAlg::EdDsa, access_token).len(), 43);
    }

    #[test]
    fn a_resource_stays_within_the_grant() {
        let (a, b) = ("https://a".to_owned(), "https://b".to_owned());
        let choose = |asked: &[&String], granted: &[&String]| {
            let owned = |list: &[&String]| list.iter().map(|text| (*text).clone()).collect::<Vec<_>>();
            choose_resources(&owned(asked), &owned(granted), &owned(&[&a, &b])).map_err(|error| error.code())
        };
        assert_eq!(choose(&[], &[&a]), Ok(vec![a.clone()]));
        assert_eq!(choose(&[&a], &[]), Ok(vec![a.clone()]));
        assert_eq!(choose(&[&b], &[&a]), Err(ErrorCode::InvalidTarget));
        assert_eq!(choose(&[&"https://c".to_owned()], &[]), Err(ErrorCode::InvalidTarget));
        assert_eq!(choose(&[], &[]), Ok(vec![]));
    }

    #[test]
    fn the_audience_is_what_was_asked_for() {
        let api = ["https://api".to_owned()];
        let audience =
            |resources: &[String], scope: &str| audience("https://us", resources, &scope.parse().unwrap());
        assert_eq!(audience(&[], "openid"), Audience::One("https://us".into()));
        assert_eq!(audience(&[], "clearing"), Audience::One("https://us".into()));
        assert_eq!(audience(&api, "clearing"), Audience::One("https://api".into()));
        let both = Audience::Many(vec!["https://api".into(), "https://us".into()]);
        assert_eq!(audience(&api, "openid"), both);
    }

    #[test]
    fn the_directory_is_its_own_audience() {
        let audience =
            |resources: &[String], scope: &str| audience("https://us", resources, &scope.parse().unwrap());
        assert_eq!(audience(&[], "directory"), Audience::One("https://us/api/v1".into()));
        let both = Audience::Many(vec!["https://us/api/v1".into(), "https://us".into()]);
        assert_eq!(audience(&[], "openid directory"), both);
        assert_eq!(audience(&[], "clearing directory"), both);
        // Who names another audience wants the token for that one.
        assert_eq!(audience(&["https://api".to_owned()], "directory"), Audience::One("https://api".into()));
    }
}

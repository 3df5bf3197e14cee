use proptest::prelude::*;

use super::authorization_code::Redemption;
use super::refresh_token::{Refreshing, Reuse, judge_reuse};
use super::*;
use crate::from_millis;
use crate::ids::{GrantId, ProfileId, SessionId};
use crate::oauth::acr::Acr;
use crate::oauth::claims::ClaimsRequest;
use crate::oauth::client::{Client, ClientAuthentication, GrantType};
use crate::oauth::code::CodeGrant;
use crate::oauth::form::Form;
use crate::oauth::grant::Grant;
use crate::policy::TokenPolicy;
use crate::secret::TokenHash;

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const REDIRECT: &str = "https://shop.example/cb?a=b";

fn client() -> Client {
    let secret_hash = TokenHash::from_stored("hash".into());
    Client {
        grant_types: GrantType::ALL.into(),
        scope: "openid email directory clearing".parse().unwrap(),
        ..Client::new("shop", "Shop", ClientAuthentication::ClientSecretBasic { secret_hash })
    }
}

fn code() -> CodeGrant {
    CodeGrant {
        grant_id: GrantId::from_stored("g"),
        client_id: "shop".into(),
        redirect_uri: REDIRECT.into(),
        code_challenge: Some(CHALLENGE.into()),
        nonce: None,
        scope: "openid email".parse().unwrap(),
        claims: ClaimsRequest::default(),
        resource: [].into(),
        profile_id: ProfileId::from_stored("p"),
        session_id: SessionId::from_stored("s"),
        auth_time: from_millis(0),
        acr: Acr::OtpApp,
        offline: false,
    }
}

fn form(fields: &[(&str, &str)]) -> Form {
    Form::from_pairs(fields.iter().map(|(name, value)| ((*name).into(), (*value).into()))).unwrap()
}

fn redeem(fields: &[(&str, &str)], client: &Client, code: &CodeGrant) -> Result<(), OAuthError> {
    let form = form(fields);
    Redemption::begin(&form, client)?.check(code)
}

fn exchange(redirect_uri: &str, verifier: &str) -> Vec<(&'static str, String)> {
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", "c"),
        ("redirect_uri", redirect_uri),
        ("code_verifier", verifier),
    ];
    fields.into_iter().map(|(name, value)| (name, value.to_owned())).collect()
}

fn outcome(redirect_uri: &str, verifier: &str, code: &CodeGrant) -> Option<ErrorCode> {
    let fields = exchange(redirect_uri, verifier);
    let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    redeem(&fields, &client(), code).err().map(|error| error.code())
}

#[test]
fn a_code_is_redeemed_by_whom_it_was_made_for() {
    assert_eq!(outcome(REDIRECT, VERIFIER, &code()), None);
    assert_eq!(
        outcome(REDIRECT, VERIFIER, &CodeGrant { client_id: "other".into(), ..code() }),
        Some(ErrorCode::InvalidGrant)
    );
}

#[test]
fn the_redirect_uri_is_compared_as_a_string() {
    for other in [
        "https://shop.example:443/cb?a=b",
        "https://shop.example/cb?a=b#",
        "https://SHOP.example/cb?a=b",
        "https://evil.example/",
    ] {
        assert_eq!(outcome(other, VERIFIER, &code()), Some(ErrorCode::InvalidGrant), "{other}");
    }
    assert_eq!(outcome("", VERIFIER, &code()), Some(ErrorCode::InvalidRequest));
    assert_eq!(outcome("not a uri", VERIFIER, &code()), Some(ErrorCode::InvalidRequest));
}

#[test]
fn a_challenge_needs_its_verifier_and_a_verifier_its_challenge() {
    let without = CodeGrant { code_challenge: None, ..code() };
    assert_eq!(outcome(REDIRECT, "", &without), None);
    assert_eq!(outcome(REDIRECT, VERIFIER, &without), Some(ErrorCode::InvalidGrant));
    assert_eq!(outcome(REDIRECT, "", &code()), Some(ErrorCode::InvalidGrant));
    assert_eq!(outcome(REDIRECT, CHALLENGE, &code()), Some(ErrorCode::InvalidGrant));
}

#[test]
fn a_client_uses_the_grants_it_may() {
    let none = Client { grant_types: [].into(), ..client() };
    let all = [("grant_type", "x"), ("code", "c"), ("redirect_uri", REDIRECT), ("refresh_token", "r")];
    let form = form(&all);
    let errors = [
        Redemption::begin(&form, &none).err(),
        Refreshing::begin(&form, &none).err(),
        client_credentials::grant(&form, &none).err(),
    ];
    for error in errors {
        assert_eq!(error.unwrap().code(), ErrorCode::UnauthorizedClient);
    }
}

fn service_scope(scope: &str) -> Result<String, ErrorCode> {
    let form = form(&[("grant_type", "client_credentials"), ("scope", scope)]);
    client_credentials::grant(&form, &client()).map(|scope| scope.to_string()).map_err(|error| error.code())
}

#[test]
fn a_service_gets_what_it_may_have_as_itself() {
    assert_eq!(service_scope(""), Ok("clearing directory".into()));
    assert_eq!(service_scope("directory"), Ok("directory".into()));
    for scope in ["openid", "email", "kerberos", "dir\"ectory", "directory phone"] {
        assert_eq!(service_scope(scope), Err(ErrorCode::InvalidScope), "{scope}");
    }
}

#[test]
fn a_public_client_is_no_service() {
    let public = Client { authentication: ClientAuthentication::None, ..client() };
    let error =
        client_credentials::grant(&form(&[("grant_type", "client_credentials")]), &public).unwrap_err();
    assert_eq!(error.code(), ErrorCode::UnauthorizedClient);
}

fn refresh(client_id: &str, scope: &str) -> Result<String, ErrorCode> {
    let form = form(&[("grant_type", "refresh_token"), ("refresh_token", "r"), ("scope", scope)]);
    let client = Client { client_id: client_id.into(), ..client() };
    let grant = Grant::of(&code(), from_millis(0), from_millis(1));
    let refreshing = Refreshing::begin(&form, &client).map_err(|error| error.code())?;
    refreshing.check(&grant).map(|scope| scope.to_string()).map_err(|error| error.code())
}

#[test]
fn a_refresh_gives_what_was_granted_or_less() {
    assert_eq!(refresh("shop", ""), Ok("openid email".into()));
    assert_eq!(refresh("shop", "email"), Ok("email".into()));
    assert_eq!(refresh("shop", "openid clearing"), Err(ErrorCode::InvalidScope));
    assert_eq!(refresh("shop", "openid\u{7f}"), Err(ErrorCode::InvalidScope));
    assert_eq!(refresh("other", ""), Err(ErrorCode::InvalidGrant));
}

#[test]
fn only_a_prompt_retry_is_believed() {
    let policy = TokenPolicy::default();
    let public = Client { authentication: ClientAuthentication::None, ..client() };
    let secret_hash = TokenHash::of("secret");
    let proved =
        Client { authentication: ClientAuthentication::ClientSecretPost { secret_hash }, ..client() };
    let judge_of =
        |client, used, after| judge_reuse(client, from_millis(0), used, from_millis(after), &policy);
    assert_eq!(judge_of(&public, false, 1), Reuse::Theft, "it proves nothing");
    let judge = |used, after| judge_of(&proved, used, after);
    assert_eq!(judge(false, 30_000), Reuse::LostResponse);
    assert_eq!(judge(false, 30_001), Reuse::Theft);
    assert_eq!(judge(true, 1), Reuse::Theft);
}

#[test]
fn a_refresh_token_ends_with_its_family() {
    let policy = TokenPolicy::default();
    assert_eq!(
        refresh_token::expiry(from_millis(0), from_millis(99_000_000), &policy),
        from_millis(28_800_000)
    );
    assert_eq!(refresh_token::expiry(from_millis(0), from_millis(5), &policy), from_millis(5));
}

proptest! {
    #[test]
    fn no_request_gets_more_than_was_granted(scope in "[a-z_ ]{0,40}", redirect in ".{0,40}", verifier in ".{0,60}") {
        if let Ok(narrowed) = refresh("shop", &scope) {
            prop_assert!(narrowed.parse::<Scope>().unwrap().is_within(&code().scope));
        }
        let redeemed = form(&[("grant_type", "authorization_code"), ("code", "c"), ("redirect_uri", &redirect.replace(['\u{FFFD}', '\0'], "")), ("code_verifier", &verifier.replace(['\u{FFFD}', '\0'], ""))]);
        if let Ok(redemption) = Redemption::begin(&redeemed, &client()) {
            prop_assert!(redemption.check(&code()).is_err());
        }
    }
}

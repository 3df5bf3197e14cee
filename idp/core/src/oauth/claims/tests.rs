use chrono::DateTime;
use proptest::prelude::*;

use super::*;
use crate::directory::capabilities::{AccessLevel, Capabilities, DaFunction};
use crate::directory::clearing_house::ClearingHouse;
use crate::directory::phase::Phase;
use crate::directory::profile::UserKind;
use crate::ids::ProfileId;

fn profile() -> Profile {
    Profile {
        id: ProfileId::from_stored("p1"),
        user_id: "HKABC101".into(),
        kind: UserKind::BusinessUser,
        clearing_house: ClearingHouse::Hkcc,
        participant: "ABC".into(),
        enabled: true,
        surname: "Chan".into(),
        other_names: "Tai Man".into(),
        email: Some("chan@abc.example".into()),
        enable_from: None,
        disable_after: None,
        created_in: Phase::ParallelRun,
        settlement_agent: None,
        capabilities: Capabilities {
            business_user_groups: ["11".parse().unwrap()].into(),
            access_levels: [(DaFunction::SecurityManagement, [AccessLevel::Enquiry].into())].into(),
        },
        claims: json!({"locale": "en-HK", "phone_number": "+852", "acr": "forged", "picture": null})
            .as_object()
            .unwrap()
            .clone(),
        locked: false,
        updated_at: DateTime::from_timestamp(1_700_000_000, 0).unwrap(),
        version: 1,
    }
}

fn release(scope: &str, claims: &str, allowed: &str) -> Value {
    let profile = profile();
    let facts = UserFacts { profile: &profile, prior_access: None };
    let wishes = ClaimsRequest::parse(claims).unwrap().userinfo;
    Value::Object(facts.release(&scope.parse().unwrap(), &wishes, &allowed.parse().unwrap()))
}

#[test]
fn a_scope_gives_its_claims_and_no_others() {
    assert_eq!(release("openid", "{}", "openid"), json!({}));
    assert_eq!(
        release("openid profile", "{}", ""),
        json!({"name": "Tai Man Chan", "family_name": "Chan", "given_name": "Tai Man", "locale": "en-HK",
               "preferred_username": "HKABC101", "updated_at": 1_700_000_000})
    );
    assert_eq!(release("email", "{}", ""), json!({"email": "chan@abc.example", "email_verified": false}));
    assert_eq!(release("phone", "{}", ""), json!({"phone_number": "+852", "phone_number_verified": false}));
    assert_eq!(
        release("clearing", "{}", ""),
        json!({"clearing_house": "HKCC", "participant": "ABC", "user_kind": "business_user",
               "business_user_groups": ["11"], "access_levels": {"security_management": ["EE"]}})
    );
}

#[test]
fn a_wish_is_granted_within_what_the_client_may_have() {
    let wish = r#"{"userinfo": {"email": {"essential": true}, "participant": null, "acr": null, "x": null}}"#;
    assert_eq!(release("openid", wish, "openid email"), json!({"email": "chan@abc.example"}));
}

#[test]
fn the_prior_access_is_the_last_login() {
    let access = LastAccess {
        time: DateTime::from_timestamp(1_700_000_000, 0).unwrap(),
        method: "otp-app".into(),
        source: "192.0.2.1".into(),
    };
    let profile = profile();
    let facts = UserFacts { profile: &profile, prior_access: Some(&access) };
    let claims = facts.release(&ScopeToken::Clearing.into_scope(), &Wishes::new(), &Scope::empty());
    assert_eq!(claims["last_login"], json!({"time": 1_700_000_000, "method": "otp-app"}));
}

#[test]
fn the_parameter_is_read_as_core_writes_it() {
    let request = ClaimsRequest::parse(
        r#"{"userinfo": {"given_name": {"essential": true}, "nickname": null, "http://x/y": null},
            "id_token": {"auth_time": {"essential": true}, "acr": {"values": ["a", "b"]}, "sub": {"value": "s"}},
            "other": 1}"#,
    )
    .unwrap();
    assert!(request.userinfo["given_name"].essential);
    assert!(!request.userinfo["nickname"].essential);
    assert_eq!(request.acr().unwrap().values, [json!("a"), json!("b")]);
    assert_eq!(request.subject(), Some("s"));
    assert_eq!(request.scope(), ScopeToken::Profile.into_scope());
    let again = serde_json::from_str(&serde_json::to_string(&request).unwrap()).unwrap();
    assert_eq!(request, again);
    assert!(ClaimsRequest::parse(r#"{"userinfo": null}"#).unwrap().is_empty());
}

#[test]
fn what_is_no_request_is_refused() {
    for text in ["", "null", "[]", "1", r#"{"userinfo": 1}"#, r#"{"userinfo": {"a": 1}}"#, "{"] {
        assert_eq!(ClaimsRequest::parse(text), Err(MalformedClaims), "{text}");
    }
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in ".*") {
        let _ = ClaimsRequest::parse(&text);
    }
}

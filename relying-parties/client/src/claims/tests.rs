use serde_json::{Value, json};

use super::{AccessLevel, Claims};

fn claims(value: Value) -> Claims {
    let Value::Object(map) = value else { panic!("not an object") };
    Claims::new(map)
}

#[test]
fn access_levels_are_read_by_function() {
    let held = claims(json!({"access_levels": {"security_management": ["EE", "MK"], "other": ["CK"]}}))
        .access_levels();
    assert!(held.any());
    assert!(held.security_management(AccessLevel::Enquiry));
    assert!(held.security_management(AccessLevel::Maker));
    assert!(!held.security_management(AccessLevel::Checker));
    assert!(held.anywhere(AccessLevel::Checker));
}

#[test]
fn unknown_codes_and_shapes_grant_nothing() {
    for claim in [
        json!({"security_management": ["ZZ", 7]}),
        json!({"security_management": "EE"}),
        json!(["EE"]),
        json!(null),
    ] {
        let held = claims(json!({"access_levels": claim})).access_levels();
        assert!(!held.any(), "{held:?}");
    }
    assert!(!claims(json!({})).access_levels().any());
}

#[test]
fn last_login_reads_seconds_and_text() {
    let seconds =
        claims(json!({"last_login": {"time": 1_671_001_215, "method": "otp-app"}})).last_login().unwrap();
    let written = claims(json!({"last_login": {"time": "2022-12-14T15:00:15+08:00"}})).last_login().unwrap();
    assert_eq!(seconds.at, written.at);
    assert_eq!(seconds.method.as_deref(), Some("otp-app"));
    assert!(claims(json!({"last_login": null})).last_login().is_none());
}

#[test]
fn userinfo_wins_over_the_id_token() {
    let Value::Object(newer) = json!({"sub": "s", "email": "new@example.com", "name": null}) else {
        panic!()
    };
    let merged = claims(json!({"sub": "s", "email": "old@example.com", "name": "N"})).updated_with(newer);
    assert_eq!(merged.text("email"), Some("new@example.com"));
    assert_eq!(merged.text("name"), Some("N"));
}

//! Every field, with what people and attackers type into it.

use serde_json::{Value, json};

use super::*;

/// What a draft means, and what there is to say about it as `field: code`.
fn parse(draft: Value) -> (ProfileFields, Vec<String>) {
    let draft: ProfileDraft = serde_json::from_value(draft).unwrap();
    let mut findings = Findings::default();
    let fields = draft.parse(&mut findings);
    let said = findings.into_vec().into_iter().map(|finding| {
        let code = serde_json::to_value(&finding.code).unwrap();
        format!("{}: {}", finding.field, code["code"].as_str().unwrap())
    });
    (fields, said.collect())
}

/// What the fields mean, as the signed text says it, where nothing is wrong.
fn meaning(draft: Value) -> Value {
    let (fields, said) = parse(draft);
    assert_eq!(said, <[String; 0]>::default());
    serde_json::to_value(fields).unwrap()
}

fn refused(draft: Value) -> Vec<String> {
    let (fields, said) = parse(draft);
    assert!(!said.is_empty(), "taken as {fields:?}");
    said
}

#[test]
fn nothing_said_means_nothing() {
    assert_eq!(meaning(json!({})), json!({}));
    assert_eq!(parse(json!({})).0, ProfileFields::default());
}

#[test]
fn every_field_is_read_as_what_it_means() {
    let typed = json!({
        "status": " DISABLED ",
        "surname": "  CHAN ",
        "other_names": " Tai Man ",
        "email": " Chan@ABC.Example ",
        "enable_from": " 2026-11-25 ",
        "disable_after": "2028-02-29",
        "settlement_agent": " sag ",
        "business_user_groups": ["12", "11", "12"],
        "access_levels": { "security_management": ["MK", "EE", "MK"] },
        "options": { "cash": true },
        "srn": " 0a1b2c ",
        "certificate_expiry": "2027-01-31",
    });
    let meant = meaning(typed);
    let options = meant["options"].clone();
    assert_eq!(options["cash"], true);
    let expected = json!({
        "status": "DISABLED",
        "surname": "CHAN",
        "other_names": "Tai Man",
        "email": "Chan@abc.example",
        "enable_from": "2026-11-25",
        "disable_after": "2028-02-29",
        "settlement_agent": "SAG",
        "business_user_groups": ["11", "12"],
        "access_levels": { "security_management": ["EE", "MK"] },
        "options": options,
        "srn": "0A1B2C",
        "certificate_expiry": "2027-01-31",
    });
    assert_eq!(meant, expected);
    // The signed text is read as what was written.
    let fields: ProfileFields = serde_json::from_value(expected.clone()).unwrap();
    assert_eq!(serde_json::to_value(fields).unwrap(), expected);
}

#[test]
fn null_and_space_empty_what_may_be_empty() {
    for field in ["email", "enable_from", "disable_after", "settlement_agent", "srn", "certificate_expiry"] {
        for empty in [json!(null), json!(""), json!(" \t")] {
            assert_eq!(meaning(json!({ field: empty })), json!({ field: null }), "{field}");
        }
        let read: ProfileFields = serde_json::from_value(json!({ field: null })).unwrap();
        assert_eq!(serde_json::to_value(read).unwrap(), json!({ field: null }), "{field} survives writing");
    }
    assert_eq!(meaning(json!({ "other_names": " " })), json!({ "other_names": "" }));
    assert_eq!(meaning(json!({ "business_user_groups": [] })), json!({ "business_user_groups": [] }));
    assert_eq!(meaning(json!({ "access_levels": {} })), json!({ "access_levels": {} }));
    let held = json!({ "access_levels": { "security_management": [] } });
    assert_eq!(meaning(held), json!({ "access_levels": {} }));
}

#[test]
fn null_never_passes_for_a_field_that_stays() {
    for field in ["status", "surname", "other_names", "business_user_groups", "access_levels"] {
        assert!(serde_json::from_value::<ProfileDraft>(json!({ field: null })).is_err(), "{field}");
    }
    assert_eq!(refused(json!({ "options": null })), ["options: bad_option"]);
}

#[test]
fn other_types_and_names_are_no_draft() {
    for bad in [
        json!({ "surname": 1 }),
        json!({ "email": ["a@abc.example"] }),
        json!({ "email": { "address": "a@abc.example" } }),
        json!({ "business_user_groups": "11" }),
        json!({ "business_user_groups": [11] }),
        json!({ "access_levels": ["MK"] }),
        json!({ "access_levels": { "security_management": "MK" } }),
        json!({ "enable_from": 20_261_125 }),
        json!({ "e-mail": "a@abc.example" }),
        json!({ "locked": false }),
        json!({ "user_id": "HKABC102" }),
        json!({ "version": 7 }),
    ] {
        assert!(serde_json::from_value::<ProfileDraft>(bad.clone()).is_err(), "{bad}");
    }
    let twice = r#"{ "surname": "CHAN", "surname": "WONG" }"#;
    assert!(serde_json::from_str::<ProfileDraft>(twice).is_err());
}

#[test]
fn what_a_field_cannot_mean_is_said_at_that_field() {
    let long = "陳".repeat(101);
    let cases = [
        ("status", json!("enabled"), "unknown"),
        ("status", json!("SUSPENDED"), "unknown"),
        ("status", json!("QUARANTINED"), "unknown"),
        ("status", json!(""), "unknown"),
        ("surname", json!(" "), "required"),
        ("surname", json!(long), "too_long"),
        ("surname", json!("<b>CHAN</b>"), "not_text"),
        ("surname", json!("CH\u{0}AN"), "not_text"),
        ("surname", json!("CHAN\nWONG"), "not_text"),
        ("other_names", json!(long), "too_long"),
        ("other_names", json!("Tai <script>"), "not_text"),
        ("email", json!("chan"), "not_an_email"),
        ("email", json!("chan@abc.example, wong@abc.example"), "not_an_email"),
        ("email", json!("chan@abc.example\r\nBcc: x@abc.example"), "not_an_email"),
        ("email", json!(format!("{}@abc.example", "a".repeat(250))), "not_an_email"),
        ("settlement_agent", json!("<SAG>"), "not_text"),
        ("settlement_agent", json!(long), "too_long"),
        ("business_user_groups", json!(["11", "1"]), "unknown_group"),
        ("business_user_groups", json!([""]), "unknown_group"),
        ("business_user_groups", json!(["111"]), "unknown_group"),
        ("access_levels", json!({ "security_management": ["mk"] }), "unknown_access_level"),
        ("access_levels", json!({ "security_management": ["ADMIN"] }), "unknown_access_level"),
        ("access_levels", json!({ "clearing": ["MK"] }), "unknown_access_level"),
        ("access_levels", json!({ "clearing": [] }), "unknown_access_level"),
        ("options", json!({ "credit": true }), "bad_option"),
        ("options", json!("cash"), "bad_option"),
        ("options", json!([true]), "bad_option"),
        ("options", json!({ "transaction_limits": [1] }), "bad_option"),
        ("options", json!({ "transaction_limits": { "di": -1 } }), "bad_option"),
        ("srn", json!("0".repeat(33)), "too_long"),
        ("srn", json!("12 34"), "not_text"),
        ("srn", json!("12-34"), "not_text"),
        ("srn", json!("壹"), "not_text"),
    ];
    for (field, typed, code) in cases {
        assert_eq!(refused(json!({ field: typed })), [format!("{field}: {code}")], "{typed}");
    }
}

/// With these a checker would read another name than the one that is stored.
#[test]
fn a_name_cannot_turn_the_writing_of_what_follows() {
    for turning in ['\u{200e}', '\u{200f}', '\u{2028}', '\u{202a}', '\u{202e}', '\u{2066}', '\u{2069}'] {
        for field in ["surname", "other_names", "settlement_agent"] {
            let typed = format!("CHAN{turning}GNOW");
            assert_eq!(refused(json!({ field: typed })), [format!("{field}: not_text")], "{turning:?}");
        }
    }
}

#[test]
fn a_day_is_written_in_one_way() {
    for field in ["enable_from", "disable_after", "certificate_expiry"] {
        for nonsense in [
            "2026-02-29",
            "2026-13-01",
            "2026-00-10",
            "2026-11-31",
            "0000-00-00",
            "1979-12-31",
            "2200-01-01",
            "9999-12-31",
            "25-NOV-26",
            "25/11/2026",
            "20261125",
            "2026-11-25T00:00:00Z",
            "+2026-11-25",
            "-2026-11-25",
            "2026-1-5",
            "2026-11-25 ; drop",
            "tomorrow",
            "２０２６-11-25",
        ] {
            assert_eq!(refused(json!({ field: nonsense })), [format!("{field}: not_a_date")], "{nonsense}");
        }
        for day in ["1980-01-01", "2199-12-31", "2028-02-29"] {
            assert_eq!(meaning(json!({ field: day })), json!({ field: day }));
        }
    }
}

#[test]
fn everything_wrong_is_said_at_once() {
    let said = refused(json!({
        "status": "GONE", "surname": "", "email": "x", "enable_from": "x", "disable_after": "x",
        "business_user_groups": ["?", "11", "!"], "access_levels": { "security_management": ["XX", "EE"] },
        "options": [], "srn": "?", "certificate_expiry": "x",
    }));
    assert_eq!(said.len(), 11, "{said:?}");
}

#[test]
fn what_an_answer_repeats_is_short_and_on_one_line() {
    let group = format!("\n{}\u{7}", "x".repeat(10_000));
    let draft = ProfileDraft { business_user_groups: Some(vec![group]), ..ProfileDraft::default() };
    let mut findings = Findings::default();
    draft.parse(&mut findings);
    let expected = FindingCode::UnknownGroup { group: "x".repeat(80) };
    assert_eq!(findings.as_slice()[0].code, expected);
}

//! Every finding about a group, and what each change would do.

use serde_json::{Value, json};

use super::super::testing::{asker, difference, found, judged};
use super::*;
use crate::directory::permission::Office::{DelegatedAdministrator, Operator};

fn group() -> GroupDefinition {
    let name = json!({ "en": "Cash", "zh-Hant": "現金", "zh-Hans": "现金" });
    serde_json::from_value(json!({ "code": "41", "name": name, "functions": ["cash-prepayment"] })).unwrap()
}

fn about(group: Option<&GroupDefinition>, members: u64) -> About<'_> {
    About { group, version: group.map_or(0, |_| 4), members }
}

fn draft(fields: Value) -> GroupDraft {
    serde_json::from_value(fields).unwrap()
}

fn whole() -> Value {
    let name = json!({ "en": "Voting", "zh-Hant": "投票", "zh-Hans": "投票" });
    json!({ "name": name, "functions": ["corporate-voting-instruction"] })
}

#[test]
fn a_new_group_is_shown_whole() {
    let new = judged(|findings| create(asker(Operator), &about(None, 0), " 4a", &draft(whole()), findings));
    assert_eq!((new.subject.version, new.subject.target.to_string()), (0, "group:4A".to_owned()));
    let name = json!({ "en": "Voting", "zh-Hant": "投票", "zh-Hans": "投票" });
    let expected = json!({
        "code": [null, "4A"], "name": [null, name], "functions": [null, ["corporate-voting-instruction"]],
    });
    assert_eq!(difference(&new), expected);
}

#[test]
fn what_a_new_group_lacks_is_said() {
    let found_in = |code: &str, fields: Value| {
        found(|findings| create(asker(Operator), &about(None, 0), code, &draft(fields), findings))
    };
    let required = |field: &str| (field.to_owned(), FindingCode::Required);
    let names =
        [required("name.en"), required("name.zh-Hant"), required("name.zh-Hans"), required("functions")];
    assert_eq!(found_in("4A", json!({})), names);
    for code in ["", "4", "4AB", "四A"] {
        let found = found_in(code, whole());
        assert!(matches!(&found[..], [(field, FindingCode::NotACode { .. })] if field == "code"), "{code}");
    }
    let mut unknown = whole();
    unknown["functions"] = json!(["corporate-voting-instruction", "everything"]);
    let found = found_in("4A", unknown);
    assert!(matches!(&found[..], [(field, FindingCode::Unknown { .. })] if field == "functions"));
    let mut markup = whole();
    markup["name"]["en"] = json!("\u{202e}gnitoV");
    assert_eq!(found_in("4A", markup), [("name.en".to_owned(), FindingCode::NotText)]);
}

#[test]
fn who_may_not_is_told() {
    let group = group();
    let may_not = [("code".to_owned(), FindingCode::ForOperators)];
    let da = asker(DelegatedAdministrator);
    assert_eq!(found(|findings| create(da, &about(None, 0), "4A", &draft(whole()), findings)), may_not);
    let change_it =
        |findings: &mut Findings| change(da, &about(Some(&group), 0), "41", &draft(whole()), findings);
    assert_eq!(found(change_it), may_not);
    assert_eq!(found(|findings| delete(da, &about(Some(&group), 0), "41", findings)), may_not);
}

#[test]
fn what_is_not_said_stays() {
    let group = group();
    let there = about(Some(&group), 9);
    let fields = draft(json!({ "name": { "en": "Cash only" } }));
    let renamed = judged(|findings| change(asker(Operator), &there, "41", &fields, findings));
    let (before, mut after) = (json!({ "en": "Cash", "zh-Hant": "現金", "zh-Hans": "现金" }), Value::Null);
    after.clone_from(&before);
    after["en"] = json!("Cash only");
    assert_eq!((renamed.subject.version, difference(&renamed)), (4, json!({ "name": [before, after] })));
    let none = draft(json!({ "functions": [] }));
    let emptied = judged(|findings| change(asker(Operator), &there, "41", &none, findings));
    assert_eq!(difference(&emptied), json!({ "functions": [["cash-prepayment"], []] }));
    let nothing = found(|findings| change(asker(Operator), &there, "41", &draft(json!({})), findings));
    assert_eq!(nothing, [("fields".to_owned(), FindingCode::NothingChanges)]);
    let exists = found(|findings| create(asker(Operator), &there, "41", &draft(whole()), findings));
    assert_eq!(exists, [("code".to_owned(), FindingCode::Exists)]);
}

#[test]
fn only_a_group_of_nobody_ends() {
    let group = group();
    let used = found(|findings| delete(asker(Operator), &about(Some(&group), 9), "41", findings));
    assert_eq!(used, [("code".to_owned(), FindingCode::InUse { profiles: 9 })]);
    let none = found(|findings| delete(asker(Operator), &about(None, 0), "41", findings));
    assert_eq!(none, [("code".to_owned(), FindingCode::NotFound)]);
    let ended = judged(|findings| delete(asker(Operator), &about(Some(&group), 0), "41", findings));
    assert_eq!((ended.subject.version, ended.subject.difference.len()), (4, 3));
}

#[test]
fn a_list_is_no_name() {
    for fields in [json!({ "name": ["Cash", "現金", "现金"] }), json!({ "name": null })] {
        assert!(serde_json::from_value::<GroupDraft>(fields.clone()).is_err(), "{fields}");
    }
}

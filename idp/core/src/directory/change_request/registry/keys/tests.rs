//! What is shown of keys before two people sign.

use serde_json::json;

use super::*;
use crate::directory::change_request::actions::Stand;
use crate::directory::permission::{DaEmails, Office};
use crate::directory::phase::Phase;
use crate::from_millis;

const DAY: i64 = 86_400_000;

fn key(kid: &str, activates: i64, retires: Option<i64>) -> KeyLife {
    KeyLife {
        kid: kid.into(),
        alg: SigningAlg::Es256,
        activates_at: from_millis(activates * DAY),
        retires_at: retires.map(|day| from_millis(day * DAY)),
        removed_at: retires.map(|day| from_millis((day + 7) * DAY)),
    }
}

fn asker(office: Office) -> Asker {
    Asker { office, stand: Stand { phase: Phase::PreParallel, da_emails: DaEmails::Open } }
}

fn shown(judged: &Judged) -> Vec<(String, Value, Value)> {
    let fields = judged.subject.difference.iter();
    fields.map(|field| (field.field.clone(), field.before.clone(), field.after.clone())).collect()
}

/// What came of a draft, and what was said of it.
type Outcome = (Option<Judged>, Vec<(String, FindingCode)>);

/// Judges a rotation and a retirement of `kid` on day 10, by keys of which these are all.
fn judge(keys: &[KeyLife], office: Office, algorithm: &str, kid: &str) -> [Outcome; 2] {
    let policy = KeyPolicy::default();
    let facts = KeyFacts { keys, version: 3, policy: &policy, now: from_millis(10 * DAY) };
    let said = |findings: Findings| {
        findings.into_vec().into_iter().map(|finding| (finding.field, finding.code)).collect()
    };
    let (mut one, mut other) = (Findings::default(), Findings::default());
    let rotation = RotateKeys { algorithm: algorithm.into() };
    let rotation = judge_rotation(asker(office), &facts, &rotation, &mut one);
    let retirement = judge_retirement(asker(office), &facts, &RetireKey { kid: kid.into() }, &mut other);
    [(rotation, said(one)), (retirement, said(other))]
}

#[test]
fn every_key_is_shown_where_it_stands_and_where_it_will() {
    let entry = |field: &str, before: Value, after: &str| (field.to_owned(), before, json!(after));
    let keys = [key("old", -100, Some(5)), key("now", 5, Some(12)), key("then", 12, None)];
    let [(rotation, _), (retirement, _)] = judge(&keys, Office::Operator, "ES256", "now");
    let (rotation, retirement) = (rotation.unwrap(), retirement.unwrap());
    let next = [entry("then", json!("next"), "active"), entry("new", json!(null), "next")];
    let expected = [vec![entry("now", json!("active"), "retired")], next.to_vec()].concat();
    assert_eq!(shown(&rotation), expected);
    assert_eq!((rotation.subject.target.to_string().as_str(), rotation.subject.version), ("key:ES256", 3));
    assert_eq!(shown(&retirement), [vec![entry("now", json!("active"), "removed")], next.to_vec()].concat());
    assert_eq!(retirement.subject.target.to_string(), "key:now");

    let [(rotation, _), (retirement, _)] = judge(&keys[1..2], Office::Operator, " ES256", "now");
    assert_eq!(shown(&rotation.unwrap()), [entry("new", json!(null), "next")]);
    let gone = [entry("now", json!("active"), "removed"), entry("new", json!(null), "active")];
    assert_eq!(shown(&retirement.unwrap()), gone);
}

#[test]
fn operators_alone_ask_for_keys_that_there_are() {
    let keys = [key("now", 5, None)];
    let one = |field: &str, code: FindingCode| vec![(field.to_owned(), code)];
    let [(rotation, said), (retirement, also)] = judge(&keys, Office::DelegatedAdministrator, "ES256", "now");
    assert_eq!((rotation, said), (None, one("algorithm", FindingCode::ForOperators)));
    assert_eq!((retirement, also), (None, one("kid", FindingCode::ForOperators)));
    let [(_, said), (_, also)] = judge(&keys, Office::Operator, "HS256", "nobody");
    let expected = FindingCode::Unknown { expected: "RS256, ES256, PS256, EdDSA".into() };
    assert_eq!((said, also), (one("algorithm", expected), one("kid", FindingCode::NotFound)));
    let [(_, said), _] = judge(&keys, Office::Operator, "RS256", "now");
    assert_eq!(said, one("algorithm", FindingCode::NotFound), "none of that algorithm signs yet");
}

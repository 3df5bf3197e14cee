//! Nothing moves inside a record unseen, and no secret gets in.

use serde_json::json;

use super::{Action, AuditActor, AuditEntry, AuditRecord, ChainHash, Redacted};
use crate::from_millis;
use crate::ids::AuditId;

fn record() -> AuditRecord {
    let entry = AuditEntry::new(Action::JobRan, AuditActor::Job("test"));
    AuditRecord::draft(&AuditId::from_stored("a1"), from_millis(1), entry)
}

/// Every column, changed in every way that a column can be.
fn edits() -> Vec<(&'static str, AuditRecord)> {
    let mut edits = Vec::new();
    macro_rules! text { ($($field:ident),*) => { $(
        let mut edited = record();
        edited.$field.push('x');
        edits.push((stringify!($field), edited));
    )* } }
    macro_rules! maybe { ($($field:ident),*) => { $(
        for value in [None, Some(String::new()), Some("x".to_owned())] {
            let mut edited = record();
            if edited.$field != value {
                edited.$field = value;
                edits.push((stringify!($field), edited));
            }
        }
    )* } }
    text!(id, action, outcome, actor_kind, body, mac);
    maybe!(actor_id, actor_name, actor_participant, subject_kind, subject_id, subject_name);
    maybe!(participant_id, request_id, checker_id, checker_name, source);
    edits.push(("at", AuditRecord { at: 2, ..record() }));
    edits
}

#[test]
fn the_chain_covers_every_column_and_the_place() {
    let link = ChainHash::START.then(1, &record());
    let mut links = vec![link, ChainHash::START.then(2, &record()), link.then(1, &record())];
    links.extend(edits().into_iter().map(|(_, edited)| ChainHash::START.then(1, &edited)));
    for (index, link) in links.iter().enumerate() {
        assert!(links.iter().skip(index + 1).all(|other| other != link), "{index}");
    }
    assert_eq!(ChainHash::parse(&link.to_string()), Some(link));
}

#[test]
fn the_writer_proves_every_column_but_the_participant() {
    for (column, edited) in edits() {
        let covered = edited.authored_bytes() != record().authored_bytes();
        assert_eq!(covered, !matches!(column, "participant_id" | "mac"), "{column}");
    }
}

#[test]
fn names_are_found_again() {
    for action in Action::ALL {
        assert_eq!(action.as_str().parse::<Action>().unwrap(), *action);
    }
    assert!("logged-in".parse::<Action>().is_err());
}

#[test]
fn secrets_are_withheld_and_nothing_else_is() {
    let redacted = Redacted::from(json!({
        "password": "hunter2",
        "new_password": "hunter3",
        "Client_Secret": "s",
        "otp": "12345678",
        "code": "c",
        "nested": [{"refresh_token": "t", "note": "csr_abc"}],
        "hash": "$argon2id$v=19$x",
        "jwk": {"kty": "EC", "x": "1", "d": "2"},
        "d": "plain",
        "email": "chan@abc.example",
        "customer_codes": ["ABC"],
        "otp_channel": "app",
        "password_set_at": 1,
        "secret": null,
    }));
    let withheld = "(withheld)";
    let expected = json!({
        "password": withheld,
        "new_password": withheld,
        "Client_Secret": withheld,
        "otp": withheld,
        "code": withheld,
        "nested": [{"refresh_token": withheld, "note": withheld}],
        "hash": withheld,
        "jwk": {"kty": "EC", "x": "1", "d": withheld},
        "d": "plain",
        "email": "chan@abc.example",
        "customer_codes": ["ABC"],
        "otp_channel": "app",
        "password_set_at": 1,
        "secret": null,
    });
    assert_eq!(redacted.into_value(), expected);
}

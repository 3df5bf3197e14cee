//! Files as spreadsheets write them, and as they should not be.

use countersign_api::drafts::BatchKind::{Creations, Deletions, Emails};

use super::*;

#[track_caller]
fn flaws(kind: BatchKind, text: &str) -> Vec<(String, &'static str)> {
    let refusal = read(kind, text, 10).unwrap_err();
    assert_eq!(refusal.kind, Kind::InvalidContent);
    refusal.flaws.iter().map(|flaw| (flaw.field.clone(), flaw.fault.code())).collect()
}

#[test]
fn quoted_cells_marks_and_empty_lines_are_read_as_rfc_4180_says() {
    let text =
        "\u{FEFF}email,user_id\r\n\"a@abc.example\",HKABC101\r\n\r\n\"\"\"b\"\"@abc.example\", HKABC102 \r\n";
    let lines = read(Emails, text, 10).unwrap();
    let emails: Vec<_> = lines
        .iter()
        .map(|line| match line {
            Draft::ChangeProfile { user_id, fields } => {
                (user_id.as_str(), fields.email.clone().flatten().unwrap())
            }
            other => panic!("{other:?}"),
        })
        .collect();
    let expected = [("HKABC101", "a@abc.example".to_owned()), ("HKABC102", "\"b\"@abc.example".to_owned())];
    assert_eq!(emails, expected);
}

#[test]
fn creations_take_any_field_of_a_profile() {
    let text = "user_id,surname,business_user_groups,clearing_house,participant,email\n\
                HKABC101,CHAN,11 12,HKCC,ABC,\n";
    let lines = read(Creations, text, 10).unwrap();
    let Draft::CreateProfile { participant: Some(participant), fields, .. } = &lines[0] else { panic!() };
    assert_eq!(participant.to_string(), "HKCC/ABC");
    assert_eq!(fields.business_user_groups, Some(vec!["11".to_owned(), "12".to_owned()]));
    assert_eq!(fields.email, None);
    let half = "user_id,surname,participant\nHKABC101,CHAN,ABC\n";
    assert_eq!(flaws(Creations, half), [("lines[0].clearing_house".to_owned(), "missing")]);
}

#[test]
fn everything_that_is_wrong_is_named_by_line() {
    let field = |name: &str, code| (name.to_owned(), code);
    let header = [field("mail", "unknown"), field("user_id", "repeated"), field("email", "missing")];
    assert_eq!(flaws(Emails, "user_id,mail,user_id\n"), header);
    let text = "user_id,email\nHKABC101\nHKABC102,\n<b>,a@abc.example\n,a@abc.example\n";
    let expected = [
        field("lines[0]", "wrong_type"),
        field("lines[1].email", "missing"),
        field("lines[2].user_id", "not_plain_text"),
        field("lines[3].user_id", "missing"),
    ];
    assert_eq!(flaws(Emails, text), expected);
}

#[test]
fn no_more_is_read_than_tells_that_it_is_too_much() {
    let text = format!("user_id\n{}", "HKABC101\n".repeat(50));
    assert_eq!(read(Deletions, &text, 10).unwrap().len(), 11);
    assert!(read(Deletions, "user_id\n", 10).unwrap().is_empty());
}

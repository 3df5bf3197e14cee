//! Files as spreadsheets write them, and as they should not be.

use super::FileKind::{Creations, Deletions, Emails};
use super::*;

#[track_caller]
fn flaws(kind: FileKind, text: &str) -> Vec<(Option<usize>, String, Fault)> {
    let flaws = read(kind, text, 10).flaws;
    assert!(!flaws.is_empty());
    flaws.into_iter().map(|flaw| (flaw.index, flaw.column, flaw.fault)).collect()
}

#[test]
fn quoted_cells_marks_and_empty_lines_are_read_as_rfc_4180_says() {
    let file =
        "\u{FEFF}email,user_id\r\n\"a@abc.example\",HKABC101\r\n\r\n\"\"\"b\"\"@abc.example\", HKABC102 \r\n";
    let reading = read(Emails, text(file.as_bytes()).unwrap(), 10);
    assert_eq!(reading.flaws, []);
    let emails: Vec<_> = reading
        .lines
        .iter()
        .map(|line| match &line.draft {
            Draft::ChangeProfile { user_id, fields } => {
                (line.number, user_id.as_str(), fields.email.clone().flatten().unwrap())
            }
            other => panic!("{other:?}"),
        })
        .collect();
    let expected =
        [(2, "HKABC101", "a@abc.example".to_owned()), (4, "HKABC102", "\"b\"@abc.example".to_owned())];
    assert_eq!(emails, expected);
    assert_eq!(reading.numbers, [2, 4]);
}

#[test]
fn creations_take_any_field_of_a_profile() {
    let file = "user_id,surname,business_user_groups,clearing_house,participant,email,access_levels\n\
                HKABC101,CHAN,11 12,HKCC,ABC,,EE MK\n";
    let reading = read(Creations, file, 10);
    let Draft::CreateProfile { participant: Some(participant), fields, .. } = &reading.lines[0].draft else {
        panic!()
    };
    assert_eq!(participant.to_string(), "HKCC/ABC");
    assert_eq!(fields.business_user_groups, Some(vec!["11".to_owned(), "12".to_owned()]));
    assert_eq!(fields.access_levels.as_ref().unwrap()["security_management"], ["EE", "MK"]);
    assert_eq!(fields.email, None);
    let half = "user_id,surname,participant\nHKABC101,CHAN,ABC\n";
    assert_eq!(flaws(Creations, half), [(Some(0), "clearing_house".to_owned(), Fault::Missing)]);
    let elsewhere = "user_id,surname,clearing_house,participant\nHKABC101,CHAN,LME,ABC\n";
    assert_eq!(flaws(Creations, elsewhere), [(Some(0), "clearing_house".to_owned(), Fault::NotAllowed)]);
}

#[test]
fn everything_that_is_wrong_is_named_by_line() {
    let header = |name: &str, fault| (None, name.to_owned(), fault);
    let wrong =
        [header("mail", Fault::Unknown), header("user_id", Fault::Repeated), header("email", Fault::Missing)];
    assert_eq!(flaws(Emails, "user_id,mail,user_id\n"), wrong);
    assert_eq!(flaws(Emails, ""), [header("user_id", Fault::Missing), header("email", Fault::Missing)]);
    let file =
        "user_id,email\nHKABC101\nHKABC102,\n<b>,a@abc.example\n,a@abc.example\nHKABC103,c@abc.example\n";
    let at = |index, name: &str, fault| (Some(index), name.to_owned(), fault);
    let expected = [
        at(0, "", Fault::WrongLength),
        at(1, "email", Fault::Missing),
        at(2, "user_id", Fault::NotPlainText),
        at(3, "user_id", Fault::Missing),
    ];
    assert_eq!(flaws(Emails, file), expected);
    let sound: Vec<_> = read(Emails, file, 10).lines.iter().map(|line| (line.index, line.number)).collect();
    assert_eq!(sound, [(2, 4), (4, 6)]);
}

#[test]
fn no_more_is_read_than_tells_that_it_is_too_much() {
    let file = format!("user_id\n{}", "HKABC101\n".repeat(50));
    assert_eq!(read(Deletions, &file, 10).lines.len(), 11);
    assert!(read(Deletions, "user_id\n", 10).lines.is_empty());
}

#[test]
fn another_encoding_is_found_where_it_begins() {
    assert_eq!(text("user_id,surname\nHKABC101,陳\n".as_bytes()), Ok("user_id,surname\nHKABC101,陳\n"));
    // 陳 in Big5.
    let mut big5 = b"user_id,surname\nHKABC101,CHAN\nHKABC102,".to_vec();
    big5.extend([0xB3, 0xAF, b'\n']);
    assert_eq!(text(&big5), Err(NotUtf8 { line: 3 }));
}

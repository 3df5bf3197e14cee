//! The hash covers every byte, and nothing is read that does not fit it.

use serde_json::json;

use super::*;

fn document() -> Document {
    let field =
        FieldDifference { field: "email".to_owned(), before: json!(null), after: json!("chan@abc.example") };
    let change = serde_json::from_value(json!({
        "kind": "change_profile", "user_id": "HKABC101", "fields": { "email": "chan@abc.example" },
    }));
    Document {
        change: change.unwrap(),
        subjects: vec![Subject { target: Target::profile("HKABC101"), version: 3, difference: vec![field] }],
        reason: Some("new colleague".to_owned()),
    }
}

#[test]
fn what_was_written_is_read_again() {
    let written = SignedText::write(document()).unwrap();
    assert_eq!(written.document(), &document());
    let read = SignedText::read(written.text().to_owned(), written.hash()).unwrap();
    assert_eq!(read, written);
    assert_eq!(SignedText::write(document()).unwrap().hash(), written.hash());
    let known = DocumentHash::of("abc");
    assert_eq!(known.as_str(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

#[test]
fn no_byte_can_be_another() {
    let written = SignedText::write(document()).unwrap();
    let text = written.text();
    for place in 0..text.len() {
        let mut bytes = text.as_bytes().to_vec();
        bytes[place] ^= 1;
        let tampered = String::from_utf8(bytes).unwrap();
        assert!(SignedText::read(tampered, written.hash()).is_err(), "{place}");
        let mut shortened = text.to_owned();
        shortened.remove(place);
        assert!(SignedText::read(shortened, written.hash()).is_err(), "{place}");
        let mut longer = text.to_owned();
        longer.insert(place, ' ');
        assert!(SignedText::read(longer, written.hash()).is_err(), "{place}");
    }
    assert!(SignedText::read(format!("{text}\n"), written.hash()).is_err());
}

#[test]
fn everything_that_is_signed_makes_another_hash() {
    let hash = SignedText::write(document()).unwrap().hash().clone();
    let edits: [fn(&mut Document); 8] = [
        |it| it.reason = None,
        |it| it.reason = Some("new  colleague".to_owned()),
        |it| it.change = Change::DeleteProfile { user_id: "HKABC101".to_owned() },
        |it| it.subjects[0].version = 4,
        |it| it.subjects[0].target = Target::profile("HKABC102"),
        |it| it.subjects[0].difference[0].after = json!("wong@abc.example"),
        |it| it.subjects[0].difference[0].before = json!(""),
        |it| it.subjects.clear(),
    ];
    for (number, edit) in edits.into_iter().enumerate() {
        let mut other = document();
        edit(&mut other);
        assert_ne!(SignedText::write(other).unwrap().hash(), &hash, "edit {number}");
    }
}

/// Somebody who writes a text of their own with its own hash still has to write what a request can be.
#[test]
fn a_text_that_fits_its_hash_and_says_more_than_it_may_is_refused() {
    let mut value = serde_json::to_value(document()).unwrap();
    value["change"]["fields"]["locked"] = json!(false);
    for text in [value.to_string(), "{}".to_owned(), "null".to_owned(), String::new()] {
        let hash = DocumentHash::of(&text);
        assert!(SignedText::read(text.clone(), &hash).is_err(), "{text}");
    }
}

#[test]
fn a_hash_is_64_hexadecimal_digits() {
    let hash = DocumentHash::of("");
    assert_eq!(hash.as_str().parse::<DocumentHash>().unwrap(), hash);
    let upper = hash.as_str().to_uppercase();
    let short = &hash.as_str()[1..];
    let long = format!("{hash}0");
    let strange = format!("{short}g");
    for bad in ["", upper.as_str(), short, long.as_str(), strange.as_str()] {
        assert!(bad.parse::<DocumentHash>().is_err(), "{bad}");
    }
}

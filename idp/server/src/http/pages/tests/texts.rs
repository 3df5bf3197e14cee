//! The texts: the same keys in all languages, none missing, none left over.

use std::collections::BTreeSet;
use std::path::Path;

use askama::Template as _;

use super::super::*;
use super::samples;
use crate::http::locale::Locale;
use crate::http::management::refusal::{Fault, Kind};

const ROOM: &str = env!("CARGO_MANIFEST_DIR");

fn files(folder: &Path, extension: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if !path.ends_with("tests") {
                found.extend(files(&path, extension));
            }
        } else if path.extension().is_some_and(|found| found == extension) {
            found.push(std::fs::read_to_string(path).unwrap());
        }
    }
    found
}

/// Key and variables of every message of a language.
fn messages(locale: Locale) -> BTreeSet<(String, Vec<String>)> {
    let mut found = BTreeSet::new();
    for text in files(&Path::new(ROOM).join("locales").join(locale.tag()), "ftl") {
        let mut lines = text.lines().peekable();
        while let Some(line) = lines.next() {
            let Some((key, first)) = line.split_once(" = ") else { continue };
            if key.starts_with([' ', '#', '}']) {
                continue;
            }
            let mut value = first.to_owned();
            while let Some(more) = lines.next_if(|line| line.starts_with([' ', '}'])) {
                value.push_str(more);
            }
            let variables: BTreeSet<String> = value
                .split('$')
                .skip(1)
                .map(|rest| rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect())
                .collect();
            assert!(found.insert((key.to_owned(), variables.into_iter().collect())), "{key} twice");
        }
    }
    found
}

#[test]
fn every_language_has_every_text_with_the_same_arguments() {
    let english = messages(Locale::English);
    assert!(english.len() > 150, "{}", english.len());
    for locale in [Locale::TraditionalChinese, Locale::SimplifiedChinese] {
        let other = messages(locale);
        let difference: Vec<_> = english.symmetric_difference(&other).collect();
        assert!(difference.is_empty(), "{}: {difference:?}", locale.tag());
    }
}

#[test]
fn every_text_can_be_formatted() {
    for locale in Locale::ALL {
        for (key, variables) in messages(locale) {
            let numbers = ["count", "least", "minutes", "most", "seconds", "tries"];
            let args: Vec<(&'static str, Arg)> = variables
                .iter()
                .map(|name| {
                    let name: &'static str = Box::leak(name.clone().into_boxed_str());
                    (name, if numbers.contains(&name) { Arg::Number(3) } else { Arg::from("WORD") })
                })
                .collect();
            let text = Texts(locale).with(&key, &args);
            assert_ne!(text, key, "{}", locale.tag());
            assert!(!text.contains(['{', '\u{2068}']), "{}: {key}: {text}", locale.tag());
        }
    }
}

/// Keys that templates and views ask for by name.
fn literal_keys() -> BTreeSet<String> {
    let mut sources = files(&Path::new(ROOM).join("templates"), "html");
    sources.extend(files(&Path::new(ROOM).join("src"), "rs"));
    let mut keys = BTreeSet::new();
    for source in sources {
        for call in [".t(\"", ".t1(\"", "texts.get(\"", "texts.with(\""] {
            for rest in source.split(call).skip(1) {
                keys.insert(rest.split('"').next().unwrap().to_owned());
            }
        }
    }
    // Actions name their texts as an argument of a macro: `button(page, "submit", page.t("submit"), …)`.
    keys
}

/// Keys that are put together.
fn derived_keys() -> BTreeSet<String> {
    let mut keys: BTreeSet<String> = ErrorCode::ALL.iter().map(|code| code.key()).collect();
    for scope in ConsentScope::ALL {
        keys.extend([scope.key(), format!("{}-detail", scope.key())]);
    }
    let rules = [
        BrokenRule::TooShort(1),
        BrokenRule::TooLong(1),
        BrokenRule::TooGuessable,
        BrokenRule::OwnName,
        BrokenRule::Reused(1),
        BrokenRule::Mismatch,
    ];
    keys.extend(rules.map(|rule| format!("rule-{}", rule.as_str())));
    for kind in Kind::ALL {
        keys.extend([format!("problem-{}", kind.name()), format!("problem-{}-title", kind.name())]);
    }
    keys.extend(Fault::all().iter().map(Fault::key));
    keys
}

#[test]
fn every_text_asked_for_exists_and_every_text_is_asked_for() {
    let all: BTreeSet<String> = messages(Locale::English).into_iter().map(|(key, _)| key).collect();
    let asked: BTreeSet<String> = literal_keys().union(&derived_keys()).cloned().collect();
    let missing: Vec<_> = asked.difference(&all).collect();
    assert!(missing.is_empty(), "asked for and missing: {missing:?}");

    let sources = files(&Path::new(ROOM).join("src"), "rs").concat();
    let known = |key: &str| {
        let stem = key.trim_end_matches("-title").trim_end_matches("-help");
        let stem = stem.trim_end_matches("-subject").trim_end_matches("-opening").trim_end_matches("-advice");
        let stem = stem.trim_end_matches("-seconds").trim_end_matches("-tries");
        asked.contains(key) || asked.contains(stem) || sources.contains(&format!("\"{stem}\""))
    };
    let unused: Vec<_> = all.iter().filter(|key| !known(key)).collect();
    assert!(unused.is_empty(), "never asked for: {unused:?}");
}

#[test]
fn an_error_page_can_be_made_of_every_code_that_has_one() {
    let all: BTreeSet<String> = messages(Locale::English).into_iter().map(|(key, _)| key).collect();
    for code in ErrorCode::ALL {
        let (title, help) = (format!("{}-title", code.key()), format!("{}-help", code.key()));
        assert_eq!(all.contains(&title), all.contains(&help), "{code:?}");
        let page = samples::context(Locale::English);
        let markup = ErrorPage::new(page, PageError::new(*code)).render().unwrap();
        assert!(!markup.contains(&code.key()), "{code:?} shows a key");
    }
    for code in [
        ErrorCode::Csrf,
        ErrorCode::Expired,
        ErrorCode::Locked,
        ErrorCode::InvalidClient,
        ErrorCode::Internal,
    ] {
        assert!(all.contains(&format!("{}-title", code.key())), "{code:?}");
    }
}

#[test]
fn moments_are_written_in_hong_kong_time() {
    let moment = chrono::DateTime::from_timestamp(1_670_997_304, 0).unwrap();
    assert_eq!(shown_moment(moment), "14-Dec-22 13:55");
}

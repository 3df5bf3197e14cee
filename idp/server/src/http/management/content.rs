//! A body, read strictly: JSON of the type's form and nothing beside it, text that is text, no more than makes sense.

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, header};
use countersign_core::directory::batch_file::is_plain;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::refusal::{Fault, Flaw, Kind, Refusal};

/// Longest body that is read where no batch is sent.
const LONGEST: usize = 64 * 1024;

/// The text of a body that says that it is JSON. Nothing at all says nothing: `{}`.
pub(super) async fn text(headers: &HeaderMap, body: Body) -> Result<String, Refusal> {
    if headers.contains_key(header::CONTENT_TYPE) && !is(headers, "application/json") {
        return Err(Refusal::new(Kind::UnsupportedMediaType));
    }
    let text = whole(body, LONGEST).await?;
    match (headers.contains_key(header::CONTENT_TYPE), text.is_empty()) {
        (true, _) => Ok(text),
        (false, true) => Ok("{}".to_owned()),
        (false, false) => Err(Refusal::new(Kind::UnsupportedMediaType)),
    }
}

/// A body of at most `most` bytes, as text.
pub(super) async fn whole(body: Body, most: usize) -> Result<String, Refusal> {
    let bytes = to_bytes(body, most).await.map_err(|_| Refusal::new(Kind::ContentTooLarge))?;
    String::from_utf8(bytes.into()).map_err(|_| Refusal::new(Kind::MalformedContent))
}

/// What a text says, as a `T`.
pub(super) fn read<T: DeserializeOwned>(text: &str) -> Result<T, Refusal> {
    let mut reader = serde_json::Deserializer::from_str(text);
    // Straight into the type: a value in between would forget that a member was given twice.
    let content = serde_path_to_error::deserialize(&mut reader).map_err(|error| malformed(&error))?;
    reader.end().map_err(|_| Refusal::new(Kind::MalformedContent))?;
    let mut flaws = Vec::new();
    let value = serde_json::from_str(text).map_err(|_| Refusal::new(Kind::MalformedContent))?;
    look(&value, "", &mut flaws);
    if flaws.is_empty() { Ok(content) } else { Err(Refusal::of(Kind::InvalidContent, flaws)) }
}

/// Whether the content is of `wanted` type.
pub(super) fn is(headers: &HeaderMap, wanted: &str) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case(wanted)
}

fn malformed(error: &serde_path_to_error::Error<serde_json::Error>) -> Refusal {
    let (path, inner) = (error.path().to_string(), error.inner());
    if !inner.is_data() {
        return Refusal::new(Kind::MalformedContent);
    }
    // What the library says of a member that is unknown, repeated or missing has its name between back ticks.
    let said = inner.to_string();
    let named = said.split('`').nth(1).unwrap_or_default();
    let (name, fault) = if said.starts_with("unknown field") {
        (named, Fault::Unknown)
    } else if said.starts_with("duplicate field") {
        (named, Fault::Repeated)
    } else if said.starts_with("missing field") {
        (named, Fault::Missing)
    } else if said.starts_with("unknown variant") {
        ("", Fault::NotAllowed)
    } else {
        ("", Fault::WrongType)
    };
    let path = if path == "." { "" } else { path.as_str() };
    // An unknown member is part of the path already.
    let field = if path.ends_with(name) { path.to_owned() } else { join(path, name) };
    let field: String = field.chars().filter(|c| !c.is_control()).take(200).collect();
    Refusal::of(Kind::MalformedContent, vec![Flaw { field: as_in_forms(&field), fault }])
}

/// A member of a draft by the name that the rules have for it: `email` rather than `change.fields.email`, and
/// `lines[3].email` in a batch.
fn as_in_forms(path: &str) -> String {
    path.strip_prefix("change.").unwrap_or(path).replace("fields.", "")
}

/// Finds texts with control characters or markup, wherever they are. Lines may end: people write reasons.
fn look(value: &Value, at: &str, flaws: &mut Vec<Flaw>) {
    match value {
        Value::String(text) if !is_plain(text) => {
            flaws.push(Flaw { field: as_in_forms(at), fault: Fault::NotPlainText });
        }
        Value::Array(items) => {
            for (number, item) in items.iter().enumerate() {
                look(item, &format!("{at}[{number}]"), flaws);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                look(member, &join(at, name), flaws);
            }
        }
        _ => {}
    }
}

fn join(path: &str, name: &str) -> String {
    match (path, name) {
        ("", name) => name.to_owned(),
        (path, "") => path.to_owned(),
        (path, name) => format!("{path}.{name}"),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Order {
        #[expect(dead_code, reason = "only its form matters")]
        lines: Vec<Line>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Line {
        #[expect(dead_code, reason = "only its form matters")]
        name: String,
        #[expect(dead_code, reason = "only its form matters")]
        count: u8,
    }

    #[track_caller]
    fn refused(text: &str) -> (Kind, Vec<(String, &'static str)>) {
        let refusal = read::<Order>(text).unwrap_err();
        let flaws = refusal.flaws.into_iter().map(|flaw| (flaw.field, flaw.fault.code()));
        (refusal.kind, flaws.collect())
    }

    #[test]
    fn what_is_wrong_is_named() {
        assert!(read::<Order>(r#"{"lines":[{"name":"a\nb","count":1}]}"#).is_ok());
        let cases = [
            (r#"{"lines":[],"more":1}"#, "more", "unknown"),
            (r#"{"lines":[],"lines":[]}"#, "lines", "repeated"),
            (r"{}", "lines", "missing"),
            (r#"{"lines":[{"count":1}]}"#, "lines[0].name", "missing"),
            (r#"{"lines":[{"name":"a","count":300}]}"#, "lines[0].count", "wrong_type"),
            (r#"{"lines":[{"name":7,"count":1}]}"#, "lines[0].name", "wrong_type"),
        ];
        for (text, field, code) in cases {
            assert_eq!(refused(text), (Kind::MalformedContent, vec![(field.to_owned(), code)]), "{text}");
        }
        for nonsense in ["", "{", "nonsense", r#"{"lines":[]} {}"#] {
            assert_eq!(refused(nonsense), (Kind::MalformedContent, Vec::new()), "{nonsense}");
        }
    }

    #[test]
    fn markup_and_control_characters_are_found_wherever_they_are() {
        for text in ["<b>", "\\u0000", "\\u001b[31m", "\u{FFFD}"] {
            let body = format!(r#"{{"lines":[{{"name":"{text}","count":1}}]}}"#);
            let expected = vec![("lines[0].name".to_owned(), "not_plain_text")];
            assert_eq!(refused(&body), (Kind::InvalidContent, expected), "{text}");
        }
    }

    #[tokio::test]
    async fn a_body_is_json_in_utf_8_and_of_reasonable_length() {
        let headers = |kind: &'static str| {
            HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(kind))])
        };
        let kind = async |kind: &'static str, body: Vec<u8>| {
            text(&headers(kind), Body::from(body)).await.map_err(|refusal| refusal.kind)
        };
        assert_eq!(kind("Application/JSON; charset=utf-8", b"{}".to_vec()).await, Ok("{}".to_owned()));
        assert_eq!(kind("text/plain", b"{}".to_vec()).await, Err(Kind::UnsupportedMediaType));
        assert_eq!(kind("application/json", vec![0xFF]).await, Err(Kind::MalformedContent));
        assert_eq!(kind("application/json", vec![b' '; LONGEST + 1]).await, Err(Kind::ContentTooLarge));
    }
}

//! Versions as entity tags (RFC 9110 §8.8.3): what is shown carries one, and what is changed names the one it was
//! built on.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use countersign_core::directory::change_request::DocumentHash;

use super::refusal::{Kind, Refusal};

/// The entity tag of a version.
#[must_use]
pub fn etag(version: i64) -> HeaderValue {
    HeaderValue::from_str(&format!("\"v{version}\"")).unwrap_or(HeaderValue::from_static("\"\""))
}

/// The version that a change was built on, from `If-Match`. A change without one is refused: it would be made to what
/// nobody looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IfMatch(Option<i64>);

impl IfMatch {
    /// Whether `version` is the one; else somebody has changed it since.
    pub fn check(self, version: i64) -> Result<(), Refusal> {
        if self.0 == Some(version) { Ok(()) } else { Err(Refusal::new(Kind::PreconditionFailed)) }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(version(tag(parts)?)))
    }
}

/// The one entity tag in `If-Match`.
fn tag(parts: &Parts) -> Result<&str, Refusal> {
    let mut given = parts.headers.get_all(header::IF_MATCH).iter();
    let (first, second) = (given.next(), given.next());
    let text = first.filter(|_| second.is_none()).and_then(|value| value.to_str().ok()).map(str::trim);
    match text {
        // `*` says that the change was built on nothing in particular.
        None | Some("" | "*") => Err(Refusal::new(Kind::PreconditionRequired)),
        Some(tag) => Ok(tag),
    }
}

/// The entity tag of a request's document: what it says never changes, so its hash is its tag.
#[must_use]
pub fn document_tag(hash: &DocumentHash) -> String {
    format!("\"{hash}\"")
}

/// The document that an approval is meant for, from `If-Match`: who approves names what they saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IfDocument(Option<DocumentHash>);

impl IfDocument {
    /// Its hash; a tag that is none of ours matches nothing.
    pub fn hash(self) -> Result<DocumentHash, Refusal> {
        self.0.ok_or_else(|| Refusal::new(Kind::PreconditionFailed))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IfDocument {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let tag = tag(parts)?;
        let bare = tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"'));
        Ok(Self(bare.and_then(|hash| hash.parse().ok())))
    }
}

/// The version of one of our strong tags. A weak one matches nothing here (RFC 9110 §13.1.1).
fn version(tag: &str) -> Option<i64> {
    tag.strip_prefix("\"v")?.strip_suffix('"')?.parse().ok()
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    async fn if_match(values: &[&str]) -> Result<IfMatch, Kind> {
        let mut request = Request::post("/");
        for value in values {
            request = request.header(header::IF_MATCH, *value);
        }
        let (mut parts, ()) = request.body(()).unwrap().into_parts();
        IfMatch::from_request_parts(&mut parts, &()).await.map_err(|refusal| refusal.kind)
    }

    #[tokio::test]
    async fn a_change_says_what_it_was_built_on() {
        for nothing in [&[][..], &["*"], &["\"v1\"", "\"v2\""]] {
            assert_eq!(if_match(nothing).await, Err(Kind::PreconditionRequired), "{nothing:?}");
        }
        let shown = etag(7).to_str().unwrap().to_owned();
        assert!(if_match(&[&shown]).await.unwrap().check(7).is_ok());
        for stale in ["\"v6\"", "W/\"v7\"", "v7", "\"7\""] {
            let refusal = if_match(&[stale]).await.unwrap().check(7).unwrap_err();
            assert_eq!(refusal.kind, Kind::PreconditionFailed, "{stale}");
        }
    }
}

//! The page: who is logged in, for whom they act, and everything we were told.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use relying_party_client::web::{Shell, pages, time};
use relying_party_client::{Claims, LiveSession, MaybeSession, OwnToken, RelyingParty, TokenTimes};
use serde_json::{Map, Value};

/// What the last button led to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Note {
    None,
    Refreshed,
    NotRefreshed,
    OwnToken,
    NoOwnToken,
}

/// A token of our own, as the page shows it.
pub(crate) struct OwnTokenView {
    lifetime: String,
    scopes: String,
    claims: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "home.html")]
struct Home {
    shell: Shell,
    note: Note,
    csrf: String,
    person: PersonView,
    tokens: TokenView,
    claims: Vec<(String, String)>,
    own: Option<OwnTokenView>,
}

/// The facts this application is about.
struct PersonView {
    name: String,
    user_id: String,
    participant: Option<String>,
    settlement_agent: Option<String>,
    act: Option<String>,
    may_act_for: Vec<String>,
}

struct TokenView {
    received: String,
    expires: Option<String>,
    renewable: bool,
}

/// `GET /`.
pub(crate) async fn home(State(party): State<RelyingParty>, MaybeSession(session): MaybeSession) -> Response {
    match session {
        Some(session) => show(&party, &session, Note::None, None).await,
        None => pages::landing(&party),
    }
}

/// The page for somebody logged in.
pub(crate) async fn show(
    party: &RelyingParty,
    session: &LiveSession,
    note: Note,
    own: Option<OwnTokenView>,
) -> Response {
    let claims = session.claims();
    let page = Home {
        shell: Shell::new(party, Some(session)),
        note,
        csrf: session.csrf().to_owned(),
        person: PersonView::of(&claims),
        tokens: TokenView::of(session.token_times().await),
        claims: claims.iter().map(|(name, value)| (name.to_owned(), in_words(name, value))).collect(),
        own,
    };
    pages::render(StatusCode::OK, &page)
}

impl PersonView {
    fn of(claims: &Claims) -> Self {
        let text = |name| claims.text(name).map(str::to_owned);
        Self {
            name: text("name").unwrap_or_else(|| claims.user_id().to_owned()),
            user_id: claims.user_id().to_owned(),
            participant: text("participant"),
            settlement_agent: text("settlement_agent"),
            act: claims.get("act").map(|act| in_words("act", act)),
            may_act_for: claims.may_act_for().into_iter().map(str::to_owned).collect(),
        }
    }
}

impl TokenView {
    fn of(times: TokenTimes) -> Self {
        Self {
            received: time::date_time(times.received_at),
            expires: times.expires_at.map(time::date_time),
            renewable: times.renewable,
        }
    }
}

impl OwnTokenView {
    pub(crate) fn of(token: &OwnToken) -> Self {
        let claims: Map<String, Value> = token.unverified_claims().unwrap_or_default();
        Self {
            lifetime: token
                .expires_in
                .map_or_else(|| "not told".to_owned(), |life| format!("{} seconds", life.as_secs())),
            scopes: if token.scopes.is_empty() { "none".to_owned() } else { token.scopes.join(" ") },
            claims: claims.iter().map(|(name, value)| (name.clone(), in_words(name, value))).collect(),
        }
    }
}

/// A claim's value as people read it: text without quotes, times as times, the rest as JSON.
fn in_words(name: &str, value: &Value) -> String {
    const TIMES: [&str; 5] = ["iat", "exp", "nbf", "auth_time", "updated_at"];
    let at = value
        .as_i64()
        .filter(|_| TIMES.contains(&name))
        .and_then(|at| chrono::DateTime::from_timestamp(at, 0));
    match (at, value) {
        (Some(at), _) => time::date_time(at),
        (None, Value::String(text)) => text.clone(),
        (None, other) => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::in_words;

    #[test]
    fn claims_are_shown_as_people_read_them() {
        assert_eq!(in_words("exp", &json!(1_671_001_215)), "14-Dec-22 15:00:15");
        assert_eq!(in_words("n", &json!(1_671_001_215)), "1671001215");
        assert_eq!(in_words("name", &json!("CHAN")), "CHAN");
        assert_eq!(in_words("may_act_for", &json!(["ABC"])), "[\"ABC\"]");
    }
}

//! The pages: home and one for each entry of the menu.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use relying_party_client::web::{Shell, pages};
use relying_party_client::{AccessLevels, LiveSession, MaybeSession};

use crate::app::AppState;
use crate::menu::{self, Entry, LEVELS, OpenSection};

#[derive(Template)]
#[template(path = "home.html")]
struct Home {
    shell: Shell,
    menu: Vec<OpenSection>,
    current: &'static str,
    /// Code and meaning of each level held.
    levels: Vec<(&'static str, &'static str)>,
    console: Option<String>,
}

#[derive(Template)]
#[template(path = "function.html")]
struct Function {
    shell: Shell,
    menu: Vec<OpenSection>,
    current: &'static str,
    entry: &'static Entry,
    levels: Vec<(&'static str, &'static str)>,
    console: Option<String>,
}

/// `GET /`: the landing for strangers, the menu for Delegated Administrators, a polite word for everybody else.
pub(crate) async fn home(State(state): State<AppState>, MaybeSession(session): MaybeSession) -> Response {
    let Some(session) = session else { return pages::landing(&state.party) };
    let rights = session.claims().access_levels();
    if !rights.any() {
        return no_rights(&state, &session);
    }
    let page = Home {
        shell: Shell::new(&state.party, Some(&session)),
        menu: menu::open_to(&rights),
        current: "",
        levels: held(&rights),
        console: console(&state),
    };
    pages::render(StatusCode::OK, &page)
}

/// `GET /functions/{slug}`.
pub(crate) async fn function(
    State(state): State<AppState>,
    session: LiveSession,
    Path(slug): Path<String>,
) -> Response {
    let Some(entry) = menu::find(&slug) else { return pages::not_found(&state.party) };
    let rights = session.claims().access_levels();
    if !rights.any() {
        return no_rights(&state, &session);
    }
    if !entry.opens_to(&rights) {
        return not_open(&state, &session, entry);
    }
    let page = Function {
        shell: Shell::new(&state.party, Some(&session)),
        menu: menu::open_to(&rights),
        current: entry.slug,
        entry,
        levels: held(&rights).into_iter().filter(|(code, _)| needed(entry).contains(code)).collect(),
        console: console(&state),
    };
    pages::render(StatusCode::OK, &page)
}

fn no_rights(state: &AppState, session: &LiveSession) -> Response {
    let claims = session.claims();
    let participant = claims.text("participant").unwrap_or("your participant");
    let needed = format!(
        "DMS is for Delegated Administrators. User ID {} holds none of the access levels on Security Management Functions: \
         EE (enquire and list), MK (maker) or CK (checker).",
        claims.user_id()
    );
    let whom = format!(
        "The exchange grants these rights. Please ask a Delegated Administrator of {participant} to apply for them with the form DA 3."
    );
    let lines = [needed.as_str(), whom.as_str(), "Clearing work is done in CCMS Terminal, not here."];
    pages::refusal(&state.party, session, "DMS is not open to you", &lines)
}

fn not_open(state: &AppState, session: &LiveSession, entry: &Entry) -> Response {
    let needed =
        format!("It needs the access level {} on Security Management Functions.", needed(entry).join(" or "));
    let whom = "The exchange grants access levels; a Delegated Administrator of your participant applies with the form DA 3.";
    let heading = format!("{} is not open to you", entry.title);
    pages::refusal(&state.party, session, &heading, &[&needed, whom])
}

fn held(rights: &AccessLevels) -> Vec<(&'static str, &'static str)> {
    LEVELS.into_iter().filter(|&level| rights.security_management(level)).map(menu::in_words).collect()
}

fn needed(entry: &Entry) -> Vec<&'static str> {
    entry.levels.iter().map(|&level| menu::in_words(level).0).collect()
}

fn console(state: &AppState) -> Option<String> {
    state.admin_console_url.as_ref().map(ToString::to_string)
}

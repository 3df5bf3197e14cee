//! The pages: home, one for each function, and *Get Authorisation Code*.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use relying_party_client::web::{Shell, pages};
use relying_party_client::{AccessLevel, Claims, LiveSession, MaybeSession};

use crate::app::AppState;
use crate::functions::{Function, Granted};

#[derive(Template)]
#[template(path = "home.html")]
struct Home<'t> {
    shell: Shell,
    granted: Vec<Granted<'t>>,
    groups: Vec<&'t str>,
    /// Groups of theirs that this terminal does not know.
    unknown: Vec<&'t str>,
    checker: bool,
}

#[derive(Template)]
#[template(path = "function.html")]
struct FunctionPage<'t> {
    shell: Shell,
    granted: Vec<Granted<'t>>,
    current: &'t str,
    function: &'t Function,
    by: Vec<&'t str>,
    checker: bool,
}

#[derive(Template)]
#[template(path = "authorisation-code.html")]
struct ApprovalCode<'t> {
    shell: Shell,
    granted: Vec<Granted<'t>>,
    current: &'t str,
    checker: bool,
}

/// `GET /`: the landing for strangers, the functions for business users, a polite word for everybody else.
pub(crate) async fn home(State(state): State<AppState>, MaybeSession(session): MaybeSession) -> Response {
    let Some(session) = session else { return pages::landing(&state.party) };
    let claims = session.claims();
    let groups = claims.business_user_groups();
    let granted = state.functions.granted_to(&groups);
    let checker = is_checker(&claims);
    if granted.is_empty() && !checker {
        return no_functions(&state, &session);
    }
    let known = |code: &str| state.functions.groups.iter().any(|group| group.code == code);
    let unknown = groups.iter().copied().filter(|code| !known(code)).collect();
    let shell = Shell::new(&state.party, Some(&session));
    pages::render(StatusCode::OK, &Home { shell, granted, groups, unknown, checker })
}

/// `GET /functions/{slug}`.
pub(crate) async fn function(
    State(state): State<AppState>,
    session: LiveSession,
    Path(slug): Path<String>,
) -> Response {
    let Some(function) = state.functions.function(&slug) else { return pages::not_found(&state.party) };
    let claims = session.claims();
    let granted = state.functions.granted_to(&claims.business_user_groups());
    let Some(by) =
        granted.iter().find(|granted| granted.function.slug == slug).map(|granted| granted.groups.clone())
    else {
        return not_granted(&state, &session, function);
    };
    let shell = Shell::new(&state.party, Some(&session));
    let page =
        FunctionPage { shell, granted, current: &function.slug, function, by, checker: is_checker(&claims) };
    pages::render(StatusCode::OK, &page)
}

/// `GET /authorisation-code`: open to every checker, groups or not. What people call their authorisation code is an approval
/// code here, so that it is never confused with OAuth's authorization code.
pub(crate) async fn approval_code(State(state): State<AppState>, session: LiveSession) -> Response {
    let claims = session.claims();
    if !is_checker(&claims) {
        let lines = [
            "It is for checkers: Delegated Administrators who hold the access level CK. The exchange grants it on the form DA 3.",
        ];
        return pages::refusal(&state.party, &session, "Get Authorisation Code is not open to you", &lines);
    }
    let granted = state.functions.granted_to(&claims.business_user_groups());
    let shell = Shell::new(&state.party, Some(&session));
    pages::render(
        StatusCode::OK,
        &ApprovalCode { shell, granted, current: "authorisation-code", checker: true },
    )
}

fn is_checker(claims: &Claims) -> bool {
    claims.access_levels().anywhere(AccessLevel::Checker)
}

fn no_functions(state: &AppState, session: &LiveSession) -> Response {
    let claims = session.claims();
    let held = claims.business_user_groups();
    let needed = if held.is_empty() {
        format!(
            "CCMS Terminal is for business users. User ID {} holds no business user group.",
            claims.user_id()
        )
    } else {
        let held = held.join(", ");
        format!(
            "User ID {} holds the groups {held}, and none of them grants a function here.",
            claims.user_id()
        )
    };
    let participant = claims.text("participant").unwrap_or("your participant");
    let whom = format!(
        "Business user groups are given by the Delegated Administrators of {participant}: please ask one of them."
    );
    let lines = [needed.as_str(), whom.as_str(), "Users are maintained in DMS, not here."];
    pages::refusal(&state.party, session, "CCMS Terminal is not open to you", &lines)
}

fn not_granted(state: &AppState, session: &LiveSession, function: &Function) -> Response {
    let groups = state.functions.groups_granting(&function.slug).join(", ");
    let needed = format!("It is granted by these business user groups: {groups}.");
    let whom = "You hold none of them. The Delegated Administrators of your participant give them.";
    pages::refusal(&state.party, session, &format!("{} is not open to you", function.name), &[&needed, whom])
}

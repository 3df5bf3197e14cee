//! The pages every application has: the landing, and the sorry ones.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};

use super::Shell;
use crate::{LiveSession, LoginError, RefreshError, RelyingParty};

/// Nobody is logged in: what this is, and the way in.
#[derive(Template)]
#[template(path = "landing.html")]
struct Landing {
    shell: Shell,
}

/// Something to be said and one way on.
#[derive(Template)]
#[template(path = "message.html")]
struct Message<'a> {
    shell: Shell,
    /// For `data-page`.
    page: &'a str,
    /// For `data-error`; empty when nothing went wrong.
    error: &'a str,
    heading: &'a str,
    lines: &'a [&'a str],
    /// Address and words of the way on.
    link: Option<(&'a str, &'a str)>,
}

/// Renders a page of an application's own; the template's failure is logged and answered plainly.
pub fn render(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(error) => {
            tracing::error!(%error, "page could not be rendered");
            (StatusCode::INTERNAL_SERVER_ERROR, "This page could not be shown.").into_response()
        }
    }
}

/// The landing page with its *Log in* link.
#[must_use]
pub fn landing(party: &RelyingParty) -> Response {
    render(StatusCode::OK, &Landing { shell: Shell::new(party, None) })
}

/// A polite refusal for somebody who is logged in but lacks the right.
#[must_use]
pub fn refusal(party: &RelyingParty, session: &LiveSession, heading: &str, lines: &[&str]) -> Response {
    let shell = Shell::new(party, Some(session));
    let page = Message { shell, page: "no-rights", error: "no-rights", heading, lines, link: None };
    render(StatusCode::FORBIDDEN, &page)
}

/// No such page.
#[must_use]
pub fn not_found(party: &RelyingParty) -> Response {
    let lines = ["The address may be mistyped, or the page may have moved."];
    let link = Some(("/", "Go to the start page"));
    problem(party, StatusCode::NOT_FOUND, "not-found", "There is no such page", &lines, link)
}

/// A form that did not come from our page, or from a session that has ended since.
#[must_use]
pub fn stale_form(party: &RelyingParty) -> Response {
    let lines = [
        "The page you sent was no longer current. Nothing has been changed.",
        "Please go back to the start and try once more.",
    ];
    let link = Some(("/", "Go to the start page"));
    problem(party, StatusCode::FORBIDDEN, "stale-form", "Please try again", &lines, link)
}

/// The issuer cannot be asked whether the session still stands.
#[must_use]
pub fn unavailable(party: &RelyingParty, error: &RefreshError) -> Response {
    tracing::warn!(%error, "session cannot be confirmed");
    login_service_away(party)
}

pub(crate) fn logged_out(party: &RelyingParty) -> Response {
    let page = Message {
        shell: Shell::new(party, None),
        page: "logged-out",
        error: "",
        heading: "You are logged out",
        lines: &["Close the browser window if others use this computer."],
        link: Some(("/login", "Log in again")),
    };
    render(StatusCode::OK, &page)
}

/// Tells a failed login kindly; what exactly failed is for the log.
pub(crate) fn login_failed(party: &RelyingParty, error: &LoginError) -> Response {
    tracing::warn!(%error, "login failed");
    let again = Some(("/login", "Log in"));
    match error {
        LoginError::Issuer(_) => login_service_away(party),
        LoginError::Refused { code, .. } => refused(party, code),
        LoginError::Unknown | LoginError::EndedMeanwhile => problem(
            party,
            StatusCode::BAD_REQUEST,
            "login-unknown",
            "This login cannot be continued here",
            &[
                "It took too long, was finished already, or was begun in another browser.",
                "Nothing is lost: please log in once more.",
            ],
            again,
        ),
        LoginError::Random(_) => problem(
            party,
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "Something went wrong here",
            &["Please try again in a moment."],
            again,
        ),
        LoginError::Malformed(_)
        | LoginError::WrongIssuer
        | LoginError::TokenEndpoint(_)
        | LoginError::IdToken(_)
        | LoginError::UserInfo(_) => problem(
            party,
            StatusCode::BAD_GATEWAY,
            "login-invalid",
            "The login could not be verified",
            &[
                "The answer of the login service did not pass our checks, so you have not been logged in.",
                "Please try once more. If it happens again, tell your helpdesk what time it was.",
            ],
            again,
        ),
    }
}

/// The issuer's own refusals (OIDC Core §3.1.2.6), in words.
fn refused(party: &RelyingParty, code: &str) -> Response {
    let (heading, line) = match code {
        "access_denied" => ("You did not log in", "The login was cancelled, or access was not allowed."),
        "login_required" | "interaction_required" | "account_selection_required" => {
            ("You are not logged in", "A login is needed first.")
        }
        "consent_required" => {
            ("Your consent is needed", "You have not yet allowed this application to see your details.")
        }
        "unmet_authentication_requirements" => (
            "A stronger login is needed",
            "Your way of logging in is not strong enough for what you asked for.",
        ),
        "temporarily_unavailable" | "server_error" => return login_service_away(party),
        _ => (
            "The login service refused",
            "It did not accept our request. Please tell your helpdesk what time it was.",
        ),
    };
    let page_code = if code == "access_denied" { "access-denied" } else { "login-refused" };
    problem(party, StatusCode::FORBIDDEN, page_code, heading, &[line], Some(("/login", "Log in")))
}

fn login_service_away(party: &RelyingParty) -> Response {
    let lines = ["We cannot reach the login service at the moment.", "Please try again in a minute."];
    let link = Some(("/", "Try again"));
    let status = StatusCode::SERVICE_UNAVAILABLE;
    let mut response =
        problem(party, status, "login-service-away", "The login service is away", &lines, link);
    response
        .headers_mut()
        .insert(axum::http::header::RETRY_AFTER, axum::http::HeaderValue::from_static("30"));
    response
}

fn problem(
    party: &RelyingParty,
    status: StatusCode,
    error: &str,
    heading: &str,
    lines: &[&str],
    link: Option<(&str, &str)>,
) -> Response {
    let shell = Shell::new(party, None);
    render(status, &Message { shell, page: "error", error, heading, lines, link })
}

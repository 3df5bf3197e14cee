//! `POST /logout` and `GET /logged-out`.

use std::time::Duration;

use axum::Form;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, header};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::pages;
use crate::logout::PendingLogout;
use crate::session::{CookieJar, SessionKey};
use crate::{MaybeSession, RelyingParty, Secret};

const PENDING: &str = "logout";
const LIFETIME: Duration = Duration::from_mins(10);

#[derive(Deserialize)]
pub(super) struct LogoutForm {
    #[serde(default)]
    csrf: String,
}

/// Our session ends whether or not the issuer can be reached.
pub(super) async fn begin(
    State(party): State<RelyingParty>,
    headers: HeaderMap,
    Form(form): Form<LogoutForm>,
) -> Response {
    let jar = CookieJar::from_headers(&headers);
    let Some(cookie) = party.cookies().session_value(&jar) else { return Redirect::to("/").into_response() };
    let key = SessionKey::of(&cookie);
    let Some(session) = party.sessions().find(key, party.now()) else {
        return (gone(&party), Redirect::to("/")).into_response();
    };
    if !session.csrf.matches(&form.csrf) {
        return pages::stale_form(&party);
    }
    party.sessions().remove(key);
    tracing::info!(subject = session.claims().subject(), "logged out");
    (gone(&party), onwards(&party, &session.id_token()).await).into_response()
}

/// To the issuer, so that its session ends too; or, where that is not possible, to our own last page.
async fn onwards(party: &RelyingParty, id_token: &Secret) -> Response {
    match party.begin_logout(id_token).await {
        Ok(Some((url, pending))) => {
            let remembered = party.seal().seal(PENDING, &pending).ok();
            let cookie =
                remembered.map(|sealed| (header::SET_COOKIE, party.cookies().logout(&sealed, LIFETIME)));
            (AppendHeaders(cookie), Redirect::to(url.as_str())).into_response()
        }
        Ok(None) => Redirect::to("/logged-out").into_response(),
        Err(error) => {
            tracing::warn!(%error, "the issuer's session could not be ended");
            Redirect::to("/logged-out").into_response()
        }
    }
}

fn gone(party: &RelyingParty) -> AppendHeaders<[(header::HeaderName, String); 1]> {
    AppendHeaders([(header::SET_COOKIE, party.cookies().without_session())])
}

#[derive(Deserialize)]
pub(super) struct Returned {
    state: Option<String>,
}

/// The browser is back. `state` tells whether from a logout of ours; a stranger's link must not claim that somebody is logged
/// out who is not.
pub(super) async fn done(
    State(party): State<RelyingParty>,
    MaybeSession(session): MaybeSession,
    headers: HeaderMap,
    Query(returned): Query<Returned>,
) -> Response {
    if session.is_some() {
        return Redirect::to("/").into_response();
    }
    let jar = CookieJar::from_headers(&headers);
    if let Some(state) = &returned.state
        && !began_here(&party, &jar, state)
    {
        tracing::info!("returned from a logout that was not begun in this browser");
    }
    let cleared = AppendHeaders([(header::SET_COOKIE, party.cookies().without_logout())]);
    (cleared, pages::logged_out(&party)).into_response()
}

fn began_here(party: &RelyingParty, jar: &CookieJar, state: &str) -> bool {
    let cookie = jar.get(&party.cookies().logout_name());
    let pending = cookie.and_then(|cookie| party.seal().open::<PendingLogout>(PENDING, cookie.value()));
    pending.is_some_and(|pending| Secret::new(pending.state).matches(state))
}

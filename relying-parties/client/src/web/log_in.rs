//! `GET /login` and `GET /callback`.

use axum::extract::{Query, RawQuery, State};
use axum::http::{HeaderMap, header};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};

use super::pages;
use crate::login::{Completed, LoginQuery, PendingLogin, parse_callback};
use crate::session::{CookieJar, Session, SessionKey};
use crate::{LoginError, RelyingParty};

/// The purpose under which a login under way is sealed.
const PENDING: &str = "login";

pub(super) async fn begin(State(party): State<RelyingParty>, Query(query): Query<LoginQuery>) -> Response {
    match redirect_to_issuer(&party, query).await {
        Ok(response) => response,
        Err(error) => pages::login_failed(&party, &error),
    }
}

async fn redirect_to_issuer(party: &RelyingParty, query: LoginQuery) -> Result<Response, LoginError> {
    let (url, pending) = party.begin_login(query.into()).await?;
    let sealed = party.seal().seal(PENDING, &pending)?;
    let lifetime = party.config().session.login();
    let cookie = party.cookies().login(&pending.state, &sealed, lifetime).ok_or(LoginError::Unknown)?;
    Ok((AppendHeaders([(header::SET_COOKIE, cookie)]), Redirect::to(url.as_str())).into_response())
}

pub(super) async fn callback(
    State(party): State<RelyingParty>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let jar = CookieJar::from_headers(&headers);
    match finish(&party, &query.unwrap_or_default(), &jar).await {
        Ok(response) => response,
        // Somebody logged in who reloads or goes back: nothing is wrong.
        Err((LoginError::Unknown, _)) if logged_in(&party, &jar) => Redirect::to("/").into_response(),
        Err((error, cookie)) => {
            let spent = cookie.map(|name| (header::SET_COOKIE, party.cookies().without_login(&name)));
            (AppendHeaders(spent), pages::login_failed(&party, &error)).into_response()
        }
    }
}

/// The error comes with the name of the login cookie that is spent with it.
async fn finish(
    party: &RelyingParty,
    query: &str,
    jar: &CookieJar,
) -> Result<Response, (LoginError, Option<String>)> {
    let callback = parse_callback(query).map_err(|error| (error, None))?;
    let (pending, name) = pending_login(party, jar, &callback.state).ok_or((LoginError::Unknown, None))?;
    let spent = |error| (error, Some(name.clone()));
    let completed = party.complete_login(callback, &pending).await.map_err(spent)?;
    let session = begin_session(party, jar, completed).map_err(spent)?;
    let cookies = [(header::SET_COOKIE, session), (header::SET_COOKIE, party.cookies().without_login(&name))];
    Ok((AppendHeaders(cookies), Redirect::to(&pending.next)).into_response())
}

fn logged_in(party: &RelyingParty, jar: &CookieJar) -> bool {
    let cookie = party.cookies().session_value(jar);
    cookie.is_some_and(|cookie| party.sessions().find(SessionKey::of(&cookie), party.now()).is_some())
}

/// The login this browser began with this `state`.
fn pending_login(party: &RelyingParty, jar: &CookieJar, state: &str) -> Option<(PendingLogin, String)> {
    let cookies = party.cookies();
    let name = PendingLogin::cookie_name(cookies.slug, cookies.https, state)?;
    let pending: PendingLogin = party.seal().open(PENDING, jar.get(&name)?.value())?;
    let lifetime = party.config().session.login();
    pending.answers(state, party.now(), lifetime).then_some((pending, name))
}

/// A new session under a new id; the one this browser had is over (no fixation).
fn begin_session(party: &RelyingParty, jar: &CookieJar, completed: Completed) -> Result<String, LoginError> {
    let random = &party.environment().random;
    let (cookie, csrf) = (random.token()?, random.token()?);
    if let Some(old) = party.cookies().session_value(jar) {
        party.sessions().remove(SessionKey::of(&old));
    }
    let session = Session::new(completed, csrf);
    tracing::info!(subject = session.claims().subject(), "logged in");
    if party.sessions().insert(SessionKey::of(cookie.expose()), session) {
        Ok(party.cookies().session(cookie.expose()))
    } else {
        Err(LoginError::EndedMeanwhile)
    }
}

//! The session of a request, as handlers receive it.

use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use axum::response::{IntoResponse, Redirect, Response};
use http::Method;
use http::request::Parts;

use super::{CookieJar, Session, SessionKey};
use crate::web::pages;
use crate::{Claims, RefreshError, RelyingParty, Secret, TokenTimes};

/// Somebody is logged in, and the issuer still says so. As an extractor it sends everybody else to log in, and back here
/// afterwards.
#[derive(Clone)]
pub struct LiveSession {
    party: RelyingParty,
    key: SessionKey,
    session: Arc<Session>,
}

/// [`LiveSession`], where nobody need be logged in.
#[derive(Clone)]
pub struct MaybeSession(pub Option<LiveSession>);

impl LiveSession {
    /// Who it is.
    #[must_use]
    pub fn claims(&self) -> Arc<Claims> {
        self.session.claims()
    }

    /// The value every form of this session must carry in its field `csrf`.
    #[must_use]
    pub fn csrf(&self) -> &str {
        self.session.csrf.expose()
    }

    /// Whether a form carried it.
    #[must_use]
    pub fn is_own_form(&self, csrf: &str) -> bool {
        self.session.csrf.matches(csrf)
    }

    /// The access token, to be sent to an API.
    pub async fn access_token(&self) -> Secret {
        self.session.tokens.lock().await.access_token.clone()
    }

    /// When the tokens came and go.
    pub async fn token_times(&self) -> TokenTimes {
        self.session.tokens.lock().await.times()
    }

    /// Renews the tokens although they may be fresh.
    pub async fn refresh_now(&self) -> Result<(), RefreshError> {
        self.party.keep_fresh(&self.session, true).await
    }

    /// Ends the session here; the browser's cookie then belongs to nobody.
    pub fn end(&self) {
        self.party.sessions().remove(self.key);
    }
}

impl RelyingParty {
    /// The session a request's cookie belongs to, with its tokens renewed if they are ageing. A session the issuer has ended is
    /// ended here too.
    pub(crate) async fn live_session(&self, jar: &CookieJar) -> Result<Option<LiveSession>, RefreshError> {
        let Some(cookie) = self.cookies().session_value(jar) else { return Ok(None) };
        let key = SessionKey::of(&cookie);
        let Some(session) = self.sessions().find(key, self.now()) else { return Ok(None) };
        match self.keep_fresh(&session, false).await {
            Ok(()) => Ok(Some(LiveSession { party: self.clone(), key, session })),
            Err(RefreshError::Ended(reason)) => {
                tracing::info!(%reason, "session ended by the issuer");
                self.sessions().remove(key);
                Ok(None)
            }
            Err(unavailable) => Err(unavailable),
        }
    }
}

impl<S> FromRequestParts<S> for MaybeSession
where
    RelyingParty: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let relying_party = RelyingParty::from_ref(state);
        let jar = CookieJar::from_headers(&parts.headers);
        let session = relying_party.live_session(&jar).await;
        session.map(Self).map_err(|error| pages::unavailable(&relying_party, &error))
    }
}

impl<S> FromRequestParts<S> for LiveSession
where
    RelyingParty: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let MaybeSession(session) = MaybeSession::from_request_parts(parts, state).await?;
        session.ok_or_else(|| to_login(parts))
    }
}

/// A page asked for comes back after the login; a form posted into an ended session cannot, so it leads to the start.
fn to_login(parts: &Parts) -> Response {
    if parts.method != Method::GET {
        return Redirect::to("/").into_response();
    }
    let wanted = parts.uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("next", wanted).finish();
    Redirect::to(&format!("/login?{query}")).into_response()
}

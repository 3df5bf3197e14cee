//! What the buttons do: renew the tokens now, and call the issuer as the system itself.

use axum::Form;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use relying_party_client::web::pages as shared;
use relying_party_client::{LiveSession, RefreshError, RelyingParty};
use serde::Deserialize;

use crate::pages::{self, Note, OwnTokenView};

#[derive(Deserialize)]
pub(crate) struct ActionForm {
    #[serde(default)]
    csrf: String,
}

/// `POST /refresh`.
pub(crate) async fn refresh(
    State(party): State<RelyingParty>,
    session: LiveSession,
    Form(form): Form<ActionForm>,
) -> Response {
    if !session.is_own_form(&form.csrf) {
        return shared::stale_form(&party);
    }
    match session.refresh_now().await {
        Ok(()) => pages::show(&party, &session, Note::Refreshed, None).await,
        Err(RefreshError::Ended(reason)) => {
            tracing::info!(%reason, "refresh refused");
            session.end();
            Redirect::to("/").into_response()
        }
        Err(error) => {
            tracing::warn!(%error, "refresh failed");
            pages::show(&party, &session, Note::NotRefreshed, None).await
        }
    }
}

/// `POST /own-token`: the grant `client_credentials`. The token itself is shown to nobody, only what it says.
pub(crate) async fn own_token(
    State(party): State<RelyingParty>,
    session: LiveSession,
    Form(form): Form<ActionForm>,
) -> Response {
    if !session.is_own_form(&form.csrf) {
        return shared::stale_form(&party);
    }
    match party.client_credentials(&[]).await {
        Ok(token) => pages::show(&party, &session, Note::OwnToken, Some(OwnTokenView::of(&token))).await,
        Err(error) => {
            tracing::warn!(%error, "client_credentials failed");
            pages::show(&party, &session, Note::NoOwnToken, None).await
        }
    }
}

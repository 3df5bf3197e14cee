//! Logging out: on an application's or the user's wish (RP-Initiated Logout 1.0), and telling the other applications
//! (Back-Channel Logout 1.0).

pub mod deliveries;

use countersign_core::Timestamp;
use countersign_core::ids::DeliveryId;
use countersign_core::oauth::client::Client;
use countersign_core::oauth::logout::return_to;
use countersign_core::oauth::session::{EndedBecause, Session};
use countersign_core::secret::TokenHash;
use countersign_store::{LogoutDeliveries, LogoutDelivery, Sessions, StoreError, Tx};
use url::Url;

use crate::sessions::{self, Present};
use crate::{Services, id_token_hint, subject};

/// What was sent to `/end_session` (RP-Initiated Logout 1.0 §2). `logout_hint` and `ui_locales` only shape the page.
#[derive(Clone, Copy, Debug, Default)]
pub struct LogoutRequest<'r> {
    /// An ID token of the session to end.
    pub id_token_hint: Option<&'r str>,
    /// Must be the hint's client, if both are there.
    pub client_id: Option<&'r str>,
    /// Where to go afterwards.
    pub post_logout_redirect_uri: Option<&'r str>,
    /// Handed back.
    pub state: Option<&'r str>,
    /// The address that the browser comes from.
    pub source: Option<&'r str>,
}

/// What happens next.
#[derive(Debug, PartialEq, Eq)]
pub enum LogoutStep {
    /// There is no session any more. The browser goes to this address, or is shown our page.
    Done(Option<Url>),
    /// The user is asked first: no one proved that it is this session that was meant.
    Confirm {
        /// Who is asked.
        user_id: String,
    },
}

/// Ends the browser's session if `request` proves that it is the one that was meant, or the user has `confirmed`.
pub async fn log_out(
    services: &Services,
    request: LogoutRequest<'_>,
    cookie: Option<&str>,
    confirmed: bool,
) -> Result<LogoutStep, StoreError> {
    let hint = read_hint(services, request);
    let back = hint
        .as_ref()
        .and_then(|(client, _)| return_to(client, request.post_logout_redirect_uri, request.state));
    let present = match cookie {
        Some(cookie) => sessions::peek(services, cookie).await?,
        None => None,
    };
    let Some(present) = present else {
        end_what_is_left(services, cookie).await?;
        return Ok(LogoutStep::Done(back));
    };
    let meant = hint.as_ref().is_some_and(|(client, hint)| is_meant(services, client, hint, &present));
    if !meant && !confirmed {
        return Ok(LogoutStep::Confirm { user_id: present.profile.user_id });
    }
    sessions::sign_out(services, &present, request.source.map(str::to_owned)).await?;
    Ok(LogoutStep::Done(back))
}

/// A session that no longer holds (idle too long, or its user was disabled) is still ended when its browser signs
/// out, so that the applications it reached hear of it. There is nothing to ask about: nobody is logged in here.
async fn end_what_is_left(services: &Services, cookie: Option<&str>) -> Result<(), StoreError> {
    let Some(token) = cookie.map(TokenHash::of) else { return Ok(()) };
    let tx = services.store.begin().await?;
    if let Some(session) = Sessions::on(tx.connection()).by_token(&token).await? {
        sessions::end(services, &tx, &session, EndedBecause::SignedOut).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// A hint counts if it is ours, its client is still registered, and `client_id` does not contradict it (§2).
fn read_hint(
    services: &Services,
    request: LogoutRequest<'_>,
) -> Option<(std::sync::Arc<Client>, id_token_hint::Hint)> {
    let hint = id_token_hint::read(services, request.id_token_hint?)?;
    if request.client_id.is_some_and(|client_id| client_id != hint.client_id) {
        return None;
    }
    Some((services.clients.get(&hint.client_id)?, hint))
}

/// A hint means a session by its `sid`, or by its user: whoever holds a user's ID token may end their session.
fn is_meant(services: &Services, client: &Client, hint: &id_token_hint::Hint, present: &Present) -> bool {
    hint.sid.as_deref() == Some(present.session.id.as_str())
        || hint.sub == subject::subject_of(&services.vault, client, &present.profile.id)
}

/// Deliveries are tried for this long.
const DELIVERY_LIFE: chrono::Duration = chrono::Duration::hours(24);

/// Writes down who must hear of a session's end, in the transaction that ends it.
pub(crate) async fn announce(
    services: &Services,
    tx: &Tx,
    session: &Session,
    now: Timestamp,
) -> Result<(), StoreError> {
    let reached = Sessions::on(tx.connection()).clients_of(&session.id).await?;
    let listening = reached.into_iter().filter(|client_id| {
        services.clients.get(client_id).is_some_and(|client| client.backchannel_logout.is_some())
    });
    let deliveries: Vec<LogoutDelivery> = listening
        .map(|client_id| LogoutDelivery {
            id: DeliveryId::generate(&*services.entropy),
            client_id,
            session_id: session.id.clone(),
            profile_id: session.profile_id.clone(),
            created_at: now,
            next_attempt_at: now,
            attempts: 0,
            expires_at: now + DELIVERY_LIFE,
        })
        .collect();
    LogoutDeliveries::on(tx.connection()).add(&deliveries).await
}

#[cfg(test)]
mod tests;

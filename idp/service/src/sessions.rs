//! Sessions at the issuer: begun by a login, carried by a cookie, ended with all that depends on them.
//!
//! A login always gives the browser a new cookie, so that a cookie planted or seen before is worth nothing after
//! (session fixation). When the same user logs in again, say to prove more, the session itself goes on under its
//! `sid`: ending it would sign them out of every application they are working in. When someone else logs in, the
//! former session ends.

use countersign_core::Timestamp;
use countersign_core::audit::{Action, AuditEntry};
use countersign_core::directory::profile::{LastAccess, Profile};
use countersign_core::ids::{ProfileId, SessionId};
use countersign_core::oauth::acr::Acr;
use countersign_core::oauth::session::{EndedBecause, Session};
use countersign_core::secret::{OpaqueToken, TokenHash, TokenPrefix};
use countersign_store::{Profiles, Sessions, StoreError, Tx};
use serde_json::json;

use crate::{Purpose, Services, audit, logout};

/// A login that succeeded.
#[derive(Clone, Debug)]
pub struct Login {
    /// Who logged in.
    pub profile_id: ProfileId,
    /// How.
    pub acr: Acr,
    /// From which address.
    pub source: String,
    /// With which browser, as it says itself.
    pub user_agent: String,
    /// That browser's own id, a secret between it and us.
    pub browser: Option<String>,
    /// The access before this one.
    pub prior_access: Option<LastAccess>,
}

/// Longest name of a browser that is kept.
const MAX_USER_AGENT: usize = 256;

/// Begins a session, in the transaction of the login. `former` is the session cookie that the browser came with.
pub async fn establish(
    services: &Services,
    tx: &Tx,
    login: Login,
    former: Option<&str>,
) -> Result<(Session, OpaqueToken), StoreError> {
    let token = OpaqueToken::generate(TokenPrefix::Session, &*services.entropy);
    let mut session = begin(services, login);
    if let Some(former) = former.map(TokenHash::of) {
        let sessions = Sessions::on(tx.connection());
        if let Some(found) = sessions.by_token(&former).await? {
            if is_continued(services, &found, &session) {
                // The access before this one is still the one before the session began, and more proof in between
                // does not move its end.
                let Session { id, created_at, prior_access, expires_at, .. } = found;
                session = Session { id, created_at, prior_access, expires_at, ..session };
                if sessions.renew(&session, &former, &token.hash()).await? {
                    return Ok((session, token));
                }
                session.id = SessionId::generate(&*services.entropy);
            } else {
                end(services, tx, &found, EndedBecause::AnotherUser).await?;
            }
        }
    }
    Sessions::on(tx.connection()).add(&session, &token.hash()).await?;
    Ok((session, token))
}

fn is_continued(services: &Services, found: &Session, begun: &Session) -> bool {
    found.profile_id == begun.profile_id && found.is_live(begun.auth_time, &services.policy.session)
}

fn begin(services: &Services, login: Login) -> Session {
    let now = services.now();
    let lifetime = chrono::Duration::seconds(i64::from(services.policy.session.absolute_seconds));
    Session {
        id: SessionId::generate(&*services.entropy),
        profile_id: login.profile_id,
        acr: login.acr,
        auth_time: now,
        source: login.source,
        user_agent: login.user_agent.chars().filter(|c| !c.is_control()).take(MAX_USER_AGENT).collect(),
        browser: login.browser.map(|id| services.vault.keyed_hash(Purpose::SessionBrowser, &[id.as_bytes()])),
        prior_access: login.prior_access,
        created_at: now,
        last_used_at: now,
        expires_at: now + lifetime,
    }
}

/// A session that holds, and its user.
#[derive(Clone, Debug)]
pub struct Present {
    /// The session.
    pub session: Session,
    /// Its user, who may use their profile.
    pub profile: Profile,
}

/// The session of a cookie, if it holds and its user may use their profile. Nothing is written.
pub async fn peek(services: &Services, cookie: &str) -> Result<Option<Present>, StoreError> {
    let Some(session) = Sessions::on(services.store.read()).by_token(&TokenHash::of(cookie)).await? else {
        return Ok(None);
    };
    let now = services.now();
    if !session.is_live(now, &services.policy.session) {
        return Ok(None);
    }
    let profile = Profiles::on(services.store.read()).find(&session.profile_id).await?;
    Ok(profile.filter(|profile| profile.usable(now).is_ok()).map(|profile| Present { session, profile }))
}

/// The session of a cookie, as [`peek`], and notes its use where that is due: for the user's own pages.
pub async fn load(services: &Services, cookie: &str) -> Result<Option<Present>, StoreError> {
    let Some(present) = peek(services, cookie).await? else { return Ok(None) };
    let now = services.now();
    if present.session.is_touch_due(now, &services.policy.session) {
        let tx = services.store.begin().await?;
        Sessions::on(tx.connection()).touch(&present.session.id, now).await?;
        tx.commit().await?;
    }
    Ok(Some(present))
}

/// The sessions of a user that hold, newest first.
pub async fn list(services: &Services, profile: &ProfileId) -> Result<Vec<Session>, StoreError> {
    let now = services.now();
    let mut sessions = Sessions::on(services.store.read()).of_profile(profile).await?;
    sessions.retain(|session| session.is_live(now, &services.policy.session));
    Ok(sessions)
}

/// Ends a session with all that depends on it: its codes, the grants that were not to outlive it, and, by the
/// back channel, its applications' own sessions. Says whether it was there to end.
pub async fn end(
    services: &Services,
    tx: &Tx,
    session: &Session,
    because: EndedBecause,
) -> Result<bool, StoreError> {
    let now = services.now();
    let sessions = Sessions::on(tx.connection());
    let ended = sessions.end(&session.id, because, now).await?;
    if ended {
        sessions.revoke_grants_of(&session.id, because, now).await?;
        logout::announce(services, tx, session, now).await?;
    }
    Ok(ended)
}

/// Ends the session of `present`, as its user wished from the address `source`.
pub(crate) async fn sign_out(
    services: &Services,
    present: &Present,
    source: Option<String>,
) -> Result<(), StoreError> {
    let tx = services.store.begin().await?;
    if end(services, &tx, &present.session, EndedBecause::SignedOut).await? {
        let ended = [present.session.id.clone()];
        record_ended(services, &tx, &present.profile, &ended, source).await?;
    }
    tx.commit().await
}

/// Records that the user of `profile` ended these sessions of theirs, in the transaction that ends them.
pub(crate) async fn record_ended(
    services: &Services,
    tx: &Tx,
    profile: &Profile,
    ended: &[SessionId],
    source: Option<String>,
) -> Result<(), StoreError> {
    let ids: Vec<&str> = ended.iter().map(SessionId::as_str).collect();
    let mut entry = AuditEntry::by_user(Action::SessionEnded, profile).before(json!({"sessions": ids}));
    entry.source = source;
    audit::append(services, tx, entry).await?;
    Ok(())
}

/// Ends every session of a user, except the one to `keep`, and takes back all that was granted elsewhere, offline
/// access included. Part of the transaction that disables or deletes the profile or changes the password.
pub async fn end_all_for_profile(
    services: &Services,
    tx: &Tx,
    profile: &ProfileId,
    because: EndedBecause,
    keep: Option<&SessionId>,
) -> Result<(), StoreError> {
    let now: Timestamp = services.now();
    let sessions = Sessions::on(tx.connection());
    for session in sessions.of_profile(profile).await? {
        if Some(&session.id) != keep {
            end(services, tx, &session, because).await?;
        }
    }
    sessions.revoke_all_grants_of(profile, keep, because, now).await
}

#[cfg(test)]
mod tests;

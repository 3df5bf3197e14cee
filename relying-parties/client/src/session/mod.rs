//! Sessions: kept on this server, bounded in number and time; the browser holds an opaque cookie.

mod cookie;
mod ended;
mod extract;
mod store;

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use chrono::{DateTime, Utc};

pub(crate) use cookie::{CookieJar, Cookies};
pub use extract::{LiveSession, MaybeSession};
pub(crate) use store::{Ended, SessionKey, SessionStore};

use crate::login::{Completed, Verified};
use crate::tokens::Tokens;
use crate::{Claims, Secret};

/// Claims that describe the login itself and come with the ID token alone; everything else is the issuer's present word.
const OF_THE_LOGIN: [&str; 10] =
    ["iss", "sub", "aud", "azp", "sid", "nonce", "auth_time", "acr", "amr", "last_login"];

/// One person logged in from one browser.
pub(crate) struct Session {
    /// Expected in every form of the session.
    pub(crate) csrf: Secret,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) tokens: Arc<tokio::sync::Mutex<Tokens>>,
    last_used_at: AtomicI64,
    said: RwLock<Said>,
}

/// What the issuer said last.
struct Said {
    claims: Arc<Claims>,
    id_token: Secret,
}

impl Session {
    pub(crate) fn new(completed: Completed, csrf: Secret) -> Self {
        Self {
            csrf,
            created_at: completed.issued_at,
            tokens: Arc::new(tokio::sync::Mutex::new(completed.tokens)),
            last_used_at: AtomicI64::new(completed.issued_at.timestamp()),
            said: RwLock::new(Said { claims: Arc::new(completed.claims), id_token: completed.id_token }),
        }
    }

    pub(crate) fn claims(&self) -> Arc<Claims> {
        Arc::clone(&self.read().claims)
    }

    pub(crate) fn id_token(&self) -> Secret {
        self.read().id_token.clone()
    }

    /// The claims to start from when userinfo is asked again: rights the issuer no longer mentions must not survive.
    pub(crate) fn base_claims(&self) -> Claims {
        let claims = self.claims();
        let kept = OF_THE_LOGIN.iter().filter_map(|&name| Some((name.to_owned(), claims.get(name)?.clone())));
        Claims::new(kept.collect())
    }

    pub(crate) fn renew_id_token(&self, verified: Verified) {
        self.said.write().unwrap_or_else(PoisonError::into_inner).id_token = verified.token;
    }

    pub(crate) fn renew_claims(&self, current: Claims) {
        // The access before this one does not change while this one lasts.
        let last_login = self.claims().get("last_login").cloned();
        let kept = last_login.map(|last| ("last_login".to_owned(), last)).into_iter().collect();
        self.said.write().unwrap_or_else(PoisonError::into_inner).claims =
            Arc::new(current.updated_with(kept));
    }

    pub(crate) fn last_used_at(&self) -> i64 {
        self.last_used_at.load(Ordering::Relaxed)
    }

    pub(crate) fn used(&self, now: DateTime<Utc>) {
        self.last_used_at.store(now.timestamp(), Ordering::Relaxed);
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, Said> {
        self.said.read().unwrap_or_else(PoisonError::into_inner)
    }
}

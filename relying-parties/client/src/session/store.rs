//! The sessions of this process.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_lc_rs::digest::{SHA256, digest};
use chrono::{DateTime, TimeDelta, Utc};

use super::Session;
use super::ended::EndedRecently;
use crate::SessionLimits;

/// The hash of a session cookie: the store holds nothing a browser could present.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub(crate) struct SessionKey([u8; 32]);

impl SessionKey {
    pub(crate) fn of(cookie: &str) -> Self {
        let mut key = [0; 32];
        key.copy_from_slice(digest(&SHA256, cookie.as_bytes()).as_ref());
        Self(key)
    }
}

/// A bounded, expiring set of sessions.
pub(crate) struct SessionStore {
    limits: SessionLimits,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    sessions: HashMap<SessionKey, Arc<Session>>,
    ended: EndedRecently,
}

/// What the issuer says has ended (Back-Channel Logout §2.4): one session, or all of a subject's.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Ended {
    Session(String),
    Subject(String),
}

impl SessionStore {
    pub(crate) fn new(limits: SessionLimits) -> Self {
        Self { limits, inner: Mutex::default() }
    }

    /// Keeps a session; false when the issuer has ended it already, so that a logout which overtakes its login still counts.
    #[must_use]
    pub(crate) fn insert(&self, key: SessionKey, session: Session) -> bool {
        let now = session.created_at;
        let mut inner = self.lock();
        let claims = session.claims();
        if inner.ended.contains(claims.session_id(), claims.subject(), claims.issued_at(), now) {
            return false;
        }
        if inner.sessions.len() >= self.limits.maximum {
            self.make_room(&mut inner.sessions, now);
        }
        inner.sessions.insert(key, Arc::new(session));
        true
    }

    /// The living session of a cookie, which is thereby used.
    pub(crate) fn find(&self, key: SessionKey, now: DateTime<Utc>) -> Option<Arc<Session>> {
        let mut inner = self.lock();
        let session = Arc::clone(inner.sessions.get(&key)?);
        if self.over(&session, now) {
            inner.sessions.remove(&key);
            return None;
        }
        session.used(now);
        Some(session)
    }

    pub(crate) fn remove(&self, key: SessionKey) -> Option<Arc<Session>> {
        self.lock().sessions.remove(&key)
    }

    /// Ends what the issuer has ended; answers how many sessions that were.
    pub(crate) fn end(&self, ended: &Ended, issued_at: i64, now: DateTime<Utc>) -> usize {
        let mut inner = self.lock();
        let before = inner.sessions.len();
        inner.sessions.retain(|_, session| !ended.covers(session));
        inner.ended.remember(ended.clone(), issued_at, now);
        before - inner.sessions.len()
    }

    fn make_room(&self, sessions: &mut HashMap<SessionKey, Arc<Session>>, now: DateTime<Utc>) {
        sessions.retain(|_, session| !self.over(session, now));
        while sessions.len() >= self.limits.maximum.max(1) {
            let idlest =
                sessions.iter().min_by_key(|(_, session)| session.last_used_at()).map(|(key, _)| *key);
            let Some(idlest) = idlest else { break };
            sessions.remove(&idlest);
        }
    }

    fn over(&self, session: &Session, now: DateTime<Utc>) -> bool {
        let idle = TimeDelta::seconds(now.timestamp() - session.last_used_at());
        let whole = now - session.created_at;
        idle > seconds(self.limits.idle_seconds) || whole > seconds(self.limits.absolute_seconds)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ended {
    fn covers(&self, session: &Session) -> bool {
        let claims = session.claims();
        match self {
            Self::Session(sid) => claims.session_id() == Some(sid),
            Self::Subject(sub) => claims.subject() == sub,
        }
    }
}

fn seconds(seconds: u32) -> TimeDelta {
    TimeDelta::seconds(seconds.into())
}

//! Sessions the issuer ended a moment ago: a login still under way for one of them must not succeed after all.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::store::Ended;

/// Longer than any login's last leg takes.
const REMEMBERED: TimeDelta = TimeDelta::minutes(5);
const MOST: usize = 10_000;

#[derive(Default)]
pub(super) struct EndedRecently(HashMap<Ended, Memory>);

struct Memory {
    /// `iat` of the logout token.
    issued_at: i64,
    until: DateTime<Utc>,
}

impl EndedRecently {
    pub(super) fn remember(&mut self, ended: Ended, issued_at: i64, now: DateTime<Utc>) {
        if self.0.len() >= MOST {
            self.0.retain(|_, memory| memory.until > now);
        }
        if self.0.len() < MOST {
            self.0.insert(ended, Memory { issued_at, until: now + REMEMBERED });
        }
    }

    /// A session id never returns; a subject may log in again after the logout.
    pub(super) fn contains(
        &self,
        sid: Option<&str>,
        subject: &str,
        issued_at: i64,
        now: DateTime<Utc>,
    ) -> bool {
        let recent = |ended: &Ended| self.0.get(ended).filter(|memory| memory.until > now);
        let session = sid.is_some_and(|sid| recent(&Ended::Session(sid.to_owned())).is_some());
        session
            || recent(&Ended::Subject(subject.to_owned())).is_some_and(|memory| issued_at < memory.issued_at)
    }
}

//! The life of a request: `pending → applied | rejected | withdrawn | expired | conflicted`. Every end is final.

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::ids::{ProfileId, SessionId};

/// Somebody who signed, as they were known when they did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signatory {
    /// Their profile.
    pub profile_id: ProfileId,
    /// Its user ID.
    pub user_id: String,
    /// The session they signed in; none for a checker who signed on the maker's screen.
    pub session: Option<SessionId>,
}

/// How a checker signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// Logged in, with a fresh second factor.
    Queue,
    /// With an approval code on the maker's screen.
    SameScreen,
}

/// A checker's signature under a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// Whose.
    pub checker: Signatory,
    /// How.
    pub way: Way,
    /// Whether maker and checker are one, as operators granted a sole proprietor.
    pub sole_administrator: bool,
}

/// Where a request stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    /// It waits for a checker.
    Pending {
        /// Until then.
        expires_at: Timestamp,
    },
    /// It was approved and took effect, in one transaction.
    Applied {
        /// By whom.
        signature: Signature,
        /// When.
        at: Timestamp,
    },
    /// A checker refused it.
    Rejected {
        /// Who.
        checker: Signatory,
        /// When.
        at: Timestamp,
        /// Why.
        reason: String,
    },
    /// Its maker took it back.
    Withdrawn {
        /// When.
        at: Timestamp,
    },
    /// Nobody signed in time.
    Expired {
        /// When it was noticed.
        at: Timestamp,
    },
    /// A checker approved it, and what it was about had changed since it was asked for: nothing was applied.
    Conflicted {
        /// Who approved.
        checker: Signatory,
        /// When.
        at: Timestamp,
        /// What had changed.
        what: String,
    },
}

/// A request is no longer what it would have to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TransitionError {
    /// It ended before.
    #[error("the request is already {0}")]
    Ended(&'static str),
    /// Its time is over.
    #[error("the request has expired")]
    TooLate,
    /// Its time is not over.
    #[error("the request has not expired yet")]
    TooEarly,
}

impl State {
    /// The word in storage and in the management API.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Pending { .. } => "pending",
            Self::Applied { .. } => "applied",
            Self::Rejected { .. } => "rejected",
            Self::Withdrawn { .. } => "withdrawn",
            Self::Expired { .. } => "expired",
            Self::Conflicted { .. } => "conflicted",
        }
    }

    /// Who decided, where a checker did.
    #[must_use]
    pub fn checker(&self) -> Option<&Signatory> {
        match self {
            Self::Applied { signature, .. } => Some(&signature.checker),
            Self::Rejected { checker, .. } | Self::Conflicted { checker, .. } => Some(checker),
            Self::Pending { .. } | Self::Withdrawn { .. } | Self::Expired { .. } => None,
        }
    }

    /// Whether it can be decided at `now`.
    pub fn decidable(&self, now: Timestamp) -> Result<(), TransitionError> {
        match self {
            Self::Pending { expires_at } if now < *expires_at => Ok(()),
            Self::Pending { .. } => Err(TransitionError::TooLate),
            ended => Err(TransitionError::Ended(ended.name())),
        }
    }

    /// Approved, and in effect.
    pub fn apply(&self, signature: Signature, now: Timestamp) -> Result<Self, TransitionError> {
        self.decidable(now)?;
        Ok(Self::Applied { signature, at: now })
    }

    /// Refused.
    pub fn reject(
        &self,
        checker: Signatory,
        reason: String,
        now: Timestamp,
    ) -> Result<Self, TransitionError> {
        self.decidable(now)?;
        Ok(Self::Rejected { checker, at: now, reason })
    }

    /// Taken back.
    pub fn withdraw(&self, now: Timestamp) -> Result<Self, TransitionError> {
        self.decidable(now)?;
        Ok(Self::Withdrawn { at: now })
    }

    /// Approved too late to mean what it meant.
    pub fn conflict(
        &self,
        checker: Signatory,
        what: String,
        now: Timestamp,
    ) -> Result<Self, TransitionError> {
        self.decidable(now)?;
        Ok(Self::Conflicted { checker, at: now, what })
    }

    /// Out of time.
    pub fn expire(&self, now: Timestamp) -> Result<Self, TransitionError> {
        match self.decidable(now) {
            Err(TransitionError::TooLate) => Ok(Self::Expired { at: now }),
            Ok(()) => Err(TransitionError::TooEarly),
            Err(ended) => Err(ended),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::from_millis;

    fn signatory() -> Signatory {
        Signatory {
            profile_id: ProfileId::from_stored("p"),
            user_id: "HKABC1X2".into(),
            session: Some(SessionId::from_stored("s")),
        }
    }

    type Transition = fn(&State, Timestamp) -> Result<State, TransitionError>;

    const DECISIONS: [(&str, Transition); 4] = [
        ("applied", |state, now| {
            let signature = Signature { checker: signatory(), way: Way::Queue, sole_administrator: false };
            state.apply(signature, now)
        }),
        ("rejected", |state, now| state.reject(signatory(), "no".into(), now)),
        ("withdrawn", |state, now| state.withdraw(now)),
        ("conflicted", |state, now| state.conflict(signatory(), "email".into(), now)),
    ];

    fn pending() -> State {
        State::Pending { expires_at: from_millis(1000) }
    }

    #[test]
    fn a_pending_request_goes_everywhere_in_time_and_nowhere_after() {
        for (name, decide) in DECISIONS {
            assert_eq!(decide(&pending(), from_millis(999)).unwrap().name(), name);
            assert_eq!(decide(&pending(), from_millis(1000)), Err(TransitionError::TooLate));
        }
        assert_eq!(pending().expire(from_millis(999)), Err(TransitionError::TooEarly));
        assert_eq!(pending().expire(from_millis(1000)).unwrap().name(), "expired");
    }

    #[test]
    fn every_end_is_final() {
        let (in_time, late) = (from_millis(10), from_millis(2000));
        let ends = DECISIONS
            .iter()
            .map(|(_, decide)| decide(&pending(), in_time))
            .chain([pending().expire(late)])
            .collect::<Result<Vec<_>, _>>()
            .unwrap();
        for end in ends {
            let refused = Err(TransitionError::Ended(end.name()));
            for now in [in_time, late] {
                assert_eq!(end.expire(now), refused);
                for (_, decide) in DECISIONS {
                    assert_eq!(decide(&end, now), refused);
                }
            }
        }
    }
}

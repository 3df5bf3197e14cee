//! Who acts in the directory, what they hold at this moment, and how far they see.
//!
//! A [`Scope`] can only be had from an [`Actor`], or by a job that says that it is one: a query that takes a scope
//! cannot be asked without anybody having been asked who they are.

use super::capabilities::{AccessLevel, Capabilities, DaFunction};
use super::clearing_house::ClearingHouse;
use super::permission::Office;
use crate::Timestamp;
use crate::ids::{ParticipantKey, ProfileId, SessionId};
use crate::oauth::acr::Acr;

/// A person who acts, as the directory knows them now rather than when they logged in.
#[derive(Clone, Debug)]
pub struct Actor {
    /// Their profile.
    pub profile_id: ProfileId,
    /// Its user ID.
    pub user_id: String,
    /// Clearing house of their participant.
    pub clearing_house: ClearingHouse,
    /// Their participant.
    pub participant: ParticipantKey,
    /// Its participant ID, for people.
    pub participant_id: String,
    /// What they may do.
    pub capabilities: Capabilities,
    /// Their mailbox: a maker and a checker may not share one.
    pub email: Option<String>,
    /// How they proved who they are; nobody does at the command line.
    pub proof: Option<Proof>,
}

/// How, when, and in which session somebody proved who they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The session at the issuer.
    pub session: SessionId,
    /// How strongly.
    pub acr: Acr,
    /// When, last.
    pub auth_time: Timestamp,
}

impl Proof {
    /// Whether it reaches `wanted` and is no older than `max_age` seconds (RFC 9470 §4).
    #[must_use]
    pub fn is_fresh(&self, wanted: Acr, max_age: u32, now: Timestamp) -> bool {
        let age = now.signed_duration_since(self.auth_time);
        self.acr.satisfies(wanted) && age <= chrono::Duration::seconds(i64::from(max_age))
    }
}

impl Actor {
    /// Whether they work for the exchange: operators see every participant and sign for what is nobody's alone.
    #[must_use]
    pub fn is_operator(&self) -> bool {
        self.clearing_house == ClearingHouse::Exchange
    }

    /// In which capacity they act.
    #[must_use]
    pub fn office(&self) -> Office {
        if self.is_operator() { Office::Operator } else { Office::DelegatedAdministrator }
    }

    /// Whether they hold `level` on security management.
    #[must_use]
    pub fn holds(&self, level: AccessLevel) -> bool {
        self.capabilities.holds(DaFunction::SecurityManagement, level)
    }

    /// The session at the issuer in which they act; none at the command line.
    #[must_use]
    pub fn session(&self) -> Option<&SessionId> {
        self.proof.as_ref().map(|proof| &proof.session)
    }

    /// Whether they have proved who they are, so strongly and no longer than `max_age` seconds ago.
    #[must_use]
    pub fn is_fresh(&self, wanted: Acr, max_age: u32, now: Timestamp) -> bool {
        self.proof.as_ref().is_some_and(|proof| proof.is_fresh(wanted, max_age, now))
    }

    /// How far they see, if they may look at all.
    #[must_use]
    pub fn scope(&self) -> Option<Scope> {
        let may_look = [AccessLevel::Enquiry, AccessLevel::Maker, AccessLevel::Checker];
        may_look.into_iter().any(|level| self.holds(level)).then(|| {
            if self.is_operator() {
                Scope(Reach::Installation)
            } else {
                Scope(Reach::Participant(self.participant.clone()))
            }
        })
    }
}

/// Whose data a query may return. The users of a settlement agent are owned by the principal, so a participant's own
/// data includes them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope(Reach);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Reach {
    Installation,
    Participant(ParticipantKey),
}

impl Scope {
    /// The scope of a job, of the command line, or of an auditing service that was registered as one: everything.
    #[must_use]
    pub fn of_the_installation() -> Self {
        Self(Reach::Installation)
    }

    /// The one participant it is confined to; `None` when it is not.
    #[must_use]
    pub fn participant(&self) -> Option<&ParticipantKey> {
        match &self.0 {
            Reach::Installation => None,
            Reach::Participant(participant) => Some(participant),
        }
    }

    /// Whether it holds what `participant` owns.
    #[must_use]
    pub fn holds(&self, participant: &ParticipantKey) -> bool {
        self.participant().is_none_or(|own| own == participant)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::from_millis;

    fn actor(house: ClearingHouse, levels: &[AccessLevel]) -> Actor {
        let levels = levels.iter().copied().collect();
        Actor {
            profile_id: ProfileId::from_stored("p"),
            user_id: "HKABC1X1".into(),
            clearing_house: house,
            participant: ParticipantKey::from_stored("abc"),
            participant_id: "ABC".into(),
            capabilities: Capabilities {
                access_levels: [(DaFunction::SecurityManagement, levels)].into(),
                ..Capabilities::default()
            },
            email: None,
            proof: Some(Proof {
                session: SessionId::from_stored("s"),
                acr: Acr::OtpApp,
                auth_time: from_millis(0),
            }),
        }
    }

    #[test]
    fn proof_ages_and_a_mailbox_is_never_enough() {
        let proof = actor(ClearingHouse::Hkcc, &[]).proof.unwrap();
        let at = |second: i64| from_millis(second * 1_000);
        assert!(proof.is_fresh(Acr::OtpApp, 300, at(300)));
        assert!(!proof.is_fresh(Acr::OtpApp, 300, at(301)));
        assert!(!Proof { acr: Acr::OtpEmail, ..proof }.is_fresh(Acr::OtpApp, 300, at(0)));
    }

    #[test]
    fn who_proved_nothing_is_never_fresh() {
        let acting = actor(ClearingHouse::Hkcc, &[]);
        assert!(acting.is_fresh(Acr::OtpApp, 300, from_millis(0)));
        let unproven = Actor { proof: None, ..acting };
        assert!(!unproven.is_fresh(Acr::OtpEmail, u32::MAX, from_millis(0)));
        assert_eq!(unproven.session(), None);
    }

    #[test]
    fn who_holds_nothing_sees_nothing() {
        assert_eq!(actor(ClearingHouse::Hkcc, &[]).scope(), None);
        assert_eq!(actor(ClearingHouse::Exchange, &[]).scope(), None);
    }

    #[test]
    fn an_administrator_sees_their_own_participant_and_an_operator_all() {
        let (own, other) = (ParticipantKey::from_stored("abc"), ParticipantKey::from_stored("def"));
        for level in [AccessLevel::Enquiry, AccessLevel::Maker, AccessLevel::Checker] {
            let scope = actor(ClearingHouse::Hkcc, &[level]).scope().unwrap();
            assert_eq!(scope.participant(), Some(&own));
            assert!(scope.holds(&own) && !scope.holds(&other), "{level:?}");
            let scope = actor(ClearingHouse::Exchange, &[level]).scope().unwrap();
            assert!(scope.holds(&own) && scope.holds(&other), "{level:?}");
        }
    }
}

//! Who may sign a request: everything that would make two signatures the signature of one.
//!
//! Judged at the moment of signing, by what the directory says then.

use std::collections::BTreeSet;

use super::capabilities::{AccessLevel, Capabilities, DaFunction};
use super::change_request::Jurisdiction;
use super::clearing_house::ClearingHouse;
use super::record::ProfileRecord;
use crate::Timestamp;
use crate::ids::{ParticipantKey, ProfileId, SessionId};

/// Somebody who signs, or would, as the directory knows them now.
#[derive(Clone, Debug)]
pub struct Party {
    /// Their profile.
    pub profile_id: ProfileId,
    /// The profiles that were merged into it: the same person.
    pub merged_from: Vec<ProfileId>,
    /// Their participant.
    pub participant: ParticipantKey,
    /// Its clearing house.
    pub clearing_house: ClearingHouse,
    /// What they hold.
    pub capabilities: Capabilities,
    /// Whether their profile may be used now: enabled, within its dates, not locked.
    pub usable: bool,
    /// Their mailbox.
    pub email: Option<String>,
    /// Serial number of their smartcard.
    pub srn: Option<String>,
    /// The session they sign in; none on the maker's screen.
    pub session: Option<SessionId>,
}

impl Party {
    /// The owner of `record`, signing in `session` at `now`.
    #[must_use]
    pub fn of(record: &ProfileRecord, session: Option<SessionId>, now: Timestamp) -> Self {
        let profile = &record.profile;
        Self {
            profile_id: profile.id.clone(),
            merged_from: record.merged_from.clone(),
            participant: record.participant.clone(),
            clearing_house: profile.clearing_house,
            capabilities: profile.capabilities.clone(),
            usable: profile.usable(now).is_ok() && !profile.locked,
            email: profile.email.clone(),
            srn: record.srn.clone(),
            session,
        }
    }

    fn holds(&self, level: AccessLevel) -> bool {
        let levels = self.capabilities.access_levels.get(&DaFunction::SecurityManagement);
        levels.is_some_and(|levels| levels.contains(&level))
    }

    /// The profiles that are this person.
    fn selves(&self) -> BTreeSet<&ProfileId> {
        self.merged_from.iter().chain([&self.profile_id]).collect()
    }
}

/// How a signature counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signing {
    /// As that of a second person.
    AsSecond,
    /// As that of the one administrator of a sole proprietor.
    AsSoleAdministrator,
}

/// Why a signature would not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Only a request's maker takes it back.
    #[error("only its maker can withdraw a request")]
    NotTheMaker,
    /// The maker's profile is gone.
    #[error("the maker's profile no longer exists")]
    MakerGone,
    /// The maker no longer holds the maker's right, or their profile may not be used.
    #[error("the maker may no longer ask for changes")]
    NotAMaker,
    /// The checker does not hold the checker's right, or their profile may not be used.
    #[error("the checker's right is missing")]
    NotAChecker,
    /// It is for the people of another participant, or of the exchange, to sign.
    #[error("others sign this request")]
    AnotherJurisdiction,
    /// Maker and checker are one person.
    #[error("the maker cannot be the checker")]
    SamePerson,
    /// The request is about the maker or the checker.
    #[error("nobody signs a request about themselves")]
    OwnProfile,
    /// One mailbox would prove both.
    #[error("maker and checker share a mailbox")]
    SharedMailbox,
    /// One smartcard would prove both.
    #[error("maker and checker share a smartcard")]
    SharedCard,
    /// Both sign in one browser.
    #[error("maker and checker share a browser session")]
    SharedSession,
}

/// Whether `checker` may sign what `maker` asked for. `subjects` are the profiles that the request is about;
/// `sole_administrator` is whom operators have granted both roles at the participant whose request it is.
pub fn may_sign(
    maker: &Party,
    checker: &Party,
    jurisdiction: &Jurisdiction,
    subjects: &[ProfileId],
    sole_administrator: Option<&ProfileId>,
) -> Result<Signing, Refusal> {
    for (party, level, refusal) in [
        (maker, AccessLevel::Maker, Refusal::NotAMaker),
        (checker, AccessLevel::Checker, Refusal::NotAChecker),
    ] {
        if !party.usable || !party.holds(level) {
            return Err(refusal);
        }
        if !signs_for(party, jurisdiction) {
            return Err(Refusal::AnotherJurisdiction);
        }
        if subjects.iter().any(|subject| party.selves().contains(subject)) {
            return Err(Refusal::OwnProfile);
        }
    }
    if !maker.selves().is_disjoint(&checker.selves()) {
        let granted = sole_administrator == Some(&maker.profile_id) && maker.profile_id == checker.profile_id;
        let of_participant = matches!(jurisdiction, Jurisdiction::Participant(_));
        return if granted && of_participant { Ok(Signing::AsSoleAdministrator) } else { Err(Refusal::SamePerson) };
    }
    two_people(maker, checker).map(|()| Signing::AsSecond)
}

/// Whether somebody is of those who sign under a jurisdiction.
fn signs_for(party: &Party, jurisdiction: &Jurisdiction) -> bool {
    match jurisdiction {
        Jurisdiction::Participant(participant) => {
            party.participant == *participant && party.clearing_house != ClearingHouse::Exchange
        }
        Jurisdiction::Exchange => party.clearing_house == ClearingHouse::Exchange,
    }
}

/// What proves one of two people must not prove the other.
fn two_people(maker: &Party, checker: &Party) -> Result<(), Refusal> {
    let same = |one: &Option<String>, other: &Option<String>| match (one, other) {
        (Some(one), Some(other)) => one.to_lowercase() == other.to_lowercase(),
        _ => false,
    };
    if same(&maker.email, &checker.email) {
        return Err(Refusal::SharedMailbox);
    }
    if same(&maker.srn, &checker.srn) {
        return Err(Refusal::SharedCard);
    }
    if maker.session.is_some() && maker.session == checker.session {
        return Err(Refusal::SharedSession);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn party(name: &str, participant: &str, levels: &[AccessLevel]) -> Party {
        let house = if participant == "exchange" { ClearingHouse::Exchange } else { ClearingHouse::Hkcc };
        let levels = levels.iter().copied().collect();
        Party {
            profile_id: ProfileId::from_stored(name),
            merged_from: vec![],
            participant: ParticipantKey::from_stored(participant),
            clearing_house: house,
            capabilities: Capabilities {
                access_levels: [(DaFunction::SecurityManagement, levels)].into(),
                ..Capabilities::default()
            },
            usable: true,
            email: Some(format!("{name}@abc.example")),
            srn: Some(format!("SRN{name}")),
            session: Some(SessionId::from_stored(name)),
        }
    }

    fn maker() -> Party {
        party("maker", "abc", &[AccessLevel::Maker])
    }

    fn checker() -> Party {
        party("checker", "abc", &[AccessLevel::Checker])
    }

    fn abc() -> Jurisdiction {
        Jurisdiction::Participant(ParticipantKey::from_stored("abc"))
    }

    fn sign(maker: &Party, checker: &Party) -> Result<Signing, Refusal> {
        may_sign(maker, checker, &abc(), &[ProfileId::from_stored("someone")], None)
    }

    #[test]
    fn a_second_person_signs() {
        assert_eq!(sign(&maker(), &checker()), Ok(Signing::AsSecond));
        let without = Party { email: None, srn: None, session: None, ..checker() };
        assert_eq!(sign(&maker(), &without), Ok(Signing::AsSecond));
        let bare = Party { email: None, srn: None, ..maker() };
        assert_eq!(sign(&bare, &without), Ok(Signing::AsSecond), "what neither has is not shared");
    }

    #[test]
    fn everything_that_makes_two_signatures_one() {
        let both = &[AccessLevel::Maker, AccessLevel::Checker];
        let alone = party("maker", "abc", both);
        let merged = Party { merged_from: vec![ProfileId::from_stored("maker")], ..checker() };
        let cases = [
            (maker(), party("x", "abc", &[AccessLevel::Enquiry, AccessLevel::Maker]), Refusal::NotAChecker),
            (party("x", "abc", &[AccessLevel::Enquiry]), checker(), Refusal::NotAMaker),
            (maker(), Party { usable: false, ..checker() }, Refusal::NotAChecker),
            (Party { usable: false, ..maker() }, checker(), Refusal::NotAMaker),
            (maker(), party("x", "def", both), Refusal::AnotherJurisdiction),
            (maker(), party("x", "exchange", both), Refusal::AnotherJurisdiction),
            (alone.clone(), alone, Refusal::SamePerson),
            (maker(), merged.clone(), Refusal::SamePerson),
            (
                Party { capabilities: merged.capabilities.clone(), ..merged },
                Party { merged_from: vec![ProfileId::from_stored("checker")], ..maker() },
                Refusal::NotAMaker,
            ),
            (maker(), Party { email: Some("MAKER@abc.example".into()), ..checker() }, Refusal::SharedMailbox),
            (maker(), Party { srn: maker().srn, ..checker() }, Refusal::SharedCard),
            (maker(), Party { session: maker().session, ..checker() }, Refusal::SharedSession),
        ];
        for (maker, checker, refusal) in cases {
            assert_eq!(sign(&maker, &checker), Err(refusal), "{} {}", maker.profile_id, checker.profile_id);
        }
    }

    #[test]
    fn nobody_signs_about_themselves_under_any_of_their_profiles() {
        let former = Party { merged_from: vec![ProfileId::from_stored("former")], ..checker() };
        for subject in ["maker", "checker", "former"] {
            let subjects = [ProfileId::from_stored("someone"), ProfileId::from_stored(subject)];
            let refused = may_sign(&maker(), &former, &abc(), &subjects, None);
            assert_eq!(refused, Err(Refusal::OwnProfile), "{subject}");
        }
    }

    #[test]
    fn operators_sign_what_operators_ask_for_and_nothing_else() {
        let both = &[AccessLevel::Maker, AccessLevel::Checker];
        let (one, other) = (party("one", "exchange", both), party("other", "exchange", both));
        let sign = |maker: &Party, checker: &Party| may_sign(maker, checker, &Jurisdiction::Exchange, &[], None);
        assert_eq!(sign(&one, &other), Ok(Signing::AsSecond));
        assert_eq!(sign(&one, &checker()), Err(Refusal::AnotherJurisdiction));
        assert_eq!(sign(&maker(), &other), Err(Refusal::AnotherJurisdiction));
        assert_eq!(sign(&one, &one), Err(Refusal::SamePerson));
    }

    #[test]
    fn a_sole_administrator_signs_their_own_requests_and_only_as_granted() {
        let both = &[AccessLevel::Maker, AccessLevel::Checker];
        let alone = party("alone", "abc", both);
        let granted = |sole: Option<&str>, jurisdiction: &Jurisdiction, subject: &str| {
            let sole = sole.map(ProfileId::from_stored);
            may_sign(&alone, &alone, jurisdiction, &[ProfileId::from_stored(subject)], sole.as_ref())
        };
        assert_eq!(granted(Some("alone"), &abc(), "someone"), Ok(Signing::AsSoleAdministrator));
        assert_eq!(granted(Some("another"), &abc(), "someone"), Err(Refusal::SamePerson));
        assert_eq!(granted(None, &abc(), "someone"), Err(Refusal::SamePerson));
        assert_eq!(granted(Some("alone"), &abc(), "alone"), Err(Refusal::OwnProfile));
        let operator = party("alone", "exchange", both);
        let sole = ProfileId::from_stored("alone");
        let refused = may_sign(&operator, &operator, &Jurisdiction::Exchange, &[], Some(&sole));
        assert_eq!(refused, Err(Refusal::SamePerson));
    }
}

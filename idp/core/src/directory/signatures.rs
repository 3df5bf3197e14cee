//! Who may sign: two people, of the right place, with the right rights, neither of whom it is about.
//!
//! Everything is judged by what holds now: the facts are read in the transaction that applies the request.

use super::actor::Actor;
use super::capabilities::{AccessLevel, Capabilities, DaFunction};
use super::clearing_house::ClearingHouse;
use crate::ids::{ParticipantKey, ProfileId, SessionId};
use crate::secret::TokenHash;

/// One who signs or might, as the directory knows them now.
#[derive(Clone, Debug)]
pub struct Signatory {
    /// Who they are.
    pub person: Person,
    /// Clearing house of their participant.
    pub clearing_house: ClearingHouse,
    /// Their participant.
    pub participant: ParticipantKey,
    /// What they may do.
    pub capabilities: Capabilities,
    /// Their mailbox.
    pub email: Option<String>,
    /// Serial number of their smartcard.
    pub srn: Option<String>,
    /// Credential IDs of their passkeys.
    pub passkeys: Vec<String>,
    /// Where they sign from; `None` for a checker who gives a code on the maker's screen, or who has yet to come.
    pub seat: Option<Seat>,
}

/// A person by every profile that is or was theirs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The profile they use.
    pub profile: ProfileId,
    /// Those that were merged into it.
    pub merged_from: Vec<ProfileId>,
}

/// The session somebody signs in, and the browser it is in where that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seat {
    /// The session at the issuer.
    pub session: SessionId,
    /// The browser.
    pub browser: Option<TokenHash>,
}

/// What is to be signed.
#[derive(Clone, Debug)]
pub struct Matter<'a> {
    /// Whose request it is.
    pub side: Side<'a>,
    /// The people it is about.
    pub subjects: &'a [Person],
}

/// Whose request it is: who makes it, and therefore who checks it.
#[derive(Clone, Debug)]
pub enum Side<'a> {
    /// A participant's: its own people sign.
    Participant {
        /// The participant.
        key: &'a ParticipantKey,
        /// Who may sign for both there, if operators have granted that.
        sole_administrator: Option<&'a ProfileId>,
    },
    /// The exchange's: operators sign.
    Operators,
}

/// The signatures suffice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signed {
    /// Of two people.
    ByTwo,
    /// Of the one Delegated Administrator granted both roles: every record says so.
    BySoleAdministrator,
}

/// Why the signatures do not suffice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The maker is of another participant, or no operator where one is needed.
    #[error("the maker is not of the participant concerned")]
    MakerFromElsewhere,
    /// The maker does not hold the maker's right now.
    #[error("the maker does not hold the maker's right")]
    MakerLacksRight,
    /// The request is about its maker.
    #[error("the request is about its maker")]
    MakerIsSubject,
    /// The request came in at the command line, where nobody proves who they are, and whom it names as its maker has
    /// not adopted it.
    #[error("the maker has not adopted the request")]
    NotAdopted,
    /// One profile signs twice.
    #[error("the checker is the maker")]
    CheckerIsMaker,
    /// Two profiles of one person sign.
    #[error("the checker and the maker are one person")]
    SamePerson,
    /// The checker is of another participant, or an operator where the participant's own people sign.
    #[error("the checker is not of the same participant")]
    CheckerFromElsewhere,
    /// Operators' requests are checked by operators.
    #[error("the checker is not an operator")]
    CheckerIsNoOperator,
    /// The checker does not hold the checker's right now.
    #[error("the checker does not hold the checker's right")]
    CheckerLacksRight,
    /// The request is about its checker.
    #[error("the request is about its checker")]
    CheckerIsSubject,
    /// One mailbox.
    #[error("the maker and the checker share an email address")]
    SharedEmail,
    /// One card.
    #[error("the maker and the checker share a smartcard")]
    SharedCard,
    /// One passkey.
    #[error("the maker and the checker share a passkey")]
    SharedPasskey,
    /// One browser.
    #[error("the maker and the checker share a browser session")]
    SharedBrowser,
}

/// Whether `maker` may ask for it.
pub fn may_make(matter: &Matter<'_>, maker: &Signatory) -> Result<(), Refusal> {
    if !matter.side.is_of(maker) {
        Err(Refusal::MakerFromElsewhere)
    } else if !maker.holds(AccessLevel::Maker) {
        Err(Refusal::MakerLacksRight)
    } else if matter.is_about(&maker.person) {
        Err(Refusal::MakerIsSubject)
    } else {
        Ok(())
    }
}

/// Whether the signatures of `maker` and `checker` suffice.
pub fn may_sign(matter: &Matter<'_>, maker: &Signatory, checker: &Signatory) -> Result<Signed, Refusal> {
    may_make(matter, maker)?;
    let signed = match (maker.person.profile == checker.person.profile, matter.side.grants_both(maker)) {
        (true, true) => Signed::BySoleAdministrator,
        (true, false) => return Err(Refusal::CheckerIsMaker),
        (false, _) if maker.person.is(&checker.person) => return Err(Refusal::SamePerson),
        (false, _) => Signed::ByTwo,
    };
    may_check(matter, checker)?;
    if signed == Signed::ByTwo {
        apart(maker, checker)?;
    }
    Ok(signed)
}

/// Those of `candidates` who could check what `maker` asks for. Where there is none, the maker is told at once.
#[must_use]
pub fn eligible_checkers<'c>(
    matter: &Matter<'_>,
    maker: &Signatory,
    candidates: &'c [Signatory],
) -> Vec<&'c Signatory> {
    candidates.iter().filter(|checker| may_sign(matter, maker, checker).is_ok()).collect()
}

fn may_check(matter: &Matter<'_>, checker: &Signatory) -> Result<(), Refusal> {
    if !matter.side.is_of(checker) {
        Err(match matter.side {
            Side::Participant { .. } => Refusal::CheckerFromElsewhere,
            Side::Operators => Refusal::CheckerIsNoOperator,
        })
    } else if !checker.holds(AccessLevel::Checker) {
        Err(Refusal::CheckerLacksRight)
    } else if matter.is_about(&checker.person) {
        Err(Refusal::CheckerIsSubject)
    } else {
        Ok(())
    }
}

/// Two people who share what proves them could be one.
fn apart(maker: &Signatory, checker: &Signatory) -> Result<(), Refusal> {
    if shared(maker.email.as_ref(), checker.email.as_ref(), |one, other| mailbox(one) == mailbox(other)) {
        Err(Refusal::SharedEmail)
    } else if shared(maker.srn.as_ref(), checker.srn.as_ref(), PartialEq::eq) {
        Err(Refusal::SharedCard)
    } else if maker.passkeys.iter().any(|passkey| checker.passkeys.contains(passkey)) {
        Err(Refusal::SharedPasskey)
    } else if shared(maker.seat.as_ref(), checker.seat.as_ref(), Seat::shares_browser) {
        Err(Refusal::SharedBrowser)
    } else {
        Ok(())
    }
}

fn shared<T>(one: Option<&T>, other: Option<&T>, same: impl FnOnce(&T, &T) -> bool) -> bool {
    matches!((one, other), (Some(one), Some(other)) if same(one, other))
}

fn mailbox(email: &str) -> String {
    email.trim().to_lowercase()
}

impl Signatory {
    /// One who acts now, with what the directory says beyond it.
    #[must_use]
    pub fn acting(actor: &Actor, merged_from: Vec<ProfileId>, srn: Option<String>) -> Self {
        Self {
            person: Person { profile: actor.profile_id.clone(), merged_from },
            clearing_house: actor.clearing_house,
            participant: actor.participant.clone(),
            capabilities: actor.capabilities.clone(),
            email: actor.email.clone(),
            srn,
            passkeys: Vec::new(),
            seat: actor.session().map(|session| Seat { session: session.clone(), browser: None }),
        }
    }

    fn holds(&self, level: AccessLevel) -> bool {
        self.capabilities.holds(DaFunction::SecurityManagement, level)
    }
}

impl Person {
    /// Whether both are one person.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        self.profiles().any(|profile| other.profiles().any(|theirs| theirs == profile))
    }

    fn profiles(&self) -> impl Iterator<Item = &ProfileId> {
        std::iter::once(&self.profile).chain(&self.merged_from)
    }
}

impl Seat {
    fn shares_browser(&self, other: &Self) -> bool {
        self.session == other.session || shared(self.browser.as_ref(), other.browser.as_ref(), PartialEq::eq)
    }
}

impl Matter<'_> {
    fn is_about(&self, person: &Person) -> bool {
        self.subjects.iter().any(|subject| subject.is(person))
    }
}

impl Side<'_> {
    /// An operator is never of a participant's side, nor anybody else of theirs.
    fn is_of(&self, signatory: &Signatory) -> bool {
        let operator = signatory.clearing_house == ClearingHouse::Exchange;
        match self {
            Self::Participant { key, .. } => !operator && **key == signatory.participant,
            Self::Operators => operator,
        }
    }

    fn grants_both(&self, signatory: &Signatory) -> bool {
        match self {
            Self::Participant { sole_administrator, .. } => {
                *sole_administrator == Some(&signatory.person.profile)
            }
            Self::Operators => false,
        }
    }
}

#[cfg(test)]
mod tests;

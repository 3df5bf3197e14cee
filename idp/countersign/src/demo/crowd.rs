//! Any number of further users who are ready to log in, for tests and load: business users of made-up participants.

use countersign_core::directory::clearing_house::ClearingHouse;
use countersign_core::directory::participant::ParticipantKind;
use countersign_core::directory::profile::UserKind;

use super::cast::{Firm, Person, holding};
use super::credentials::State;

/// Users of one customer code: four entities with a hundred each.
const PER_FIRM: usize = 400;

/// What the last two characters of a customer code are drawn from.
const ALPHABET: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// The most that the grammar has room for.
pub(crate) const MOST: usize = ALPHABET.len() * ALPHABET.len() * PER_FIRM;

/// `count` users, firm by firm. Every fourth gets OTPs by email.
pub(crate) fn crowd(count: usize) -> Vec<(Firm, Vec<Person>)> {
    let firms = count.div_ceil(PER_FIRM);
    (0..firms).map(|at| (firm(at), people(at, PER_FIRM.min(count - at * PER_FIRM)))).collect()
}

/// A customer code that none of the cast has: `Q00`, `Q01` … `QZZ`.
fn code(firm: usize) -> String {
    let letter = |at: usize| ALPHABET.get(at % ALPHABET.len()).copied().map_or('0', char::from);
    format!("Q{}{}", letter(firm / ALPHABET.len()), letter(firm))
}

fn firm(at: usize) -> Firm {
    let code = code(at);
    Firm {
        house: ClearingHouse::Hkcc,
        kind: ParticipantKind::ClearingParticipant,
        name: format!("{code} Clearing Limited"),
        domain: format!("{}.example", code.to_lowercase()),
        participant: code,
    }
}

fn people(firm: usize, count: usize) -> Vec<Person> {
    // Two digits at the end never read as a Delegated Administrator's `X1`.
    let user_id = |at: usize| format!("HK{}{}{:02}", code(firm), at / 100 + 1, at % 100);
    let person = |at: usize| Person {
        user_id: user_id(at),
        kind: UserKind::BusinessUser,
        roles: &["business-user"],
        surname: "LEUNG".to_owned(),
        other_names: format!("Number {at}"),
        state: if at % 4 == 3 { State::ReadyEmail } else { State::ReadyApp },
        capabilities: holding(&["11", "12", "16"]),
        settlement_agent: None,
        card: false,
    };
    (0..count).map(person).collect()
}

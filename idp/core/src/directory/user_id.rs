//! User IDs: their grammar as data, one pattern per clearing house and kind.
//!
//! A pattern is a small part of what regular expressions can say: literal characters, `[…]` for one character of
//! a set (`A-Z` for ranges), `{n}` to repeat it, and one pair of parentheses around the participant's or
//! customer's code.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use super::clearing_house::ClearingHouse;
use super::profile::UserKind;

crate::settings! {
    /// One pattern per clearing house and kind of user.
    #[derive(Clone, Debug, PartialEq, Serialize)]
    pub struct UserIdPolicy {
        /// Delegated Administrators of HKCC. `[…]` is one character of a set, `{n}` repeats it, and parentheses
        /// surround the participant's or customer's code.
        pub hkcc_administrator: String = "HK([A-Z0-9]{3})[1-4][XYZ][1-9]".to_owned(),
        /// Business users of HKCC.
        pub hkcc_business_user: String = "HK([A-Z0-9]{3})[1-4][A-Z0-9]{2}".to_owned(),
        /// Delegated Administrators of SEOCH.
        pub seoch_administrator: String = "HK([A-Z0-9]{3})[XYZ][1-4][1-9]".to_owned(),
        /// Business users of SEOCH.
        pub seoch_business_user: String = "HK([A-Z0-9]{3})[1-4][A-Z0-9]{2}".to_owned(),
        /// Delegated Administrators of HKSCC.
        pub hkscc_administrator: String = "B([0-9]{5})[XYZ][1-9]".to_owned(),
        /// Business users of HKSCC.
        pub hkscc_business_user: String = "B([0-9]{5})[A-Z0-9]{2}".to_owned(),
        /// Operators of the exchange.
        pub exchange_operator: String = "OPS[0-9]{3}".to_owned(),
    }
}

impl UserIdPolicy {
    /// Every pattern, with the key it is set by and whom it is for.
    #[must_use]
    pub fn lines(&self) -> [(&'static str, ClearingHouse, UserKind, &str); 7] {
        use ClearingHouse::{Exchange, Hkcc, Hkscc, Seoch};
        use UserKind::{BusinessUser, DelegatedAdministrator, Operator};
        [
            ("hkcc_administrator", Hkcc, DelegatedAdministrator, &self.hkcc_administrator),
            ("hkcc_business_user", Hkcc, BusinessUser, &self.hkcc_business_user),
            ("seoch_administrator", Seoch, DelegatedAdministrator, &self.seoch_administrator),
            ("seoch_business_user", Seoch, BusinessUser, &self.seoch_business_user),
            ("hkscc_administrator", Hkscc, DelegatedAdministrator, &self.hkscc_administrator),
            ("hkscc_business_user", Hkscc, BusinessUser, &self.hkscc_business_user),
            ("exchange_operator", Exchange, Operator, &self.exchange_operator),
        ]
    }
}

/// The grammar of every user ID of an installation.
#[derive(Clone, Debug, PartialEq)]
pub struct UserIdGrammar(Vec<GrammarRule>);

/// One line of the grammar.
#[derive(Clone, Debug, PartialEq)]
struct GrammarRule {
    clearing_house: ClearingHouse,
    kind: UserKind,
    pattern: Pattern,
}

/// What a user ID's text says of its owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Clearing house.
    pub clearing_house: ClearingHouse,
    /// Kind.
    pub kind: UserKind,
    /// The participant's or customer's code in it, where there is one.
    pub code: Option<String>,
}

/// Why a user ID is refused on entry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UserIdError {
    /// No pattern of its house and kind fits.
    #[error("not a user ID of that clearing house and kind; expected {expected}")]
    Malformed {
        /// The pattern, for people.
        expected: String,
    },
    /// A business user's ID that reads as a Delegated Administrator's.
    #[error("reads as a Delegated Administrator's user ID of {0}")]
    ReadsAsAdministrator(ClearingHouse),
    /// The grammar has no such line.
    #[error("that clearing house has no users of that kind")]
    NoSuchKind,
}

/// A user ID as stored and compared: without surrounding space, in capitals.
#[must_use]
pub fn normalise(typed: &str) -> String {
    typed.trim().to_uppercase()
}

impl UserIdGrammar {
    /// Everything the text can mean. Where it reads as an administrator's, it does not read as a business user's.
    #[must_use]
    pub fn readings(&self, user_id: &str) -> Vec<Reading> {
        let all: Vec<Reading> = self.0.iter().filter_map(|rule| rule.read(user_id)).collect();
        if all.iter().any(|reading| reading.kind == UserKind::DelegatedAdministrator) {
            all.into_iter().filter(|reading| reading.kind != UserKind::BusinessUser).collect()
        } else {
            all
        }
    }

    /// Whether `user_id` may be given to a user of that house and kind.
    pub fn check(&self, user_id: &str, house: ClearingHouse, kind: UserKind) -> Result<Reading, UserIdError> {
        let mut rules =
            self.0.iter().filter(|rule| rule.clearing_house == house && rule.kind == kind).peekable();
        let expected = rules.peek().ok_or(UserIdError::NoSuchKind)?.pattern.to_string();
        let reading = rules.find_map(|rule| rule.read(user_id)).ok_or(UserIdError::Malformed { expected })?;
        match self.readings(user_id).iter().find(|other| other.kind == UserKind::DelegatedAdministrator) {
            Some(administrator) if kind == UserKind::BusinessUser => {
                Err(UserIdError::ReadsAsAdministrator(administrator.clearing_house))
            }
            Some(_) | None => Ok(reading),
        }
    }
}

impl UserIdGrammar {
    /// The kind of user that `user_id` belongs to in `house`. The refusal is the one of business users, whom most
    /// user IDs are for, wherever a house has them.
    pub fn kind_in(&self, house: ClearingHouse, user_id: &str) -> Result<UserKind, UserIdError> {
        let mut refused = UserIdError::NoSuchKind;
        for kind in [UserKind::DelegatedAdministrator, UserKind::Operator, UserKind::BusinessUser] {
            match self.check(user_id, house, kind) {
                Ok(_) => return Ok(kind),
                Err(UserIdError::NoSuchKind) => {}
                Err(error) => refused = error,
            }
        }
        Err(refused)
    }
}

impl TryFrom<&UserIdPolicy> for UserIdGrammar {
    type Error = BadPattern;

    fn try_from(policy: &UserIdPolicy) -> Result<Self, Self::Error> {
        let rules = policy.lines().into_iter().map(|(_, clearing_house, kind, pattern)| {
            Ok(GrammarRule { clearing_house, kind, pattern: pattern.parse()? })
        });
        Ok(Self(rules.collect::<Result<_, _>>()?))
    }
}

impl GrammarRule {
    fn read(&self, user_id: &str) -> Option<Reading> {
        let characters = self.pattern.fit(user_id)?;
        let code = self.pattern.code.and_then(|(from, to)| characters.get(from..to));
        let code = code.map(|code| code.iter().collect());
        Some(Reading { clearing_house: self.clearing_house, kind: self.kind, code })
    }
}

/// A pattern, parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    source: String,
    /// One set of characters per position.
    positions: Vec<Vec<char>>,
    /// The positions of the code.
    code: Option<(usize, usize)>,
}

/// A pattern that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cannot read the user ID pattern {pattern:?}: {reason}")]
pub struct BadPattern {
    pattern: String,
    reason: &'static str,
}

impl Pattern {
    /// The characters of `user_id` when every one of them fits its position.
    fn fit(&self, user_id: &str) -> Option<Vec<char>> {
        let characters: Vec<char> = user_id.chars().collect();
        let fits = characters.len() == self.positions.len()
            && characters.iter().zip(&self.positions).all(|(character, set)| set.contains(character));
        fits.then_some(characters)
    }

    fn parse_positions(source: &str) -> Result<Self, &'static str> {
        let mut pattern = Self { source: source.to_owned(), positions: Vec::new(), code: None };
        let mut opened = None;
        let mut rest = source.chars();
        while let Some(character) = rest.next() {
            match character {
                '(' if opened.is_none() && pattern.code.is_none() => opened = Some(pattern.positions.len()),
                '(' => return Err("more than one pair of parentheses"),
                ')' => {
                    let from = opened.take().ok_or("a parenthesis that was never opened")?;
                    pattern.code = Some((from, pattern.positions.len()));
                }
                '[' => pattern.positions.push(set(&mut rest)?),
                '{' => pattern.repeat(&mut rest)?,
                literal if literal.is_ascii_uppercase() || literal.is_ascii_digit() => {
                    pattern.positions.push(vec![literal]);
                }
                _ => return Err("only capital letters, digits, [sets], {counts} and one (code)"),
            }
        }
        match (opened, pattern.positions.len()) {
            (Some(_), _) => Err("a parenthesis that is never closed"),
            (None, 1..=MAX_LENGTH) => Ok(pattern),
            (None, _) => Err("between 1 and 32 characters long"),
        }
    }

    fn repeat(&mut self, rest: &mut std::str::Chars<'_>) -> Result<(), &'static str> {
        let digits: String = rest.by_ref().take_while(|character| *character != '}').collect();
        let count: usize = digits
            .parse()
            .ok()
            .filter(|count| (1..=MAX_LENGTH).contains(count))
            .ok_or("a count {n} of 1 to 32")?;
        let repeated = self.positions.last().cloned().ok_or("a count with nothing before it")?;
        self.positions.extend(std::iter::repeat_n(repeated, count - 1));
        Ok(())
    }
}

/// Longest user ID a pattern may describe.
const MAX_LENGTH: usize = 32;

fn set(rest: &mut std::str::Chars<'_>) -> Result<Vec<char>, &'static str> {
    let mut members = Vec::new();
    loop {
        match rest.next().ok_or("a set that is never closed")? {
            ']' if members.is_empty() => return Err("an empty set"),
            ']' => return Ok(members),
            '-' => {
                let from = members.pop().ok_or("a range without a beginning")?;
                let to = rest
                    .next()
                    .filter(|to| *to >= from && to.is_ascii_alphanumeric())
                    .ok_or("a range that runs backwards")?;
                members.extend(from..=to);
            }
            member if member.is_ascii_uppercase() || member.is_ascii_digit() => members.push(member),
            _ => return Err("a set of something else than capital letters and digits"),
        }
    }
}

impl FromStr for Pattern {
    type Err = BadPattern;

    fn from_str(source: &str) -> Result<Self, Self::Err> {
        Self::parse_positions(source).map_err(|reason| BadPattern { pattern: source.to_owned(), reason })
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn grammar() -> UserIdGrammar {
        UserIdGrammar::try_from(&UserIdPolicy::default()).unwrap()
    }

    fn kinds(user_id: &str) -> Vec<(ClearingHouse, UserKind)> {
        grammar()
            .readings(user_id)
            .into_iter()
            .map(|reading| (reading.clearing_house, reading.kind))
            .collect()
    }

    #[test]
    fn examples_read_as_the_product_says() {
        use ClearingHouse::{Exchange, Hkcc, Hkscc, Seoch};
        use UserKind::{BusinessUser, DelegatedAdministrator, Operator};
        assert_eq!(kinds("HKABC1X1"), [(Hkcc, DelegatedAdministrator)]);
        assert_eq!(kinds("HKDEFX11"), [(Seoch, DelegatedAdministrator)]);
        assert_eq!(kinds("B01234X1"), [(Hkscc, DelegatedAdministrator)]);
        assert_eq!(kinds("HKABC101"), [(Hkcc, BusinessUser), (Seoch, BusinessUser)]);
        assert_eq!(kinds("B0123401"), [(Hkscc, BusinessUser)]);
        assert_eq!(kinds("OPS001"), [(Exchange, Operator)]);
        assert_eq!(kinds("hkabc101"), []);
        assert_eq!(kinds("HKABC1011"), []);
    }

    #[test]
    fn the_code_is_read() {
        let reading =
            grammar().check("HKABC1X1", ClearingHouse::Hkcc, UserKind::DelegatedAdministrator).unwrap();
        assert_eq!(reading.code.as_deref(), Some("ABC"));
        let reading = grammar().check("OPS001", ClearingHouse::Exchange, UserKind::Operator).unwrap();
        assert_eq!(reading.code, None);
    }

    #[test]
    fn a_business_user_never_reads_as_an_administrator() {
        let check = |id, house| grammar().check(id, house, UserKind::BusinessUser);
        let refused = |house| Err(UserIdError::ReadsAsAdministrator(house));
        assert_eq!(check("HKABC1X1", ClearingHouse::Hkcc), refused(ClearingHouse::Hkcc));
        assert_eq!(check("HKABC1X1", ClearingHouse::Seoch), refused(ClearingHouse::Hkcc));
        assert_eq!(check("B01234X1", ClearingHouse::Hkscc), refused(ClearingHouse::Hkscc));
        assert!(check("HKABC1X0", ClearingHouse::Hkcc).is_ok());
        assert!(matches!(check("HKABC5X1", ClearingHouse::Hkcc), Err(UserIdError::Malformed { .. })));
        assert_eq!(check("OPS001", ClearingHouse::Exchange), Err(UserIdError::NoSuchKind));
    }

    #[test]
    fn typing_is_forgiven() {
        assert_eq!(normalise(" hkabc101\t"), "HKABC101");
    }

    #[test]
    fn bad_patterns_are_refused_with_a_reason() {
        for bad in ["", "[A", "[]", "A{", "A{0}", "{3}", "(A", "A)", "(A)(B)", "[Z-A]", "a", "[a-z]", "A{99}"]
        {
            assert!(bad.parse::<Pattern>().is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn what_a_pattern_generates_it_reads(code in "[A-Z0-9]{3}", entity in "[1-4]", free in "[A-Z0-9]{2}") {
            let id = format!("HK{code}{entity}{free}");
            let readings = grammar().readings(&id);
            prop_assert!(!readings.is_empty());
            let administrators = readings.iter().filter(|r| r.kind == UserKind::DelegatedAdministrator).count();
            prop_assert!(administrators == 0 || administrators == readings.len());
            prop_assert!(readings.iter().all(|reading| reading.code.as_deref() == Some(&code)));
        }

        #[test]
        fn no_text_is_both_kinds(id in "(HK|B|OPS)[A-Z0-9]{3,6}") {
            let kinds: std::collections::HashSet<UserKind> = grammar().readings(&id).into_iter().map(|r| r.kind).collect();
            prop_assert!(kinds.len() <= 1);
        }

        #[test]
        fn patterns_survive_writing(text in "[A-Z0-9\\[\\](){}-]{0,20}") {
            if let Ok(pattern) = text.parse::<Pattern>() {
                prop_assert_eq!(pattern.to_string().parse::<Pattern>().unwrap(), pattern);
            }
        }
    }
}

use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::string::string_regex;

use super::pattern::Fit;
use super::*;

/// The shipped grammar, read once: thousands of IDs are held against it.
fn grammar() -> &'static UserIdGrammar {
    static GRAMMAR: LazyLock<UserIdGrammar> =
        LazyLock::new(|| UserIdGrammar::try_from(&UserIdPolicy::default()).unwrap());
    &GRAMMAR
}

fn kinds(user_id: &str) -> Vec<(ClearingHouse, UserKind)> {
    let readings = grammar().readings(user_id).into_iter();
    readings.map(|reading| (reading.clearing_house, reading.kind)).collect()
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
    for stranger in
        ["hkabc101", "HKABC1011", "HKABC101\n", " HKABC101", "XHKABC101", "HKABC10", "HKABC1０1", ""]
    {
        assert_eq!(kinds(stranger), [], "{stranger:?}");
    }
}

#[test]
fn the_code_is_read() {
    let reading = grammar().check("HKABC1X1", ClearingHouse::Hkcc, UserKind::DelegatedAdministrator).unwrap();
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
    let refused = |pattern: &str| pattern.parse::<Pattern>().expect_err(pattern).to_string();
    for (bad, reason) in [
        ("", "between 1 and 32"),
        ("A{0}", "between 1 and 32"),
        ("A?", "between 1 and 32"),
        ("A|", "between 1 and 32"),
        ("A{99}", "between 1 and 32"),
        ("A{1,}", "between 1 and 32"),
        ("[A", "unclosed character class"),
        ("[]", "unclosed character class"),
        ("A{", "unclosed counted repetition"),
        ("{3}", "missing expression"),
        ("(A", "unclosed group"),
        ("A)", "unopened group"),
        ("A)|(B", "unopened group"),
        ("(A)(B)", "more than one pair"),
        ("(A(B))", "more than one pair"),
        ("[Z-A]", "invalid character class range"),
        ("a", "only capital letters"),
        ("[a-z]", "only capital letters"),
        ("A.*", "only capital letters"),
        ("A+", "only capital letters"),
        ("^A$", "only capital letters"),
        ("\\d{3}", "only capital letters"),
        ("(?i)A", "only capital letters"),
        ("É", "only capital letters"),
        (&"[A-Z]".repeat(60), "longer than 256"),
        (&format!("{}A{}", "(?:".repeat(20), ")".repeat(20)), "nest"),
    ] {
        let said = refused(bad);
        assert!(said.contains(reason), "{bad}: {said}");
    }
    // Small to write, large to match.
    assert!("(?:(?:(?:A{32}|B){32}|C){32}|D)".parse::<Pattern>().is_err());
}

#[test]
fn patterns_may_choose_and_repeat() {
    let pattern: Pattern = "(?:HK|MO)([A-Z]{3,4})[0-9]?".parse().unwrap();
    assert_eq!(pattern.fit("HKABC").unwrap().code, Some("ABC"));
    assert_eq!(pattern.fit("MOABCD7").unwrap().code, Some("ABCD"));
    for stranger in ["HKAB", "ABC", "HKABC77", "XHKABC", "HKABC\n"] {
        assert_eq!(pattern.fit(stranger), None, "{stranger:?}");
    }
    // Both ends hold for every alternative.
    let either: Pattern = "A|B".parse().unwrap();
    assert_eq!((either.fit("AX"), either.fit("XB"), either.fit("B")), (None, None, Some(Fit { code: None })));
}

/// An ID made by one line of the shipped grammar, with that line's house and kind.
fn made() -> impl Strategy<Value = (String, ClearingHouse, UserKind)> {
    let policy = UserIdPolicy::default();
    let lines = policy.lines().map(|(_, house, kind, pattern)| {
        string_regex(pattern).unwrap().prop_map(move |id| (id, house, kind)).boxed()
    });
    proptest::strategy::Union::new(lines)
}

/// The Delegated Administrators' IDs of product.md §2, read without a pattern.
fn spells_administrator(id: &str) -> Option<ClearingHouse> {
    let at = |position: usize| id.chars().nth(position).unwrap_or(' ');
    let (role, entity, digit) =
        (|c| ('X'..='Z').contains(&c), |c| ('1'..='4').contains(&c), |c| ('1'..='9').contains(&c));
    if id.starts_with("HK") && entity(at(5)) && role(at(6)) && digit(at(7)) {
        Some(ClearingHouse::Hkcc)
    } else if id.starts_with("HK") && role(at(5)) && entity(at(6)) && digit(at(7)) {
        Some(ClearingHouse::Seoch)
    } else if id.starts_with('B') && role(at(6)) && digit(at(7)) {
        Some(ClearingHouse::Hkscc)
    } else {
        None
    }
}

proptest! {
    #[test]
    fn what_a_line_makes_is_of_its_house_and_kind_unless_it_spells_an_administrator((id, house, kind) in made()) {
        let checked = grammar().check(&id, house, kind);
        match (kind, spells_administrator(&id)) {
            (UserKind::BusinessUser, Some(administrators)) => {
                prop_assert_eq!(checked, Err(UserIdError::ReadsAsAdministrator(administrators)));
            }
            (UserKind::DelegatedAdministrator, administrators) => {
                prop_assert_eq!(administrators, Some(house));
                prop_assert_eq!(kinds(&id), [(house, kind)]);
                prop_assert!(checked.is_ok());
            }
            (UserKind::BusinessUser | UserKind::Operator, _) => {
                prop_assert!(kinds(&id).contains(&(house, kind)));
                prop_assert!(checked.is_ok());
            }
        }
    }

    #[test]
    fn an_administrators_id_is_no_business_users_in_any_house((id, _, kind) in made()) {
        prop_assume!(kind == UserKind::DelegatedAdministrator);
        for house in [ClearingHouse::Hkcc, ClearingHouse::Seoch, ClearingHouse::Hkscc] {
            prop_assert!(grammar().check(&id, house, UserKind::BusinessUser).is_err());
        }
    }

    #[test]
    fn the_code_is_what_stands_behind_the_prefix((id, house, kind) in made()) {
        let code = match house {
            ClearingHouse::Hkcc | ClearingHouse::Seoch => Some(&id[2..5]),
            ClearingHouse::Hkscc => Some(&id[1..6]),
            ClearingHouse::Exchange => None,
        };
        if let Ok(reading) = grammar().check(&id, house, kind) {
            prop_assert_eq!(reading.code.as_deref(), code);
        }
    }

    #[test]
    fn one_character_more_or_less_is_no_id((id, house, kind) in made(), more in any::<char>()) {
        for longer in [format!("{id}{more}"), format!("{more}{id}")] {
            prop_assert_eq!(kinds(&longer), []);
        }
        prop_assert!(grammar().check(&id[..id.len() - 1], house, kind).is_err());
    }

    #[test]
    fn no_text_is_both_kinds(id in "(HK|B|OPS)[A-Z0-9]{3,6}") {
        let kinds: std::collections::HashSet<UserKind> = kinds(&id).into_iter().map(|(_, kind)| kind).collect();
        prop_assert!(kinds.len() <= 1);
    }

    #[test]
    fn patterns_survive_writing_and_fit_nothing_long(text in "[A-C0-2\\[\\](){}?:|,-]{0,20}") {
        if let Ok(pattern) = text.parse::<Pattern>() {
            prop_assert_eq!(pattern.to_string().parse::<Pattern>().unwrap(), pattern.clone());
            prop_assert_eq!(pattern.fit(""), None);
            let long = "A".repeat(33);
            prop_assert_eq!(pattern.fit(&long), None);
        }
    }
}

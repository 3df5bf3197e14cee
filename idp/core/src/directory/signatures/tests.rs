use super::*;

fn id(text: &str) -> ProfileId {
    ProfileId::from_stored(text)
}

fn person(profile: &str, merged_from: &[&str]) -> Person {
    Person { profile: id(profile), merged_from: merged_from.iter().map(|former| id(former)).collect() }
}

fn capabilities(levels: &[AccessLevel]) -> Capabilities {
    Capabilities {
        access_levels: [(DaFunction::SecurityManagement, levels.iter().copied().collect())].into(),
        ..Capabilities::default()
    }
}

fn signatory(profile: &str, house: ClearingHouse, participant: &str, levels: &[AccessLevel]) -> Signatory {
    Signatory {
        person: person(profile, &[]),
        clearing_house: house,
        participant: ParticipantKey::from_stored(participant),
        capabilities: capabilities(levels),
        email: Some(format!("{profile}@abc.example")),
        srn: Some(format!("SRN {profile}")),
        passkeys: vec![format!("passkey {profile}")],
        seat: Some(Seat {
            session: SessionId::from_stored(format!("session {profile}")),
            browser: Some(TokenHash::of(profile)),
        }),
    }
}

/// A maker and a checker of one participant, and what they sign.
struct Case {
    maker: Signatory,
    checker: Signatory,
    subjects: Vec<Person>,
    key: ParticipantKey,
    sole: Option<ProfileId>,
    operators: bool,
}

impl Case {
    fn participants() -> Self {
        Self {
            maker: signatory("maker", ClearingHouse::Hkcc, "abc", &[AccessLevel::Maker]),
            checker: signatory("checker", ClearingHouse::Hkcc, "abc", &[AccessLevel::Checker]),
            subjects: vec![person("subject", &[])],
            key: ParticipantKey::from_stored("abc"),
            sole: None,
            operators: false,
        }
    }

    fn operators() -> Self {
        Self {
            maker: signatory("maker", ClearingHouse::Exchange, "exchange", &[AccessLevel::Maker]),
            checker: signatory("checker", ClearingHouse::Exchange, "exchange", &[AccessLevel::Checker]),
            operators: true,
            ..Self::participants()
        }
    }

    /// One administrator with both rights, who signs twice.
    fn sole() -> Self {
        let both = [AccessLevel::Maker, AccessLevel::Checker];
        let alone = signatory("alone", ClearingHouse::Hkcc, "abc", &both);
        Self { maker: alone.clone(), checker: alone, sole: Some(id("alone")), ..Self::participants() }
    }

    fn matter(&self) -> Matter<'_> {
        let side = if self.operators {
            Side::Operators
        } else {
            Side::Participant { key: &self.key, sole_administrator: self.sole.as_ref() }
        };
        Matter { side, subjects: &self.subjects }
    }

    fn signed(&self) -> Result<Signed, Refusal> {
        may_sign(&self.matter(), &self.maker, &self.checker)
    }
}

type Edit = fn(&mut Case);

/// What is wrong, and what is said of it, on either side.
const WRONG: &[(&str, Refusal, Edit)] = &[
    ("no maker's right", Refusal::MakerLacksRight, |case| {
        case.maker.capabilities = capabilities(&[AccessLevel::Enquiry, AccessLevel::Checker]);
    }),
    ("no checker's right", Refusal::CheckerLacksRight, |case| {
        case.checker.capabilities = capabilities(&[AccessLevel::Enquiry, AccessLevel::Maker]);
    }),
    ("no right at all", Refusal::CheckerLacksRight, |case| {
        case.checker.capabilities = Capabilities::default();
    }),
    ("about the maker", Refusal::MakerIsSubject, |case| case.subjects.push(person("maker", &[]))),
    ("about the checker", Refusal::CheckerIsSubject, |case| case.subjects.push(person("checker", &[]))),
    ("about what the maker was", Refusal::MakerIsSubject, |case| {
        case.maker.person.merged_from.push(id("subject"));
    }),
    ("about what became the checker", Refusal::CheckerIsSubject, |case| {
        case.subjects.push(person("other", &["checker"]));
    }),
    ("one profile", Refusal::CheckerIsMaker, |case| {
        case.checker.person = case.maker.person.clone();
    }),
    ("the maker was the checker", Refusal::SamePerson, |case| {
        case.maker.person.merged_from.push(id("checker"));
    }),
    ("the checker was the maker", Refusal::SamePerson, |case| {
        case.checker.person.merged_from.push(id("maker"));
    }),
    ("both were another", Refusal::SamePerson, |case| {
        case.maker.person.merged_from.push(id("former"));
        case.checker.person.merged_from.push(id("former"));
    }),
    ("one mailbox", Refusal::SharedEmail, |case| case.checker.email = Some("Maker@ABC.example ".into())),
    ("one card", Refusal::SharedCard, |case| case.checker.srn.clone_from(&case.maker.srn)),
    ("one passkey of several", Refusal::SharedPasskey, |case| {
        case.checker.passkeys.push("passkey maker".into());
    }),
    ("one session", Refusal::SharedBrowser, |case| {
        case.checker.seat = case.maker.seat.clone().map(|seat| Seat { browser: None, ..seat });
    }),
    ("one browser, two sessions", Refusal::SharedBrowser, |case| {
        let session = SessionId::from_stored("another");
        case.checker.seat = case.maker.seat.clone().map(|seat| Seat { session, ..seat });
    }),
];

#[test]
fn two_people_of_one_place_may_sign() {
    assert_eq!(Case::participants().signed(), Ok(Signed::ByTwo));
    assert_eq!(Case::operators().signed(), Ok(Signed::ByTwo));
}

#[test]
fn everything_that_is_wrong_is_refused_by_its_name() {
    for (wrong, refusal, edit) in WRONG {
        for mut case in [Case::participants(), Case::operators()] {
            edit(&mut case);
            assert_eq!(case.signed(), Err(*refusal), "{wrong}");
        }
    }
}

#[test]
fn what_is_absent_is_not_shared() {
    let mut case = Case::participants();
    for signatory in [&mut case.maker, &mut case.checker] {
        signatory.email = None;
        signatory.srn = None;
        signatory.passkeys.clear();
        signatory.seat = None;
    }
    assert_eq!(case.signed(), Ok(Signed::ByTwo));
}

#[test]
fn nobody_signs_for_another_participant() {
    let from = |house, participant: &str| {
        let key = ParticipantKey::from_stored(participant);
        move |signatory: &mut Signatory| {
            signatory.clearing_house = house;
            signatory.participant = key.clone();
        }
    };
    for (house, participant) in
        [(ClearingHouse::Hkcc, "def"), (ClearingHouse::Seoch, "def"), (ClearingHouse::Exchange, "exchange")]
    {
        let mut case = Case::participants();
        from(house, participant)(&mut case.checker);
        assert_eq!(case.signed(), Err(Refusal::CheckerFromElsewhere), "{house}");
        from(house, participant)(&mut case.maker);
        assert_eq!(case.signed(), Err(Refusal::MakerFromElsewhere), "{house}");
    }
    // An operator who calls a participant theirs is still none of its people.
    let mut case = Case::participants();
    case.checker.clearing_house = ClearingHouse::Exchange;
    assert_eq!(case.signed(), Err(Refusal::CheckerFromElsewhere));

    let mut case = Case::operators();
    from(ClearingHouse::Hkcc, "exchange")(&mut case.checker);
    assert_eq!(case.signed(), Err(Refusal::CheckerIsNoOperator));
    from(ClearingHouse::Hkcc, "exchange")(&mut case.maker);
    assert_eq!(case.signed(), Err(Refusal::MakerFromElsewhere));
}

#[test]
fn one_administrator_signs_for_both_where_operators_granted_it() {
    assert_eq!(Case::sole().signed(), Ok(Signed::BySoleAdministrator));
    let mut case = Case::sole();
    // Whom the grant is to, and not to whomever else.
    case.sole = Some(id("another"));
    assert_eq!(case.signed(), Err(Refusal::CheckerIsMaker));
    case.sole = None;
    assert_eq!(case.signed(), Err(Refusal::CheckerIsMaker));
    // Nor to the profile that was merged into theirs.
    case.maker.person.merged_from.push(id("another"));
    case.sole = Some(id("another"));
    assert_eq!(case.signed(), Err(Refusal::CheckerIsMaker));
}

#[test]
fn a_sole_administrator_is_bound_by_everything_else() {
    let refused: [(Refusal, Edit); 5] = [
        (Refusal::MakerIsSubject, |case| case.subjects.push(person("alone", &[]))),
        (Refusal::MakerFromElsewhere, |case| case.key = ParticipantKey::from_stored("def")),
        (Refusal::MakerFromElsewhere, |case| case.operators = true),
        (Refusal::MakerLacksRight, |case| {
            case.maker.capabilities = capabilities(&[AccessLevel::Checker]);
        }),
        (Refusal::CheckerLacksRight, |case| {
            case.checker.capabilities = capabilities(&[AccessLevel::Maker]);
        }),
    ];
    for (refusal, edit) in refused {
        let mut case = Case::sole();
        edit(&mut case);
        assert_eq!(case.signed(), Err(refusal));
    }
    // With a second person the grant changes nothing.
    let mut case = Case::participants();
    case.sole = Some(id("maker"));
    assert_eq!(case.signed(), Ok(Signed::ByTwo));
    case.checker.email.clone_from(&case.maker.email);
    assert_eq!(case.signed(), Err(Refusal::SharedEmail));
}

#[test]
fn an_operator_is_never_granted_both() {
    let mut case = Case::sole();
    for signatory in [&mut case.maker, &mut case.checker] {
        signatory.clearing_house = ClearingHouse::Exchange;
    }
    case.operators = true;
    assert_eq!(case.signed(), Err(Refusal::CheckerIsMaker));
}

#[test]
fn the_maker_is_judged_alone_before_there_is_a_checker() {
    let may = |case: &Case| may_make(&case.matter(), &case.maker);
    assert_eq!(may(&Case::participants()), Ok(()));
    for (wrong, refusal, edit) in WRONG {
        let mut case = Case::participants();
        edit(&mut case);
        let expected = match refusal {
            Refusal::MakerLacksRight | Refusal::MakerIsSubject => Err(*refusal),
            _ => Ok(()),
        };
        assert_eq!(may(&case), expected, "{wrong}");
    }
}

#[test]
fn only_who_could_sign_is_eligible() {
    let case = Case::participants();
    let other = signatory("other", ClearingHouse::Hkcc, "abc", &[AccessLevel::Checker]);
    let subject = signatory("subject", ClearingHouse::Hkcc, "abc", &[AccessLevel::Checker]);
    let elsewhere = signatory("elsewhere", ClearingHouse::Hkcc, "def", &[AccessLevel::Checker]);
    let reader = signatory("reader", ClearingHouse::Hkcc, "abc", &[AccessLevel::Enquiry]);
    let unseated = Signatory { seat: None, ..other };
    let all = [case.maker.clone(), case.checker.clone(), unseated, subject, elsewhere, reader];
    let eligible = |candidates| {
        let found = eligible_checkers(&case.matter(), &case.maker, candidates);
        found.into_iter().map(|checker| checker.person.profile.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(eligible(&all), ["checker", "other"]);
    assert_eq!(eligible(&all[3..]), <[String; 0]>::default());

    let sole = Case::sole();
    let alone = [sole.maker.clone()];
    assert_eq!(eligible_checkers(&sole.matter(), &sole.maker, &alone).len(), 1);
}

use super::*;
use crate::journey::steps::Channel;

fn person(user_id: &str) -> PersonFacts {
    PersonFacts {
        id: ProfileId::from_stored(user_id.to_lowercase()),
        user_id: user_id.to_owned(),
        kind: UserKind::BusinessUser,
        status: ProfileStatus::Enabled,
        usable: true,
        name: ("Chan".to_owned(), user_id.to_owned()),
        email: Some(format!("{user_id}@abc.example")),
        srn: None,
        has_card: false,
        standing: Standing {
            has_email: true,
            has_password: true,
            channel: Some(Channel::App),
            ..Standing::default()
        },
        holds: Holds::default(),
    }
}

fn administrator(user_id: &str, maker: bool, checker: bool) -> PersonFacts {
    let kind = UserKind::DelegatedAdministrator;
    PersonFacts { kind, holds: Holds { maker, checker }, ..person(user_id) }
}

fn without_email(person: PersonFacts) -> PersonFacts {
    PersonFacts { email: None, ..person }
}

/// What is said, as user ID (or nothing) and finding.
fn said(people: &[PersonFacts]) -> Vec<(String, Finding)> {
    let lines = examine(&ParticipantKey::from_stored("abc"), "ABC", people);
    lines.into_iter().map(|line| (line.user_id.unwrap_or_default(), line.finding)).collect()
}

fn expected(lines: &[(&str, Finding)]) -> Vec<(String, Finding)> {
    lines.iter().map(|(user_id, finding)| ((*user_id).to_owned(), *finding)).collect()
}

#[test]
fn nothing_is_said_of_who_is_ready() {
    assert_eq!(said(&[administrator("HKABC1X1", true, true), person("HKABC101")]), []);
}

#[test]
fn users_without_an_email_go_and_administrators_stay() {
    let people = [
        administrator("HKABC1X1", true, true),
        without_email(administrator("HKABC1X2", true, true)),
        without_email(person("HKABC101")),
        without_email(PersonFacts { status: ProfileStatus::Disabled, usable: false, ..person("HKABC102") }),
        without_email(PersonFacts {
            status: ProfileStatus::Quarantined,
            usable: false,
            ..person("HKABC103")
        }),
    ];
    let lines = [
        ("HKABC1X2", Finding::KeptAdministrator),
        ("HKABC101", Finding::Quarantine),
        ("HKABC102", Finding::Quarantine),
    ];
    assert_eq!(said(&people), expected(&lines));
}

#[test]
fn who_never_set_up_two_factors_is_named_with_what_is_missing() {
    let none = Standing { has_email: true, ..Standing::default() };
    let people = [
        PersonFacts { standing: none, ..person("HKABC101") },
        PersonFacts { standing: Standing { has_password: true, ..none }, ..person("HKABC102") },
        PersonFacts { standing: none, usable: false, ..person("HKABC103") },
    ];
    let lines = examine(&ParticipantKey::from_stored("abc"), "ABC", &people);
    let details: Vec<_> = lines.iter().map(|line| (line.finding, line.detail.as_deref())).collect();
    let expected = [(Finding::NotSetUp, Some("password")), (Finding::NotSetUp, Some("second_factor"))];
    assert_eq!(details, expected);
}

#[test]
fn the_last_maker_is_kept_and_the_participant_named() {
    let both = Holds { maker: true, checker: true };
    // An administrator without a mailbox is no maker that remains.
    let people = [
        without_email(administrator("HKABC1X1", true, false)),
        administrator("HKABC1Y1", false, true),
        without_email(PersonFacts { holds: both, ..person("HKABC101") }),
    ];
    let lines = [
        ("HKABC1X1", Finding::KeptAdministrator),
        ("HKABC101", Finding::KeptLast),
        ("", Finding::WithoutMaker),
    ];
    assert_eq!(said(&people), expected(&lines));
    let mut people = people.to_vec();
    people.push(administrator("HKABC1X3", true, false));
    let lines = [("HKABC1X1", Finding::KeptAdministrator), ("HKABC101", Finding::Quarantine)];
    assert_eq!(said(&people), expected(&lines));
}

#[test]
fn one_administrator_without_an_email_leaves_the_participant_without_both() {
    let people = [without_email(administrator("HKABC1X1", true, true))];
    let lines = [
        ("HKABC1X1", Finding::KeptAdministrator),
        ("", Finding::WithoutMaker),
        ("", Finding::WithoutChecker),
    ];
    assert_eq!(said(&people), expected(&lines));
}

#[test]
fn a_participant_that_never_had_a_maker_is_not_left_without() {
    assert_eq!(said(&[person("HKABC101")]), []);
}

#[test]
fn two_ids_are_recognised_by_a_card_or_by_a_mailbox_under_one_name() {
    let named = |person: PersonFacts| PersonFacts {
        name: (" chan".into(), "Tai Man".into()),
        email: Some("Tai.Man@abc.example".into()),
        ..person
    };
    let carded = |person: PersonFacts| PersonFacts { srn: Some("77".into()), ..person };
    let same_name = PersonFacts { name: ("Chan".into(), "Tai Man".into()), ..person("HKABC103") };
    let same_mailbox = PersonFacts { email: Some("tai.man@ABC.example".into()), ..person("HKABC104") };
    let people = [
        named(administrator("HKABC1X1", true, true)),
        carded(administrator("HKABC1X2", true, true)),
        PersonFacts { email: Some("TAI.MAN@abc.example".into()), ..named(person("HKABC101")) },
        carded(person("HKABC102")),
        same_name,
        same_mailbox,
    ];
    let lines = examine(&ParticipantKey::from_stored("abc"), "ABC", &people);
    let pairs: Vec<_> = lines
        .iter()
        .filter(|line| line.finding == Finding::TwoIds)
        .map(|line| (line.user_id.as_deref().unwrap(), line.detail.as_deref().unwrap()))
        .collect();
    let expected = [
        ("HKABC1X1", "HKABC101"),
        ("HKABC1X2", "HKABC102"),
        ("HKABC101", "HKABC1X1"),
        ("HKABC102", "HKABC1X2"),
    ];
    assert_eq!(pairs, expected);
}

#[test]
fn a_list_is_known_by_its_house_and_all_its_lines() {
    let hash = |house, people: &[PersonFacts]| {
        let mut list = FrozenList::of(house);
        list.add(&ParticipantKey::from_stored("abc"), "ABC", people).unwrap();
        list.hash()
    };
    let people = [without_email(person("HKABC101")), without_email(person("HKABC102"))];
    let whole = hash(ClearingHouse::Hkcc, &people);
    assert_eq!(whole, hash(ClearingHouse::Hkcc, &people));
    assert_eq!(whole, whole.as_str().parse().unwrap());
    assert_ne!(whole, hash(ClearingHouse::Seoch, &people));
    assert_ne!(whole, hash(ClearingHouse::Hkcc, &people[..1]));
    // Another profile under the same user ID is another person.
    let again = PersonFacts { id: ProfileId::from_stored("another"), ..people[1].clone() };
    assert_ne!(whole, hash(ClearingHouse::Hkcc, &[people[0].clone(), again]));
    for stranger in ["", "abc", &"A".repeat(64), &"g".repeat(64)] {
        assert!(stranger.parse::<ListHash>().is_err(), "{stranger}");
    }
}

#[test]
fn lines_are_counted() {
    let mut list = FrozenList::of(ClearingHouse::Hkcc);
    let carded = PersonFacts { has_card: true, ..without_email(person("HKABC101")) };
    list.add(&ParticipantKey::from_stored("abc"), "ABC", &[carded, person("HKABC102")]).unwrap();
    assert_eq!(list.counts, Counts { profiles: 2, quarantine: 1, card: 1, ..Counts::default() });
    for finding in Finding::ALL {
        assert_eq!(finding.as_str().parse::<Finding>().unwrap(), finding);
    }
}

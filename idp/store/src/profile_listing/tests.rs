//! Every filter against the rule it stands for, every sort against the order it promises, on every kind of database.

use countersign_core::directory::actor::Scope;
use countersign_core::directory::capabilities::Capabilities;
use countersign_core::directory::clearing_house::ClearingHouse;
use countersign_core::directory::entry::DirectoryEntry;
use countersign_core::directory::label::Label;
use countersign_core::directory::listing::{Order, ProfileFilter, ProfileSort};
use countersign_core::directory::participant::{Participant, ParticipantCode, ParticipantKind};
use countersign_core::directory::phase::Phase;
use countersign_core::directory::profile::{LastAccess, Profile, UserKind};
use countersign_core::directory::standing::{MigrationState, TwoFactorState};
use countersign_core::directory::status::ProfileStatus;
use countersign_core::ids::{ParticipantKey, ProfileId};
use countersign_core::journey::lockout::LockedBecause;
use countersign_core::journey::steps::Channel;
use countersign_core::{Entropy, Timestamp, from_millis};

use super::{ProfileListing, Sorted};
use crate::testing::{TestDatabase, databases};
use crate::{Activity, DirectoryDetails, Participants, Passwords, Profiles, SecondFactors, Tx};

struct NoEntropy;

impl Entropy for NoEntropy {
    fn fill(&self, buffer: &mut [u8]) {
        buffer.fill(1);
    }
}

fn day(number: i64) -> Timestamp {
    from_millis(number * 86_400_000)
}

fn profile(number: usize) -> Profile {
    Profile {
        id: ProfileId::from_stored(format!("p{number:03}")),
        user_id: format!("HKABC{number:03}"),
        kind: if number.is_multiple_of(4) {
            UserKind::DelegatedAdministrator
        } else {
            UserKind::BusinessUser
        },
        clearing_house: ClearingHouse::Hkcc,
        participant: "ABC".into(),
        enabled: !number.is_multiple_of(5),
        surname: ["chan", "Chan", "LEE", "Ng", "wong"][number % 5].into(),
        other_names: ["Tai Man", "Siu-Ming"][number % 2].into(),
        email: (!number.is_multiple_of(3)).then(|| format!("user{number}@abc.example")),
        enable_from: None,
        disable_after: None,
        created_in: Phase::PreParallel,
        settlement_agent: None,
        capabilities: Capabilities {
            business_user_groups: [["11", "12"][number % 2].parse().unwrap()].into(),
            ..Capabilities::default()
        },
        claims: serde_json::Map::new(),
        locked: false,
        updated_at: day(10),
        version: 1,
    }
}

/// Forty-eight profiles in every combination of what can be set up, and one of another participant.
async fn fill(database: &TestDatabase) -> Scope {
    let tx = database.store.begin().await.unwrap();
    for id in ["abc", "def"] {
        let participant = Participant {
            key: ParticipantKey::from_stored(id),
            clearing_house: ClearingHouse::Hkcc,
            participant: ParticipantCode::parse(ClearingHouse::Hkcc, id).unwrap(),
            kind: ParticipantKind::ClearingParticipant,
            name: Label::parse(id).unwrap(),
            customer_codes: vec![],
            sole_administrator: None,
            closed_at: None,
            version: 1,
        };
        Participants::on(tx.connection()).add(&participant, day(1)).await.unwrap();
    }
    for number in 0..48 {
        add(&tx, profile(number), "abc", number).await;
    }
    let other = Profile { user_id: "HKDEF001".into(), participant: "DEF".into(), ..profile(100) };
    add(&tx, other, "def", 100).await;
    tx.commit().await.unwrap();
    Scope::of_the_installation()
}

async fn add(tx: &Tx, profile: Profile, participant: &str, number: usize) {
    let details = DirectoryDetails {
        srn: number.is_multiple_of(2).then(|| format!("S{number}")),
        ..DirectoryDetails::default()
    };
    let participant = ParticipantKey::from_stored(participant);
    Profiles::on(tx.connection()).add(&profile, &participant, &details).await.unwrap();
    if number & 1 != 0 {
        Passwords::on(tx.connection()).set(&profile.id, "phc", 8, day(11), &NoEntropy).await.unwrap();
    }
    let factors = SecondFactors::on(tx.connection());
    match number & 6 {
        2 => factors.register_soft_token(&profile.id, "sealed", 1, day(12)).await.unwrap(),
        4 => assert!(!factors.use_email(&profile.id, day(12)).await.unwrap()),
        _ => {}
    }
    let activity = Activity::on(tx.connection());
    if number & 8 != 0 {
        let method = if number & 16 != 0 { "otp-app" } else { "smartcard" };
        let time = day(20 + i64::try_from(number % 7).unwrap());
        let access = LastAccess { time, method: method.into(), source: "192.0.2.1".into() };
        activity.record_access(&profile.id, &access).await.unwrap();
    }
    if number.is_multiple_of(11) {
        assert!(activity.lock(&profile.id, LockedBecause::Otps, day(13)).await.unwrap());
    }
}

async fn all(database: &TestDatabase, scope: &Scope, filter: &ProfileFilter) -> Vec<DirectoryEntry> {
    let listing = ProfileListing::on(database.store.read());
    let found = listing.page(scope, filter, &Sorted::default(), 1_000).await.unwrap();
    let count = listing.count(scope, filter).await.unwrap();
    assert_eq!(count, found.len() as u64, "{}: {filter:?}", database.kind);
    found.into_iter().map(|(entry, _)| entry).collect()
}

type Rule = Box<dyn Fn(&DirectoryEntry) -> bool>;

fn filters() -> Vec<(ProfileFilter, Rule)> {
    let none = ProfileFilter::default;
    let mut filters: Vec<(ProfileFilter, Rule)> = vec![(none(), Box::new(|_| true))];
    for state in TwoFactorState::ALL {
        let filter = ProfileFilter { two_factor: Some(state), ..none() };
        filters.push((filter, Box::new(move |entry| entry.standing.two_factor() == state)));
    }
    for state in MigrationState::ALL {
        let filter = ProfileFilter { migration: Some(state), ..none() };
        filters.push((filter, Box::new(move |entry| entry.standing.migration() == state)));
    }
    for channel in [None, Some(Channel::App), Some(Channel::Email)] {
        let filter = ProfileFilter { channel: Some(channel), ..none() };
        filters.push((filter, Box::new(move |entry| entry.standing.channel == channel)));
    }
    for status in [ProfileStatus::Enabled, ProfileStatus::Disabled] {
        let filter = ProfileFilter { status: Some(status), ..none() };
        filters.push((filter, Box::new(move |entry| entry.status == status)));
    }
    for card in [true, false] {
        let filter = ProfileFilter { card: Some(card), ..none() };
        filters.push((filter, Box::new(move |entry| entry.card.is_some() == card)));
    }
    let kind = UserKind::DelegatedAdministrator;
    let filter = ProfileFilter { kind: Some(kind), ..none() };
    filters.push((filter, Box::new(move |entry| entry.kind == kind)));
    let filter = ProfileFilter { group: Some("12".into()), ..none() };
    filters.push((
        filter,
        Box::new(|entry| entry.capabilities.business_user_groups.contains(&"12".parse().unwrap())),
    ));
    let filter = ProfileFilter { participant: Some("DEF".into()), ..none() };
    filters.push((filter, Box::new(|entry| entry.participant == "DEF")));
    let filter = ProfileFilter { clearing_house: Some(ClearingHouse::Seoch), ..none() };
    filters.push((filter, Box::new(|_| false)));
    let last = |entry: &DirectoryEntry| entry.last_access.as_ref().map_or(day(0), |access| access.time);
    let filter = ProfileFilter { dormant_since: Some(day(23)), ..none() };
    filters.push((filter, Box::new(move |entry| last(entry) < day(23))));
    // Nobody is dormant who was not there yet.
    let filter = ProfileFilter { dormant_since: Some(day(10)), ..none() };
    filters.push((filter, Box::new(|_| false)));
    let filter = ProfileFilter { used_since: Some(day(23)), ..none() };
    filters.push((filter, Box::new(move |entry| last(entry) >= day(23))));
    filters
}

#[tokio::test]
async fn every_filter_is_its_rule() {
    for database in databases().await {
        let scope = fill(&database).await;
        let everyone = all(&database, &scope, &ProfileFilter::default()).await;
        assert_eq!(everyone.len(), 49);
        for (filter, rule) in filters() {
            let expected: Vec<_> =
                everyone.iter().filter(|entry| rule(entry)).map(|entry| entry.user_id.clone()).collect();
            let found: Vec<_> =
                all(&database, &scope, &filter).await.into_iter().map(|entry| entry.user_id).collect();
            assert_eq!(found, expected, "{}: {filter:?}", database.kind);
        }
    }
}

#[tokio::test]
async fn words_are_found_by_their_beginnings_and_all_are_needed() {
    for database in databases().await {
        let scope = fill(&database).await;
        let found = async |words: &[&str]| {
            let words = words.iter().map(|word| (*word).to_owned()).collect();
            all(&database, &scope, &ProfileFilter { words, ..ProfileFilter::default() }).await.len()
        };
        assert_eq!(found(&["hkabc007"]).await, 1, "{}", database.kind);
        assert_eq!(found(&["hkdef"]).await, 1);
        assert_eq!(found(&["cha"]).await, 21, "chan and Chan, of both participants");
        assert_eq!(found(&["cha", "min"]).await, 10, "Siu-Ming is two words");
        assert_eq!(found(&["han"]).await, 0, "not by its middle");
        assert_eq!(found(&["abc"]).await, 33, "a part of the address");
        assert_eq!(found(&["12"]).await, 0, "group 12 is no word, and number 12 has no address");
        let own = ProfileFilter {
            words: vec!["cha".into()],
            participant: Some("DEF".into()),
            ..Default::default()
        };
        assert_eq!(all(&database, &scope, &own).await.len(), 1, "looked up the other way round");
    }
}

#[tokio::test]
async fn pages_make_the_whole_in_the_order_promised() {
    for database in databases().await {
        let scope = fill(&database).await;
        let listing = ProfileListing::on(database.store.read());
        let sorts = [ProfileSort::UserId, ProfileSort::Surname, ProfileSort::LastLogin, ProfileSort::Status];
        for by in sorts {
            let mut walked = Vec::new();
            for order in [Order::Asc, Order::Desc] {
                let mut sorted = Sorted { by, order, after: None };
                let mut seen = Vec::new();
                loop {
                    let page = listing.page(&scope, &ProfileFilter::default(), &sorted, 7).await.unwrap();
                    let Some((_, at)) = page.last() else { break };
                    sorted.after = Some(at.clone());
                    seen.extend(page.into_iter().map(|(entry, _)| entry));
                }
                assert_eq!(seen.len(), 49, "{} {by:?} {order:?}", database.kind);
                walked.push(seen);
            }
            let ids = |walk: &[DirectoryEntry]| walk.iter().map(|e| e.user_id.clone()).collect::<Vec<_>>();
            let mut backwards = ids(&walked[1]);
            backwards.reverse();
            assert_eq!(ids(&walked[0]), backwards, "{} {by:?}", database.kind);
            let rising = walked[0].windows(2).all(|pair| match by {
                ProfileSort::UserId => pair[0].user_id < pair[1].user_id,
                ProfileSort::Surname => pair[0].surname.to_lowercase() <= pair[1].surname.to_lowercase(),
                ProfileSort::Status => pair[0].status.as_str() <= pair[1].status.as_str(),
                ProfileSort::LastLogin => {
                    let time = |entry: &DirectoryEntry| entry.last_access.as_ref().map(|access| access.time);
                    time(&pair[0]) <= time(&pair[1])
                }
            });
            assert!(rising, "{} {by:?}: {:?}", database.kind, ids(&walked[0]));
        }
    }
}

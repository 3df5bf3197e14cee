//! The scope, at every question and on every kind of database: what is outside it is not there.

use countersign_core::directory::actor::Scope;
use countersign_core::directory::capabilities::AccessLevel::Enquiry;
use countersign_core::directory::clearing_house::ClearingHouse;
use countersign_core::directory::listing::{Order, Position, ProfileFilter, ProfileSort, SortKey};
use countersign_core::directory::phase::Phase;
use countersign_core::oauth::acr::Acr;

use super::profiles::Listing;
use super::{participants, profiles};
use crate::Services;
use crate::directory::caller::{Caller, identify};
use crate::testing::applications::client;
use crate::testing::directory::{CONSOLE, holding};
use crate::testing::{TestNode, nodes};

/// ABC, DEF and the exchange, each with people; and the scope of an administrator of ABC, as their token gives it.
async fn house(node: TestNode) -> (TestNode, Scope) {
    let console = client(&node.services, CONSOLE);
    let node = node.with_clients(std::slice::from_ref(&console)).await;
    let abc = node.add_participant(ClearingHouse::Hkcc, "ABC").await;
    let def = node.add_participant(ClearingHouse::Hkcc, "DEF").await;
    for (participant, user_id) in
        [(&abc, "HKABC101"), (&abc, "HKABC102"), (&def, "HKDEF101"), (&def, "HKDEF102")]
    {
        node.add_member(participant, user_id, |_| ()).await;
        node.was_here(user_id).await;
    }
    let administrator = node.add_member(&abc, "HKABC1X1", holding(&[Enquiry])).await;
    let administrator = node.person_of(administrator, Acr::OtpApp).await;
    let token = node.access_token(&console, &administrator, "directory").await;
    let caller = identify(&node.services, &token).await.unwrap();
    assert!(matches!(&caller, Caller::Person(actor) if actor.participant == abc.key));
    let scope = caller.scope().unwrap();
    (node, scope)
}

async fn user_ids(
    services: &Services,
    scope: &Scope,
    listing: &Listing,
    after: Option<Position>,
) -> Vec<String> {
    let page = profiles::page(services, scope, listing, after, 200).await.unwrap();
    let mut ids: Vec<_> = page.items.into_iter().map(|entry| entry.user_id).collect();
    ids.sort();
    ids
}

#[tokio::test]
async fn every_listing_stays_in_scope_however_it_is_asked() {
    for node in nodes().await {
        let (node, scope) = house(node).await;
        let services = &node.services;
        let everything = Scope::of_the_installation();
        let any = ProfileFilter::default;
        let filters = [
            any(),
            ProfileFilter { words: vec!["hk".into()], ..any() },
            ProfileFilter { group: Some("11".into()), ..any() },
            ProfileFilter { used_since: Some(services.now()), ..any() },
            ProfileFilter { dormant_since: Some(services.now()), ..any() },
            ProfileFilter { participant: Some("DEF".into()), ..any() },
            ProfileFilter { card: Some(true), ..any() },
        ];
        for filter in filters {
            for by in [ProfileSort::UserId, ProfileSort::Surname, ProfileSort::LastLogin, ProfileSort::Status]
            {
                let listing = Listing { filter: filter.clone(), by, order: Order::Asc };
                let all = user_ids(services, &everything, &listing, None).await;
                let expected: Vec<_> = all.into_iter().filter(|id| id.starts_with("HKABC")).collect();
                let kind = node.database.kind;
                assert_eq!(user_ids(services, &scope, &listing, None).await, expected, "{kind} {listing:?}");
                let count = profiles::count(services, &scope, &filter).await.unwrap();
                assert_eq!(count, expected.len() as u64, "{kind} {filter:?}");
                // A position before everything, as a forged cursor may name one, widens nothing.
                let key = if by == ProfileSort::LastLogin {
                    SortKey::Millis(i64::MIN)
                } else {
                    SortKey::Text(String::new())
                };
                let before = Position { key, tie: String::new() };
                assert_eq!(user_ids(services, &scope, &listing, Some(before)).await, expected, "{kind}");
            }
        }
    }
}

#[tokio::test]
async fn one_outside_the_scope_is_not_there() {
    for node in nodes().await {
        let (node, scope) = house(node).await;
        let services = &node.services;
        let found = profiles::find(services, &scope, "HKABC101").await.unwrap().unwrap();
        assert_eq!(found.participant, "ABC");
        for absent in ["HKDEF101", "HKXYZ101", ""] {
            assert!(profiles::find(services, &scope, absent).await.unwrap().is_none(), "{absent}");
        }
        let everything = Scope::of_the_installation();
        assert!(profiles::find(services, &everything, "HKDEF101").await.unwrap().is_some());
    }
}

#[tokio::test]
async fn participants_and_their_progress_stay_in_scope() {
    for node in nodes().await {
        let (node, scope) = house(node).await;
        let services = &node.services;
        node.set_phase(Phase::ParallelRun).await;
        let own = participants::progress(services, &scope, None, None, 200).await.unwrap().items;
        assert_eq!(own.len(), 1, "{}", node.database.kind);
        assert_eq!(
            (own[0].participant.participant.as_str(), own[0].phase),
            ("ABC", Some(Phase::ParallelRun))
        );
        assert_eq!((own[0].progress.users, own[0].progress.logged_in_2fa), (3, 2));
        assert_eq!((own[0].progress.registered, own[0].progress.password_set), (3, 0));
        let everything = Scope::of_the_installation();
        let all = participants::page(services, &everything, None, None, 200).await.unwrap().items;
        assert_eq!(all.len(), 2);
        let before = Position { key: SortKey::Text(String::new()), tie: String::new() };
        let own = participants::page(services, &scope, None, Some(before), 200).await.unwrap().items;
        assert_eq!(own.len(), 1);
    }
}

#[tokio::test]
async fn smartcards_are_gone_when_their_house_is_complete() {
    for node in nodes().await {
        let (node, scope) = house(node).await;
        for (phase, shown) in
            [(Phase::PreParallel, true), (Phase::ParallelRun, true), (Phase::Complete, false)]
        {
            node.set_phase(phase).await;
            let page = profiles::page(&node.services, &scope, &Listing::default(), None, 10).await.unwrap();
            assert!(page.items.iter().all(|entry| entry.card.is_some() == shown), "{phase:?}");
            let one = profiles::find(&node.services, &scope, "HKABC101").await.unwrap().unwrap();
            assert_eq!(one.card.is_some(), shown, "{phase:?}");
        }
    }
}

//! Signing keys before their time: the next one signs, or a bad one goes, when two operators say so.

use countersign_core::oauth::client::SigningAlg;
use countersign_core::oauth::key_schedule::KeyState;

use super::*;
use crate::Services;
use crate::directory::Decided;
use crate::keys::{follow, list, maintain};
use crate::testing::second_node;
use crate::testing::town::towns;

const DAY: i64 = 86_400;

fn rotate() -> Value {
    json!({ "kind": "rotate_keys", "algorithm": "ES256" })
}

fn retire(kid: &str) -> Value {
    json!({ "kind": "retire_key", "kid": kid })
}

/// The keys of the algorithm, by where they stand.
async fn kids(services: &Services, state: KeyState) -> Vec<String> {
    let all = list(services).await.unwrap();
    let of_alg = all.into_iter().filter(|key| key.life.alg == SigningAlg::Es256 && key.state == state);
    of_alg.map(|key| key.life.kid).collect()
}

fn sign(services: &Services) -> (String, String) {
    let token = services.keyring.sign(SigningAlg::Es256, "JWT", &json!({ "a": 1 }), services.now()).unwrap();
    let kid = jsonwebtoken::decode_header(&token).unwrap().kid.unwrap();
    (token, kid)
}

fn verifies(services: &Services, token: &str) -> bool {
    let ring = services.keyring.current();
    ring.verify::<Value>(token, "JWT", &SigningAlg::ALL, services.now()).is_some()
}

#[tokio::test]
async fn one_that_was_announced_signs_at_once_and_another_is_next() {
    for town in towns().await {
        let services = town.services();
        maintain(services).await.unwrap();
        town.node.clock.advance_seconds(88 * DAY);
        maintain(services).await.unwrap();
        let other = second_node(&town.node).await;
        maintain(&other).await.unwrap();
        let next = kids(services, KeyState::Next).await;
        let (token, former) = sign(services);
        let request = town.signed("OPS001", "OPS002", rotate()).await;
        assert_eq!(kids(services, KeyState::Active).await, next, "{}", town.kind());
        assert_eq!(kids(services, KeyState::Retired).await, [former.as_str()]);
        assert_eq!(kids(services, KeyState::Next).await.len(), 1);
        assert_eq!(sign(services).1, next[0]);
        assert!(verifies(services, &token), "what it signed still verifies");
        assert_eq!(sign(&other).1, former, "until it looks");
        follow(&other).await.unwrap();
        assert_eq!(sign(&other).1, next[0], "{}", town.kind());
        // The other algorithms are left alone, and the trail says which key was made.
        let retired =
            list(services).await.unwrap().iter().filter(|key| key.state == KeyState::Retired).count();
        assert_eq!(retired, 1);
        assert_eq!(town.steps(&request.id).await, ["request_approved", "request_submitted"]);
        let record = town.trail(&request.id).await.pop().unwrap();
        assert!(record.body.contains(&former) && record.body.contains(&next[0]), "{}", record.body);
    }
}

#[tokio::test]
async fn where_none_was_announced_one_is_published_a_minute_before_it_signs() {
    for town in towns().await {
        let services = town.services();
        maintain(services).await.unwrap();
        let (_, former) = sign(services);
        town.signed("OPS001", "OPS002", rotate()).await;
        assert_eq!(sign(services).1, former, "{}", town.kind());
        let next = kids(services, KeyState::Next).await.pop().unwrap();
        assert!(services.keyring.current().jwks().contains(&next));
        town.node.clock.advance_seconds(60);
        assert_eq!(sign(services).1, next, "{}", town.kind());
    }
}

#[tokio::test]
async fn a_bad_one_is_gone_at_once_with_all_that_it_signed() {
    for town in towns().await {
        let services = town.services();
        maintain(services).await.unwrap();
        let other = second_node(&town.node).await;
        maintain(&other).await.unwrap();
        let (token, bad) = sign(services);
        town.signed("OPS001", "OPS002", retire(&bad)).await;
        assert_ne!(sign(services).1, bad, "{}", town.kind());
        assert!(!verifies(services, &token), "{}", town.kind());
        assert!(!services.keyring.current().jwks().contains(&bad));
        assert!(verifies(&other, &token), "until it looks");
        follow(&other).await.unwrap();
        assert!(
            !verifies(&other, &token) && !other.keyring.current().jwks().contains(&bad),
            "{}",
            town.kind()
        );
        assert_eq!(sign(&other).1, sign(services).1);
        // Its private part is not kept.
        assert!(!list(services).await.unwrap().iter().any(|key| key.life.kid == bad), "{}", town.kind());
        let again = findings(town.submit(&town.actor("OPS001").await, retire(&bad)).await);
        assert_eq!(again, [("kid".to_owned(), FindingCode::NotFound)]);
    }
}

#[tokio::test]
async fn what_other_keys_or_another_hour_made_of_it_is_not_what_was_signed() {
    for town in towns().await {
        let services = town.services();
        maintain(services).await.unwrap();
        let (_, bad) = sign(services);
        let checker = town.actor("OPS002").await;
        // An emergency does not wait for a rotation, and ends it.
        let slow = town.asked("OPS001", rotate()).await;
        town.signed("OPS003", "OPS002", retire(&bad)).await;
        let present = kids(services, KeyState::Active).await;
        let decided = town.approve(&checker, &slow).await;
        assert!(matches!(decided, Ok(Decided::Conflicted(_))), "{} {decided:?}", town.kind());
        assert_eq!(kids(services, KeyState::Active).await, present);
        // The schedule was faster.
        town.node.clock.advance_seconds(80 * DAY);
        let slow = town.asked("OPS001", rotate()).await;
        town.node.clock.advance_seconds(9 * DAY);
        maintain(services).await.unwrap();
        let decided = town.approve(&checker, &slow).await;
        assert!(matches!(decided, Ok(Decided::Conflicted(_))), "{} {decided:?}", town.kind());
        // Nothing was written meanwhile, but the hour came.
        let next = kids(services, KeyState::Next).await;
        let slow = town.asked("OPS001", rotate()).await;
        town.node.clock.advance_seconds(2 * DAY);
        assert_eq!(kids(services, KeyState::Active).await, next);
        let decided = town.approve(&checker, &slow).await;
        assert!(matches!(decided, Ok(Decided::Conflicted(_))), "{} {decided:?}", town.kind());
    }
}

#[tokio::test]
async fn an_administrator_asks_for_none_of_it_and_a_maker_does_not_sign() {
    for town in towns().await {
        maintain(town.services()).await.unwrap();
        let (_, present) = sign(town.services());
        let administrator = town.actor("HKABC1X1").await;
        for (draft, field) in [(rotate(), "algorithm"), (retire(&present), "kid")] {
            let refused = findings(town.submit(&administrator, draft.clone()).await);
            assert_eq!(refused, [(field.to_owned(), FindingCode::ForOperators)], "{}", town.kind());
            let request = town.asked("OPS001", draft.clone()).await;
            assert!(town.approve(&town.actor("OPS001").await, &request).await.is_err());
            let twice = findings(town.submit(&town.actor("OPS002").await, draft.clone()).await);
            let waits = FindingCode::AlreadyPending { request: Some(request.id.as_str().to_owned()) };
            assert_eq!(twice, [(field.to_owned(), waits)]);
            // Not whether there is such a key, nor whether others ask for it.
            let learned = findings(town.submit(&administrator, draft).await);
            assert_eq!(learned, [(field.to_owned(), FindingCode::ForOperators)], "{}", town.kind());
        }
        assert_eq!(sign(town.services()).1, present, "{}", town.kind());
    }
}

//! Policies: changed by two operators, in effect at every node, and back to the configuration.

use std::sync::Arc;

use countersign_core::directory::approval_code::ApprovalMode;
use countersign_store::Policies;

use super::*;
use crate::directory::Decided;
use crate::directory::reading::policies::{Source, all};
use crate::policies::refresh;
use crate::testing::town::towns;
use crate::testing::{nodes, second_node};

fn set(name: &str, value: &Value) -> Value {
    json!({ "kind": "change_policy", "name": name, "value": value })
}

impl Town {
    async fn left_out(&self) -> Vec<&'static str> {
        let found = all(self.services()).await.unwrap().into_iter();
        found.filter(|found| found.left_out).map(|found| found.policy.name).collect()
    }

    async fn shown(&self, name: &str) -> (Value, Source) {
        let found = all(self.services()).await.unwrap();
        let found = found.into_iter().find(|found| found.policy.name == name).unwrap();
        (found.value, found.source)
    }
}

#[tokio::test]
async fn two_operators_change_one_and_every_node_follows() {
    for town in towns().await {
        let services = town.services();
        let other = second_node(&town.node).await;
        let name = "requests.days_to_sign";
        assert_eq!(town.shown(name).await, (json!(14), Source::Default), "{}", town.kind());
        let request = town.asked("OPS001", set(name, &json!(3))).await;
        assert_eq!(services.policy.requests.days_to_sign, 14, "until it is signed");
        town.approve(&town.actor("OPS002").await, &request).await.unwrap();
        assert_eq!(services.policy.requests.days_to_sign, 3, "{}", town.kind());
        assert_eq!(town.shown(name).await, (json!(3), Source::Request));
        assert_eq!(other.policy.requests.days_to_sign, 14);
        refresh(&other).await.unwrap();
        assert_eq!(other.policy.requests.days_to_sign, 3);
        // It does what it says.
        let next = town.asked("OPS001", set("otp.email_seconds", &json!(120))).await;
        let State::Pending { expires_at } = next.state else { panic!() };
        assert_eq!(expires_at, services.now() + chrono::TimeDelta::days(3), "{}", town.kind());
        town.approve(&town.actor("OPS002").await, &next).await.unwrap();
        assert_eq!((services.policy.otp.email_seconds, services.policy.requests.days_to_sign), (120, 3));
        town.signed("OPS002", "OPS001", set("approval_code.mode", &json!("off"))).await;
        assert_eq!(services.policy.approval_code.mode, ApprovalMode::Off);
        // And back.
        town.signed("OPS001", "OPS002", set(name, &Value::Null)).await;
        assert_eq!(services.policy.requests.days_to_sign, 14);
        assert_eq!(town.shown(name).await, (json!(14), Source::Default));
        assert_eq!(services.policy.otp.email_seconds, 120, "the others stay");
        // Its version goes on from where it was.
        town.signed("OPS001", "OPS002", set(name, &json!(5))).await;
        let stored = Policies::on(services.store.read()).all().await.unwrap();
        assert_eq!(stored.iter().find(|stored| stored.name == name).unwrap().version, 3, "{}", town.kind());
        let record = town.trail(&request.id).await.pop().unwrap();
        assert!(record.body.contains(name), "{}", record.body);
    }
}

#[tokio::test]
async fn what_cannot_be_is_refused_and_nobody_else_asks() {
    for town in towns().await {
        let maker = town.actor("OPS001").await;
        for (name, value, field) in [
            ("hashing.iterations", json!(1), "name"),
            ("token.access_seconds", json!(1), "name"),
            ("requests.days_to_sign", json!(0), "value"),
            ("requests.days_to_sign", json!("3"), "value"),
            ("management.step_up_seconds", json!(100_000), "value"),
            ("approval_code.mode", json!("always"), "value"),
            ("requests.days_to_sign", Value::Null, "value"),
        ] {
            let refused = findings(town.submit(&maker, set(name, &value)).await);
            assert_eq!(refused.len(), 1, "{} {name} {value}: {refused:?}", town.kind());
            assert_eq!(refused[0].0, field, "{name} {value}");
        }
        let administrator = town.actor("HKABC1X1").await;
        town.asked("OPS001", set("requests.days_to_sign", &json!(3))).await;
        for (name, value) in [("requests.days_to_sign", json!(3)), ("nothing", json!(0))] {
            let refused = findings(town.submit(&administrator, set(name, &value)).await);
            assert_eq!(refused, [("name".to_owned(), FindingCode::ForOperators)], "{}", town.kind());
        }
    }
}

#[tokio::test]
async fn what_was_changed_since_or_no_longer_goes_together_is_a_conflict() {
    for town in towns().await {
        let services = town.services();
        let checker = town.actor("OPS002").await;
        let name = "requests.days_to_sign";
        let stale = town.asked("OPS001", set(name, &json!(3))).await;
        let tx = services.store.begin().await.unwrap();
        assert!(Policies::put(&tx, name, Some(&json!(9)), 0, services.now()).await.unwrap());
        tx.commit().await.unwrap();
        let decided = town.approve(&checker, &stale).await;
        assert!(matches!(decided, Ok(Decided::Conflicted(_))), "{} {decided:?}", town.kind());
        refresh(services).await.unwrap();
        assert_eq!(services.policy.requests.days_to_sign, 9, "{}", town.kind());
        // Each by itself could be; both together could not.
        let idle = town.asked("OPS001", set("session.idle_seconds", &json!(14_400))).await;
        let absolute = town.asked("OPS001", set("session.absolute_seconds", &json!(3_600))).await;
        town.approve(&checker, &idle).await.unwrap();
        let decided = town.approve(&checker, &absolute).await;
        assert!(matches!(decided, Ok(Decided::Conflicted(_))), "{} {decided:?}", town.kind());
        assert_eq!(services.policy.session.absolute_seconds, 43_200);
    }
}

#[tokio::test]
async fn beside_another_configuration_one_value_is_left_out_and_can_be_mended() {
    for mut node in nodes().await {
        let policy = &mut Arc::get_mut(&mut node.services).unwrap().policy;
        policy.password.max_length = 60;
        let town = Town::on(node).await;
        let services = town.services();
        let (name, kind) = ("password.min_length", town.kind());
        town.signed("OPS001", "OPS002", set("requests.days_to_sign", &json!(3))).await;
        // Signed when the configuration allowed it.
        let tx = services.store.begin().await.unwrap();
        assert!(Policies::put(&tx, name, Some(&json!(64)), 0, services.now()).await.unwrap());
        tx.commit().await.unwrap();
        refresh(services).await.unwrap();
        let in_effect = || (services.policy.password.min_length, services.policy.requests.days_to_sign);
        assert_eq!(in_effect(), (10, 3), "{kind}: the others stay");
        assert_eq!(town.shown(name).await, (json!(10), Source::Default), "{kind}");
        assert_eq!(town.left_out().await, [name], "{kind}");
        // Others are changed meanwhile, and it is taken back.
        town.signed("OPS001", "OPS002", set("otp.email_seconds", &json!(120))).await;
        let back = town.signed("OPS001", "OPS002", set(name, &Value::Null)).await;
        assert_eq!(back.state.name(), "applied", "{kind}");
        assert!(town.left_out().await.is_empty(), "{kind}");
        town.signed("OPS001", "OPS002", set(name, &json!(12))).await;
        assert_eq!((in_effect(), services.policy.otp.email_seconds), ((12, 3), 120), "{kind}");
    }
}

#[tokio::test]
async fn a_change_that_would_do_something_else_than_was_signed_is_a_conflict() {
    for mut town in towns().await {
        let name = "session.idle_seconds";
        town.signed("OPS001", "OPS002", set(name, &json!(1_200))).await;
        let back = town.asked("OPS001", set(name, &Value::Null)).await;
        assert_eq!(back.document().subjects[0].difference[0].after, 1_800);
        // Somebody configures a node otherwise before it is signed.
        Arc::get_mut(&mut town.node.services).unwrap().policy.session.idle_seconds = 14_400;
        let decided = town.approve(&town.actor("OPS002").await, &back).await;
        assert!(matches!(decided, Ok(Decided::Conflicted(_))), "{} {decided:?}", town.kind());
        assert_eq!(town.shown(name).await, (json!(1_200), Source::Request), "{}", town.kind());
    }
}

#[tokio::test]
async fn what_does_not_fit_any_more_is_left_out_and_the_rest_holds() {
    for town in towns().await {
        let services = town.services();
        town.signed("OPS001", "OPS002", set("requests.days_to_sign", &json!(3))).await;
        let tx = services.store.begin().await.unwrap();
        for (name, value) in [("otp.email_seconds", json!("soon")), ("gone.by_now", json!(1))] {
            assert!(Policies::put(&tx, name, Some(&value), 0, services.now()).await.unwrap());
        }
        tx.commit().await.unwrap();
        refresh(services).await.unwrap();
        let policy = &services.policy;
        assert_eq!((policy.requests.days_to_sign, policy.otp.email_seconds), (3, 300), "{}", town.kind());
    }
}

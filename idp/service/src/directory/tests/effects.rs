//! What a signature does: to the profile, exactly what was signed; to sessions, tokens, factors and mailboxes, what
//! that means.

use countersign_core::directory::change_request::difference;
use countersign_core::directory::record::ProfileRecord;
use countersign_core::directory::status::ProfileStatus;
use countersign_core::journey::lockout::LockedBecause;
use countersign_core::journey::steps::Channel;
use countersign_core::mail::{News, Reader};
use countersign_core::oauth::acr::Acr;
use countersign_core::oauth::client::Client;
use countersign_core::oauth::form::Form;
use countersign_store::{Activity, LogoutDeliveries, SecondFactors, Sessions};

use super::*;
use crate::introspect::introspect;
use crate::sessions;
use crate::testing::applications::{SECRET, client, listening};
use crate::testing::nodes;
use crate::testing::people::Person;
use crate::userinfo::tests::tokens;

/// Somebody who is logged in, with a token that ends with the session and a family that does not.
struct Living {
    person: Person,
    access: String,
    offline_access: String,
    offline_refresh: String,
}

/// Towns with an application that is told of logouts.
async fn living_towns() -> Vec<(Town, Client)> {
    let mut towns = Vec::new();
    for node in nodes().await {
        let shop = listening(client(&node.services, "shop"), "https://shop.example/bye");
        let node = node.with_clients(std::slice::from_ref(&shop)).await;
        towns.push((Town::on(node).await, shop));
    }
    towns
}

impl Town {
    async fn living(&self, shop: &Client, user_id: &str) -> Living {
        let profile = self.record(user_id).await.unwrap().profile;
        let person = self.node.person_of(profile, Acr::OtpApp).await;
        let access = tokens(&self.node, shop, &person, |_| ()).await.access_token;
        let offline = tokens(&self.node, shop, &person, |code| {
            code.offline = true;
            code.scope = "openid clearing offline_access".parse().unwrap();
        });
        let offline = offline.await;
        let refresh = offline.refresh_token.unwrap();
        Living { person, access, offline_access: offline.access_token, offline_refresh: refresh }
    }

    async fn active(&self, token: &str) -> bool {
        let fields = [("client_id", "shop"), ("client_secret", SECRET), ("token", token)];
        let form = Form::from_pairs(fields.map(|(name, value)| (name.into(), value.into()))).unwrap();
        introspect(self.services(), None, &form).await.unwrap()["active"] == true
    }

    /// Whether session, tokens and refresh tokens hold: all of them, or none.
    async fn lives(&self, living: &Living) -> bool {
        let cookie = living.person.cookie.expose();
        let session = sessions::peek(self.services(), cookie).await.unwrap().is_some();
        let mut all = vec![session];
        for token in [&living.access, &living.offline_access, &living.offline_refresh] {
            all.push(self.active(token).await);
        }
        assert!(all.iter().all(|one| *one == session), "{}: {all:?}", self.kind());
        session
    }

    /// Who was mailed what since the last time: the mailbox and the name of the news.
    async fn news(&self) -> Vec<(String, String)> {
        let mut told: Vec<_> =
            self.mail().await.into_iter().map(|(to, mail)| (to, name(&mail.news))).collect();
        told.sort();
        told
    }
}

fn name(news: &News) -> String {
    serde_json::to_value(news).unwrap()["news"].as_str().unwrap().to_owned()
}

fn told(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(to, news)| ((*to).to_owned(), (*news).to_owned())).collect()
}

const OWN: &str = "hkabc101@participant.example";

#[tokio::test]
async fn access_that_is_taken_away_ends_at_once_and_access_that_is_given_does_not() {
    let cases = [
        ("disabled", "change_profile", json!({ "status": "DISABLED" }), false),
        ("deleted", "delete_profile", json!(null), false),
        ("group removed", "change_profile", json!({ "business_user_groups": [] }), false),
        ("group replaced", "change_profile", json!({ "business_user_groups": ["12", "13"] }), false),
        ("mailbox changed", "change_profile", json!({ "email": "new@abc.example" }), false),
        ("mailbox removed", "change_profile", json!({ "email": null }), false),
        ("factor reset", "reset_factor", json!(null), false),
        ("ended yesterday", "change_profile", json!({ "disable_after": "2026-11-22" }), false),
        ("begins tomorrow", "change_profile", json!({ "enable_from": "2026-11-24" }), false),
        ("group added", "change_profile", json!({ "business_user_groups": ["11", "12"] }), true),
        ("name", "change_profile", json!({ "surname": "WONG" }), true),
        ("options", "change_profile", json!({ "options": { "cash": true } }), true),
        ("until tonight", "change_profile", json!({ "disable_after": "2026-11-23" }), true),
    ];
    for (town, shop) in living_towns().await {
        let other = town.living(&shop, "HKABC102").await;
        for (number, (what, kind, fields, lives)) in cases.iter().enumerate() {
            let user_id = format!("HKABC3{number:02}");
            town.node.add_member(&town.abc, &user_id, |_| ()).await;
            let draft = if fields.is_null() { whole(kind, &user_id) } else { change(&user_id, fields) };
            let living = town.living(&shop, &user_id).await;
            let request = town.asked("HKABC1X1", draft).await;
            assert!(town.lives(&living).await, "{what}: nothing before the signature");
            let checker = town.actor("HKABC1Y1").await;
            town.approve(&checker, &request).await.unwrap();
            assert_eq!(town.lives(&living).await, *lives, "{} {what}", town.kind());
        }
        assert!(town.lives(&other).await, "nobody else's");
    }
}

#[tokio::test]
async fn a_deleted_users_applications_are_told_that_the_session_is_over() {
    for (town, shop) in living_towns().await {
        let session = town.living(&shop, "HKABC101").await.person.session;
        let tx = town.services().store.begin().await.unwrap();
        Sessions::on(tx.connection()).reached(&session.id, "shop", town.services().now()).await.unwrap();
        tx.commit().await.unwrap();
        town.signed("HKABC1X1", "HKABC1Y1", whole("delete_profile", "HKABC101")).await;
        let deliveries = LogoutDeliveries::on(town.services().store.read());
        let due = deliveries.due("shop", town.services().now(), 10).await.unwrap();
        assert_eq!(due.len(), 1, "{}", town.kind());
        assert!(town.record("HKABC101").await.is_none());
    }
}

#[tokio::test]
async fn a_right_that_is_withdrawn_ends_what_was_begun_with_it() {
    for (town, shop) in living_towns().await {
        let living = town.living(&shop, "HKABC1X2").await;
        let less = json!({ "access_levels": { "security_management": ["EE"] } });
        town.signed("OPS001", "OPS002", change("HKABC1X2", &less)).await;
        assert!(!town.lives(&living).await, "{}", town.kind());
        let living = town.living(&shop, "HKABC1X2").await;
        let more = json!({ "access_levels": { "security_management": ["EE", "MK"] } });
        town.signed("OPS001", "OPS002", change("HKABC1X2", &more)).await;
        assert!(town.lives(&living).await, "{}", town.kind());
    }
}

#[tokio::test]
async fn both_mailboxes_are_told_of_a_move_and_the_former_learns_little() {
    for (town, _) in living_towns().await {
        town.signed("HKABC1X1", "HKABC1Y1", email("HKABC101", "chan@new.example")).await;
        let mail = town.mail().await;
        let moves: Vec<_> = mail
            .iter()
            .filter_map(|(to, mail)| match &mail.news {
                News::EmailChanged { new_address, reader, .. } => {
                    Some((to.as_str(), new_address.as_str(), *reader))
                }
                _ => None,
            })
            .collect();
        let masked = "c•••@new.example";
        assert_eq!(moves.len(), 2, "{}", town.kind());
        assert!(moves.contains(&(OWN, masked, Reader::OldAddress)), "{moves:?}");
        assert!(moves.contains(&("chan@new.example", masked, Reader::NewAddress)), "{moves:?}");
        assert!(mail.iter().all(|(_, mail)| mail.user_id == "HKABC101"));
        let of_new = mail.iter().filter(|(to, _)| to == "chan@new.example").count();
        assert_eq!((of_new, mail.len()), (1, 2), "one mail is enough: {}", town.kind());
    }
}

#[tokio::test]
async fn the_owner_is_told_of_what_was_done() {
    let changed = told(&[(OWN, "profile_changed")]);
    let cases = [
        (change("HKABC101", &json!({ "surname": "WONG" })), changed.clone()),
        (change("HKABC101", &json!({ "status": "DISABLED" })), changed.clone()),
        (whole("reset_card_pin", "HKABC101"), changed.clone()),
        (whole("delete_profile", "HKABC101"), changed),
        (
            json!({ "kind": "create_profile", "user_id": "HKABC177", "fields": { "surname": "LEE", "email": "lee@abc.example" } }),
            told(&[("lee@abc.example", "profile_changed")]),
        ),
        (
            json!({ "kind": "create_profile", "user_id": "HKABC178", "fields": { "surname": "LEE" } }),
            told(&[]),
        ),
    ];
    for (town, _) in living_towns().await {
        for (draft, expected) in &cases {
            town.signed("HKABC1X1", "HKABC1Y1", draft.clone()).await;
            assert_eq!(&town.news().await, expected, "{} {draft}", town.kind());
        }
    }
}

/// What takes effect is what was signed: the difference between the profile before and after, field by field.
#[tokio::test]
async fn a_profile_becomes_what_was_signed_even_days_later() {
    let fields = json!({
        "surname": "LEE", "other_names": "Ka Yan", "email": "lee@abc.example",
        "enable_from": "2026-12-01", "disable_after": "2027-01-31", "business_user_groups": ["12", "11"],
        "options": { "cash": true, "transaction_limits": { "di": 5 } },
    });
    let create = |user_id: &str, fields: &Value| json!({ "kind": "create_profile", "user_id": user_id, "fields": fields });
    for (town, _) in living_towns().await {
        for draft in [
            create("HKABC177", &fields),
            create("HKABC178", &json!({ "surname": "LEE" })),
            create("HKABC179", &json!({ "surname": "LEE", "enable_from": null })),
            change("HKABC101", &fields),
            change("HKABC101", &json!({ "email": null, "enable_from": null, "disable_after": null })),
            change("HKABC101", &json!({ "status": "DISABLED" })),
            change("HKABC101", &json!({ "status": "ENABLED" })),
            whole("delete_profile", "HKABC101"),
        ] {
            let request = town.asked("HKABC1X1", draft.clone()).await;
            let subject = request.document().subjects[0].clone();
            let before = town.record(&subject.target.name).await;
            town.node.clock.advance_seconds(3 * 86_400);
            let checker = town.actor("HKABC1Y1").await;
            town.approve(&checker, &request).await.unwrap();
            let after = town.record(&subject.target.name).await;
            let made = difference::between(&before, &after).unwrap();
            assert_eq!(made, subject.difference, "{} {draft}", town.kind());
            let version = |record: Option<&ProfileRecord>| record.map_or(0, |record| record.profile.version);
            if after.is_some() {
                assert_eq!(version(after.as_ref()), version(before.as_ref()) + 1);
            }
        }
    }
}

#[tokio::test]
async fn a_lost_factor_is_forgotten_and_its_owner_told() {
    for (town, _) in living_towns().await {
        let services = town.services();
        let id = town.record("HKABC101").await.unwrap().profile.id;
        let tx = services.store.begin().await.unwrap();
        let factors = SecondFactors::on(tx.connection());
        factors.register_soft_token(&id, "sealed", 1, services.now()).await.unwrap();
        drop(factors);
        tx.commit().await.unwrap();
        let channel = async || SecondFactors::on(services.store.read()).find(&id).await.unwrap();
        assert_eq!(channel().await.channel, Some(Channel::App));
        town.signed("HKABC1X1", "HKABC1Y1", whole("reset_factor", "HKABC101")).await;
        let left = channel().await;
        assert!(left.channel.is_none() && left.soft_token.is_none(), "{}", town.kind());
        assert_eq!(town.news().await, told(&[(OWN, "factor_removed")]));
    }
}

#[tokio::test]
async fn who_is_unlocked_is_not_locked_again_by_the_next_strangers_guess() {
    for (town, _) in living_towns().await {
        let services = town.services();
        let profile = town.record("HKABC101").await.unwrap().profile;
        let tx = services.store.begin().await.unwrap();
        let activity = Activity::on(tx.connection());
        assert!(activity.lock(&profile.id, LockedBecause::Passwords, services.now()).await.unwrap());
        drop(activity);
        let parts: [&[u8]; 3] = [b"password", b"user-id", b"HKABC101"];
        let key = services.vault.keyed_hash(crate::Purpose::Counter, &parts);
        let window = countersign_store::Window::SinceLast(chrono::TimeDelta::days(1));
        let counters = countersign_store::Counters::on(tx.connection());
        for _ in 0..100 {
            counters.count(&key, window, services.now()).await.unwrap();
        }
        drop(counters);
        tx.commit().await.unwrap();
        town.signed("HKABC1X1", "HKABC1Y1", whole("unlock_profile", "HKABC101")).await;
        assert!(!town.record("HKABC101").await.unwrap().profile.locked, "{}", town.kind());
        let counters = countersign_store::Counters::on(services.store.read());
        assert_eq!(counters.get([&key], services.now()).await.unwrap(), [None], "{}", town.kind());
        assert_eq!(town.news().await, told(&[(OWN, "profile_changed")]));
    }
}

#[tokio::test]
async fn a_cards_pin_is_released_once_for_a_request() {
    for (town, _) in living_towns().await {
        town.signed("HKABC1X1", "HKABC1Y1", whole("reset_card_pin", "HKABC101")).await;
        let released = "UPDATE card_pin_releases SET released_at = released_at WHERE consumed_at IS NULL";
        assert_eq!(town.node.database.tamper(released).await, 1, "{}", town.kind());
    }
}

#[tokio::test]
async fn of_two_profiles_one_remains_with_the_groups_of_both() {
    for (town, shop) in living_towns().await {
        town.node.set_phase(countersign_core::directory::phase::Phase::Complete).await;
        let removed = town.living(&shop, "HKABC101").await;
        let kept = town.living(&shop, "HKABC1Y2").await;
        let former = town.record("HKABC101").await.unwrap().profile.id;
        let merge = json!({ "kind": "merge_profiles", "keep": "HKABC1Y2", "remove": "HKABC101" });
        let request = town.signed("HKABC1X1", "HKABC1Y1", merge).await;
        assert!(town.record("HKABC101").await.is_none());
        let after = town.record("HKABC1Y2").await.unwrap();
        assert_eq!(after.merged_from, [former]);
        assert_eq!(after.profile.capabilities.business_user_groups, ["11".parse().unwrap()].into());
        assert!(!town.lives(&removed).await && town.lives(&kept).await, "{}", town.kind());
        assert!(town.is_free("HKABC101").await && town.is_free("HKABC1Y2").await);
        assert_eq!(town.steps(&request.id).await, ["request_approved", "request_submitted"]);
    }
}

#[tokio::test]
async fn a_lifted_suspension_and_a_disabled_profile_are_what_their_words_say() {
    for (town, _) in living_towns().await {
        for (word, status) in [("DISABLED", ProfileStatus::Disabled), ("ENABLED", ProfileStatus::Enabled)] {
            town.signed("HKABC1X1", "HKABC1Y1", change("HKABC101", &json!({ "status": word }))).await;
            let record = town.record("HKABC101").await.unwrap();
            assert_eq!(
                (record.status, record.profile.enabled),
                (status, word == "ENABLED"),
                "{}",
                town.kind()
            );
        }
    }
}

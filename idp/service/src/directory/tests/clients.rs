//! Relying parties: registered, changed and ended by two operators, and by nobody else; their secrets are seen once and
//! stand nowhere.

use countersign_core::oauth::client::{Client, ClientStatus};
use countersign_core::oauth::error::ErrorCode;
use countersign_core::oauth::form::Form;
use countersign_core::oauth::scope::{Scope, ScopeToken};
use countersign_core::secret::SecretString;
use countersign_store::{Clients, StoredClient, Versioned, Versions};

use super::*;
use crate::client_auth::authenticate;
use crate::clients::{hash_secret, refresh};
use crate::directory::Decided;
use crate::testing::applications::{CALLBACK, VERIFIER, client as service_of, console};
use crate::testing::people::Person;
use crate::testing::second_node;
use crate::testing::town::towns;
use crate::token::token;
use countersign_core::oauth::acr::Acr;

const SHOP: &str = "shop";

fn register(client_id: &str, further: &Value) -> Value {
    let mut fields = json!({
        "client_name": "Desk", "token_endpoint_auth_method": "client_secret_basic",
        "scope": "openid profile", "redirect_uris": [CALLBACK], "require_pkce": false,
        "grant_types": ["authorization_code", "refresh_token"]
    });
    for (name, value) in further.as_object().unwrap() {
        fields[name] = value.clone();
    }
    json!({ "kind": "register_client", "client_id": client_id, "fields": fields })
}

fn alter(client_id: &str, fields: &Value) -> Value {
    json!({ "kind": "change_client", "client_id": client_id, "fields": fields })
}

fn on(kind: &str, client_id: &str) -> Value {
    json!({ "kind": kind, "client_id": client_id })
}

impl Town {
    async fn stored(&self, client_id: &str) -> Option<StoredClient> {
        Clients::on(self.services().store.read()).find(client_id).await.unwrap()
    }

    /// Adds the shop, as a seed would.
    async fn with_shop(self) -> (Self, Client) {
        self.node.make_keys().await;
        let scope = Scope::all().without(ScopeToken::Directory);
        let shop = Client { scope, ..service_of(self.services(), SHOP) };
        self.node.add_client(&shop).await;
        (self, shop)
    }

    async fn person(&self) -> Person {
        let profile = self.record("HKABC101").await.unwrap().profile;
        self.node.person_of(profile, Acr::OtpApp).await
    }
}

fn basic(client_id: &str, secret: &str) -> String {
    use base64::Engine as _;
    format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(format!("{client_id}:{secret}")))
}

fn form(fields: &[(&str, &str)]) -> Form {
    Form::from_pairs(fields.iter().map(|(name, value)| ((*name).into(), (*value).into()))).unwrap()
}

/// Whether the secret proves the client, at this node.
async fn proves(services: &crate::Services, client_id: &str, secret: &str) -> bool {
    authenticate(services, Some(&basic(client_id, secret)), &form(&[])).await.is_ok()
}

#[tokio::test]
async fn two_operators_register_one_and_one_of_them_sees_its_secret_once() {
    for town in towns().await {
        let request = town.asked("OPS001", register("desk", &json!({}))).await;
        assert!(town.stored("desk").await.is_none(), "nothing before the second signature");
        assert_eq!(town.seen("OPS001", &request).await, None);
        town.approve(&town.actor("OPS002").await, &request).await.unwrap();
        let stored = town.stored("desk").await.unwrap();
        assert_eq!((stored.version, stored.client.name.as_str()), (1, "Desk"), "{}", town.kind());
        for stranger in ["OPS003", "HKABC1X1", "HKABC1Y1"] {
            assert_eq!(town.seen(stranger, &request).await, None, "{stranger}");
        }
        let secret = town.seen("OPS001", &request).await.expect("its maker sees it");
        for reader in ["OPS001", "OPS002"] {
            assert_eq!(town.seen(reader, &request).await, None, "{}: once", town.kind());
        }
        // This node knows it at once; the others, when they look.
        assert!(proves(town.services(), "desk", &secret).await, "{}", town.kind());
        assert!(!proves(town.services(), "desk", &format!("{secret}x")).await);
        let other = second_node(&town.node).await;
        refresh(&other).await.unwrap();
        assert!(proves(&other, "desk", &secret).await);
        // It stands nowhere: neither in what was signed, nor in the trail, nor with the client, nor anywhere else.
        let hash = hash_secret(&town.services().vault, "desk", &SecretString::new(secret.clone()));
        assert_eq!(stored.client.authentication.secret_hash(), Some(&hash));
        let dump = town.node.database.dump().await;
        assert!(dump.contains(hash.as_str()) && !dump.contains(&secret), "{}", town.kind());
        for record in town.trail(&request.id).await {
            assert!(
                !record.body.contains(&secret) && !record.body.contains(hash.as_str()),
                "{}",
                record.body
            );
        }
        assert!(!request.signed.text().contains("csk_"), "{}", request.signed.text());
        assert_eq!(town.steps(&request.id).await, ["request_approved", "request_submitted", "secret_shown"]);
    }
}

#[tokio::test]
async fn who_has_no_secret_makes_none() {
    for town in towns().await {
        let public = register("desk", &json!({ "token_endpoint_auth_method": "none", "require_pkce": true }));
        let request = town.signed("OPS001", "OPS002", public).await;
        assert_eq!(town.seen("OPS001", &request).await, None, "{}", town.kind());
        // It begins to have one, keeps it under another method, and ends it.
        let post = alter("desk", &json!({ "token_endpoint_auth_method": "client_secret_post" }));
        let request = town.signed("OPS001", "OPS002", post).await;
        let secret = town.seen("OPS002", &request).await.expect("its checker may see it too");
        let basic = alter("desk", &json!({ "token_endpoint_auth_method": "client_secret_basic" }));
        let request = town.signed("OPS001", "OPS002", basic).await;
        assert_eq!(town.seen("OPS001", &request).await, None, "the same secret");
        assert!(proves(town.services(), "desk", &secret).await);
        let none = alter("desk", &json!({ "token_endpoint_auth_method": "none", "require_pkce": true }));
        town.signed("OPS001", "OPS002", none).await;
        assert!(!proves(town.services(), "desk", &secret).await);
        let stored = town.stored("desk").await.unwrap();
        assert_eq!(
            (stored.version, stored.client.authentication.secret_hash()),
            (4, None),
            "{}",
            town.kind()
        );
    }
}

#[tokio::test]
async fn a_rotated_secret_is_worth_nothing_from_then_on() {
    for town in towns().await {
        let request = town.signed("OPS001", "OPS002", register("desk", &json!({}))).await;
        let former = town.seen("OPS001", &request).await.unwrap();
        let request = town.asked("OPS002", on("rotate_client_secret", "desk")).await;
        assert!(proves(town.services(), "desk", &former).await, "until it is signed");
        town.approve(&town.actor("OPS001").await, &request).await.unwrap();
        let present = town.seen("OPS002", &request).await.unwrap();
        assert!(!proves(town.services(), "desk", &former).await, "{}", town.kind());
        assert!(proves(town.services(), "desk", &present).await);
        let dump = town.node.database.dump().await;
        assert!(!dump.contains(&former) && !dump.contains(&present), "{}", town.kind());
    }
}

#[tokio::test]
async fn a_delegated_administrator_files_none_of_these() {
    for town in towns().await {
        let (town, _) = town.with_shop().await;
        let maker = town.actor("HKABC1X1").await;
        for draft in [
            register("desk", &json!({})),
            alter(SHOP, &json!({ "client_name": "Mine" })),
            on("rotate_client_secret", SHOP),
            on("delete_client", SHOP),
            on("delete_client", "nothing"),
        ] {
            let refused = findings(town.submit(&maker, draft.clone()).await);
            assert_eq!(
                refused,
                [("client_id".to_owned(), FindingCode::ForOperators)],
                "{} {draft}",
                town.kind()
            );
        }
        // Nor does a maker sign what they asked for, nor an administrator what operators did.
        let request = town.asked("OPS001", alter(SHOP, &json!({ "client_name": "Mine" }))).await;
        for signatory in ["OPS001", "HKABC1Y1"] {
            let signed = town.approve(&town.actor(signatory).await, &request).await;
            assert!(signed.is_err(), "{} {signatory}: {signed:?}", town.kind());
        }
        assert_eq!(town.stored(SHOP).await.unwrap().version, 1);
    }
}

#[tokio::test]
async fn of_two_that_want_a_name_one_gets_it() {
    for town in towns().await {
        let (one, other) = (town.actor("OPS001").await, town.actor("OPS002").await);
        let (one, other) = tokio::join!(
            town.submit(&one, register("desk", &json!({}))),
            town.submit(&other, register("desk", &json!({ "client_name": "Other" }))),
        );
        assert_eq!([&one, &other].iter().filter(|result| result.is_ok()).count(), 1, "{}", town.kind());
        let request = one.or(other).unwrap();
        // Nor does it take what somebody else got meanwhile.
        town.node.add_client(&service_of(town.services(), "desk")).await;
        let decided = town.approve(&town.actor("OPS003").await, &request).await;
        assert!(matches!(decided, Ok(Decided::Conflicted(_))), "{} {decided:?}", town.kind());
        assert_eq!(town.stored("desk").await.unwrap().client.name, "A client");
        assert_eq!(town.seen("OPS003", &request).await, None, "and no secret was made");
    }
}

#[tokio::test]
async fn what_changed_since_is_left_as_it_is() {
    for town in towns().await {
        let (town, shop) = town.with_shop().await;
        for draft in [
            alter(SHOP, &json!({ "redirect_uris": ["https://evil.example/cb"] })),
            on("rotate_client_secret", SHOP),
            on("delete_client", SHOP),
        ] {
            let request = town.asked("OPS001", draft.clone()).await;
            town.node.add_client(&shop).await;
            let before = town.stored(SHOP).await;
            let decided = town.approve(&town.actor("OPS002").await, &request).await;
            assert!(matches!(decided, Ok(Decided::Conflicted(_))), "{} {draft} {decided:?}", town.kind());
            assert_eq!(town.stored(SHOP).await, before, "{draft}");
            assert_eq!(town.seen("OPS001", &request).await, None);
        }
    }
}

#[tokio::test]
async fn one_that_is_deleted_takes_codes_tokens_and_its_name_with_it() {
    for town in towns().await {
        let (town, _) = town.with_shop().await;
        let shop = service_of(town.services(), SHOP);
        town.node.add_client(&shop).await;
        let person = town.person().await;
        let in_flight = town.node.code(&shop, &person, |_| ()).await;
        let access = town.node.access_token(&shop, &person, "openid profile").await;
        let service = town.node.service_token(&shop, "directory").await;
        let other = second_node(&town.node).await;
        crate::keys::maintain(&other).await.unwrap();
        refresh(&other).await.unwrap();
        assert!(crate::userinfo::userinfo(town.services(), &access).await.is_ok());
        assert!(crate::directory::caller::identify(town.services(), &service).await.is_ok());

        town.signed("OPS001", "OPS002", on("delete_client", SHOP)).await;
        let redeem = form(&[
            ("grant_type", "authorization_code"),
            ("code", &in_flight),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
            ("client_id", SHOP),
            ("client_secret", crate::testing::applications::SECRET),
        ]);
        let here = token(town.services(), None, &redeem).await.err().unwrap();
        assert_eq!(here.code(), ErrorCode::InvalidClient, "{}", town.kind());
        // A node that has not looked since still knows the client, and gives it nothing.
        let there = token(&other, None, &redeem).await.err().unwrap();
        assert_eq!(there.code(), ErrorCode::InvalidGrant, "{}", town.kind());
        for node in [town.services(), &other] {
            assert!(crate::userinfo::userinfo(node, &access).await.is_err(), "{}", town.kind());
        }
        assert!(crate::directory::caller::identify(town.services(), &service).await.is_err());
        // Nothing is ever called so again.
        let maker = town.actor("OPS001").await;
        let again = findings(town.submit(&maker, register(SHOP, &json!({}))).await);
        assert_eq!(again, [("client_id".to_owned(), FindingCode::Taken)], "{}", town.kind());
    }
}

#[tokio::test]
async fn what_takes_away_ends_what_was_granted_and_what_does_not_leaves_it() {
    for town in towns().await {
        let (town, shop) = town.with_shop().await;
        let person = town.person().await;
        let alive = async |access: &str| crate::userinfo::userinfo(town.services(), access).await.is_ok();
        let access = town.node.access_token(&shop, &person, "openid profile").await;
        town.signed("OPS001", "OPS002", alter(SHOP, &json!({ "client_name": "The Shop" }))).await;
        assert!(alive(&access).await, "{}", town.kind());
        town.signed("OPS001", "OPS002", alter(SHOP, &json!({ "scope": "openid email" }))).await;
        assert!(!alive(&access).await, "{}", town.kind());
        let access = town.node.access_token(&shop, &person, "openid email").await;
        assert!(alive(&access).await);
        let code = town.node.code(&shop, &person, |code| code.scope = "openid".parse().unwrap()).await;
        town.signed("OPS001", "OPS002", alter(SHOP, &json!({ "status": "DISABLED" }))).await;
        assert!(!alive(&access).await, "{}", town.kind());
        assert!(town.services().clients.get(SHOP).is_none(), "to the protocol it is unknown");
        assert_eq!(town.stored(SHOP).await.unwrap().client.status, ClientStatus::Disabled);
        town.signed("OPS001", "OPS002", alter(SHOP, &json!({ "status": "ENABLED" }))).await;
        assert!(!alive(&access).await, "what ended does not come back");
        let redeem = form(&[
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
            ("client_id", SHOP),
            ("client_secret", crate::testing::applications::SECRET),
        ]);
        let refused = token(town.services(), None, &redeem).await.err().unwrap();
        assert_eq!(refused.code(), ErrorCode::InvalidGrant, "{}", town.kind());
    }
}

#[tokio::test]
async fn the_last_way_in_for_operators_stays() {
    let moved = json!({ "redirect_uris": ["https://desk.example/cb"] });
    for end in [on("delete_client", "second"), on("rotate_client_secret", "second"), alter("second", &moved)]
    {
        for town in towns().await {
            // Of the house itself and running, or none that counts.
            let other = service_of(town.services(), "other");
            for client in [other, console(town.services(), "first"), console(town.services(), "second")] {
                town.node.add_client(&client).await;
            }
            let (one, other) = (
                town.asked("OPS001", on("delete_client", "first")).await,
                town.asked("OPS001", end.clone()).await,
            );
            let checkers = (town.actor("OPS002").await, town.actor("OPS003").await);
            let decided = tokio::join!(town.approve(&checkers.0, &one), town.approve(&checkers.1, &other));
            let decided = [decided.0.unwrap(), decided.1.unwrap()];
            // What only changes the one may come before the other ends, for then nobody is kept out; never after.
            let ended = |decided: &Decided| matches!(decided, Decided::Ended(_));
            let first_is_there = town.stored("first").await.is_some();
            assert_eq!(ended(&decided[0]), !first_is_there, "{}: {decided:?}", town.kind());
            let second_is_new = town.stored("second").await.is_none_or(|stored| stored.version > 1);
            assert_eq!(ended(&decided[1]), second_is_new, "{}: {decided:?}", town.kind());
            if end["kind"] == "delete_client" {
                assert_ne!(first_is_there, town.stored("second").await.is_some(), "{}", town.kind());
            }
            // Whichever is left can neither end nor change what it is reached by.
            if first_is_there {
                town.node
                    .add_client(&Client {
                        status: ClientStatus::Disabled,
                        ..console(town.services(), "second")
                    })
                    .await;
            }
            let left = if first_is_there { "first" } else { "second" };
            let maker = town.actor("OPS001").await;
            for draft in [
                on("delete_client", left),
                on("rotate_client_secret", left),
                alter(left, &json!({ "redirect_uris": ["https://x.example/"] })),
            ] {
                let refused = findings(town.submit(&maker, draft).await);
                assert_eq!(refused, [("client_id".to_owned(), FindingCode::LastConsole)]);
            }
        }
    }
}

#[tokio::test]
async fn the_last_console_keeps_its_secret_though_it_was_not_the_last_when_asked() {
    for town in towns().await {
        for client_id in ["first", "second"] {
            town.node.add_client(&console(town.services(), client_id)).await;
        }
        let moved = json!({ "redirect_uris": ["https://desk.example/cb"] });
        for draft in [on("rotate_client_secret", "second"), alter("second", &moved)] {
            town.node.add_client(&console(town.services(), "first")).await;
            let request = town.asked("OPS001", draft.clone()).await;
            let shut = Client { status: ClientStatus::Disabled, ..console(town.services(), "first") };
            town.node.add_client(&shut).await;
            let decided = town.approve(&town.actor("OPS002").await, &request).await;
            assert!(matches!(decided, Ok(Decided::Conflicted(_))), "{} {draft} {decided:?}", town.kind());
            assert_eq!(town.stored("second").await.unwrap().version, 1, "{draft}");
        }
    }
}

#[tokio::test]
async fn every_change_is_heard_of_by_all_nodes_and_a_refusal_by_none() {
    for town in towns().await {
        let number =
            async || Versions::on(town.services().store.read()).get(Versioned::Clients).await.unwrap();
        let before = number().await;
        let request = town.asked("OPS001", register("desk", &json!({}))).await;
        let checker = town.actor("OPS002").await;
        crate::directory::reject(town.services(), &checker, &request.id, "no", "192.0.2.1", None)
            .await
            .unwrap();
        assert_eq!(number().await, before, "{}", town.kind());
        town.signed("OPS001", "OPS002", register("desk", &json!({}))).await;
        assert!(number().await > before);
    }
}

//! Every field, every finding, and who may ask.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::*;
use crate::directory::business_group::BusinessUserGroup;
use crate::directory::change_request::actions::{Asker, Stand};
use crate::directory::change_request::{Change, Draft, Judged};
use crate::directory::finding::Findings;
use crate::directory::permission::{DaEmails, Office};
use crate::directory::phase::Phase;
use crate::oauth::client::{
    Client, ClientAuthentication, ClientKeys, ClientKind, ClientMetadata, ClientStatus, SubjectType,
};
use crate::secret::TokenHash;

const EC: &str = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";

fn jwks() -> Value {
    json!({ "keys": [{ "kty": "EC", "crv": "P-256", "x": EC, "y": EC, "kid": "1" }] })
}

fn shop() -> Client {
    let secret_hash = TokenHash::from_stored("hash of the shop".into());
    Client {
        redirect_uris: vec!["https://shop.example/cb".into()],
        scope: "openid profile".parse().unwrap(),
        ..Client::new("shop", "Shop", ClientAuthentication::ClientSecretBasic { secret_hash })
    }
}

/// What one test knows.
struct World {
    office: Office,
    client: Option<Client>,
    was_there: bool,
    another_console: bool,
}

fn world(client: Option<Client>) -> World {
    World { office: Office::Operator, client, was_there: false, another_console: true }
}

impl World {
    fn judge(&self, draft: &Value) -> (Option<Judged>, Vec<(String, Value)>) {
        let groups: BTreeSet<BusinessUserGroup> = ["11".parse().unwrap()].into();
        let stand = Stand { phase: Phase::PreParallel, da_emails: DaEmails::Open };
        let asker = Asker { office: self.office, stand };
        let facts = ClientFacts {
            client: self.client.as_ref(),
            version: 7,
            was_there: self.was_there,
            another_console: self.another_console,
            groups: &groups,
            callable: &|uri| !uri.contains("//10."),
        };
        let mut findings = Findings::default();
        let judged = match &serde_json::from_value(draft.clone()).unwrap() {
            Draft::RegisterClient(draft) => judge_registration(asker, &facts, draft, "drawn", &mut findings),
            Draft::ChangeClient(draft) => judge_change(asker, &facts, draft, &mut findings),
            Draft::RotateClientSecret(_) => judge_rotation(asker, &facts, &mut findings),
            Draft::DeleteClient(_) => judge_deletion(asker, &facts, &mut findings),
            _ => unreachable!("a relying party's draft"),
        };
        let said = findings.into_vec().into_iter().map(|finding| {
            let code = serde_json::to_value(&finding.code).unwrap();
            (finding.field, code)
        });
        (judged, said.collect())
    }

    /// What stands in the way, as field and code.
    fn refused(&self, draft: &Value) -> Vec<(String, String)> {
        let code = |code: &Value| match code["flaw"].as_str() {
            Some(flaw) => flaw.to_owned(),
            None => code["code"].as_str().unwrap().to_owned(),
        };
        self.judge(draft).1.iter().map(|(field, said)| (field.clone(), code(said))).collect()
    }

    fn judged(&self, draft: &Value) -> Judged {
        let (judged, said) = self.judge(draft);
        assert_eq!(said, [], "{draft}");
        judged.unwrap()
    }
}

fn registration(further: &Value) -> Value {
    let mut fields = json!({
        "client_name": "Desk", "token_endpoint_auth_method": "client_secret_basic", "scope": "openid",
        "redirect_uris": ["https://desk.example/cb"]
    });
    let fields_of = fields.as_object_mut().unwrap();
    for (name, value) in further.as_object().unwrap() {
        fields_of.insert(name.clone(), value.clone());
    }
    json!({ "kind": "register_client", "client_id": "desk", "fields": fields })
}

fn change(fields: &Value) -> Value {
    json!({ "kind": "change_client", "client_id": "shop", "fields": fields })
}

fn one(field: &str, code: &str) -> Vec<(String, String)> {
    vec![(field.to_owned(), code.to_owned())]
}

#[test]
fn a_new_one_is_shown_whole_and_its_secret_is_not() {
    let judged =
        world(None).judged(&registration(&json!({ "grant_types": ["refresh_token", "authorization_code"] })));
    assert_eq!(judged.subject.target.to_string(), "client:desk");
    assert_eq!(judged.subject.version, 0);
    let shown: serde_json::Map<_, _> =
        judged.subject.difference.iter().map(|field| (field.field.clone(), field.after.clone())).collect();
    assert_eq!(shown["client_secret"], "new");
    assert_eq!(shown["require_pkce"], true, "the safest choice, and said");
    assert_eq!(shown["grant_types"], json!(["authorization_code", "refresh_token"]));
    assert_eq!(shown["status"], "ENABLED");
    assert!(judged.subject.difference.iter().all(|field| field.before.is_null()));
    let Change::RegisterClient(signed) = judged.change else { panic!() };
    let written = serde_json::to_value(Change::RegisterClient(signed.clone())).unwrap();
    assert_eq!(written["kind"], "register_client");
    assert_eq!(serde_json::from_value::<Change>(written).unwrap(), Change::RegisterClient(signed.clone()));
    let mut findings = Findings::default();
    let made = signed.fields.onto(&blank("desk"), &TokenHash::from_stored("x".into()), &mut findings);
    assert_eq!((made.check(), findings.as_slice().len()), (Ok(()), 0));
    assert_eq!(made.authentication.secret_hash(), Some(&TokenHash::from_stored("x".into())));
    assert_eq!(
        world(None)
            .judged(&{
                let mut draft = registration(&json!({}));
                draft.as_object_mut().unwrap().remove("client_id");
                draft
            })
            .subject
            .target
            .name,
        "drawn"
    );
}

#[test]
fn a_name_is_plain_free_and_never_had() {
    for name in
        ["", " ", "a b", "a/b", "a:b", "é", "..", "-", "0123456789abcdef0123456789abcdef", &"x".repeat(65)]
    {
        let mut draft = registration(&json!({}));
        draft["client_id"] = name.into();
        assert_eq!(world(None).refused(&draft), one("client_id", "not_a_client_id"), "{name:?}");
    }
    let taken = World { was_there: true, ..world(None) };
    assert_eq!(taken.refused(&registration(&json!({}))), one("client_id", "taken"));
    assert_eq!(world(Some(shop())).refused(&registration(&json!({}))), one("client_id", "taken"));
    let nothing = json!({ "kind": "register_client", "fields": {} });
    let missing = ["client_name", "token_endpoint_auth_method", "scope", "redirect_uris"];
    let missing: Vec<_> = missing.iter().map(|field| ((*field).to_owned(), "required".to_owned())).collect();
    assert_eq!(world(None).refused(&nothing), missing);
}

#[test]
#[expect(clippy::too_many_lines, reason = "one table of every field")]
fn every_field_says_what_is_wrong_with_it() {
    let long = format!("https://desk.example/{}", "x".repeat(2_000));
    let cases = [
        (json!({ "client_name": " " }), "client_name", "required"),
        (json!({ "client_name": "A\u{202e}B" }), "client_name", "not_text"),
        (json!({ "client_name": "<b>" }), "client_name", "not_text"),
        (json!({ "client_name": "x".repeat(201) }), "client_name", "too_long"),
        (json!({ "status": "GONE" }), "status", "unknown"),
        (json!({ "application_type": "desktop" }), "application_type", "unknown"),
        (json!({ "redirect_uris": [] }), "redirect_uris", "required"),
        (
            json!({ "redirect_uris": ["https://a.example/", "javascript:alert(1)"] }),
            "redirect_uris[1]",
            "not_https",
        ),
        (json!({ "redirect_uris": ["data:text/html,x"] }), "redirect_uris[0]", "not_https"),
        (json!({ "redirect_uris": ["myapp:/cb"] }), "redirect_uris[0]", "not_https"),
        (json!({ "redirect_uris": ["https://u:p@desk.example/"] }), "redirect_uris[0]", "credentials"),
        (json!({ "redirect_uris": ["http://[2001:db8::1]/"] }), "redirect_uris[0]", "not_https"),
        (json!({ "redirect_uris": ["https://desk.example/#x"] }), "redirect_uris[0]", "fragment"),
        (json!({ "redirect_uris": ["https://*.example/"] }), "redirect_uris[0]", "wildcard"),
        (json!({ "redirect_uris": ["/cb"] }), "redirect_uris[0]", "not_absolute"),
        (json!({ "redirect_uris": ["https://Desk.example/"] }), "redirect_uris[0]", "not_plain"),
        (json!({ "redirect_uris": [long] }), "redirect_uris[0]", "too_long"),
        (json!({ "redirect_uris": vec!["https://a.example/"; 21] }), "redirect_uris", "too_many"),
        (json!({ "redirect_uris": vec!["https://a.example/"; 2] }), "redirect_uris[1]", "repeated"),
        (
            json!({ "post_logout_redirect_uris": ["javascript:x"] }),
            "post_logout_redirect_uris[0]",
            "not_https",
        ),
        (json!({ "backchannel_logout_uri": "ftp://desk.example/" }), "backchannel_logout_uri", "not_https"),
        (
            json!({ "backchannel_logout_uri": "https://10.0.0.1/" }),
            "backchannel_logout_uri",
            "private_address",
        ),
        (
            json!({ "backchannel_logout_session_required": true }),
            "backchannel_logout_session_required",
            "not_applicable",
        ),
        (json!({ "token_endpoint_auth_method": "tls_client_auth" }), "token_endpoint_auth_method", "unknown"),
        (json!({ "token_endpoint_auth_method": "private_key_jwt" }), "jwks", "required"),
        (json!({ "jwks": jwks() }), "jwks", "not_applicable"),
        (json!({ "jwks_uri": "https://desk.example/jwks" }), "jwks_uri", "not_applicable"),
        (
            json!({ "token_endpoint_auth_method": "private_key_jwt", "jwks": { "keys": [] } }),
            "jwks",
            "not_a_key_set",
        ),
        (
            json!({
                "token_endpoint_auth_method": "private_key_jwt", "jwks": jwks(),
                "jwks_uri": "https://desk.example/jwks"
            }),
            "jwks_uri",
            "not_applicable",
        ),
        (
            json!({ "token_endpoint_auth_method": "private_key_jwt", "jwks_uri": "https://10.0.0.1/jwks" }),
            "jwks_uri",
            "private_address",
        ),
        (
            json!({ "token_endpoint_auth_method": "private_key_jwt", "jwks_uri": "javascript:x" }),
            "jwks_uri",
            "not_https",
        ),
        (json!({ "grant_types": [] }), "grant_types", "required"),
        (json!({ "grant_types": ["implicit"] }), "grant_types", "unknown"),
        (json!({ "grant_types": ["password"] }), "grant_types", "unknown"),
        (json!({ "grant_types": ["client_credentials", "refresh_token"] }), "grant_types", "required"),
        (
            json!({
                "token_endpoint_auth_method": "none", "grant_types": ["authorization_code", "client_credentials"]
            }),
            "grant_types",
            "not_applicable",
        ),
        (json!({ "scope": "openid root" }), "scope", "unknown"),
        (json!({ "resources": ["api"] }), "resources[0]", "not_absolute"),
        (json!({ "resources": ["https://api.example/#x"] }), "resources[0]", "fragment"),
        (
            json!({ "token_endpoint_auth_method": "none", "require_pkce": false }),
            "require_pkce",
            "not_applicable",
        ),
        (json!({ "id_token_signed_response_alg": "none" }), "id_token_signed_response_alg", "unknown"),
        (json!({ "id_token_signed_response_alg": "HS256" }), "id_token_signed_response_alg", "unknown"),
        (json!({ "subject_type": "hidden" }), "subject_type", "unknown"),
        (json!({ "sector_identifier": "desk.example" }), "sector_identifier", "not_applicable"),
        (
            json!({ "subject_type": "pairwise", "sector_identifier": "desk.example/x" }),
            "sector_identifier",
            "not_plain",
        ),
        (
            json!({ "subject_type": "pairwise", "redirect_uris": ["https://a.example/", "https://b.example/"] }),
            "sector_identifier",
            "required",
        ),
        (json!({ "access_levels": { "everything": ["EE"] } }), "access_levels", "unknown_access_level"),
        (
            json!({ "access_levels": { "security_management": ["MK"] } }),
            "access_levels",
            "unknown_access_level",
        ),
        (
            json!({ "access_levels": { "security_management": ["CK"] } }),
            "access_levels",
            "unknown_access_level",
        ),
        (json!({ "business_user_groups": ["1"] }), "business_user_groups", "unknown_group"),
        (json!({ "business_user_groups": ["99"] }), "business_user_groups", "unknown_group"),
    ];
    for (fields, field, code) in cases {
        assert!(
            world(None).refused(&registration(&fields)).contains(&(field.to_owned(), code.to_owned())),
            "{fields}: {:?}",
            world(None).refused(&registration(&fields))
        );
    }
    // A private key in a form is told as what it is, and repeated nowhere.
    let mut private = jwks();
    private["keys"][0]["d"] = EC.into();
    let draft = registration(&json!({ "token_endpoint_auth_method": "private_key_jwt", "jwks": private }));
    assert!(world(None).refused(&draft).contains(&("jwks".to_owned(), "private_key".to_owned())));
}

#[test]
fn fields_have_the_types_that_they_have() {
    for fields in [
        json!({ "client_secret": "mine" }),
        json!({ "name": "x" }),
        json!({ "client_name": null }),
        json!({ "redirect_uris": "https://a.example/" }),
        json!({ "require_pkce": "no" }),
    ] {
        assert!(serde_json::from_value::<Draft>(change(&fields)).is_err(), "{fields}");
    }
}

#[test]
fn a_change_is_shown_field_by_field() {
    let judged = world(Some(shop())).judged(&change(&json!({
        "client_name": "The Shop", "redirect_uris": ["https://shop.example/cb", "http://127.0.0.1:9/cb"]
    })));
    let names: Vec<_> = judged.subject.difference.iter().map(|field| field.field.as_str()).collect();
    assert_eq!(names, ["client_name", "redirect_uris"]);
    assert_eq!(judged.subject.version, 7);
    let same = change(&json!({ "client_name": "Shop", "status": "ENABLED" }));
    assert_eq!(world(Some(shop())).refused(&same), one("fields", "nothing_changes"));
    assert_eq!(world(None).refused(&same), one("client_id", "not_found"));
}

#[test]
fn another_method_brings_or_ends_a_secret() {
    let secret_of = |client: Client, fields: Value| {
        let judged = world(Some(client)).judged(&change(&fields));
        let secret = judged.subject.difference.iter().find(|field| field.field == "client_secret");
        secret.map(|field| (field.before.clone(), field.after.clone()))
    };
    let public = Client { authentication: ClientAuthentication::None, ..shop() };
    let post = json!({ "token_endpoint_auth_method": "client_secret_post" });
    assert_eq!(secret_of(shop(), post.clone()), None, "the same secret, presented otherwise");
    assert_eq!(secret_of(public, post), Some((json!(null), json!("new"))));
    let keys = json!({ "token_endpoint_auth_method": "private_key_jwt", "jwks": jwks() });
    assert_eq!(secret_of(shop(), keys), Some((json!("former"), json!(null))));
}

#[test]
fn keys_are_in_one_place() {
    let with_keys = {
        let mut findings = Findings::default();
        let fields: ClientDraft = serde_json::from_value(
            json!({ "token_endpoint_auth_method": "private_key_jwt", "jwks": jwks() }),
        )
        .unwrap();
        let fields = fields.parse(&mut findings);
        fields.onto(&shop(), &TokenHash::from_stored(String::new()), &mut findings)
    };
    let moved =
        world(Some(with_keys.clone())).judged(&change(&json!({ "jwks_uri": "https://shop.example/jwks" })));
    let names: Vec<_> = moved.subject.difference.iter().map(|field| field.field.as_str()).collect();
    assert_eq!(names, ["jwks", "jwks_uri"]);
    let emptied = change(&json!({ "jwks": null }));
    assert_eq!(
        world(Some(with_keys.clone())).refused(&emptied)[0],
        ("jwks".to_owned(), "required".to_owned())
    );
    let kept = world(Some(with_keys)).judged(&change(&json!({ "client_name": "S", "jwks_uri": null })));
    assert_eq!(kept.subject.difference.len(), 1);
}

#[test]
fn what_can_end_or_change_its_secret() {
    for kind in ["rotate_client_secret", "delete_client"] {
        let draft = json!({ "kind": kind, "client_id": "shop" });
        let judged = world(Some(shop())).judged(&draft);
        assert_eq!(judged.change.kind(), kind);
        assert!(!judged.subject.difference.is_empty(), "{kind}");
        assert_eq!(world(None).refused(&draft), one("client_id", "not_found"));
    }
    let public = Client { authentication: ClientAuthentication::None, ..shop() };
    let rotate = json!({ "kind": "rotate_client_secret", "client_id": "shop" });
    assert_eq!(world(Some(public)).refused(&rotate), one("client_id", "not_applicable"));
}

#[test]
fn the_last_console_stays() {
    let console = Client {
        scope: "openid directory".parse().unwrap(),
        kind: ClientKind::FirstParty,
        redirect_uris: vec!["https://shop.example/cb".into(), "https://shop.example/2".into()],
        ..shop()
    };
    let alone = World { another_console: false, ..world(Some(console.clone())) };
    for draft in [
        json!({ "kind": "delete_client", "client_id": "shop" }),
        change(&json!({ "status": "DISABLED" })),
        change(&json!({ "scope": "openid" })),
        change(&json!({ "redirect_uris": ["https://shop.example/cb", "https://shop.example/3"] })),
        change(&json!({ "token_endpoint_auth_method": "client_secret_post" })),
        change(&json!({ "token_endpoint_auth_method": "private_key_jwt", "jwks": jwks() })),
        json!({ "kind": "rotate_client_secret", "client_id": "shop" }),
    ] {
        assert_eq!(alone.refused(&draft), one("client_id", "last_console"), "{draft}");
        world(Some(console.clone())).judged(&draft);
    }
    let given_away = alone.refused(&change(&json!({ "first_party": false })));
    assert!(given_away.contains(&("client_id".into(), "last_console".into())), "{given_away:?}");
    let three = ["https://shop.example/3", "https://shop.example/2", "https://shop.example/cb"];
    alone.judged(&change(&json!({ "client_name": "Console", "redirect_uris": three })));
    // Other keys, and another place of them.
    let authentication = ClientAuthentication::PrivateKeyJwt { keys: ClientKeys::Jwks(jwks()) };
    let with_keys = World { client: Some(Client { authentication, ..console }), ..alone };
    let mut other = jwks();
    other["keys"][0]["kid"] = "2".into();
    for fields in [json!({ "jwks": other }), json!({ "jwks_uri": "https://shop.example/jwks" })] {
        assert_eq!(with_keys.refused(&change(&fields)), one("client_id", "last_console"), "{fields}");
    }
}

#[test]
fn who_reaches_the_management_api_is_the_houses_own_or_only_looks() {
    let looks = json!({ "security_management": ["EE"] });
    let service = json!({ "scope": "directory", "grant_types": ["client_credentials"], "redirect_uris": [] });
    let with = |further: Value| {
        let mut fields = service.clone();
        fields.as_object_mut().unwrap().extend(further.as_object().unwrap().clone());
        world(None).refused(&registration(&fields))
    };
    assert_eq!(with(json!({})), one("access_levels", "required"));
    assert_eq!(with(json!({ "access_levels": looks })), one("scope", "reads_everything"));
    let people = json!({
        "grant_types": ["authorization_code"], "redirect_uris": ["https://desk.example/cb"], "first_party": true
    });
    let through = [("scope", "administers_through"), ("first_party", "asks_no_consent")];
    let through = through.map(|(field, code)| (field.to_owned(), code.to_owned()));
    assert_eq!(with(people.clone()), through);
    assert!(world(None).judge(&registration(&people)).0.is_some());
    let refused = |field: &str, value: Value, finding: (&str, &str)| {
        let mut fields = people.clone();
        fields[field] = value;
        let said = with(fields);
        assert!(said.contains(&(finding.0.to_owned(), finding.1.to_owned())), "{field}: {said:?}");
    };
    refused("first_party", json!(false), ("first_party", "required"));
    refused("token_endpoint_auth_method", json!("none"), ("token_endpoint_auth_method", "not_applicable"));
    let both = json!(["authorization_code", "client_credentials"]);
    refused("grant_types", both, ("grant_types", "not_applicable"));
    // Said where it becomes so, and not ever after.
    let console = Client { kind: ClientKind::FirstParty, scope: "directory".parse().unwrap(), ..shop() };
    world(Some(console)).judged(&change(&json!({ "client_name": "Console" })));
}

#[test]
fn only_operators_ask_and_others_learn_nothing() {
    for client in [None, Some(shop())] {
        let world = World { office: Office::DelegatedAdministrator, ..world(client) };
        for draft in [
            registration(&json!({ "scope": "root" })),
            change(&json!({ "client_name": "x" })),
            json!({ "kind": "rotate_client_secret", "client_id": "shop" }),
            json!({ "kind": "delete_client", "client_id": "shop" }),
        ] {
            assert_eq!(world.refused(&draft), one("client_id", "for_operators"), "{draft}");
            assert_eq!(world.judge(&draft).0, None);
        }
    }
}

/// What is done to a client.
type Edit = fn(&mut Client);

#[test]
fn what_takes_away_ends_what_was_granted() {
    let before = Client { resources: vec!["https://api.example".into()], ..shop() };
    let cases: [(&str, Edit, bool); 11] = [
        ("nothing", |_| (), false),
        ("name", |client| client.name = "S".into(), false),
        ("further redirect", |client| client.redirect_uris.push("https://s.example/".into()), false),
        ("further scope", |client| client.scope = "openid profile email".parse().unwrap(), false),
        ("status", |client| client.status = ClientStatus::Disabled, true),
        ("scope", |client| client.scope = "openid".parse().unwrap(), true),
        ("grants", |client| client.grant_types.clear(), true),
        ("resources", |client| client.resources.clear(), true),
        ("redirect", |client| client.redirect_uris[0].push('2'), true),
        ("subject", |client| client.subject_type = SubjectType::Pairwise { sector_identifier: None }, true),
        ("method", |client| client.authentication = ClientAuthentication::None, true),
    ];
    for (what, edit, expected) in cases {
        let mut after = before.clone();
        edit(&mut after);
        assert_eq!(narrowed(&before, &after), expected, "{what}");
    }
    assert_eq!(ClientMetadata::from(&before).resources, before.resources);
}

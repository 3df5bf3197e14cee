//! The seed: complete, usable, repeatable, and never on somebody else's database.

use std::collections::BTreeSet;
use std::path::Path;

use countersign_core::directory::business_group::TerminalFunction;
use countersign_core::directory::clearing_house::ClearingHouse;
use countersign_core::directory::phase::Phase;
use countersign_core::directory::profile::UserKind;
use countersign_core::directory::user_id::{UserIdGrammar, UserIdPolicy};
use countersign_core::journey::otp::TotpSecret;
use countersign_core::secret::SecretString;
use countersign_service::{Purpose, Services};
use countersign_store::{
    Clients, Groups, Passwords, Phases, Policies, Profiles, SecondFactors, Versioned, Versions,
};

use super::addresses::Addresses;
use super::cast::cast;
use super::credentials::{Credentials, State};
use super::crowd::{MOST, crowd};
use super::data::DataDirectory;
use super::{configuration, groups, seed};
use crate::cli::Ports;
use crate::node;

const PORTS: Ports = Ports {
    issuer: 18080,
    dms: 18082,
    ccms: 18083,
    settlement_agent: 18084,
    mail: 18025,
    smtp: 11025,
    console: 18081,
    card_agent: 18085,
};

async fn start(path: &Path, ports: Ports, further: usize) -> (Services, anyhow::Result<Credentials>) {
    let addresses = Addresses::new(ports);
    let data = DataDirectory::open(path).unwrap();
    let config = configuration(&data, &addresses).unwrap();
    let services = node::services(&config, node::connect(&config).await.unwrap()).unwrap();
    let credentials = seed::prepare(&services, &data, &addresses, Phase::ParallelRun, further).await;
    (services, credentials)
}

#[tokio::test]
async fn everyone_who_should_be_there_is_and_can_log_in() {
    let directory = tempfile::tempdir().unwrap();
    let (services, credentials) = start(directory.path(), PORTS, 5).await;
    let credentials = credentials.unwrap();
    for user_id in
        ["HKABC1X1", "HKABC1X2", "HKABC101", "HKABC102", "HKABC103", "HKABC1SA", "HKABC104", "HKABC105"]
            .into_iter()
            .chain([
                "HKDEFX11", "HKDEFX12", "HKDEF101", "B01234X1", "B01234X2", "B0123401", "OPS001", "OPS003",
            ])
    {
        assert!(credentials.user(user_id).is_some(), "{user_id}");
    }
    for user in &credentials.users {
        let profile =
            Profiles::on(services.store.read()).find_by_user_id(&user.user_id).await.unwrap().unwrap();
        assert_eq!(profile.email, user.email);
        assert_eq!(profile.enabled, user.state != State::Disabled);
        assert_eq!(profile.settlement_agent.as_deref(), (user.user_id == "HKABC1SA").then_some("SAG"));
        let set_up = SecondFactors::on(services.store.read()).find(&profile.id).await.unwrap();
        let sealed = set_up.soft_token.map(|token| token.secret_sealed);
        let secret = sealed.map(|sealed| {
            let bound = profile.id.as_str().as_bytes();
            let bytes = services.vault.open(Purpose::SoftToken, bound, &sealed).unwrap();
            TotpSecret::from_bytes(bytes.to_vec()).unwrap().to_base32().expose().to_owned()
        });
        assert_eq!(secret, user.totp_secret, "{}", user.user_id);
    }
    let phases = Phases::on(services.store.read()).current().await.unwrap();
    assert_eq!(phases.of(ClearingHouse::Hkscc), Phase::ParallelRun);
}

#[tokio::test]
async fn passwords_are_right_and_the_crowd_shares_one_hash() {
    let directory = tempfile::tempdir().unwrap();
    let (services, credentials) = start(directory.path(), PORTS, 3).await;
    let credentials = credentials.unwrap();
    let phc = async |user_id: &str| {
        Passwords::on(services.store.read())
            .credential(user_id)
            .await
            .unwrap()
            .unwrap()
            .password
            .map(|password| password.phc.expose().to_owned())
    };
    for user_id in ["HKABC101", "HKQ00100"] {
        let password = credentials.user(user_id).unwrap().password.clone().unwrap();
        let stored = phc(user_id).await;
        assert!(services.hasher.verify(&SecretString::new(password), stored.as_deref()).await.unwrap());
    }
    assert_eq!(phc("HKQ00100").await, phc("HKQ00102").await);
    assert_eq!(phc("HKABC102").await, None);
}

#[tokio::test]
async fn a_second_start_keeps_everything_and_follows_moved_ports() {
    let directory = tempfile::tempdir().unwrap();
    let first = start(directory.path(), PORTS, 2).await.1.unwrap();
    let second = start(directory.path(), PORTS, 50).await.1.unwrap();
    assert_eq!(first, second);

    let (services, moved) = start(directory.path(), Ports { dms: 28082, ..PORTS }, 0).await;
    let moved = moved.unwrap();
    assert_eq!(moved.users, first.users);
    let (before, after) = (first.client("dms").unwrap(), moved.client("dms").unwrap());
    assert_eq!(before.client_secret, after.client_secret);
    assert_eq!(after.redirect_uris, ["http://localhost:28082/callback"]);
    let stored = Clients::on(services.store.read()).all().await.unwrap();
    assert!(stored.iter().any(|client| client.allows_redirect("http://localhost:28082/callback")));
}

#[tokio::test]
async fn a_crash_around_the_commit_loses_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let first = start(directory.path(), PORTS, 0).await.1.unwrap();
    let file = directory.path().join("credentials.json");
    // Committed, but the draft was not published yet.
    std::fs::rename(&file, directory.path().join("credentials.json.new")).unwrap();
    let again = start(directory.path(), PORTS, 0).await.1.unwrap();
    assert_eq!(first, again);
    assert!(file.exists());

    // A draft of a seed that was never committed is of no account.
    let fresh = tempfile::tempdir().unwrap();
    std::fs::copy(&file, fresh.path().join("credentials.json.new")).unwrap();
    let other = start(fresh.path(), PORTS, 0).await.1.unwrap();
    assert_ne!(first.users, other.users);

    std::fs::remove_file(&file).unwrap();
    let lost = start(directory.path(), PORTS, 0).await.1.unwrap_err();
    assert!(lost.to_string().contains("credentials.json is missing"), "{lost}");
}

#[tokio::test]
async fn somebody_elses_database_is_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let data = DataDirectory::open(directory.path()).unwrap();
    let config = configuration(&data, &Addresses::new(PORTS)).unwrap();
    let store = node::connect(&config).await.unwrap();
    let services = node::services(&config, store).unwrap();
    countersign_service::keys::maintain(&services).await.unwrap();
    let refused = start(directory.path(), PORTS, 0).await.1.unwrap_err();
    assert!(refused.to_string().contains("belongs to an installation"), "{refused}");
}

#[tokio::test]
async fn commands_go_by_the_policies_that_operators_signed() {
    let directory = tempfile::tempdir().unwrap();
    let data = DataDirectory::open(directory.path()).unwrap();
    let config = configuration(&data, &Addresses::new(PORTS)).unwrap();
    let services = node::services(&config, node::connect(&config).await.unwrap()).unwrap();
    let tx = services.store.begin().await.unwrap();
    let signed = serde_json::json!(3);
    let now = services.now();
    assert!(Policies::put(&tx, "requests.days_to_sign", Some(&signed), 0, now).await.unwrap());
    Versions::on(tx.connection()).bump(Versioned::Policies).await.unwrap();
    tx.commit().await.unwrap();
    let command = node::for_command(&config).await.unwrap();
    assert_eq!(command.policy.requests.days_to_sign, 3);
}

#[test]
fn every_user_id_follows_the_grammar_and_is_there_once() {
    let grammar = UserIdGrammar::try_from(&UserIdPolicy::default()).unwrap();
    let mut seen = BTreeSet::new();
    for (firm, people) in cast().into_iter().chain(crowd(2_000)) {
        for person in people {
            grammar.check(&person.user_id, firm.house, person.kind).unwrap();
            assert!(seen.insert(person.user_id.clone()), "{}", person.user_id);
        }
    }
}

#[tokio::test]
async fn the_guide_tells_what_is_there_from_what_is_not_there_yet() {
    let directory = tempfile::tempdir().unwrap();
    let credentials = start(directory.path(), PORTS, 0).await.1.unwrap();
    let guide = super::guide::guide(&Addresses::new(PORTS), &credentials, "credentials.json");
    for line in guide.lines().filter(|line| line.contains("http")) {
        let reserved = line.contains(":18081") || line.contains("127.0.0.1:18085");
        assert_eq!(line.contains("nothing listens there"), reserved, "{line}");
    }
    assert_eq!(guide.matches("nothing listens there").count(), 2);
    assert!(guide.contains(&credentials.user("HKABC103").unwrap().password.clone().unwrap()));
}

#[tokio::test]
async fn the_groups_are_those_of_the_terminal_and_everyone_holds_some_of_them() {
    let directory = tempfile::tempdir().unwrap();
    let (services, credentials) = start(directory.path(), PORTS, 1).await;
    credentials.unwrap();
    let stored = Groups::on(services.store.read()).all().await.unwrap();
    let terminal = ccms_terminal::FunctionTable::shipped().unwrap();

    let slugs: Vec<&str> = terminal.functions.iter().map(|function| function.slug.as_str()).collect();
    let functions: Vec<&str> = TerminalFunction::ALL.iter().map(|function| function.as_str()).collect();
    assert_eq!(slugs, functions);

    assert_eq!(stored.len(), terminal.groups.len());
    for group in &stored {
        let definition = &group.definition;
        let granted = terminal.granted_to(&[definition.code.as_str()]);
        let granted: BTreeSet<&str> = granted.iter().map(|granted| granted.function.slug.as_str()).collect();
        let ours: BTreeSet<&str> = definition.functions.iter().map(|function| function.as_str()).collect();
        assert_eq!(ours, granted, "{}", definition.code);
        let named = terminal.groups.iter().find(|named| named.code == definition.code.as_str());
        assert_eq!(named.unwrap().name, definition.name.en.as_str());
    }

    let codes: BTreeSet<&str> = groups::shipped().iter().map(|line| line.code).collect();
    for person in cast().into_iter().chain(crowd(1)).flat_map(|(_, people)| people) {
        let held = person.capabilities.business_user_groups;
        assert_eq!(held.is_empty(), person.kind != UserKind::BusinessUser, "{}", person.user_id);
        assert!(held.iter().all(|group| codes.contains(group.as_str())), "{}", person.user_id);
    }
}

#[test]
fn the_crowd_is_as_large_as_asked_for() {
    for count in [0, 1, 399, 400, 401, 3_000] {
        let people: usize = crowd(count).iter().map(|(_, people)| people.len()).sum();
        assert_eq!(people, count);
    }
    let last = crowd(MOST).pop().unwrap().1.pop().unwrap();
    assert_eq!(last.user_id, "HKQZZ499");
}

#[test]
fn only_its_owner_may_read_the_data() {
    use std::os::unix::fs::PermissionsExt as _;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("data");
    let data = DataDirectory::open(&path).unwrap();
    let credentials = Credentials { issuer: String::new(), users: Vec::new(), clients: Vec::new() };
    data.write_draft(&credentials).unwrap();
    data.publish_draft().unwrap();
    let mode = |file: &Path| std::fs::metadata(file).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o700);
    assert_eq!(mode(&path.join("master.key")), 0o600);
    assert_eq!(mode(&data.credentials_path()), 0o600);
}

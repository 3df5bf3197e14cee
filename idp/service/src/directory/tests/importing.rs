//! A user list from the command line: one request like any other, and nothing but a request.

use std::sync::Arc;

use countersign_core::directory::change_request::ChangeRequest;
use countersign_core::directory::clearing_house::ClearingHouse;
use countersign_core::directory::permission::Office;
use countersign_core::directory::phase::Phase;
use countersign_core::mail::News;
use countersign_core::oauth::acr::Acr;
use countersign_store::{ChangeRequests, RequestFilter};

use super::*;
use crate::directory::import::{ImportError, Imported, Mode, Remark, What, import};
use crate::directory::{CheckerEntry, DecideError, Decided, OnScreenError, adopt, approve_on_screen, reject};
use crate::testing::nodes;
use crate::testing::town::{HERE, towns};
use countersign_core::directory::actor::Scope;
use countersign_core::directory::batch_file::Fault;
use countersign_core::directory::signatures::Refusal;
use countersign_core::secret::SecretString;

const HEADER: &str =
    "user_id,clearing_house,participant,surname,other_names,email,business_user_groups,access_levels";

fn list(lines: &[&str]) -> Vec<u8> {
    [&[HEADER], lines].concat().join("\r\n").into_bytes()
}

async fn file(town: &Town, maker: &str, list: &[u8], mode: Mode) -> Result<Imported, ImportError> {
    import(town.services(), maker, list, Some("the list of November".to_owned()), mode).await
}

#[track_caller]
fn refused(result: Result<Imported, ImportError>) -> Vec<(Option<u64>, String, What)> {
    match result {
        Err(ImportError::Refused(remarks)) => {
            remarks.into_iter().map(|Remark { line, column, what }| (line, column, what)).collect()
        }
        other => panic!("not refused: {other:?}"),
    }
}

async fn waiting(town: &Town) -> Vec<countersign_core::ids::RequestId> {
    let requests = ChangeRequests::on(town.services().store.read());
    let everything = Scope::of_the_installation();
    let all = requests.list(&everything, &RequestFilter::default(), None, 100).await.unwrap();
    all.into_iter().map(|listed| listed.id().clone()).collect()
}

async fn request(town: &Town, imported: &Imported) -> ChangeRequest {
    let everything = Scope::of_the_installation();
    let requests = ChangeRequests::on(town.services().store.read());
    requests.find(&everything, imported.request.as_ref().unwrap()).await.unwrap().unwrap()
}

/// The request, once its maker has adopted it.
async fn adopted(town: &Town, imported: &Imported) -> ChangeRequest {
    let request = request(town, imported).await;
    let maker = town.actor(&request.maker.user_id).await;
    adopt(town.services(), &maker, &request.id, request.signed.hash(), HERE, None).await.unwrap()
}

#[tokio::test]
async fn an_operators_list_waits_for_another_operator_and_then_is_there() {
    for town in towns().await {
        town.node.set_phase(Phase::PreParallel).await;
        let list = list(&[
            "HKABC201,HKCC,ABC,CHAN,Tai Man,chan@abc.example,11 12,",
            "HKABC1X9,HKCC,ABC,WONG,,,,EE MK",
            "hkdef201,HKCC,DEF,\"LEE, Jr\",,,,",
        ]);
        let tried = file(&town, "OPS001", &list, Mode::DryRun).await.unwrap();
        assert_eq!(tried.request, None);
        assert!(waiting(&town).await.is_empty() && town.mail().await.is_empty(), "{}", town.kind());
        let filed = file(&town, "ops001", &list, Mode::File).await.unwrap();
        assert_eq!(filed.census, tried.census);
        let counts: Vec<_> =
            filed.census.profiles.iter().map(|((at, kind), n)| (at.to_string(), *kind, *n)).collect();
        let expected = [
            ("HKCC/ABC".to_owned(), "business_user", 1),
            ("HKCC/ABC".to_owned(), "delegated_administrator", 1),
            ("HKCC/DEF".to_owned(), "business_user", 1),
        ];
        assert_eq!(counts, expected);
        assert_eq!((filed.census.with_email, filed.census.with_card), (1, 0));

        let request = request(&town, &filed).await;
        assert_eq!(request.maker.session, None);
        assert!(town.record("HKABC201").await.is_none(), "only asked for");
        let mails = town.mail().await;
        assert!(
            matches!(mails.as_slice(), [(to, mail)] if to.starts_with("ops001")
            && matches!(mail.news, News::RequestFiledForYou { .. })),
            "{mails:?}"
        );
        let trail = town.trail(&request.id).await;
        assert_eq!(trail[0].source.as_deref(), Some("command line"), "{}", town.kind());
        assert_eq!((trail[0].actor_name.as_deref(), trail[0].actor_kind.as_str()), (None, "command_line"));
        let body: Value = serde_json::from_str(&trail[0].body).unwrap();
        assert_eq!(body["after"]["in_the_name_of"], "OPS001", "{}", town.kind());

        let request = adopted(&town, &filed).await;
        let own = town.approve(&town.actor("OPS001").await, &request).await;
        assert!(matches!(own, Err(DecideError::Refused(Refusal::CheckerIsMaker))), "{own:?}");
        assert!(matches!(town.approve(&town.actor("OPS002").await, &request).await, Ok(Decided::Ended(_))));
        let administrator = town.record("HKABC1X9").await.unwrap();
        assert!(administrator.profile.capabilities.holds_da_rights());
        let user = town.record("HKABC201").await.unwrap().profile;
        assert_eq!((user.surname.as_str(), user.created_in), ("CHAN", Phase::PreParallel));
        assert_eq!(town.record("HKDEF201").await.unwrap().profile.surname, "LEE, Jr");
    }
}

#[tokio::test]
async fn everything_that_is_wrong_is_named_at_its_line_and_nothing_is_filed() {
    for town in towns().await {
        town.node.set_phase(Phase::PreParallel).await;
        let wrong = list(&[
            "HKABC201,HKCC,ABC,CHAN,,not an address,11,",
            "",
            "HKABC202,HKCC,ABC",
            "HKABC203,HKCC,ABC,,,,,",
            "HKABC204,HKCC,XYZ,CHAN,,,,",
            "HKDEF205,HKCC,ABC,CHAN,,,99,",
            "HKABC201,HKCC,ABC,CHAN,,,,",
            "HKABC101,HKCC,ABC,<b>,,,,",
            "HKABC206,LME,ABC,CHAN,,,,",
        ]);
        let form = |line, column: &str, fault| (Some(line), column.to_owned(), What::Form(fault));
        let found = |line, column: &str, code| (Some(line), column.to_owned(), What::Found(code));
        let mut remarks = refused(file(&town, "OPS001", &wrong, Mode::File).await);
        remarks.sort_by_key(|(line, column, _)| (*line, column.clone()));
        let expected = [
            found(2, "email", FindingCode::NotAnEmail),
            form(4, "", Fault::WrongLength),
            form(5, "surname", Fault::Missing),
            found(6, "participant", FindingCode::NotFound),
            found(7, "business_user_groups", FindingCode::UnknownGroup { group: "99".to_owned() }),
            found(7, "user_id", FindingCode::UserIdOfAnother),
            found(8, "user_id", FindingCode::Twice { line: 2 }),
            form(9, "surname", Fault::NotPlainText),
            found(9, "user_id", FindingCode::UserIdTaken),
            form(10, "clearing_house", Fault::NotAllowed),
        ];
        assert_eq!(remarks, expected, "{}", town.kind());
        let header = refused(file(&town, "OPS001", b"user_id,name\nHKABC201,CHAN\n", Mode::DryRun).await);
        assert_eq!(header, [form(1, "name", Fault::Unknown), form(1, "surname", Fault::Missing)]);
        let empty = refused(file(&town, "OPS001", &list(&[]), Mode::File).await);
        assert_eq!(empty, [(None, String::new(), What::Found(FindingCode::Required))]);
        let latin = file(&town, "OPS001", b"user_id,surname\nHKABC201,\xE9\n", Mode::File).await;
        assert!(matches!(latin, Err(ImportError::NotUtf8(at)) if at.line == 2));
        assert!(waiting(&town).await.is_empty() && town.mail().await.is_empty(), "{}", town.kind());
    }
}

#[tokio::test]
async fn who_may_file_what_is_what_the_phase_table_says() {
    for town in towns().await {
        let line = list(&["HKABC201,HKCC,ABC,CHAN,,,,"]);
        // Business users: operators before the parallel run, then their own administrators.
        for (phase, office) in [
            (Phase::PreParallel, Office::Operator),
            (Phase::ParallelRun, Office::DelegatedAdministrator),
            (Phase::Complete, Office::DelegatedAdministrator),
        ] {
            town.node.set_phase(phase).await;
            for (maker, of) in [("OPS001", Office::Operator), ("HKABC1X1", Office::DelegatedAdministrator)] {
                let tried = file(&town, maker, &line, Mode::DryRun).await;
                assert_eq!(tried.is_ok(), of == office, "{phase:?} {maker}: {tried:?}");
            }
        }
        let others = list(&["HKDEF201,HKCC,DEF,CHAN,,,,"]);
        let found = refused(file(&town, "HKABC1X1", &others, Mode::File).await);
        assert_eq!(found, [(Some(2), "participant".to_owned(), What::Found(FindingCode::NotFound))]);
        for (user_id, what) in [("HKABC1Y1", "checker"), ("HKABC101", "user")] {
            let tried = file(&town, user_id, &line, Mode::File).await;
            assert!(matches!(tried, Err(ImportError::NotAMaker(_))), "{what}: {tried:?}");
        }
        town.edit("HKABC1X1", |record| {
            record.set_status(countersign_core::directory::status::ProfileStatus::Suspended);
        })
        .await;
        for user_id in ["HKABC1X1", "HKABC1X9", "nobody"] {
            let tried = file(&town, user_id, &line, Mode::File).await;
            assert!(matches!(tried, Err(ImportError::NoSuchMaker(_))), "{user_id}: {tried:?}");
        }
    }
}

#[tokio::test]
async fn nobody_approves_what_was_filed_in_anothers_name_before_they_have_adopted_it() {
    for town in towns().await {
        town.node.set_phase(Phase::PreParallel).await;
        let services = town.services();
        let filed = file(&town, "OPS001", &list(&["HKABC201,HKCC,ABC,CHAN,,,,"]), Mode::File).await.unwrap();
        let request = request(&town, &filed).await;
        let (named, shell) = (town.actor("OPS001").await, town.actor("OPS002").await);
        let refused = town.approve(&shell, &request).await;
        assert!(matches!(refused, Err(DecideError::Refused(Refusal::NotAdopted))), "{refused:?}");
        let code = SecretString::from("ABCD-EFGH-JKLM".to_owned());
        let entry = CheckerEntry { checker_id: "OPS002", code: &code };
        let hash = request.signed.hash();
        let on_screen = approve_on_screen(services, &named, &request.id, hash, &entry, HERE, None).await;
        assert!(matches!(on_screen, Err(OnScreenError::Refused(Refusal::NotAdopted))), "{on_screen:?}");
        // Nobody else adopts it, nor another document.
        let others = adopt(services, &shell, &request.id, hash, HERE, None).await;
        assert!(matches!(others, Err(DecideError::NotTheMaker)), "{}: {others:?}", town.kind());
        let other = "0".repeat(64).parse().unwrap();
        let unseen = adopt(services, &named, &request.id, &other, HERE, None).await;
        assert!(matches!(unseen, Err(DecideError::AnotherDocument)), "{}: {unseen:?}", town.kind());
        assert!(town.record("HKABC201").await.is_none(), "{}", town.kind());

        let request = adopted(&town, &filed).await;
        assert_eq!(town.state(&request.id).await.name(), "pending", "{}", town.kind());
        let again = adopt(services, &named, &request.id, request.signed.hash(), HERE, None).await.unwrap();
        assert_eq!(again.maker.session.as_ref(), named.session(), "it is theirs already");
        // From then on it is as if they had submitted it there.
        let mut beside = town.actor("OPS002").await;
        beside.proof.as_mut().unwrap().session = named.session().unwrap().clone();
        let refused = town.approve(&beside, &request).await;
        assert!(matches!(refused, Err(DecideError::Refused(Refusal::SharedBrowser))), "{refused:?}");
        assert!(matches!(town.approve(&shell, &request).await, Ok(Decided::Ended(_))), "{}", town.kind());
        let trail = town.trail(&request.id).await;
        let adoptions = trail.iter().filter(|record| record.action == "request_adopted");
        let by: Vec<_> = adoptions.map(|record| record.actor_name.as_deref()).collect();
        assert_eq!(by, [Some("OPS001")], "{}", town.kind());
        let late = adopt(services, &named, &request.id, request.signed.hash(), HERE, None).await;
        assert!(matches!(late, Err(DecideError::Over(_))), "{}: {late:?}", town.kind());
    }
}

#[tokio::test]
async fn what_nobody_has_adopted_can_be_refused_and_the_browser_that_adopts_is_remembered() {
    for town in towns().await {
        let services = town.services();
        let filed = file(&town, "HKABC1X1", &many(1), Mode::File).await.unwrap().request.unwrap();
        let checker = town.actor("HKABC1Y1").await;
        reject(services, &checker, &filed, "not ours", HERE, None).await.unwrap();

        let filed = file(&town, "HKABC1X1", &many(1), Mode::File).await.unwrap();
        let request = request(&town, &filed).await;
        let mut maker = town.actor("HKABC1X1").await;
        let mut beside = checker;
        for actor in [&mut maker, &mut beside] {
            let profile = town.record(&actor.user_id).await.unwrap().profile;
            let person = town.node.person_in(profile, Acr::OtpApp, Some("csb_one")).await;
            actor.proof.as_mut().unwrap().session = person.session.id;
        }
        assert_ne!(maker.session(), beside.session());
        adopt(services, &maker, &request.id, request.signed.hash(), HERE, None).await.unwrap();
        let refused = town.approve(&beside, &request).await;
        assert!(
            matches!(refused, Err(DecideError::Refused(Refusal::SharedBrowser))),
            "{}: {refused:?}",
            town.kind()
        );
    }
}

/// As many user IDs of ABC.
fn many(count: usize) -> Vec<u8> {
    let digits: Vec<char> = ('0'..='9').chain('A'..='M').collect();
    let ids = (0..count).map(|number| {
        let (high, rest) = (number / digits.len().pow(2), number % digits.len().pow(2));
        format!("HKABC{}{}{}", 2 + high, digits[rest / digits.len()], digits[rest % digits.len()])
    });
    let lines: Vec<_> = ids.map(|id| format!("{id},HKCC,ABC,CHAN,Tai Man,{id}@abc.example,11,")).collect();
    list(&lines.iter().map(String::as_str).collect::<Vec<_>>())
}

#[tokio::test]
async fn a_list_is_longer_than_a_batch_may_be_and_costs_few_statements_a_line() {
    for mut node in nodes().await {
        Arc::get_mut(&mut node.services).unwrap().policy.requests.batch_lines = 100;
        let town = Town::on(node).await;
        let (store, count) = (&town.services().store, 1_501);
        let before = store.statements();
        let filed = file(&town, "HKABC1X1", &many(count), Mode::File).await.unwrap();
        let filing = store.statements() - before;
        assert!(filing < 40, "{}: {filing} statements to file", town.kind());
        let unsigned = request(&town, &filed).await;
        // What it changes is in the trail, in records that can be read.
        let trail = town.trail(&unsigned.id).await;
        let lines = |record: &countersign_core::audit::AuditRecord| record.body.matches("\"profile:").count();
        let mut told: Vec<_> = trail.iter().map(lines).collect();
        told.sort_unstable();
        assert_eq!(told, [0, 2 * 501, 2 * 1_000], "{}", town.kind());
        assert!(trail.iter().all(|record| record.body.contains(unsigned.signed.hash().as_str())));

        let request = adopted(&town, &filed).await;
        let checker = town.actor("HKABC1Y1").await;
        let (statements, transactions) = (store.statements(), store.transactions());
        assert!(matches!(town.approve(&checker, &request).await, Ok(Decided::Ended(_))), "{}", town.kind());
        let approving = store.statements() - statements;
        assert!(approving < 50, "{}: {approving} statements to approve {count} lines", town.kind());
        assert_eq!(store.transactions() - transactions, 1);
        assert!(town.record("HKABC200").await.is_some() && town.record("HKABC4J5").await.is_some());
        // An OTP that somebody waits for does not stand in line behind all of them.
        let at_once = town.mail().await.len();
        assert_eq!(at_once, 1_000 + 1, "{}", town.kind());
        town.node.clock.advance_seconds(60);
        assert_eq!(town.mail().await.len(), 501);
    }
}

#[tokio::test]
async fn of_two_who_file_the_same_list_at_once_one_does() {
    for town in towns().await {
        let (list, services) = (many(50), Arc::clone(&town.node.services));
        let filing = (0..2).map(|_| {
            let (services, list) = (Arc::clone(&services), list.clone());
            tokio::spawn(async move { import(&services, "HKABC1X1", &list, None, Mode::File).await.is_ok() })
        });
        let mut filed = 0;
        for one in filing.collect::<Vec<_>>() {
            filed += usize::from(one.await.unwrap());
        }
        assert_eq!((filed, waiting(&town).await.len()), (1, 1), "{}", town.kind());
    }
}

#[tokio::test]
async fn a_user_id_that_was_taken_meanwhile_stops_all_of_it() {
    for town in towns().await {
        let filed = file(&town, "HKABC1X1", &many(30), Mode::File).await.unwrap();
        let request = adopted(&town, &filed).await;
        let def = town.node.add_participant(ClearingHouse::Seoch, "ABC").await;
        town.node.add_member(&def, "HKABC20B", |_| ()).await;
        let decided = town.approve(&town.actor("HKABC1Y1").await, &request).await.unwrap();
        let Decided::Conflicted(ended) = decided else { panic!("{}", town.kind()) };
        let State::Conflicted { what, .. } = &ended.state else { panic!() };
        assert!(what.contains("HKABC20B"), "{what}");
        assert!(town.record("HKABC200").await.is_none(), "{}", town.kind());
    }
}

#[tokio::test]
async fn filing_keeps_the_hours_of_the_screen_that_it_takes_the_place_of_and_trying_keeps_none() {
    for node in nodes().await {
        let town = Town::on(node.keeping_hours()).await;
        let (right, wrong) = (many(2), list(&["HKABC201,HKCC,ABC,CHAN,,nobody,,"]));
        town.node.clock.advance_seconds(12 * 60 * 60);
        let closed = file(&town, "HKABC1X1", &right, Mode::File).await;
        assert!(matches!(closed, Err(ImportError::Closed(_))), "{}: {closed:?}", town.kind());
        assert!(file(&town, "HKABC1X1", &right, Mode::DryRun).await.is_ok());
        assert_eq!(refused(file(&town, "HKABC1X1", &wrong, Mode::File).await).len(), 1, "mend it meanwhile");
        town.node.clock.advance_seconds(12 * 60 * 60);
        assert!(file(&town, "HKABC1X1", &right, Mode::File).await.is_ok(), "{}", town.kind());
    }
}

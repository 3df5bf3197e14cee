//! Requests under pressure: many who ask, several who decide, and readers who may not see everything.

use std::collections::BTreeSet;
use std::sync::Arc;

use countersign_core::directory::actor::{Actor, Proof};
use countersign_core::directory::capabilities::{AccessLevel, Capabilities, DaFunction};
use countersign_core::directory::change_request::{Change, Document, Signature, Subject, Way};
use countersign_core::directory::clearing_house::ClearingHouse;
use countersign_core::oauth::acr::Acr;
use sea_orm::ConnectionTrait as _;
use tokio::sync::Barrier;

use super::*;
use crate::Store;
use crate::testing::{TestDatabase, databases};

fn signatory(user_id: &str) -> Signatory {
    Signatory {
        profile_id: ProfileId::from_stored(user_id),
        user_id: user_id.to_owned(),
        session: Some(SessionId::from_stored("session")),
    }
}

/// A pending request of the maker of `participant` to delete these users.
pub(crate) fn request(id: &str, participant: &str, user_ids: &[&str], submitted_at: i64) -> ChangeRequest {
    let lines: Vec<Change> =
        user_ids.iter().map(|user_id| Change::DeleteProfile { user_id: (*user_id).to_owned() }).collect();
    let subjects = user_ids.iter().map(|user_id| Subject {
        target: Target::profile(user_id),
        version: 1,
        difference: Vec::new(),
    });
    let subjects = subjects.collect();
    let document = Document { change: Change::Batch { lines }, subjects, reason: None };
    let key = ParticipantKey::from_stored(participant);
    ChangeRequest {
        id: RequestId::from_stored(id),
        jurisdiction: Jurisdiction::Participant(key.clone()),
        concerns: Some(key),
        signed: SignedText::write(document).unwrap(),
        maker: signatory("HKABC1X1"),
        submitted_at: from_millis(submitted_at),
        state: State::Pending { expires_at: from_millis(1_000_000) },
    }
}

/// What an administrator of that participant sees.
pub(crate) fn scope(participant: &str) -> Scope {
    let actor = Actor {
        profile_id: ProfileId::from_stored("p"),
        user_id: "HKABC1X1".into(),
        clearing_house: ClearingHouse::Hkcc,
        participant: ParticipantKey::from_stored(participant),
        participant_id: participant.to_owned(),
        capabilities: Capabilities {
            access_levels: [(DaFunction::SecurityManagement, [AccessLevel::Enquiry].into())].into(),
            ..Capabilities::default()
        },
        email: None,
        proof: Some(Proof {
            session: SessionId::from_stored("s"),
            acr: Acr::OtpApp,
            auth_time: from_millis(0),
        }),
    };
    actor.scope().unwrap()
}

/// Adds a request in a transaction of its own, which is committed whatever came of it.
pub(crate) async fn add(store: &Store, request: &ChangeRequest) -> Result<(), Vec<(Target, RequestId)>> {
    let tx = store.begin().await.unwrap();
    let added = ChangeRequests::on(tx.connection()).add(request).await.unwrap();
    tx.commit().await.unwrap();
    added
}

async fn end(store: &Store, id: &RequestId, state: &State) -> bool {
    let tx = store.begin().await.unwrap();
    let ended = ChangeRequests::on(tx.connection()).end(id, state, from_millis(5)).await.unwrap();
    tx.commit().await.unwrap();
    ended
}

async fn find(store: &Store, id: &RequestId) -> Option<ChangeRequest> {
    let everything = Scope::of_the_installation();
    ChangeRequests::on(store.read()).find(&everything, id).await.unwrap()
}

fn withdrawn() -> State {
    State::Withdrawn { at: from_millis(5) }
}

fn applied() -> State {
    let checker = signatory("HKABC1X2");
    let signature = Signature { checker, way: Way::Queue, sole_administrator: false };
    State::Applied { signature, at: from_millis(5) }
}

#[tokio::test]
async fn a_request_is_read_as_it_was_written_and_as_it_ended() {
    for database in databases().await {
        let store = &database.store;
        let rejected =
            State::Rejected { checker: signatory("HKABC1X2"), at: from_millis(5), reason: "no".to_owned() };
        let conflicted = State::Conflicted {
            checker: signatory("HKABC1X2"),
            at: from_millis(5),
            what: "HKABC101".to_owned(),
        };
        let expired = State::Expired { at: from_millis(5) };
        let ends = [applied(), rejected, conflicted, expired, withdrawn()];
        for (number, state) in ends.into_iter().enumerate() {
            let made = request(&format!("r{number}"), "abc", &["HKABC101"], 1);
            add(store, &made).await.unwrap();
            assert_eq!(find(store, &made.id).await, Some(made.clone()), "{}", database.kind);
            assert!(end(store, &made.id, &state).await);
            assert_eq!(find(store, &made.id).await, Some(ChangeRequest { state, ..made }));
        }
    }
}

#[tokio::test]
async fn of_32_who_ask_about_one_thing_one_waits() {
    for database in databases().await {
        let barrier = Arc::new(Barrier::new(32));
        let asking = (0..32).map(|number| {
            let (store, barrier) = (database.store.clone(), Arc::clone(&barrier));
            tokio::spawn(async move {
                let own = format!("HKABC2{number:02}");
                let made = request(&format!("r{number:02}"), "abc", &[&own, "HKABC101"], 1);
                barrier.wait().await;
                (made.id.clone(), add(&store, &made).await)
            })
        });
        let (mut winners, mut refused) = (Vec::new(), 0);
        for asked in asking.collect::<Vec<_>>() {
            let (id, added) = asked.await.unwrap();
            match added {
                Ok(()) => winners.push(id),
                Err(held) => {
                    assert!(
                        matches!(held.as_slice(), [(target, _)] if *target == Target::profile("HKABC101"))
                    );
                    refused += 1;
                }
            }
        }
        assert_eq!((winners.len(), refused), (1, 31), "{}", database.kind);
        // Who lost has left nothing, although their transactions were committed.
        let requests = ChangeRequests::on(database.store.read());
        let everything = Scope::of_the_installation();
        assert_eq!(requests.count(&everything, &RequestFilter::default()).await.unwrap(), 1);
        let all: Vec<_> = (0..32).map(|number| Target::profile(&format!("HKABC2{number:02}"))).collect();
        let held = requests.held(&all).await.unwrap();
        assert_eq!(held.len(), 1);
        assert!(held.iter().all(|(_, holder)| *holder == winners[0]));
        assert!(end(&database.store, &winners[0], &withdrawn()).await);
        add(&database.store, &request("after", "abc", &["HKABC101"], 1)).await.unwrap();
    }
}

#[tokio::test]
async fn two_batches_in_opposite_order_wait_in_line() {
    for database in databases().await {
        for round in 0..8 {
            let names: Vec<String> = (0..40).map(|number| format!("HK{round}{number:05}")).collect();
            let forth: Vec<&str> = names.iter().map(String::as_str).collect();
            let back: Vec<&str> = forth.iter().rev().copied().collect();
            let one = request(&format!("forth{round}"), "abc", &forth, 1);
            let other = request(&format!("back{round}"), "abc", &back, 1);
            let (one, other) = tokio::join!(add(&database.store, &one), add(&database.store, &other));
            assert!(one.is_ok() != other.is_ok(), "{} {round}", database.kind);
        }
    }
}

#[tokio::test]
async fn of_those_who_decide_at_once_one_does() {
    for database in databases().await {
        let made = request("r", "abc", &["HKABC101"], 1);
        add(&database.store, &made).await.unwrap();
        let rejected =
            State::Rejected { checker: signatory("HKABC1X3"), at: from_millis(5), reason: "no".to_owned() };
        let ends = [applied(), rejected, withdrawn(), State::Expired { at: from_millis(5) }];
        let barrier = Arc::new(Barrier::new(16));
        let deciding = ends.iter().cycle().take(16).map(|state| {
            let (store, barrier) = (database.store.clone(), Arc::clone(&barrier));
            let (id, state) = (made.id.clone(), state.clone());
            tokio::spawn(async move {
                barrier.wait().await;
                end(&store, &id, &state).await.then_some(state)
            })
        });
        let mut won = Vec::new();
        for decided in deciding.collect::<Vec<_>>() {
            won.extend(decided.await.unwrap());
        }
        assert_eq!(won.len(), 1, "{}", database.kind);
        let found = find(&database.store, &made.id).await.unwrap();
        assert_eq!(found.state, won[0]);
        let targets = [Target::profile("HKABC101")];
        assert_eq!(ChangeRequests::on(database.store.read()).held(&targets).await.unwrap(), []);
    }
}

#[tokio::test]
async fn nothing_is_decided_where_the_transaction_is_dropped() {
    for database in databases().await {
        let made = request("r", "abc", &["HKABC101"], 1);
        add(&database.store, &made).await.unwrap();
        let tx = database.store.begin().await.unwrap();
        assert!(ChangeRequests::on(tx.connection()).end(&made.id, &applied(), from_millis(5)).await.unwrap());
        drop(tx);
        assert_eq!(find(&database.store, &made.id).await, Some(made.clone()), "{}", database.kind);
        let held = add(&database.store, &request("s", "abc", &["HKABC101"], 1)).await;
        assert_eq!(held, Err(vec![(Target::profile("HKABC101"), made.id.clone())]));
    }
}

/// Three requests of ABC, two of DEF, one of the exchange about ABC, and one about several participants.
async fn mixed(database: &TestDatabase) {
    for (id, participant, user_id) in [
        ("a1", "abc", "HKABC101"),
        ("a2", "abc", "HKABC102"),
        ("a3", "abc", "HKABC103"),
        ("d1", "def", "HKDEF101"),
        ("d2", "def", "HKDEF102"),
    ] {
        add(&database.store, &request(id, participant, &[user_id], 1)).await.unwrap();
    }
    let by_exchange =
        ChangeRequest { jurisdiction: Jurisdiction::Exchange, ..request("e1", "abc", &["HKABC1X1"], 1) };
    add(&database.store, &by_exchange).await.unwrap();
    let at_large = ChangeRequest {
        jurisdiction: Jurisdiction::Exchange,
        concerns: None,
        ..request("e2", "abc", &["HKABC1X2", "HKDEF1X1"], 1)
    };
    add(&database.store, &at_large).await.unwrap();
}

#[tokio::test]
async fn what_is_another_participants_is_not_there() {
    for database in databases().await {
        mixed(&database).await;
        let requests = ChangeRequests::on(database.store.read());
        let everything = Scope::of_the_installation();
        let none = RequestFilter::default;
        let filters = [
            (none(), [4, 2, 7]),
            (RequestFilter { state: Some("pending".into()), ..none() }, [4, 2, 7]),
            (RequestFilter { state: Some("applied".into()), ..none() }, [0, 0, 0]),
            (RequestFilter { kind: Some("batch".into()), ..none() }, [4, 2, 7]),
            (RequestFilter { maker: Some("HKABC1X1".into()), ..none() }, [4, 2, 7]),
            (RequestFilter { target: Some(Target::profile("HKDEF101")), ..none() }, [0, 1, 1]),
            (RequestFilter { target: Some(Target::profile("HKDEF1X1")), ..none() }, [0, 0, 1]),
            (RequestFilter { jurisdiction: Some(Jurisdiction::Exchange), ..none() }, [1, 0, 2]),
        ];
        let scopes = [scope("abc"), scope("def"), everything];
        for (filter, counts) in filters {
            for (scope, count) in scopes.iter().zip(counts) {
                let listed = requests.list(scope, &filter, None, 100).await.unwrap();
                let counted = requests.count(scope, &filter).await.unwrap();
                let seen = (listed.len(), usize::try_from(counted).unwrap());
                assert_eq!(seen, (count, count), "{} {scope:?} {filter:?}", database.kind);
                let owner = scope.participant();
                assert!(
                    owner.is_none()
                        || listed.into_iter().all(|one| one.sound().unwrap().concerns.as_ref() == owner)
                );
            }
        }
        for (id, seen) in
            [("a1", [true, false, true]), ("e1", [true, false, true]), ("e2", [false, false, true])]
        {
            for (scope, seen) in scopes.iter().zip(seen) {
                let found = requests.find(scope, &RequestId::from_stored(id)).await.unwrap();
                assert_eq!(found.is_some(), seen, "{id} {scope:?}");
            }
        }
    }
}

#[tokio::test]
async fn pages_are_complete_and_repeat_nothing() {
    for database in databases().await {
        // Several at one moment, so that the identifier decides.
        for number in 0..23_i64 {
            let user_id = format!("HKABC1{number:02}");
            let id = format!("{:02}", number * 7 % 23);
            add(&database.store, &request(&id, "abc", &[&user_id], number / 5)).await.unwrap();
        }
        let requests = ChangeRequests::on(database.store.read());
        let (scope, filter) = (scope("abc"), RequestFilter::default());
        let whole = requests.list(&scope, &filter, None, 100).await.unwrap();
        assert_eq!(whole.len(), 23);
        for size in [1, 2, 3, 7, 22, 23, 24] {
            let (mut paged, mut after) = (Vec::new(), None);
            loop {
                let page = requests.list(&scope, &filter, after.as_ref(), size).await.unwrap();
                let Some(last) = page.last() else { break };
                after = Some(RequestCursor { submitted_at: last.submitted_at(), id: last.id().clone() });
                paged.extend(page);
            }
            assert_eq!(paged, whole, "{} {size}", database.kind);
        }
        let ids: BTreeSet<_> = whole.iter().map(|one| one.id().clone()).collect();
        assert_eq!(ids.len(), 23);
        assert!(whole.is_sorted_by(|one, next| one.submitted_at() >= next.submitted_at()), "newest first");
    }
}

#[tokio::test]
async fn what_is_overdue_is_what_waits_too_long() {
    for database in databases().await {
        for (id, user_id, expires_at) in [("b", "HKABC101", 10), ("a", "HKABC102", 10), ("c", "HKABC103", 11)]
        {
            let state = State::Pending { expires_at: from_millis(expires_at) };
            add(&database.store, &ChangeRequest { state, ..request(id, "abc", &[user_id], 1) })
                .await
                .unwrap();
        }
        let overdue = async |now: i64, limit| {
            let requests = ChangeRequests::on(database.store.read());
            let found = requests.overdue(from_millis(now), limit).await.unwrap();
            found.into_iter().map(|one| one.id().as_str().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(overdue(9, 10).await, <[&str; 0]>::default(), "{}", database.kind);
        assert_eq!(overdue(10, 10).await, ["a", "b"]);
        assert_eq!(overdue(11, 10).await, ["a", "b", "c"]);
        assert_eq!(overdue(11, 1).await, ["a"]);
        assert!(end(&database.store, &RequestId::from_stored("a"), &withdrawn()).await);
        assert_eq!(overdue(11, 10).await, ["b", "c"]);
    }
}

#[tokio::test]
async fn a_text_that_was_edited_is_read_by_nobody() {
    for database in databases().await {
        let edits = [
            "UPDATE change_requests SET document = replace(document, 'HKABC101', 'HKABC102')",
            "UPDATE change_requests SET document_hash = 'x'",
            "UPDATE change_requests SET state = 'applied'",
        ];
        let made = request("r", "abc", &["HKABC101"], 1);
        add(&database.store, &made).await.unwrap();
        let sound = request("s", "abc", &["HKABC103"], 0);
        add(&database.store, &sound).await.unwrap();
        for edit in edits.map(|edit| format!("{edit} WHERE id = 'r'")) {
            let tx = database.store.begin().await.unwrap();
            tx.connection().executor().execute_unprepared(&edit).await.unwrap();
            let everything = Scope::of_the_installation();
            let found = ChangeRequests::on(tx.connection()).find(&everything, &made.id).await;
            assert!(found.is_err(), "{} {edit}", database.kind);
            let requests = ChangeRequests::on(tx.connection());
            let looked = requests.look(&everything, &made.id).await.unwrap();
            assert!(matches!(looked, Some(StoredRequest::Tampered(_))), "{} {edit}", database.kind);
            let listed = requests.list(&everything, &RequestFilter::default(), None, 10).await.unwrap();
            let [Listed::Tampered(tampered), Listed::Sound(other)] = listed.as_slice() else {
                panic!("{} {edit}: {listed:?}", database.kind)
            };
            assert_eq!((&tampered.id, tampered.maker.as_str()), (&made.id, "HKABC1X1"));
            assert_eq!(other.id, sound.id, "what nobody touched is read");
        }
    }
}

#[tokio::test]
async fn a_listing_says_of_a_request_what_its_document_says_and_reads_no_large_one() {
    for database in databases().await {
        let asked = request("a", "abc", &["HKABC101", "HKABC102"], 1);
        add(&database.store, &asked).await.unwrap();
        let unattended = ChangeRequest {
            maker: Signatory { session: None, ..signatory("HKABC1X1") },
            ..request("b", "abc", &["HKABC103"], 2)
        };
        add(&database.store, &unattended).await.unwrap();
        assert!(end(&database.store, &unattended.id, &withdrawn()).await);
        let ended = ChangeRequest { state: withdrawn(), ..unattended };
        let expected = [ListedRequest::from(&ended), ListedRequest::from(&asked)];
        let sound = expected.clone().map(Listed::Sound);
        assert_eq!((expected[0].at_command_line, expected[1].at_command_line), (true, false));
        assert_eq!((expected[1].targets, expected[1].target.as_str()), (2, "profile:HKABC101"));
        let list = async || {
            let requests = ChangeRequests::on(database.store.read());
            requests.list(&scope("abc"), &RequestFilter::default(), None, 10).await
        };
        assert_eq!(list().await.unwrap(), sound, "{}", database.kind);
        database.tamper("UPDATE change_requests SET first_target = NULL, targets = NULL").await;
        assert_eq!(list().await.unwrap(), sound, "of an earlier release, {}", database.kind);
        // Of few things, the document is read; of many, it is not.
        database.tamper("UPDATE change_requests SET document = 'none', targets = 200").await;
        let listed = list().await.unwrap();
        assert!(listed.iter().all(|it| matches!(it, Listed::Tampered(_))), "{}: {listed:?}", database.kind);
        database.tamper("UPDATE change_requests SET first_target = 'profile:HKABC101', targets = 201").await;
        let listed = list().await.unwrap();
        assert!(listed.iter().all(|it| matches!(it, Listed::Sound(it) if it.targets == 201)), "{listed:?}");
    }
}

//! The typed client against the API it is made for, over a socket.

use countersign_api::activity::{DormantQuery, LoginActivityQuery};
use countersign_api::audit::{AuditQuery, VerifyQuery};
use countersign_api::client::{Attempt, Client, ClientError};
use countersign_api::drafts::{BatchKind, BatchQuery, BatchSubmission, Draft, ProfileDraft, Submission};
use countersign_api::groups::GroupQuery;
use countersign_api::me::Me;
use countersign_api::page::PageQuery;
use countersign_api::participants::ParticipantQuery;
use countersign_api::profiles::{ProfileQuery, ProfileStatus};
use countersign_api::requests::{
    CheckerEntry, CodeWanted, Reason, RequestAction, RequestQuery, RequestState,
};
use futures_util::TryStreamExt as _;
use url::Url;

use super::support::house;

#[tokio::test]
async fn the_client_reads_what_the_server_says() {
    let house = house().await;
    let token = house.reader().await;
    let issuer = Url::parse(&house.serve().await).unwrap();
    let client = Client::new(reqwest::Client::new(), &issuer, token).speaking("zh-HK");

    let Me::Person(me) = client.me().await.unwrap() else { panic!("a person") };
    assert_eq!(me.access_levels, ["EE"]);
    let query = ProfileQuery { q: Some("hkabc".into()), ..ProfileQuery::default() };
    let page = PageQuery { limit: Some(3), count: Some(true), ..PageQuery::default() };
    let page = client.profiles(&query, &page).await.unwrap();
    assert_eq!((page.items.len(), page.count, page.next.is_some()), (3, Some(4), true));
    let walked: Vec<_> =
        client.all_profiles(&query).map_ok(|profile| profile.user_id).try_collect().await.unwrap();
    assert_eq!(walked, ["HKABC101", "HKABC102", "HKABC103", "HKABC1X1"]);
    let one = client.profile("HKABC101").await.unwrap();
    assert_eq!((one.value.summary, one.etag.as_deref()), (page.items[0].clone(), Some("\"v1\"")));
    let csv = client.profiles_csv(&query).await.unwrap().text().await.unwrap();
    assert_eq!(csv.lines().count(), 5);
    let all = PageQuery::default();
    assert_eq!(client.participants(&ParticipantQuery::default(), &all).await.unwrap().items.len(), 1);
    assert_eq!(client.progress(&ParticipantQuery::default(), &all).await.unwrap().items[0].users, 4);
    assert!(client.dormant(&DormantQuery::default(), &all).await.unwrap().items.is_empty());
    assert!(client.login_activity(&LoginActivityQuery::default(), &all).await.unwrap().items.is_empty());

    let trail = client.audit(&AuditQuery::default(), &page_of(1)).await.unwrap();
    let [record] = trail.items.as_slice() else { panic!("what was taken out: {trail:?}") };
    assert_eq!((record.action.as_str(), record.authentic), ("data_exported", true));
    assert_eq!(client.audit_record(&record.id).await.unwrap(), *record);
    let csv = client.audit_csv(&AuditQuery::default()).await.unwrap().text().await.unwrap();
    assert_eq!(csv.lines().count(), 3, "{csv}");
    let searched = AuditQuery { action: Some("data_exported".into()), ..AuditQuery::default() };
    let lines = client.audit_lines(&searched).await.unwrap().text().await.unwrap();
    assert_eq!(lines.lines().count(), 3, "{lines}");
    let proved = client.verify_audit(&VerifyQuery::default()).await;
    assert!(matches!(proved, Err(ClientError::Problem(problem)) if problem.name() == "forbidden"));
    assert!(client.groups(&GroupQuery::default(), &all).await.unwrap().items.is_empty());
    assert!(!client.calendars().await.unwrap().enforced);

    let Err(ClientError::Problem(problem)) = client.profile("a/../b").await else { panic!("a problem") };
    assert_eq!((problem.name(), problem.title.as_str()), ("not-found", "找不到"));
    let stranger = Client::new(reqwest::Client::new(), &issuer, "nonsense".to_owned());
    let refused = stranger.me().await;
    assert!(matches!(refused, Err(ClientError::Problem(problem)) if problem.name() == "invalid-token"));
}

fn page_of(limit: u16) -> PageQuery {
    PageQuery { limit: Some(limit), ..PageQuery::default() }
}

fn surname(user_id: &str, surname: &str) -> Draft {
    let fields = ProfileDraft { surname: Some(surname.into()), ..ProfileDraft::default() };
    Draft::ChangeProfile { user_id: user_id.into(), fields }
}

#[tokio::test]
async fn two_clients_change_what_one_cannot() {
    let house = house().await;
    let (maker, checker) = house.two().await;
    let issuer = Url::parse(&house.serve().await).unwrap();
    let client = |token| Client::new(reqwest::Client::new(), &issuer, token);
    let (maker, checker) = (client(maker), client(checker));
    let once = |key| Attempt { key, if_match: None };

    let submission = Submission { change: surname("HKABC101", "WONG"), reason: Some("Married".into()) };
    let looked = maker.validate(&submission, &once("v")).await.unwrap();
    assert_eq!((looked.valid, looked.subjects[0].difference[0].field.as_str()), (true, "surname"));
    let made = maker.submit(&submission, &once("s")).await.unwrap();
    let id = made.value.summary.id.clone();
    let waiting = RequestQuery { state: Some(RequestState::Pending), ..RequestQuery::default() };
    let waiting = checker.change_requests(&waiting, &PageQuery::default()).await.unwrap();
    assert_eq!(waiting.items[0].id, id);
    let seen = checker.change_request(&id).await.unwrap();
    assert!(seen.value.may.iter().any(|may| may.action == RequestAction::Approve && may.allowed));
    let signed = Attempt { key: "a", if_match: seen.etag.as_deref() };
    assert_eq!(checker.approve(&id, &signed).await.unwrap().value.summary.state, RequestState::Applied);
    let nothing = checker.secret(&id, &once("x")).await;
    assert!(matches!(nothing, Err(ClientError::Problem(problem)) if problem.name() == "not-found"));

    let code = checker.approval_code(&CodeWanted::default(), &once("c")).await.unwrap();
    let batch = BatchSubmission { lines: vec![surname("HKABC102", "LEE")], reason: None };
    assert!(maker.validate_batch(&batch, &once("bv")).await.unwrap().valid);
    let made = maker.submit_batch(&batch, &once("bs")).await.unwrap();
    let entry = CheckerEntry { checker_id: "HKABC1X2".into(), authorisation_code: code.authorisation_code };
    let signed = Attempt { key: "os", if_match: made.etag.as_deref() };
    let applied = maker.approve_on_screen(&made.value.summary.id, &entry, &signed).await.unwrap();
    assert_eq!(applied.value.summary.state, RequestState::Applied);

    let csv = BatchQuery { kind: Some(BatchKind::Deletions), reason: Some("Left".into()) };
    let file = || "user_id\nHKABC103\n".to_owned();
    assert!(maker.validate_csv(&csv, file(), &once("cv")).await.unwrap().valid);
    let made = maker.submit_csv(&csv, file(), &once("cs")).await.unwrap();
    let reason = Reason { reason: "Not yet".into() };
    let rejected = checker.reject(&made.value.summary.id, &reason, &once("r")).await.unwrap();
    assert_eq!(rejected.value.summary.state, RequestState::Rejected);
    let made = maker.submit_csv(&csv, file(), &once("cs2")).await.unwrap();
    let withdrawn = maker.withdraw(&made.value.summary.id, &once("w")).await.unwrap();
    assert_eq!(withdrawn.value.summary.state, RequestState::Withdrawn);
    let suspended = maker.suspend("HKABC103", &reason, &once("su")).await.unwrap();
    assert_eq!(suspended.status, ProfileStatus::Suspended);
}

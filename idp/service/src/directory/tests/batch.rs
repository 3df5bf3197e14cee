//! Many at once: whole or not at all, and not at the price of many.

use std::fmt::Write as _;

use super::*;
use crate::directory::Decided;
use crate::testing::town::towns;

fn batch(lines: impl IntoIterator<Item = Value>) -> Value {
    let lines: Vec<Value> = lines.into_iter().collect();
    json!({ "kind": "batch", "lines": lines })
}

#[tokio::test]
async fn every_line_is_judged_and_one_bad_line_stops_all() {
    for town in towns().await {
        let maker = town.actor("HKABC1X1").await;
        let lines = vec![
            email("HKABC101", "a@abc.example"),
            email("HKABC102", "not an address"),
            email("HKDEF101", "c@abc.example"),
            email("hkabc101 ", "d@abc.example"),
            whole("unlock_profile", "HKABC103"),
            batch([]),
            json!({ "kind": "merge_profiles", "keep": "HKABC1X2", "remove": "HKABC104" }),
        ];
        let refused = findings(town.submit(&maker, batch(lines)).await);
        let expected = [
            ("lines[1].email", FindingCode::NotAnEmail),
            ("lines[2].user_id", FindingCode::NotFound),
            ("lines[3].user_id", FindingCode::Twice { line: 1 }),
            ("lines[4].user_id", FindingCode::NothingChanges),
            ("lines[5].kind", FindingCode::NotApplicable),
            ("lines[6].kind", FindingCode::NotApplicable),
        ];
        let expected: Vec<_> = expected.map(|(field, code)| (field.to_owned(), code)).into();
        assert_eq!(refused, expected, "{}", town.kind());
        assert!(town.is_free("HKABC101").await);
        assert_eq!(
            findings(town.submit(&maker, batch([])).await),
            [("lines".to_owned(), FindingCode::Required)]
        );
    }
}

#[tokio::test]
async fn a_batch_has_its_limit_however_it_is_folded() {
    for town in towns().await {
        let most = town.services().policy.requests.batch_lines as usize;
        let maker = town.actor("HKABC1X1").await;
        let lines: Vec<_> = (0..=most).map(|number| whole("delete_profile", &format!("X{number}"))).collect();
        let too_many = [("lines".to_owned(), FindingCode::TooMany { max: most })];
        assert_eq!(findings(town.submit(&maker, batch(lines.clone())).await), too_many, "{}", town.kind());
        assert_eq!(findings(town.submit(&maker, batch(vec![batch(lines)])).await), too_many);
    }
}

#[tokio::test]
async fn one_stale_line_stops_all_at_approval() {
    for town in towns().await {
        let lines =
            (1..=5).map(|number| email(&format!("HKABC10{number}"), &format!("new{number}@abc.example")));
        let request = town.asked("HKABC1X1", batch(lines)).await;
        town.edit("HKABC104", |record| record.profile.surname.push('!')).await;
        let decided = town.approve(&town.actor("HKABC1Y1").await, &request).await.unwrap();
        assert!(matches!(decided, Decided::Conflicted(_)), "{}", town.kind());
        for number in 1..=5 {
            let user_id = format!("HKABC10{number}");
            let former = format!("{}@participant.example", user_id.to_lowercase());
            assert_eq!(town.mailbox(&user_id).await, Some(former), "{}", town.kind());
            assert!(town.is_free(&user_id).await);
        }
        assert!(town.mail().await.is_empty());
        assert_eq!(town.steps(&request.id).await, ["request_conflicted", "request_submitted"]);
    }
}

/// What a line may cost at approval: reading and writing the profile and its terms, its sessions, grants and
/// logins, and its mails.
const STATEMENTS_PER_LINE: u64 = 10;

#[tokio::test]
async fn two_hundred_mailboxes_are_one_request() {
    let mut measured = String::new();
    for town in towns().await {
        let names: Vec<String> =
            (0..200).map(|number| format!("HKABC2{}{}", digit(number / 20), digit(number % 20))).collect();
        for name in &names {
            town.node.add_member(&town.abc, name, |_| ()).await;
        }
        let store = &town.services().store;
        let lines: Vec<_> = names.iter().map(|name| email(name, &format!("{name}@new.example"))).collect();
        let before = store.statements();
        let request = town.asked("HKABC1X1", batch(lines)).await;
        let submitting = store.statements() - before;
        assert!(submitting < 40, "{}: {submitting} statements to submit", town.kind());
        let checker = town.actor("HKABC1Y1").await;
        let (statements, transactions) = (store.statements(), store.transactions());
        assert!(matches!(town.approve(&checker, &request).await, Ok(Decided::Ended(_))), "{}", town.kind());
        let approving = store.statements() - statements;
        assert_eq!(store.transactions() - transactions, 1);
        writeln!(measured, "{}: {submitting} to submit, {approving} to approve", town.kind()).unwrap();
        assert!(approving <= 30 + 200 * STATEMENTS_PER_LINE, "{}: {approving} statements", town.kind());
        for name in &names {
            assert_eq!(town.mailbox(name).await, Some(format!("{name}@new.example")), "{}", town.kind());
        }
        let everybody: std::collections::BTreeSet<_> =
            town.mail().await.into_iter().map(|(to, _)| to).collect();
        assert_eq!(everybody.len(), 400, "each former and each new mailbox");
        assert_eq!(town.steps(&request.id).await, ["request_approved", "request_submitted"]);
    }
    println!("{measured}");
}

fn digit(number: usize) -> char {
    char::from(b"0123456789ABCDEFGHIJ"[number])
}

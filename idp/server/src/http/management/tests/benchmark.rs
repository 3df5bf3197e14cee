//! Listings of a directory of 100,000 profiles in 400 participants, on every kind of database. An ordinary run takes a
//! small one, to see that everything still runs; `COUNTERSIGN_SOAK=1` takes the whole and prints what
//! `docs/performance.md` says.

use std::time::{Duration, Instant};

use axum::http::StatusCode;
use countersign_core::directory::capabilities::AccessLevel::Enquiry;
use countersign_core::directory::clearing_house::ClearingHouse;
use countersign_core::oauth::acr::Acr;
use countersign_service::testing::directory::holding;
use countersign_service::testing::nodes;

use super::support::{House, house_on};

/// What is measured: a name, and the address below the API.
const QUESTIONS: [(&str, &str); 18] = [
    ("first page", "/profiles"),
    ("first page of 200", "/profiles?limit=200"),
    ("by surname", "/profiles?sort=surname"),
    ("by last login, newest first", "/profiles?sort=last_login&order=desc"),
    ("by status", "/profiles?sort=status"),
    ("with a count", "/profiles?count=true"),
    ("search: a user ID", "/profiles?q=hk000000000&count=true"),
    ("search: a surname that 4 % share", "/profiles?q=chan"),
    ("the same, counted", "/profiles?q=chan&count=true"),
    ("search: two words", "/profiles?q=chan%20ming"),
    ("search: nobody", "/profiles?q=zzz&count=true"),
    ("disabled", "/profiles?status=DISABLED"),
    ("by group", "/profiles?group=12"),
    ("without a second factor", "/profiles?channel=none"),
    ("without an email, counted", "/profiles?migration=no-email&count=true"),
    ("dormant", "/dormant?days=120"),
    ("login activity", "/login-activity"),
    ("progress", "/progress"),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn listings_of_a_large_directory() {
    let soak = std::env::var("COUNTERSIGN_SOAK").as_deref() == Ok("1");
    let (participants, people, rounds) = if soak { (400, 250, 15) } else { (8, 25, 1) };
    for node in nodes().await {
        let kind = node.database.kind;
        node.crowd(participants, people).await;
        let house = house_on(node).await;
        let operator = house.operator().await;
        let operator = house.token(&operator).await;
        let one = house.node.add_participant(ClearingHouse::Hkcc, "ONE").await;
        for number in 0..people {
            house.node.add_member(&one, &format!("HKONE{number:03}"), |_| ()).await;
        }
        let administrator = house.node.add_member(&one, "HKONE1X1", holding(&[Enquiry])).await;
        let administrator = house.node.person_of(administrator, Acr::OtpApp).await;
        let administrator = house.token(&administrator).await;
        println!("\n| {kind} | operator, ms | administrator, ms |\n|---|---|---|");
        for (name, path) in QUESTIONS {
            let (all, own) = (
                median(&house, path, &operator, rounds).await,
                median(&house, path, &administrator, rounds).await,
            );
            println!("| {name} | {:.1} | {:.1} |", millis(all), millis(own));
        }
        walk(&house, &operator, participants * people).await;
    }
}

/// The middle one of several tries.
async fn median(house: &House, path: &str, token: &str, rounds: usize) -> Duration {
    let mut tries = Vec::new();
    for _ in 0..rounds {
        let started = Instant::now();
        let answer = house.get(path, token).await;
        tries.push(started.elapsed());
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
    }
    tries.sort();
    tries[rounds / 2]
}

/// Exports everything; says how long that took and how much memory it held.
async fn walk(house: &House, token: &str, people: usize) {
    let before = resident_kib();
    let started = Instant::now();
    let (lines, most) = house.drain("/profiles.csv", token, resident_kib).await;
    assert!(lines > people, "{lines}");
    let grown = most.saturating_sub(before);
    println!(
        "\nCSV of {lines} lines: {:.1} s, {grown} KiB more memory at most",
        started.elapsed().as_secs_f64()
    );
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

/// Memory of this process, in KiB.
fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.trim().trim_end_matches("kB").trim().parse().unwrap_or_default()
}

//! Measured, not judged: what a whole user list costs to file and to approve, and how long others wait meanwhile.
//! `cargo test -p countersign-service --release -- --ignored --nocapture a_hundred_thousand_users`

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use countersign_core::directory::actor::Scope;
use countersign_core::directory::clearing_house::ClearingHouse;
use countersign_core::directory::phase::Phase;
use countersign_store::{Activity, ChangeRequests, RequestFilter};

use super::*;
use crate::directory::Decided;
use crate::directory::import::{Mode, import};
use crate::directory::reading::requests;
use crate::testing::town::towns;

/// Customer codes, and user IDs of each.
const CODES: usize = 25;
const EACH: usize = 4_000;

fn list() -> Vec<u8> {
    let digits: Vec<char> = ('0'..='9').chain('A'..='V').collect();
    let mut list =
        "user_id,clearing_house,participant,surname,other_names,email,business_user_groups\n".to_owned();
    for code in 0..CODES {
        for number in 0..EACH {
            let (high, rest) = (number / digits.len().pow(2), number % digits.len().pow(2));
            let (second, third) = (digits[rest / digits.len()], digits[rest % digits.len()]);
            let id = format!("HKT{code:02}{}{second}{third}", 1 + high);
            writeln!(list, "{id},HKCC,T{code:02},CHAN {number},Tai Man,{id}@firm{code}.example,11 12")
                .unwrap();
        }
    }
    list.into_bytes()
}

/// Somebody who writes all the time, as logins do; how long they waited at most.
fn bystander(town: &Town, done: &Arc<AtomicBool>) -> tokio::task::JoinHandle<Duration> {
    let (services, done) = (Arc::clone(&town.node.services), Arc::clone(done));
    tokio::spawn(async move {
        let mut longest = Duration::ZERO;
        while !done.load(Ordering::Relaxed) {
            let asked = Instant::now();
            if let Ok(tx) = services.store.begin().await {
                let profile = countersign_core::ids::ProfileId::from_stored("nobody");
                Activity::on(tx.connection()).unlock(&profile).await.unwrap();
                let _ = tx.commit().await;
            }
            longest = longest.max(asked.elapsed());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        longest
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn a_hundred_thousand_users() {
    for town in towns().await {
        for code in 0..CODES {
            town.node.add_participant(ClearingHouse::Hkcc, &format!("T{code:02}")).await;
        }
        town.node.set_phase(Phase::PreParallel).await;
        let list = list();
        let mut timed = String::new();
        for mode in [Mode::DryRun, Mode::File] {
            let done = Arc::default();
            let waiting = bystander(&town, &done);
            let began = Instant::now();
            let imported = import(town.services(), "OPS001", &list, None, mode).await.unwrap();
            let took = began.elapsed();
            done.store(true, Ordering::Relaxed);
            let waited = waiting.await.unwrap();
            writeln!(timed, "{mode:?}: {took:.1?}; others waited {waited:.1?}").unwrap();
            assert_eq!(imported.census.profiles.values().sum::<u64>(), (CODES * EACH) as u64);
        }
        let everything = Scope::of_the_installation();
        let stored = ChangeRequests::on(town.services().store.read());
        let began = Instant::now();
        let listed = stored.list(&everything, &RequestFilter::default(), None, 50).await.unwrap();
        writeln!(timed, "listed in {:.1?}", began.elapsed()).unwrap();
        let began = Instant::now();
        let page = requests::subjects(town.services(), &everything, listed[0].id(), None, 200).await.unwrap();
        assert_eq!(page.unwrap().0.items.len(), 200);
        writeln!(timed, "a page of it in {:.1?}", began.elapsed()).unwrap();
        let request = stored.find(&everything, listed[0].id()).await.unwrap().unwrap();
        writeln!(timed, "a document of {} MB", request.signed.text().len() / 1_000_000).unwrap();
        let checker = town.actor("OPS002").await;
        let began = Instant::now();
        requests::may_now(town.services(), &checker, &request).await.unwrap();
        writeln!(timed, "what a checker may do in {:.1?}", began.elapsed()).unwrap();
        let done = Arc::default();
        let waiting = bystander(&town, &done);
        let began = Instant::now();
        let decided = town.approve(&checker, &request).await.unwrap();
        let took = began.elapsed();
        done.store(true, Ordering::Relaxed);
        assert!(matches!(decided, Decided::Ended(_)));
        let waited = waiting.await.unwrap();
        writeln!(timed, "approved in {took:.1?}; others waited {waited:.1?}").unwrap();
        println!("{}\n{timed}", town.kind());
    }
}

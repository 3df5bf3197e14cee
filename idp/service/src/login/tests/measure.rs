//! Measured, not judged: what a login costs while the audit trail is sealed beside it, on several nodes of one
//! PostgreSQL. `cargo test -p countersign-service --release -- --ignored --nocapture logins_while_sealing`

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use chrono::TimeDelta;

use super::support::{Has, PASSWORD, World, browser, secret, worlds};
use crate::audit::{Sealer, backlog};
use crate::testing::further_node;
use crate::{Services, login};

const NODES: usize = 3;
const USERS: usize = 24;
const ROUNDS: usize = 40;

/// One whole login, from the password to the session, timed.
async fn log_in(world: &World, services: &Services, number: usize) -> Duration {
    let mut visit = browser(&format!("browser-{number}"));
    visit.source = Ipv4Addr::new(10, 0, 0, u8::try_from(number).unwrap()).into();
    let user_id = format!("HKABC1{number:02}");
    let (interaction, otp) = (world.interaction(), world.app());
    let begun = Instant::now();
    let token = login::log_in(services, &visit, &interaction, &user_id, &secret(PASSWORD)).await.unwrap();
    login::prove_otp(services, &visit, token.expose(), &otp).await.unwrap();
    begun.elapsed()
}

/// Every login of every round, on all nodes at once; each user is at one node, and at another in the next round.
async fn rounds(world: &Arc<World>, nodes: &[Arc<Services>]) -> Vec<Duration> {
    let mut all = Vec::new();
    for round in 0..ROUNDS {
        world.wait(30);
        let mut tasks = tokio::task::JoinSet::new();
        for number in 0..USERS {
            let services = Arc::clone(&nodes[(number + round) % NODES]);
            let world = Arc::clone(world);
            tasks.spawn(async move { log_in(&world, &services, number).await });
        }
        all.extend(tasks.join_all().await);
    }
    all.sort();
    all
}

async fn with_sealers(
    world: &Arc<World>,
    nodes: &[Arc<Services>],
    pause: Duration,
) -> (Vec<Duration>, usize) {
    let stop = Arc::new(AtomicBool::new(false));
    let mut sealers = tokio::task::JoinSet::new();
    for services in nodes {
        let (services, stop) = (Arc::clone(services), Arc::clone(&stop));
        sealers.spawn(async move {
            let sealer = Sealer::new(&*services.entropy, TimeDelta::seconds(10));
            let mut records = 0;
            while !stop.load(Ordering::SeqCst) {
                if let crate::audit::Turn::Sealed(count) = sealer.turn(&services).await.unwrap() {
                    records += count;
                }
                tokio::time::sleep(pause).await;
            }
            records
        });
    }
    let latencies = rounds(world, nodes).await;
    stop.store(true, Ordering::SeqCst);
    (latencies, sealers.join_all().await.into_iter().sum())
}

fn report(what: &str, sorted: &[Duration]) {
    let at = |share: usize| sorted[(sorted.len() * share / 100).min(sorted.len() - 1)].as_secs_f64() * 1e3;
    println!(
        "{what:<34} {:>5} logins  p50 {:6.2} ms  p95 {:6.2} ms  p99 {:6.2} ms  max {:6.2} ms",
        sorted.len(),
        at(50),
        at(95),
        at(99),
        at(100)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn logins_while_sealing() {
    for world in worlds().await {
        if world.node.database.kind != "postgres" {
            continue;
        }
        let world = Arc::new(world);
        for number in 0..USERS {
            world.person(&format!("HKABC1{number:02}"), Has::App).await;
        }
        let mut nodes = vec![Arc::clone(world.services())];
        for seed in 100..99 + NODES as u64 {
            nodes.push(Arc::new(further_node(&world.node, seed).await));
        }
        rounds(&world, &nodes).await;
        report("nobody seals", &rounds(&world, &nodes).await);
        let (sealing, sealed) = with_sealers(&world, &nodes, Duration::from_millis(500)).await;
        report(&format!("sealing every 500 ms ({sealed} sealed)"), &sealing);
        let (sealing, sealed) = with_sealers(&world, &nodes, Duration::ZERO).await;
        report(&format!("sealing without a pause ({sealed} sealed)"), &sealing);
        report("nobody seals, again", &rounds(&world, &nodes).await);
        println!("{} records wait at the end", backlog(world.services()).await.unwrap());
    }
}

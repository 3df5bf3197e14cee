//! What others notice while logins arrive at twenty times the rate at which passwords can be hashed.

use std::collections::BTreeMap;
use std::error::Error as _;
use std::iter::successors;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Result;
use conformance_tests::Demo;
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, Response};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval};

use crate::limits::Limits;
use crate::percentiles::Times;
use crate::scenarios::{PasswordPost, password_posts};

/// How many take turns: so many that hardly anybody is in the pool five times at once, since whoever is must wait.
const PEOPLE: usize = 128;

/// What was measured.
pub(crate) struct Flood {
    pub(crate) aimed_per_second: f64,
    pub(crate) arrived_per_second: f64,
    pub(crate) seconds: f64,
    pub(crate) passed: u32,
    pub(crate) shed: u32,
    pub(crate) otherwise: u32,
    /// What those were, and how many of each.
    pub(crate) others: BTreeMap<String, u32>,
    pub(crate) probes: Vec<(&'static str, Times)>,
}

#[derive(Default)]
struct Counts {
    passed: AtomicU32,
    shed: AtomicU32,
    others: Mutex<BTreeMap<String, u32>>,
}

impl Counts {
    fn count(&self, outcome: Result<u16, reqwest::Error>) {
        let count = match outcome {
            Ok(303) => &self.passed,
            Ok(503) => &self.shed,
            Ok(status) => return self.other(format!("status {status}")),
            Err(error) => return self.other(causes(&error)),
        };
        count.fetch_add(1, Ordering::Relaxed);
    }

    fn other(&self, what: String) {
        *self.others.lock().unwrap_or_else(PoisonError::into_inner).entry(what).or_default() += 1;
    }
}

/// An error and what is behind it, without the address.
fn causes(error: &reqwest::Error) -> String {
    let causes = successors(error.source(), |&error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// Flood, and probe meanwhile.
pub(crate) async fn measure(demo: &Demo, limits: &Limits, span: Duration) -> Result<Flood> {
    let posts = password_posts(demo, PEOPLE).await?;
    let http =
        Client::builder().no_proxy().redirect(Policy::none()).timeout(Duration::from_secs(30)).build()?;
    let aimed_per_second = 20.0 * limits.argon2;
    let counts = Arc::new(Counts::default());
    let flood = tokio::spawn(flood(http.clone(), posts, aimed_per_second, span, Arc::clone(&counts)));
    // Let it build up before anybody looks.
    tokio::time::sleep(Duration::from_millis(500)).await;
    let probes = probe(demo, &http, span.saturating_sub(Duration::from_millis(600))).await?;
    let (sent, took) = flood.await?;
    let seconds = took.as_secs_f64();
    let others = counts.others.lock().unwrap_or_else(PoisonError::into_inner).clone();
    Ok(Flood {
        aimed_per_second,
        arrived_per_second: f64::from(sent) / seconds,
        seconds,
        passed: counts.passed.load(Ordering::Relaxed),
        shed: counts.shed.load(Ordering::Relaxed),
        otherwise: others.values().sum(),
        others,
        probes,
    })
}

/// Sends at a rate, whatever comes back: an open loop, as people are. At most 4,096 wait at once.
async fn flood(
    http: Client,
    posts: Vec<PasswordPost>,
    per_second: f64,
    span: Duration,
    counts: Arc<Counts>,
) -> (u32, Duration) {
    let waiting = Arc::new(Semaphore::new(4096));
    let start = Instant::now();
    let mut ticks = interval(Duration::from_millis(5));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut sent = 0_u32;
    let mut requests = JoinSet::new();
    let mut turn = posts.iter().cycle();
    while start.elapsed() < span {
        ticks.tick().await;
        while f64::from(sent) < per_second * start.elapsed().as_secs_f64() {
            let (Ok(permit), Some(post)) = (Arc::clone(&waiting).try_acquire_owned(), turn.next()) else {
                break;
            };
            let request = login(&http, post);
            let counts = Arc::clone(&counts);
            requests.spawn(async move {
                counts.count(request.send().await.map(|answer| answer.status().as_u16()));
                drop(permit);
            });
            sent += 1;
        }
        while requests.try_join_next().is_some() {}
    }
    let took = start.elapsed();
    requests.join_all().await;
    (sent, took)
}

fn login(http: &Client, post: &PasswordPost) -> RequestBuilder {
    http.post(post.url.clone())
        .header("content-type", "application/x-www-form-urlencoded")
        .header("cookie", &post.cookies)
        .header("origin", &post.origin)
        .body(post.body.clone())
}

/// Twenty requests a second to each of a few endpoints, timed from when they were due.
async fn probe(demo: &Demo, http: &Client, span: Duration) -> Result<Vec<(&'static str, Times)>> {
    let service = demo.client("conformance-service")?;
    let secret = service.client_secret.unwrap_or_default();
    let at = |path: &str| format!("{}{path}", demo.issuer());
    let token = http
        .post(at("/token"))
        .basic_auth(&service.client_id, Some(&secret))
        .form(&[("grant_type", "client_credentials"), ("scope", "directory")]);
    let introspect = http
        .post(at("/introspect"))
        .basic_auth(&service.client_id, Some(&secret))
        .form(&[("token", "at_nobody")]);
    let endpoints: [(&'static str, RequestBuilder); 5] = [
        ("discovery", http.get(at("/.well-known/openid-configuration"))),
        ("JWKS", http.get(at("/jwks"))),
        ("`client_credentials`", token),
        ("introspection", introspect),
        ("a login page", http.get(demo.relying_party("conformance-basic")?.authorization().url()?)),
    ];
    let mut probes = JoinSet::new();
    for (order, (name, request)) in endpoints.into_iter().enumerate() {
        probes.spawn(async move { (order, name, probe_one(request, span).await) });
    }
    let mut probes = probes.join_all().await;
    probes.sort_unstable_by_key(|(order, ..)| *order);
    probes.into_iter().map(|(_, name, times)| Ok((name, times?))).collect()
}

async fn probe_one(request: RequestBuilder, span: Duration) -> Result<Times> {
    let mut ticks = interval(Duration::from_millis(50));
    let start = Instant::now();
    let mut answers = JoinSet::new();
    while start.elapsed() < span {
        let due = ticks.tick().await;
        let Some(request) = request.try_clone() else { break };
        answers.spawn(async move {
            request.send().await.and_then(Response::error_for_status)?.bytes().await?;
            Ok::<_, reqwest::Error>(due.elapsed())
        });
    }
    let times = answers.join_all().await.into_iter().collect::<Result<Vec<_>, _>>()?;
    Ok(Times::of(times))
}

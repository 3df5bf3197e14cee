//! Known and unknown users take equal time: interleaved requests, compared by ranks.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use conformance_tests::{Demo, User};
use reqwest::Client;
use reqwest::redirect::Policy;

use crate::percentiles::Times;
use crate::rank::{Verdict, mann_whitney};
use crate::scenarios::{PasswordPost, reset_post, wrong_password_post};

/// One comparison.
pub(crate) struct Alike {
    pub(crate) name: &'static str,
    pub(crate) each: usize,
    pub(crate) median_known_ms: f64,
    pub(crate) median_unknown_ms: f64,
    pub(crate) verdict: Verdict,
}

/// A wrong password, and a forgotten one, `pairs` times each for users that exist and for such that do not. Nobody is
/// asked after twice, so that no limit of theirs is reached.
pub(crate) async fn measure(demo: &Demo, pairs: usize) -> Result<Vec<Alike>> {
    let known: Vec<User> = (0..pairs).map(|_| demo.draw_user()).collect::<Result<_>>()?;
    let unknown = unknown_ids(demo, &known);
    ensure!(unknown.len() == pairs, "not enough IDs that nobody has");
    let (mut passwords, mut resets) = (Vec::new(), Vec::new());
    for (user, nobody) in known.iter().zip(&unknown) {
        passwords.push((
            wrong_password_post(demo, &user.user_id).await?,
            wrong_password_post(demo, nobody).await?,
        ));
        resets.push((reset_post(demo, &user.user_id).await?, reset_post(demo, nobody).await?));
    }
    Ok(vec![compare("wrong password", passwords).await?, compare("forgotten password", resets).await?])
}

/// IDs of the same form that nobody has: the known ones with other characters at their ends.
fn unknown_ids(demo: &Demo, known: &[User]) -> Vec<String> {
    let taken: HashSet<&str> = demo.credentials().users.iter().map(|user| user.user_id.as_str()).collect();
    let alphabet = ["ZZ", "ZY", "YZ", "QZ", "ZQ", "WQ", "QW", "VZ", "ZV", "UZ", "ZU", "QQ", "VV", "UU"];
    let mut made = HashSet::new();
    let mut unknown = Vec::new();
    for user in known {
        let stem = user.user_id.get(..user.user_id.len().saturating_sub(2)).unwrap_or_default();
        let house = stem.get(..2).unwrap_or_default();
        let tail = stem.get(5..).unwrap_or_default();
        let candidates = alphabet.iter().flat_map(|end| {
            [
                "", "QZQ", "ZQZ", "VQV", "QVQ", "WZW", "ZWZ", "UQU", "QUQ", "VZV", "ZVZ", "WUW", "UWU",
                "VWV", "WVW",
            ]
            .map(|middle| {
                if middle.is_empty() { format!("{stem}{end}") } else { format!("{house}{middle}{tail}{end}") }
            })
        });
        let free = candidates.into_iter().find(|id| !taken.contains(id.as_str()) && made.insert(id.clone()));
        unknown.extend(free);
    }
    unknown
}

async fn compare(name: &'static str, pairs: Vec<(PasswordPost, PasswordPost)>) -> Result<Alike> {
    let http = Client::builder().no_proxy().redirect(Policy::none()).build()?;
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for (turn, (of_known, of_unknown)) in pairs.iter().enumerate() {
        // Who goes first alternates: whatever the one before leaves behind falls on both alike.
        if turn % 2 == 0 {
            known.push(time(&http, of_known).await?);
            unknown.push(time(&http, of_unknown).await?);
        } else {
            unknown.push(time(&http, of_unknown).await?);
            known.push(time(&http, of_known).await?);
        }
    }
    let seconds = |times: &[Duration]| times.iter().map(Duration::as_secs_f64).collect::<Vec<_>>();
    Ok(Alike {
        name,
        each: known.len(),
        verdict: mann_whitney(&seconds(&known), &seconds(&unknown)),
        median_known_ms: Times::of(known).percentile_ms(50),
        median_unknown_ms: Times::of(unknown).percentile_ms(50),
    })
}

async fn time(http: &Client, post: &PasswordPost) -> Result<Duration> {
    let request = http
        .post(post.url.clone())
        .header("content-type", "application/x-www-form-urlencoded")
        .header("cookie", &post.cookies)
        .header("origin", &post.origin)
        .body(post.body.clone());
    let start = Instant::now();
    let answer = request.send().await?;
    let status = answer.status();
    answer.bytes().await?;
    let took = start.elapsed();
    ensure!(status.as_u16() < 429, "{status} where an ordinary answer was due");
    Ok(took)
}

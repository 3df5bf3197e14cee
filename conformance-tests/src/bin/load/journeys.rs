//! Whole journeys by goose: from CCMS Terminal's door through password and app to its home page, many at once.

use std::sync::Arc;

use anyhow::{Context as _, Result, anyhow};
use conformance_tests::{Page, User};
use goose::config::GooseConfiguration;
use goose::goose::GooseResponse;
use goose::prelude::*;
use reqwest::redirect::Policy;
use tokio::sync::Mutex;

use conformance_tests::Demo;

/// What was measured.
pub(crate) struct Journeys {
    pub(crate) browsers: usize,
    pub(crate) done: usize,
    pub(crate) failed: usize,
    pub(crate) per_second: f64,
    pub(crate) p50_ms: f64,
    pub(crate) p90_ms: f64,
    pub(crate) p99_ms: f64,
}

const BROWSERS: usize = 8;

/// So many journeys, each by a user who has not logged in before.
pub(crate) async fn measure(demo: &Demo, journeys: usize) -> Result<Journeys> {
    let people: Vec<User> = (0..journeys).map(|_| demo.draw_user()).collect::<Result<_>>()?;
    let people = Arc::new(Mutex::new(people));
    let door = demo.addresses().ccms.clone();
    let journey: TransactionFunction = Arc::new(move |browser| {
        let (people, door) = (Arc::clone(&people), door.clone());
        Box::pin(async move {
            let next = people.lock().await.pop();
            let Some(user) = next else { return Ok(()) };
            travel(browser, &door, &user).await
        })
    });
    let configuration = configuration(&demo.addresses().ccms, journeys / BROWSERS);
    let start = std::time::Instant::now();
    let attack = GooseAttack::initialize_with_config(configuration)?.register_scenario(
        scenario!("first door to home page").register_transaction(Transaction::new(journey)),
    );
    let metrics = Box::pin(attack.execute()).await?;
    let took = start.elapsed().as_secs_f64();
    let measured =
        metrics.transactions.first().and_then(|all| all.first()).context("no journey was measured")?;
    let ms = |percent: f32| {
        std::time::Duration::from_micros(measured.run_times.percentile_us(percent)).as_secs_f64() * 1e3
    };
    let done = measured.success_count + measured.fail_count;
    Ok(Journeys {
        browsers: BROWSERS,
        done,
        failed: measured.fail_count,
        per_second: f64::from(u32::try_from(done)?) / took,
        p50_ms: ms(0.5),
        p90_ms: ms(0.9),
        p99_ms: ms(0.99),
    })
}

/// So many journeys by each browser; no report of goose's own, no remote control.
fn configuration(host: &str, iterations: usize) -> GooseConfiguration {
    let mut configuration = GooseConfiguration::default();
    configuration.host = Some(host.to_owned());
    configuration.users = Some(BROWSERS);
    configuration.increase_rate = Some(BROWSERS.to_string());
    configuration.iterations = Some(iterations);
    configuration.no_telnet = true;
    configuration.no_websocket = true;
    configuration.no_print_metrics = true;
    configuration.quiet = 2;
    configuration
}

/// One journey. A fresh browser each time: an old one would be let in without a login.
async fn travel(browser: &mut GooseUser, door: &str, user: &User) -> TransactionResult {
    let fresh = reqwest::Client::builder().no_proxy().cookie_store(true).redirect(Policy::limited(20));
    browser.set_client_builder(fresh).await?;
    let mut page = read(browser.get_named(&format!("{door}/login"), "the door").await?).await?;
    for _ in 0..6 {
        let (action, fields) = match page.step().as_deref() {
            Some("choose-method") => ("otp", vec![]),
            Some("password") => {
                let password = user.password().map_err(|error| failed(&error))?;
                ("log-in", vec![("user_id", user.user_id.clone()), ("password", password.to_owned())])
            }
            Some("otp") => {
                let code = user.totp_code().await.map_err(|error| failed(&error))?;
                ("submit", vec![("otp", code)])
            }
            _ => break,
        };
        page = submit(browser, &page, action, &fields).await?;
    }
    if page.url.as_str().starts_with(door) && page.body.contains(&user.user_id) {
        return Ok(());
    }
    let what = format!("{} ended at {} ({:?})", user.user_id, page.url, page.error_code());
    Err(failed(&anyhow!(what)))
}

async fn submit(
    browser: &mut GooseUser,
    page: &Page,
    action: &str,
    fields: &[(&str, String)],
) -> Result<Page, Box<TransactionError>> {
    let mut form = page.form(action).map_err(|error| failed(&error))?;
    for (name, value) in fields {
        form.set(name, value);
    }
    let request = browser
        .get_request_builder(&GooseMethod::Post, form.action.as_str())?
        .header("origin", form.action.origin().ascii_serialization())
        .form(&form.fields);
    let request = GooseRequest::builder().name(action).set_request_builder(request).build();
    read(browser.request(request).await?).await
}

async fn read(answer: GooseResponse) -> Result<Page, Box<TransactionError>> {
    let answer = answer.response?;
    let (url, status, headers) = (answer.url().clone(), answer.status().as_u16(), answer.headers().clone());
    Ok(Page { url, status, headers, body: answer.text().await?, left: None, trail: Vec::new() })
}

#[expect(clippy::unnecessary_box_returns, reason = "goose's own results box their errors")]
fn failed(error: &anyhow::Error) -> Box<TransactionError> {
    Box::new(TransactionError::Custom(format!("{error:#}")))
}

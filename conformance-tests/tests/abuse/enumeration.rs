//! Nobody learns from an answer who has a profile, and in what state: text, status and headers are the same.

use anyhow::{Context as _, Result};
use conformance_tests::{Browser, Demo, Options, User};

use super::setup::{
    ask_reset, at_otp, at_password, at_reset, expect_step, give_otp, give_password, wrong_totp,
};

/// What a stranger may try: every kind of profile the demo has, and IDs that nobody has.
struct Cast {
    demo: Demo,
    /// A user ID, and what is behind it, for the message of a failure.
    people: Vec<(String, &'static str)>,
}

impl Cast {
    async fn assemble() -> Result<Self> {
        let options = Options::default()
            .environment("COUNTERSIGN_POLICY__OTP__RESEND_SECONDS", "0")
            .environment("COUNTERSIGN_POLICY__LOCKOUT__FREE_TRIES", "50");
        let demo = Demo::start(options).await?;
        let locked = demo.user("HKDEF101")?;
        lock(&demo, &locked).await?;
        let people = [
            ("HKABC101", "set up with a soft token"),
            ("HKZZZ1ZZ", "nobody, by a valid ID"),
            ("no id at all", "nobody, by an invalid ID"),
            (&locked.user_id, "locked"),
            ("HKABC105", "disabled"),
            ("HKABC104", "smartcard only, no email"),
            ("HKABC102", "never set up"),
            ("HKABC103", "set up with email OTP"),
            ("HKABC1X1", "a Delegated Administrator"),
            ("OPS001", "an operator"),
        ];
        let people = people.map(|(id, what)| (id.to_owned(), what)).into();
        Ok(Self { demo, people })
    }
}

/// Five wrong OTPs after the right password.
async fn lock(demo: &Demo, user: &User) -> Result<()> {
    let mut browser = at_otp(demo, user).await?;
    for n in 0..5 {
        give_otp(&mut browser, &wrong_totp(user, n)?).await?;
    }
    Ok(())
}

/// A wrong password.
#[tokio::test]
async fn a_wrong_password_is_answered_alike_for_all() -> Result<()> {
    let cast = Cast::assemble().await?;
    let mut answers = Vec::new();
    for (user_id, what) in &cast.people {
        let mut browser = at_password(&cast.demo).await?;
        give_password(&mut browser, user_id, "not anybody's password 1").await?;
        answers.push((*what, Answer::of(&browser, user_id)?));
    }
    assert_alike(&answers)
}

/// A forgotten password: the page for the OTP comes for all, so do its errors, and so does a second mail.
#[tokio::test]
async fn a_reset_is_answered_alike_for_all() -> Result<()> {
    let cast = Cast::assemble().await?;
    let (mut asked, mut wrong, mut resent) = (Vec::new(), Vec::new(), Vec::new());
    for (user_id, what) in &cast.people {
        let mut browser = at_reset(&cast.demo).await?;
        ask_reset(&mut browser, user_id).await?;
        expect_step(&browser, "reset-otp").with_context(|| format!("for {what}"))?;
        asked.push((*what, Answer::of(&browser, user_id)?));
        give_otp(&mut browser, "00000000").await?;
        wrong.push((*what, Answer::of(&browser, user_id)?));
        browser.fill_and_submit("resend", &[]).await?;
        resent.push((*what, Answer::of(&browser, user_id)?));
    }
    assert_alike(&asked)?;
    assert_alike(&wrong)?;
    assert_alike(&resent)
}

/// Too many wrong OTPs and too many mails are told alike as well: the limits hold for people who do not exist.
#[tokio::test]
async fn the_limits_of_a_reset_are_alike_for_all() -> Result<()> {
    let cast = Cast::assemble().await?;
    let (mut spent, mut flooded) = (Vec::new(), Vec::new());
    for (user_id, what) in &cast.people {
        let mut browser = at_reset(&cast.demo).await?;
        ask_reset(&mut browser, user_id).await?;
        for _ in 0..6 {
            give_otp(&mut browser, "00000000").await?;
        }
        spent.push((*what, Answer::of(&browser, user_id)?));
        for _ in 0..6 {
            browser.fill_and_submit("resend", &[]).await?;
        }
        flooded.push((*what, Answer::of(&browser, user_id)?));
    }
    assert_alike(&spent)?;
    assert_alike(&flooded)
}

/// So do the redirects on the way: their status, and which parameters they carry.
#[tokio::test]
async fn redirects_are_alike_for_all() -> Result<()> {
    let cast = Cast::assemble().await?;
    let mut trails = Vec::new();
    for (user_id, what) in &cast.people {
        let mut browser = at_reset(&cast.demo).await?;
        ask_reset(&mut browser, user_id).await?;
        let trail = browser.page()?.trail.iter().map(|hop| {
            let location =
                hop.headers.get("location").and_then(|value| value.to_str().ok()).unwrap_or_default();
            (hop.status, without_values(location), header_names(&hop.headers))
        });
        trails.push((*what, trail.collect::<Vec<_>>()));
    }
    assert_alike(&trails)
}

/// One answer with everything taken out that is fresh each time or was typed by the stranger.
#[derive(Debug, PartialEq)]
struct Answer {
    status: u16,
    path: String,
    headers: Vec<String>,
    words: String,
}

impl Answer {
    fn of(browser: &Browser, typed: &str) -> Result<Self> {
        let page = browser.page()?;
        Ok(Self {
            status: page.status,
            path: page.url.path().to_owned(),
            headers: header_names(&page.headers),
            words: without_fresh_values(
                &page.body.replace(typed, "TYPED").replace(&typed.to_uppercase(), "TYPED"),
            ),
        })
    }
}

/// Headers by name, with the values of those that are the same in every answer.
fn header_names(headers: &reqwest::header::HeaderMap) -> Vec<String> {
    let fresh =
        ["date", "set-cookie", "x-request-id", "content-security-policy", "content-length", "location"];
    let mut names: Vec<String> = headers
        .iter()
        .map(|(name, value)| match name.as_str() {
            name if fresh.contains(&name) => name.to_owned(),
            name => format!("{name}: {value:?}"),
        })
        .collect();
    names.sort_unstable();
    names
}

/// A page without what differs from one second to the next: the long random runs in it (tokens, nonces, sealed
/// values; twenty and more characters in both cases are no word), and how many seconds are left to wait.
fn without_fresh_values(body: &str) -> String {
    let mut words = String::with_capacity(body.len());
    let mut run = String::new();
    for character in body.chars().chain(['\n']) {
        if character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.' | '%') {
            run.push(character);
            continue;
        }
        let random = run.len() >= 20
            && run.bytes().any(|b| b.is_ascii_lowercase())
            && run.bytes().any(|b| b.is_ascii_uppercase());
        let number = !run.is_empty() && run.bytes().all(|b| b.is_ascii_digit());
        words.push_str(if random {
            "RANDOM"
        } else if number {
            "NUMBER"
        } else {
            &run
        });
        words.push(character);
        run.clear();
    }
    words
}

/// A URL's path and the names of its parameters.
fn without_values(location: &str) -> String {
    let (path, query) = location.split_once('?').unwrap_or((location, ""));
    let names = query.split('&').map(|pair| pair.split('=').next().unwrap_or_default());
    format!("{path}?{}", names.collect::<Vec<_>>().join("&"))
}

fn assert_alike<T: PartialEq + std::fmt::Debug>(answers: &[(&str, T)]) -> Result<()> {
    let (first, expected) = answers.first().context("somebody was tried")?;
    for (what, answer) in answers {
        assert!(
            answer == expected,
            "“{what}” is answered unlike “{first}”:\n{answer:#?}\nunlike\n{expected:#?}"
        );
    }
    Ok(())
}

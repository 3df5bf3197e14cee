//! The peak rates: each scenario is a short Lua script for `wrk` and what the machine could do of the same work.

mod people;
mod scripts;

use std::fmt;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use conformance_tests::Demo;

use crate::Choice;
use crate::limits::{Limits, argon2_again};
use crate::wrk::{Measured, Wrk};

pub(crate) use people::{PasswordPost, password_posts, reset_post, wrong_password_post};

/// One measured rate beside its limit.
pub(crate) struct Rate {
    pub(crate) name: &'static str,
    pub(crate) measured: Measured,
    /// What the machine could do, per second.
    pub(crate) limit: Option<f64>,
    /// How that limit is made up.
    formula: &'static str,
    /// The least part of the limit that is aimed at.
    pub(crate) aim: Option<f64>,
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Measured { p50_us, p90_us, p99_us, .. } = self.measured;
        let rate = self.measured.per_second();
        let ms = |us: f64| us / 1e3;
        write!(
            f,
            "| {} | {rate:.0} | {:.1} ms | {:.1} ms | {:.1} ms ",
            self.name,
            ms(p50_us),
            ms(p90_us),
            ms(p99_us)
        )?;
        match (self.limit, self.aim) {
            (Some(limit), Some(aim)) => {
                let met = if rate / limit >= aim { "met" } else { "**missed**" };
                let (ratio, aim) = (100.0 * rate / limit, 100.0 * aim);
                write!(f, "| {} = {limit:.0} | {ratio:.0} % | at least {aim:.0} % | {met} |", self.formula)
            }
            (Some(limit), None) => {
                write!(f, "| {} = {limit:.0} | {:.0} % | | |", self.formula, 100.0 * rate / limit)
            }
            (None, _) => write!(f, "| | | | |"),
        }
    }
}

/// Those of them that are wanted, one after the other.
pub(crate) async fn measure(
    demo: &Demo,
    limits: &Limits,
    span: Duration,
    choice: &Choice,
) -> Result<Vec<Rate>> {
    let mut rates = Vec::new();
    if choice.wants("client_credentials") {
        rates.push(client_credentials(demo, limits, span).await?);
    }
    if choice.wants("authorize and code exchange") {
        rates.extend(codes(demo, limits, span).await?);
    }
    if choice.wants("introspection and refresh") {
        rates.extend(tokens(demo, limits, span).await?);
    }
    if choice.wants("password login") {
        rates.push(passwords(demo, span).await?);
    }
    Ok(rates)
}

async fn client_credentials(demo: &Demo, limits: &Limits, span: Duration) -> Result<Rate> {
    let name = "`client_credentials`";
    Ok(Rate {
        name,
        measured: run(name, demo.issuer(), &scripts::client_credentials(demo)?, span).await?,
        limit: Some(limits.of_work(1.0, 1.0, 0.0)),
        formula: "1/(1/H + 1/S)",
        aim: Some(0.6),
    })
}

async fn codes(demo: &Demo, limits: &Limits, span: Duration) -> Result<[Rate; 2]> {
    let folder = tempfile::tempdir()?;
    let codes = folder.path().join("codes");
    let session = people::session(demo).await?;
    let name = "authorize, with a session";
    let authorize = Rate {
        name,
        measured: run(name, demo.issuer(), &scripts::authorize(&session, &codes), span).await?,
        limit: Some(limits.empty_post),
        formula: "H",
        aim: None,
    };
    // Codes do not live long: what was just given out is exchanged at once.
    let name = "code exchange";
    let exchange = Rate {
        name,
        measured: run(name, demo.issuer(), &scripts::exchange(demo, &session, &codes)?, span).await?,
        limit: Some(limits.of_work(1.0, 1.0, 1.0)),
        formula: "1/(1/H + 1/S(ES256) + 1/S(RS256))",
        aim: Some(0.3),
    };
    Ok([authorize, exchange])
}

async fn tokens(demo: &Demo, limits: &Limits, span: Duration) -> Result<[Rate; 2]> {
    let tokens = people::tokens(demo, 64).await?;
    let name = "introspection";
    let introspection = Rate {
        name,
        measured: run(name, demo.issuer(), &scripts::introspect(demo, &tokens)?, span).await?,
        limit: Some(limits.empty_post),
        formula: "H",
        aim: None,
    };
    let name = "refresh, with rotation";
    let refresh = Rate {
        name,
        measured: run(name, demo.issuer(), &scripts::refresh(demo, &tokens)?, span).await?,
        limit: Some(limits.of_work(1.0, 1.0, 1.0)),
        formula: "1/(1/H + 1/S(ES256) + 1/S(RS256))",
        aim: None,
    };
    Ok([introspection, refresh])
}

async fn passwords(demo: &Demo, span: Duration) -> Result<Rate> {
    let name = "password login";
    let posts = password_posts(demo, 48).await?;
    let before = argon2_again(span).await?;
    let measured = run(name, demo.issuer(), &scripts::passwords(&posts), span).await?;
    let after = argon2_again(span).await?;
    Ok(Rate {
        name,
        measured,
        limit: Some(f64::midpoint(before, after)),
        formula: "A, before and after",
        aim: Some(0.95),
    })
}

async fn run(name: &str, issuer: &str, script: &str, span: Duration) -> Result<Measured> {
    let measured = Wrk::new(issuer, script).span(span).run().await.with_context(|| name.to_owned())?;
    ensure!(measured.requests > 10, "too few to say anything: {measured:?}");
    Ok(measured)
}

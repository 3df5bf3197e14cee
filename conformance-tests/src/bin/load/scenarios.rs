//! The peak rates: each scenario is a short Lua script for `wrk` and what the machine could do of the same work.

mod people;
mod scripts;

use std::fmt;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use conformance_tests::Demo;

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

/// All of them, one after the other.
pub(crate) async fn measure(demo: &Demo, limits: &Limits, span: Duration) -> Result<Vec<Rate>> {
    let issuer = demo.issuer();
    let folder = tempfile::tempdir()?;
    let codes = folder.path().join("codes");
    let mut rates = Vec::new();

    let script = scripts::client_credentials(demo)?;
    rates.push(Rate {
        name: "`client_credentials`",
        measured: run("`client_credentials`", issuer, &script, span).await?,
        limit: Some(limits.of_work(1.0, 1.0, 0.0)),
        formula: "1/(1/H + 1/S)",
        aim: Some(0.6),
    });

    let session = people::session(demo).await?;
    let script = scripts::authorize(&session, &codes);
    rates.push(Rate {
        name: "authorize, with a session",
        measured: run("authorize, with a session", issuer, &script, span).await?,
        limit: Some(limits.empty_post),
        formula: "H",
        aim: None,
    });
    // Codes do not live long: what was just given out is exchanged at once.
    let script = scripts::exchange(demo, &session, &codes)?;
    rates.push(Rate {
        name: "code exchange",
        measured: run("code exchange", issuer, &script, span).await?,
        limit: Some(limits.of_work(1.0, 1.0, 1.0)),
        formula: "1/(1/H + 1/S(ES256) + 1/S(RS256))",
        aim: Some(0.3),
    });

    let tokens = people::tokens(demo, 64).await?;
    let script = scripts::introspect(demo, &tokens)?;
    rates.push(Rate {
        name: "introspection",
        measured: run("introspection", issuer, &script, span).await?,
        limit: Some(limits.empty_post),
        formula: "H",
        aim: None,
    });
    let script = scripts::refresh(demo, &tokens)?;
    rates.push(Rate {
        name: "refresh, with rotation",
        measured: run("refresh, with rotation", issuer, &script, span).await?,
        limit: Some(limits.of_work(1.0, 1.0, 1.0)),
        formula: "1/(1/H + 1/S(ES256) + 1/S(RS256))",
        aim: None,
    });

    let posts = password_posts(demo, 48).await?;
    let before = argon2_again(span).await?;
    let measured = run("password login", issuer, &scripts::passwords(&posts), span).await?;
    let after = argon2_again(span).await?;
    rates.push(Rate {
        name: "password login",
        measured,
        limit: Some(f64::midpoint(before, after)),
        formula: "A, before and after",
        aim: Some(0.95),
    });
    Ok(rates)
}

async fn run(name: &str, issuer: &str, script: &str, span: Duration) -> Result<Measured> {
    let measured = Wrk::new(issuer, script).span(span).run().await.with_context(|| name.to_owned())?;
    ensure!(measured.requests > 10, "too few to say anything: {measured:?}");
    Ok(measured)
}

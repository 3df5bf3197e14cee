//! The document: figures, the machine's limits beside them, and whether each aim was met.

use std::collections::BTreeMap;
use std::fmt;

use anyhow::Result;

use crate::alike::Alike;
use crate::flood::Flood;
use crate::idle::Idle;
use crate::journeys::Journeys;
use crate::limits::Limits;
use crate::scenarios::Rate;

/// Resident memory of a server at rest, at most, in MiB.
const MEMORY_AIM: f64 = 60.0;
/// Time until a server is ready, at most, in milliseconds.
const READY_AIM: f64 = 200.0;
/// p99 of other endpoints under a flood of logins, at most, in milliseconds.
const FLOOD_AIM: f64 = 100.0;
/// Below this two samples are told apart; three tests are made, and a good build should pass a thousand times.
const ALIKE_AIM: f64 = 0.001;

/// Everything that was measured.
pub(crate) struct Report {
    machine: String,
    limits: Limits,
    text: String,
    missed: Vec<String>,
    rates: Vec<Rate>,
}

impl Report {
    pub(crate) fn new(limits: Limits) -> Result<Self> {
        Ok(Self { machine: machine()?, limits, text: String::new(), missed: Vec::new(), rates: Vec::new() })
    }

    /// The aims that were missed.
    pub(crate) fn missed(&self) -> &[String] {
        &self.missed
    }

    pub(crate) fn rate(&mut self, rate: Rate) {
        if let (Some(limit), Some(aim)) = (rate.limit, rate.aim) {
            self.aim(rate.measured.per_second() / limit >= aim, &format!("the rate of {}", rate.name));
        }
        self.rates.push(rate);
    }

    pub(crate) fn idle(&mut self, idle: &Idle) {
        let memory = self.aim(idle.resident_mib < MEMORY_AIM, "memory at rest");
        let ready = self.aim(idle.ready_ms < READY_AIM, "time to ready");
        self.write(format_args!(
            "\n## At rest\n\n| What | Measured | Aim | |\n|---|---|---|---|\n\
             | Resident memory, idle ({}) | {:.1} MiB | under {MEMORY_AIM} MiB | {memory} |\n\
             | From start to ready | {:.0} ms | under {READY_AIM} ms | {ready} |\n",
            idle.what, idle.resident_mib, idle.ready_ms
        ));
    }

    pub(crate) fn flood(&mut self, flood: Flood) {
        self.write(format_args!(
            "\n## Under a flood of logins\n\n{:.0} password logins a second for {:.0} s (20 × A = {:.0} were aimed at): {} \
             let through to the second factor, {} shed with 503, {} otherwise{}.\n\n\
             | Endpoint | Requests | p50 | p90 | p99 | Aim | |\n|---|---|---|---|---|---|---|\n",
            flood.arrived_per_second,
            flood.seconds,
            flood.aimed_per_second,
            flood.passed,
            flood.shed,
            flood.otherwise,
            listed(&flood.others)
        ));
        for (name, times) in flood.probes {
            let p99 = times.percentile_ms(99);
            let verdict = self.aim(p99 < FLOOD_AIM, &format!("p99 of {name} under a flood"));
            self.write(format_args!(
                "| {name} | {} | {:.1} ms | {:.1} ms | {p99:.1} ms | p99 under {FLOOD_AIM} ms | {verdict} |\n",
                times.count(),
                times.percentile_ms(50),
                times.percentile_ms(90)
            ));
        }
    }

    pub(crate) fn journeys(&mut self, journeys: &Journeys) {
        let whole = self.aim(journeys.failed == 0, "journeys without failure");
        self.write(format_args!(
            "\n## Whole journeys (goose)\n\n{} logins from CCMS Terminal's door to its home page by {} browsers at once, {} failed ({whole}): \
             {:.1} a second, p50 {:.0} ms, p90 {:.0} ms, p99 {:.0} ms.\n",
            journeys.done,
            journeys.browsers,
            journeys.failed,
            journeys.per_second,
            journeys.p50_ms,
            journeys.p90_ms,
            journeys.p99_ms
        ));
    }

    pub(crate) fn alike(&mut self, test: &Alike) {
        if !self.text.contains("## Known and unknown") {
            self.text.push_str("\n## Known and unknown users take equal time\n\nInterleaved requests, compared by the rank test of Mann and \
                          Whitney.\n\n| Request | Each | Median known | Median unknown | P(known slower) | p | |\n|---|---|---|---|---|---|---|\n");
        }
        let verdict = self.aim(test.verdict.p > ALIKE_AIM, &format!("equal time of {}", test.name));
        self.write(format_args!(
            "| {} | {} | {:.2} ms | {:.2} ms | {:.3} | {:.3} | {verdict} |\n",
            test.name,
            test.each,
            test.median_known_ms,
            test.median_unknown_ms,
            test.verdict.above,
            test.verdict.p
        ));
    }

    fn write(&mut self, text: fmt::Arguments<'_>) {
        self.text.push_str(&text.to_string());
    }

    fn aim(&mut self, met: bool, what: &str) -> &'static str {
        if !met {
            self.missed.push(what.to_owned());
        }
        if met { "met" } else { "**missed**" }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Limits { empty_post, es256, rs256, argon2 } = self.limits;
        writeln!(f, "Machine: {}.\n", self.machine)?;
        writeln!(f, "## Limits of the machine\n\n| Limit | Per second |\n|---|---|")?;
        writeln!(f, "| H: an empty axum POST handler under the same `wrk` | {empty_post:.0} |")?;
        writeln!(f, "| S: ES256 signatures on one core | {es256:.0} |")?;
        writeln!(f, "| S: RS256 signatures (2048 bits) on one core | {rs256:.0} |")?;
        writeln!(f, "| A: Argon2id hashes (19 MiB, t=2, p=1) on all cores | {argon2:.1} |")?;
        writeln!(f, "\n## Peak rates (`wrk`, 1 thread, 32 connections)\n")?;
        writeln!(
            f,
            "| Scenario | Per second | p50 | p90 | p99 | Limit | Ratio | Aim | |\n|---|---|---|---|---|---|---|---|---|"
        )?;
        for rate in &self.rates {
            writeln!(f, "{rate}")?;
        }
        write!(f, "{}", self.text)?;
        if !self.missed.is_empty() {
            writeln!(f, "\nMissed: {}.", self.missed.join("; "))?;
        }
        Ok(())
    }
}

/// What there was and how many of each, in brackets; nothing where there was nothing.
fn listed(others: &BTreeMap<String, u32>) -> String {
    if others.is_empty() {
        return String::new();
    }
    let each = others.iter().map(|(what, count)| format!("{count} × {what}"));
    format!(" ({})", each.collect::<Vec<_>>().join(", "))
}

/// What it ran on.
fn machine() -> Result<String> {
    let information = std::fs::read_to_string("/proc/cpuinfo")?;
    let model = information.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let cores = std::thread::available_parallelism()?;
    Ok(format!("{cores} cores, {}", model.map_or("processor unknown", |(_, name)| name)))
}

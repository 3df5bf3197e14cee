//! Runs `wrk` (Debian's package) with a Lua script, and reads what it measured.
//!
//! One thread and 32 connections, always: a rate under another number of connections is another measurement.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use serde::Deserialize;
use tokio::process::Command;

const CONNECTIONS: &str = "32";

/// One run to be made.
pub(crate) struct Wrk {
    url: String,
    script: String,
    span: Duration,
}

/// What a run measured; times in microseconds.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(crate) struct Measured {
    /// Responses received.
    pub(crate) requests: u32,
    /// How long the run lasted.
    pub(crate) duration_us: u64,
    pub(crate) p50_us: f64,
    pub(crate) p90_us: f64,
    pub(crate) p99_us: f64,
    /// Responses that the script did not expect, by its own count.
    pub(crate) unexpected: u32,
    /// Connections that failed, reads, writes and timeouts.
    pub(crate) broken: u32,
}

impl Measured {
    /// Responses per second.
    pub(crate) fn per_second(&self) -> f64 {
        f64::from(self.requests) / Duration::from_micros(self.duration_us).as_secs_f64()
    }
}

impl Wrk {
    /// A run of the Lua `script` against `url`. The script counts what it did not expect with `unexpected()`.
    pub(crate) fn new(url: &str, script: &str) -> Self {
        Self { url: url.into(), script: script.into(), span: Duration::from_secs(10) }
    }

    /// How long to run.
    pub(crate) fn span(mut self, span: Duration) -> Self {
        self.span = span;
        self
    }

    /// Run, and refuse a run in which anything went wrong: a rate of errors is not a rate.
    pub(crate) async fn run(self) -> Result<Measured> {
        let folder = tempfile::tempdir()?;
        let script: PathBuf = folder.path().join("run.lua");
        std::fs::write(&script, format!("{PRELUDE}\n{}", self.script))?;
        let output = Command::new("wrk")
            .args(["--threads", "1", "--connections", CONNECTIONS, "--timeout", "10s", "--latency"])
            .args(["--duration", &format!("{}s", self.span.as_secs().max(1)), "--script"])
            .arg(&script)
            .arg(&self.url)
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .output()
            .await
            .context("wrk (Debian: wrk) is installed")?;
        let (text, complaints) =
            (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        let Some(line) = text.lines().find_map(|line| line.strip_prefix("MEASURED ")) else {
            bail!("wrk said nothing useful: {text}{complaints}");
        };
        let measured: Measured =
            serde_json::from_str(line).with_context(|| format!("wrk measured {line}"))?;
        ensure!(
            measured.requests > 0 && measured.unexpected == 0 && measured.broken == 0,
            "{measured:?} at {}: {complaints}",
            self.url
        );
        Ok(measured)
    }
}

/// Prints what was measured as JSON, and counts the responses with an unexpected status.
///
/// The count lives in a thread's own Lua state, so `done` asks the thread for it. A script whose supply ends calls
/// `exhausted()`: the run counts up to that moment.
const PRELUDE: &str = r#"
local ffi = require("ffi")
ffi.cdef[[ typedef struct { long s; long us; } cs_time; int gettimeofday(cs_time *at, void *zone); ]]
local function now_us()
  local at = ffi.new("cs_time")
  ffi.C.gettimeofday(at, nil)
  return tonumber(at.s) * 1e6 + tonumber(at.us)
end
local threads = {}
function setup(thread) table.insert(threads, thread) end
strange = 0
function unexpected(what)
  strange = strange + 1
  if strange <= 3 then io.stderr:write("unexpected: " .. tostring(what) .. "\n") end
end
function init(args) began_at = now_us() end
function exhausted()
  if not ended_at then
    ended_at = now_us()
    wrk.thread:stop()
  end
end
function done(summary, latency, requests)
  local count, duration = 0, summary.duration
  for _, thread in ipairs(threads) do
    count = count + (thread:get("strange") or 0)
    local began, ended = thread:get("began_at"), thread:get("ended_at")
    if ended then duration = ended - began end
  end
  local e = summary.errors
  print(string.format(
    'MEASURED {"requests":%d,"duration_us":%d,"p50_us":%.1f,"p90_us":%.1f,"p99_us":%.1f,"unexpected":%d,"broken":%d}',
    summary.requests, duration, latency:percentile(50), latency:percentile(90), latency:percentile(99),
    count, e.connect + e.read + e.write + e.timeout))
end
"#;

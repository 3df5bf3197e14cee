//! The time and chance of the harness itself, which is its own composition root.

use anyhow::{Result, anyhow};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

/// Seconds since the Unix epoch, now.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the harness is a composition root")]
pub fn now() -> i64 {
    chrono::Utc::now().timestamp()
}

/// A fresh random value in URL-safe characters, made of `bytes` random bytes.
#[expect(clippy::disallowed_methods, reason = "the harness is a composition root")]
pub fn random(bytes: usize) -> Result<String> {
    let mut value = vec![0; bytes];
    aws_lc_rs::rand::fill(&mut value).map_err(|_| anyhow!("no randomness"))?;
    Ok(URL_SAFE_NO_PAD.encode(value))
}

//! Time and randomness, passed in, so that a test can hold both.

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};

use crate::Secret;

/// Everything that is not a function of its input.
#[derive(Clone, Debug)]
pub struct Environment {
    /// What time it is.
    pub clock: Clock,
    /// Where unguessable values come from.
    pub random: Random,
}

impl Environment {
    /// The machine's own clock and randomness.
    #[must_use]
    pub fn system() -> Self {
        Self { clock: Clock::system(), random: Random::system() }
    }
}

/// A clock.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>);

impl Clock {
    /// A clock that asks `now` each time.
    pub fn new(now: impl Fn() -> DateTime<Utc> + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// The machine's clock.
    #[expect(clippy::disallowed_methods, reason = "the composition root of the relying parties")]
    #[must_use]
    pub fn system() -> Self {
        Self::new(Utc::now)
    }

    /// The time now.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        (self.0)()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

type Fill = dyn Fn(&mut [u8]) -> Result<(), RandomError> + Send + Sync;

/// A source of unguessable bytes.
#[derive(Clone)]
pub struct Random(Arc<Fill>);

/// The operating system gave no randomness.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("no randomness available")]
pub struct RandomError;

impl Random {
    /// A source that fills buffers by `fill`.
    pub fn new(fill: impl Fn(&mut [u8]) -> Result<(), RandomError> + Send + Sync + 'static) -> Self {
        Self(Arc::new(fill))
    }

    /// The operating system's source.
    #[expect(clippy::disallowed_methods, reason = "the composition root of the relying parties")]
    #[must_use]
    pub fn system() -> Self {
        Self::new(|buffer| getrandom::fill(buffer).map_err(|_| RandomError))
    }

    /// `N` fresh bytes.
    pub fn bytes<const N: usize>(&self) -> Result<[u8; N], RandomError> {
        let mut buffer = [0; N];
        (self.0)(&mut buffer)?;
        Ok(buffer)
    }

    /// 256 fresh bits as URL-safe text.
    pub fn token(&self) -> Result<Secret, RandomError> {
        Ok(Secret::new(BASE64_URL_SAFE_NO_PAD.encode(self.bytes::<32>()?)))
    }
}

impl fmt::Debug for Random {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Random")
    }
}

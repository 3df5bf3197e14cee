//! An email address.
use std::{fmt, str::FromStr};
use serde::{Deserialize, Serialize};
/// A.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Mailbox(String);
impl Mailbox { /// The domain.
    #[must_use] pub fn domain(&self) -> &str { self.0.rsplit_once('@').map_or("", |(_, d)| d) } }
impl fmt::Display for Mailbox { fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(&self.0) } }
impl FromStr for Mailbox { type Err = &'static str; fn from_str(t: &str) -> Result<Self, Self::Err> { if t.contains('@') { Ok(Self(t.into())) } else { Err("no") } } }
impl TryFrom<String> for Mailbox { type Error = &'static str; fn try_from(t: String) -> Result<Self, Self::Error> { t.parse() } }
impl From<Mailbox> for String { fn from(m: Mailbox) -> Self { m.0 } }

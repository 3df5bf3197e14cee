//! What is signed. The text is made once, when the request is submitted; its hash is what a checker names when they
//! sign, and what stands in the audit. Nobody writes it anew afterwards.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};

use super::change::Change;
use super::difference::FieldDifference;
use super::target::Target;

/// One thing that the request changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Subject {
    /// Which.
    pub target: Target,
    /// Its version when the request was made; 0 for what did not exist. Another version at approval is a conflict.
    pub version: i64,
    /// Field by field what is to change.
    pub difference: Vec<FieldDifference>,
}

/// Everything that both people put their names to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// What is to be done.
    pub change: Change,
    /// What that does to which things.
    pub subjects: Vec<Subject>,
    /// Why, in the maker's words.
    pub reason: Option<String>,
}

/// A document with its text. Both are large where a batch is; copies share them.
#[derive(Clone, Debug, PartialEq)]
pub struct SignedText {
    document: Arc<Document>,
    text: Arc<str>,
    hash: DocumentHash,
}

impl SignedText {
    /// Writes a document down.
    pub fn write(document: Document) -> Result<Self, serde_json::Error> {
        let text = serde_json::to_string(&document)?;
        let hash = DocumentHash::of(&text);
        Ok(Self { document: Arc::new(document), text: text.into(), hash })
    }

    /// Reads what was written down, if it is still what was signed.
    pub fn read(text: String, hash: &DocumentHash) -> Result<Self, Tampered> {
        if DocumentHash::of(&text) != *hash {
            return Err(Tampered);
        }
        let document = serde_json::from_str(&text).map_err(|_| Tampered)?;
        Ok(Self { document: Arc::new(document), text: text.into(), hash: hash.clone() })
    }

    /// What it says.
    #[must_use]
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// The very bytes.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Their hash.
    #[must_use]
    pub fn hash(&self) -> &DocumentHash {
        &self.hash
    }
}

/// The stored text is not what was submitted.
#[derive(Debug, thiserror::Error)]
#[error("the request's text is not what its maker submitted")]
pub struct Tampered;

/// SHA-256 of a document's text, in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DocumentHash(String);

impl DocumentHash {
    /// The hash of a text.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self(hex::encode(digest(&SHA256, text.as_bytes())))
    }

    /// The stored form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DocumentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for DocumentHash {
    type Err = NotAHash;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_hash = text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if is_hash { Ok(Self(text.to_owned())) } else { Err(NotAHash) }
    }
}

/// The text is not 64 hexadecimal digits.
#[derive(Debug, thiserror::Error)]
#[error("not the hash of a request: 64 hexadecimal digits in lower case")]
pub struct NotAHash;

#[cfg(test)]
mod tests;

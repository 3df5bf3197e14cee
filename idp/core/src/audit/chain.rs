//! The chain: each link covers a record, its place, and every link before it.

use std::fmt;

use aws_lc_rs::digest::{Context, SHA256};

use super::AuditRecord;

/// A link of the chain: SHA-256 of the link before it, the place, and the record.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ChainHash([u8; 32]);

impl ChainHash {
    /// What stands before the first record.
    pub const START: Self = Self([0; 32]);

    /// The link of `record` at place `seq`, which comes after this one.
    #[must_use]
    pub fn then(&self, seq: i64, record: &AuditRecord) -> Self {
        let mut context = Context::new(&SHA256);
        context.update(&self.0);
        context.update(&seq.to_be_bytes());
        context.update(&record.bytes());
        let mut link = [0; 32];
        link.copy_from_slice(context.finish().as_ref());
        Self(link)
    }

    /// Reads 64 hexadecimal digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut link = [0; 32];
        hex::decode_to_slice(text, &mut link).ok()?;
        Some(Self(link))
    }
}

impl fmt::Display for ChainHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for ChainHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ChainHash({self})")
    }
}

/// A record with its place in the chain, as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedRecord {
    /// The record.
    pub record: AuditRecord,
    /// Its place, from 1.
    pub seq: i64,
    /// Its link, as stored: 64 hexadecimal digits unless somebody wrote something else there.
    pub chain: String,
}

//! Checkpoints, as they come by while the trail is read: from the database page by page, from files line by line.

use std::io::BufRead;

use countersign_core::audit::{Checkpoint, Finding, Origin, SealedRecord, Verifier};
use countersign_store::{Audit, AuditCheckpoints, StoreError};

use super::VerifyError;
use crate::Services;

/// Checkpoints of a page.
const PAGE: u64 = 1_000;

/// Checkpoints that left the machine.
pub struct CheckpointSource {
    /// What the findings call it.
    pub name: String,
    /// One JSON object per line; lines that are none (torn by a crash) are passed over.
    pub lines: Box<dyn BufRead + Send>,
}

/// Every source, each read in its own order.
pub(super) struct Checkpoints<'s> {
    services: &'s Services,
    stored: Stored,
    files: Vec<File>,
    /// Highest number in any file.
    highest: i64,
}

#[derive(Default)]
struct Stored {
    page: std::vec::IntoIter<Checkpoint>,
    next: Option<Checkpoint>,
    after: i64,
}

struct File {
    source: CheckpointSource,
    next: Option<Checkpoint>,
}

impl<'s> Checkpoints<'s> {
    pub(super) fn of(services: &'s Services, files: Vec<CheckpointSource>) -> Self {
        let files = files.into_iter().map(|source| File { source, next: None }).collect();
        Self { services, stored: Stored::default(), files, highest: 0 }
    }

    /// Those of the database behind the one of that number.
    pub(super) fn behind(services: &'s Services, number: i64) -> Self {
        let stored = Stored { after: number, ..Stored::default() };
        Self { stored, ..Self::of(services, Vec::new()) }
    }

    /// Compares the checkpoints up to the place of `sealed`, which was just taken.
    pub(super) async fn up_to(
        &mut self,
        sealed: &SealedRecord,
        verifier: &mut Verifier,
    ) -> Result<(), VerifyError> {
        let services = self.services;
        while let Some(checkpoint) = self.stored.next_up_to(services, sealed.seq).await? {
            compare(services, verifier, &checkpoint, Origin::Database, sealed).await?;
        }
        for file in &mut self.files {
            while let Some(checkpoint) = file.next_up_to(sealed.seq)? {
                self.highest = self.highest.max(checkpoint.number);
                compare(services, verifier, &checkpoint, Origin::File(&file.source.name), sealed).await?;
            }
        }
        Ok(())
    }

    /// The checkpoints behind the last record that was read.
    pub(super) async fn rest(&mut self, verifier: &mut Verifier) -> Result<(), VerifyError> {
        let services = self.services;
        while let Some(checkpoint) = self.stored.next_up_to(services, i64::MAX).await? {
            beyond(services, verifier, &checkpoint, Origin::Database).await?;
        }
        for file in &mut self.files {
            while let Some(checkpoint) = file.next_up_to(i64::MAX)? {
                self.highest = self.highest.max(checkpoint.number);
                beyond(services, verifier, &checkpoint, Origin::File(&file.source.name)).await?;
            }
        }
        let last = AuditCheckpoints::on(services.store.read()).last().await?.map_or(0, |last| last.number);
        if self.highest > last {
            verifier.find(Finding::CheckpointsMissing { from: last + 1, to: self.highest });
        }
        Ok(())
    }
}

/// The record that was just taken is at hand; an earlier one, for a checkpoint out of its order, is looked up.
async fn compare(
    services: &Services,
    verifier: &mut Verifier,
    checkpoint: &Checkpoint,
    origin: Origin<'_>,
    sealed: &SealedRecord,
) -> Result<(), StoreError> {
    if checkpoint.seq == sealed.seq {
        verifier.check(checkpoint, origin, Some(&sealed.chain));
    } else {
        let link = Audit::on(services.store.read()).link_at(checkpoint.seq).await?;
        verifier.check(checkpoint, origin, link.as_deref());
    }
    Ok(())
}

/// What was sealed since the last page was read is looked up; what is not there was cut off.
async fn beyond(
    services: &Services,
    verifier: &mut Verifier,
    checkpoint: &Checkpoint,
    origin: Origin<'_>,
) -> Result<(), StoreError> {
    match Audit::on(services.store.read()).link_at(checkpoint.seq).await? {
        Some(link) => verifier.check(checkpoint, origin, Some(&link)),
        None if checkpoint.seq > verifier.last() => verifier.check_beyond(checkpoint, origin),
        None => verifier.check(checkpoint, origin, None),
    }
    Ok(())
}

impl Stored {
    async fn next_up_to(&mut self, services: &Services, seq: i64) -> Result<Option<Checkpoint>, StoreError> {
        if self.next.is_none() {
            self.next = self.page.next();
        }
        if self.next.is_none() && self.may_have_more() {
            let page = AuditCheckpoints::on(services.store.read()).after(self.after, PAGE).await?;
            // What is empty now stays so: what comes later is proved the next time.
            self.after = page.last().map_or(i64::MAX, |last| last.number);
            self.page = page.into_iter();
            self.next = self.page.next();
        }
        Ok(self.next.take_if(|checkpoint| checkpoint.seq <= seq))
    }

    fn may_have_more(&self) -> bool {
        self.after != i64::MAX
    }
}

impl File {
    fn next_up_to(&mut self, seq: i64) -> Result<Option<Checkpoint>, VerifyError> {
        while self.next.is_none() {
            let mut line = String::new();
            let read = self.source.lines.read_line(&mut line);
            if read.map_err(|error| VerifyError::File(self.source.name.clone(), error))? == 0 {
                break;
            }
            self.next = parse(&line);
        }
        Ok(self.next.take_if(|checkpoint| checkpoint.seq <= seq))
    }
}

/// A line of a file, or of a system log: the object is what begins at the first brace.
fn parse(line: &str) -> Option<Checkpoint> {
    let object = line.get(line.find('{')?..)?;
    serde_json::from_str(object.trim_end()).ok()
}

//! Where checkpoints go: a file that only ever grows, and the system log.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use countersign_core::audit::Checkpoint;

use super::syslog;
use crate::config::{AuditTrail, SyslogAddress};

/// Every sink of the configuration, with the number of the last checkpoint that went there: one that is away does not
/// make the others repeat themselves.
#[derive(Clone, Debug)]
pub(super) struct Sinks(Vec<(Sink, i64)>);

#[derive(Clone, Debug)]
enum Sink {
    File(PathBuf),
    Syslog(SyslogAddress),
}

impl Sinks {
    /// What the configuration names.
    pub(super) fn of(settings: &AuditTrail) -> Self {
        let file = settings.checkpoint_file.clone().map(Sink::File);
        let syslog = settings.syslog.clone().map(Sink::Syslog);
        Self(file.into_iter().chain(syslog).map(|sink| (sink, 0)).collect())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Writes `checkpoints` to every sink; says whether all have them.
    pub(super) fn write(&mut self, checkpoints: &[Checkpoint]) -> bool {
        let mut all = true;
        for (sink, last) in &mut self.0 {
            let new: Vec<&Checkpoint> = checkpoints.iter().filter(|one| one.number > *last).collect();
            match sink.write(&new) {
                Ok(()) => *last = new.last().map_or(*last, |newest| newest.number),
                Err(error) => {
                    tracing::error!(%error, ?sink, "audit checkpoints do not leave the machine");
                    all = false;
                }
            }
        }
        all
    }
}

impl Sink {
    fn write(&self, checkpoints: &[&Checkpoint]) -> io::Result<()> {
        if checkpoints.is_empty() {
            return Ok(());
        }
        match self {
            Self::File(path) => append(path, checkpoints),
            Self::Syslog(address) => syslog::send(address, checkpoints),
        }
    }
}

/// Adds a line each, and returns when they are on the disk. The file is opened anew each time, so it may be rotated.
fn append(path: &Path, checkpoints: &[&Checkpoint]) -> io::Result<()> {
    let mut file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
    let mut lines = if ends_in_a_line(&mut file)? { String::new() } else { "\n".to_owned() };
    for checkpoint in checkpoints {
        lines.push_str(&serde_json::to_string(checkpoint)?);
        lines.push('\n');
    }
    file.write_all(lines.as_bytes())?;
    file.sync_all()
}

/// Whether the last line is whole: a crash may have torn it.
fn ends_in_a_line(file: &mut File) -> io::Result<bool> {
    if file.metadata()?.len() == 0 {
        return Ok(true);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}

//! Proving the trail: record by record in the order of their places, in constant memory.
//!
//! Every record carries two proofs. Its writer's says that Countersign wrote what it says; its link says where it
//! stands and what stood before it. Together they tell an edit from an insertion and from a move. A chain that was
//! computed anew from some record on is consistent in itself: it differs from the checkpoints that were signed before.

use std::fmt;

use super::{ChainHash, Checkpoint, CheckpointKey, SealedRecord};

/// Findings that are kept; further ones are counted.
const KEPT: usize = 100;

/// Something that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// No record stands at these places.
    Missing {
        /// The first of them.
        from: i64,
        /// The last of them.
        to: i64,
    },
    /// A record stands before the first place.
    OutOfPlace {
        /// Where.
        seq: i64,
        /// Which.
        id: String,
    },
    /// A record is not what was written.
    Edited {
        /// Its place.
        seq: i64,
        /// Which.
        id: String,
    },
    /// A record was sealed that Countersign did not write.
    Inserted {
        /// Its place.
        seq: i64,
        /// Which.
        id: String,
    },
    /// A record is what was written, but not in its place: its place, its link or its participant was edited, or
    /// what stands before it was.
    Moved {
        /// Where it stands.
        seq: i64,
        /// Which.
        id: String,
    },
    /// The chain was computed anew: it differs from what was signed.
    Rewritten {
        /// The last place that agrees with a checkpoint; 0 when none does.
        after: i64,
        /// The place that does not.
        seq: i64,
        /// The checkpoint.
        number: i64,
        /// Where it was read.
        origin: String,
    },
    /// The chain went on to this place once, and does not now.
    Truncated {
        /// Where it ends now.
        last: i64,
        /// Where it ended.
        until: i64,
        /// Who says so.
        origin: String,
    },
    /// A checkpoint that none of the keys signed.
    CheckpointForged {
        /// Its number.
        number: i64,
        /// Where it was read.
        origin: String,
    },
    /// Checkpoints that were made and are not in the database any more.
    CheckpointsMissing {
        /// The first of them.
        from: i64,
        /// The last of them.
        to: i64,
    },
    /// The sealer's own note of where the chain ends does not agree with the last record.
    EndDiffers {
        /// What the note says.
        noted: i64,
        /// The last place.
        last: i64,
    },
    /// A record waits for its seal far too long.
    Unsealed {
        /// Which.
        id: String,
        /// Since when, in Unix milliseconds.
        at: i64,
    },
    /// A record that waits for its seal was not written by Countersign, or was edited since.
    UnsealedForged {
        /// Which.
        id: String,
    },
}

impl Finding {
    /// The code, for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "missing",
            Self::OutOfPlace { .. } => "out_of_place",
            Self::Edited { .. } => "edited",
            Self::Inserted { .. } => "inserted",
            Self::Moved { .. } => "moved",
            Self::Rewritten { .. } => "rewritten",
            Self::Truncated { .. } => "truncated",
            Self::CheckpointForged { .. } => "checkpoint_forged",
            Self::CheckpointsMissing { .. } => "checkpoints_missing",
            Self::EndDiffers { .. } => "end_differs",
            Self::Unsealed { .. } => "unsealed",
            Self::UnsealedForged { .. } => "unsealed_forged",
        }
    }

    /// The record that it is about, where it is about one.
    #[must_use]
    pub fn record(&self) -> Option<&str> {
        match self {
            Self::OutOfPlace { id, .. }
            | Self::Edited { id, .. }
            | Self::Inserted { id, .. }
            | Self::Moved { id, .. }
            | Self::Unsealed { id, .. }
            | Self::UnsealedForged { id } => Some(id),
            _ => None,
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { from, to } if from == to => {
                write!(f, "missing: the record at place {from} was removed")
            }
            Self::Missing { from, to } => {
                write!(f, "missing: the records at places {from} to {to} were removed")
            }
            Self::OutOfPlace { seq, id } => {
                write!(f, "out of place: record {id} stands at {seq}, before the first place")
            }
            Self::Edited { seq, id } => {
                write!(f, "edited: record {id} at place {seq} is not what was written")
            }
            Self::Inserted { seq, id } => {
                write!(f, "inserted: record {id} at place {seq} was not written by Countersign")
            }
            Self::Moved { seq, id } => write!(
                f,
                "moved: record {id} does not belong at place {seq}, or its link or participant was edited, or what \
                 stands before it was"
            ),
            Self::Rewritten { after, seq, number, origin } => write!(
                f,
                "rewritten: the chain differs from checkpoint {number} ({origin}) at place {seq}; it was computed \
                 anew from a place after {after}"
            ),
            Self::Truncated { last, until, origin } => write!(
                f,
                "truncated: the trail ends at place {last}, and went on to place {until} according to {origin}"
            ),
            Self::CheckpointForged { number, origin } => {
                write!(f, "forged: checkpoint {number} ({origin}) was signed by none of the keys")
            }
            Self::CheckpointsMissing { from, to } => {
                write!(f, "missing: checkpoints {from} to {to} were removed from the database")
            }
            Self::EndDiffers { noted, last } => {
                write!(f, "end differs: the sealer noted place {noted}, the last record stands at {last}")
            }
            Self::Unsealed { id, at } => write!(
                f,
                "unsealed: record {id} waits since {}; is a sealer running?",
                crate::from_millis(*at).to_rfc3339()
            ),
            Self::UnsealedForged { id } => {
                write!(f, "edited: record {id}, not sealed yet, is not what Countersign wrote")
            }
        }
    }
}

/// Takes records and checkpoints, and keeps what is wrong with them.
#[derive(Debug)]
pub struct Verifier {
    keys: Vec<CheckpointKey>,
    last: i64,
    link: ChainHash,
    records: u64,
    checkpoints: u64,
    agreed: i64,
    last_number: i64,
    findings: Vec<Finding>,
    more: u64,
}

/// Where checkpoints are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin<'o> {
    /// The database that is proved.
    Database,
    /// A file that left it.
    File(&'o str),
}

impl fmt::Display for Origin<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Database => f.write_str("the database"),
            Self::File(name) => f.write_str(name),
        }
    }
}

/// What was proved, and what was not.
#[derive(Debug)]
pub struct Verdict {
    /// Records that were looked at.
    pub records: u64,
    /// Checkpoints that were looked at.
    pub checkpoints: u64,
    /// Last place of the chain.
    pub last: i64,
    /// Last place that a checkpoint covers and agrees with.
    pub agreed: i64,
    /// What is wrong, from the beginning of the trail on.
    pub findings: Vec<Finding>,
    /// How many further findings there are.
    pub more: u64,
}

impl Verifier {
    /// Proves against checkpoints that one of `keys` signed.
    #[must_use]
    pub fn new(keys: Vec<CheckpointKey>) -> Self {
        Self {
            keys,
            last: 0,
            link: ChainHash::START,
            records: 0,
            checkpoints: 0,
            agreed: 0,
            last_number: 0,
            findings: Vec::new(),
            more: 0,
        }
    }

    /// Goes on behind a place that was proved before: the link there is believed, as is `covering`, the last checkpoint
    /// up to it.
    #[must_use]
    pub fn behind(
        keys: Vec<CheckpointKey>,
        place: i64,
        link: ChainHash,
        covering: Option<&Checkpoint>,
    ) -> Self {
        Self {
            last: place,
            link,
            agreed: covering.map_or(0, |checkpoint| checkpoint.seq),
            last_number: covering.map_or(0, |checkpoint| checkpoint.number),
            ..Self::new(keys)
        }
    }

    /// Notes a finding.
    pub fn find(&mut self, finding: Finding) {
        if self.findings.len() < KEPT {
            self.findings.push(finding);
        } else {
            self.more += 1;
        }
    }

    /// Takes the record at the next place. `authored` says whether its writer's proof holds.
    pub fn take(&mut self, sealed: &SealedRecord, authored: bool) {
        let SealedRecord { record, seq, chain } = sealed;
        self.records += 1;
        if *seq <= self.last {
            self.find(Finding::OutOfPlace { seq: *seq, id: record.id.clone() });
            return;
        }
        let gap = *seq != self.last + 1;
        if gap {
            self.find(Finding::Missing { from: self.last + 1, to: seq - 1 });
        }
        let stored = ChainHash::parse(chain);
        let computed = self.link.then(*seq, record);
        // Behind a gap, what stood before is not known: the link is believed until a checkpoint says otherwise.
        let chained = stored.is_some() && (gap || stored == Some(computed));
        let id = || record.id.clone();
        match (authored, chained) {
            (true, true) => {}
            (true, false) => self.find(Finding::Moved { seq: *seq, id: id() }),
            (false, true) => self.find(Finding::Inserted { seq: *seq, id: id() }),
            (false, false) => self.find(Finding::Edited { seq: *seq, id: id() }),
        }
        self.last = *seq;
        self.link = stored.unwrap_or(computed);
    }

    /// Takes a checkpoint of a place that was passed; `stored` is the link of the record there, if there is one.
    pub fn check(&mut self, checkpoint: &Checkpoint, origin: Origin<'_>, stored: Option<&str>) {
        if !self.admit(checkpoint, origin) {
            return;
        }
        match stored {
            Some(chain) if chain == checkpoint.chain => self.agreed = self.agreed.max(checkpoint.seq),
            Some(_) => self.find(Finding::Rewritten {
                after: self.agreed,
                seq: checkpoint.seq,
                number: checkpoint.number,
                origin: origin.to_string(),
            }),
            // No record stands there, which was found already.
            None => {}
        }
    }

    /// Takes a checkpoint of a place behind the last record: the trail was cut off.
    pub fn check_beyond(&mut self, checkpoint: &Checkpoint, origin: Origin<'_>) {
        if self.admit(checkpoint, origin) {
            let origin = format!("checkpoint {} ({origin})", checkpoint.number);
            self.find(Finding::Truncated { last: self.last, until: checkpoint.seq, origin });
        }
    }

    /// Counts a checkpoint whose signature holds; those of the database have no gaps.
    fn admit(&mut self, checkpoint: &Checkpoint, origin: Origin<'_>) -> bool {
        self.checkpoints += 1;
        if origin == Origin::Database {
            if checkpoint.number > self.last_number + 1 {
                self.find(Finding::CheckpointsMissing {
                    from: self.last_number + 1,
                    to: checkpoint.number - 1,
                });
            }
            self.last_number = self.last_number.max(checkpoint.number);
        }
        let signed = checkpoint.is_signed_by(&self.keys);
        if !signed {
            let origin = origin.to_string();
            self.find(Finding::CheckpointForged { number: checkpoint.number, origin });
        }
        signed
    }

    /// Last place that was taken.
    #[must_use]
    pub fn last(&self) -> i64 {
        self.last
    }

    /// Number of the last checkpoint that was read from the database.
    #[must_use]
    pub fn last_number(&self) -> i64 {
        self.last_number
    }

    /// The end: `noted` is where the sealer says that the chain ends.
    #[must_use]
    pub fn finish(mut self, noted: (i64, &str)) -> Verdict {
        let (seq, chain) = noted;
        if seq > self.last {
            let (last, origin) = (self.last, "the sealer's note".to_owned());
            self.find(Finding::Truncated { last, until: seq, origin });
        } else if seq < self.last || chain != self.link.to_string() {
            self.find(Finding::EndDiffers { noted: seq, last: self.last });
        }
        self.so_far()
    }

    /// What was found so far, where the trail goes on.
    #[must_use]
    pub fn so_far(self) -> Verdict {
        Verdict {
            records: self.records,
            checkpoints: self.checkpoints,
            last: self.last,
            agreed: self.agreed,
            findings: self.findings,
            more: self.more,
        }
    }
}

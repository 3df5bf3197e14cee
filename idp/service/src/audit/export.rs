//! The trail as JSON lines, in the order of the chain: every column, the place and the link, so that what was taken
//! out can be proved elsewhere.

use std::io::Write;

use countersign_core::audit::SealedRecord;
use countersign_core::{Timestamp, from_millis, to_millis};
use countersign_store::{Audit, StoreError};
use serde_json::{Value, json};

use crate::Services;

/// Records of a page.
const PAGE: u64 = 2_000;

/// Which records.
#[derive(Clone, Copy, Debug, Default)]
pub struct Period {
    /// Written from then on.
    pub from: Option<Timestamp>,
    /// Written before then.
    pub to: Option<Timestamp>,
}

/// The trail could not be written out.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The database did not do its part.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The destination did not take it.
    #[error(transparent)]
    Destination(#[from] std::io::Error),
}

/// Writes the sealed records of `period` to `destination`; says how many there were.
pub async fn export(
    services: &Services,
    period: Period,
    destination: &mut (dyn Write + Send),
) -> Result<u64, ExportError> {
    let (mut after, mut written) = (None, 0);
    loop {
        let page = Audit::on(services.store.read()).sealed(after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.seq);
        for sealed in page.iter().filter(|sealed| period.holds(sealed.record.at)) {
            writeln!(destination, "{}", line(sealed))?;
            written += 1;
        }
    }
    destination.flush()?;
    Ok(written)
}

impl Period {
    fn holds(self, at: i64) -> bool {
        self.from.is_none_or(|from| to_millis(from) <= at) && self.to.is_none_or(|to| at < to_millis(to))
    }
}

fn line(sealed: &SealedRecord) -> Value {
    let SealedRecord { record, seq, chain } = sealed;
    // A body that somebody edited into something else is shown as the text it is.
    let body = serde_json::from_str(&record.body).unwrap_or_else(|_| json!(record.body));
    json!({
        "seq": seq,
        "id": record.id,
        "at": record.at,
        "time": from_millis(record.at).to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
        "action": record.action,
        "outcome": record.outcome,
        "actor": {
            "kind": record.actor_kind,
            "id": record.actor_id,
            "name": record.actor_name,
            "participant": record.actor_participant,
        },
        "subject": {
            "kind": record.subject_kind,
            "id": record.subject_id,
            "name": record.subject_name,
        },
        "participant_id": record.participant_id,
        "request_id": record.request_id,
        "checker": {"id": record.checker_id, "name": record.checker_name},
        "source": record.source,
        "body": body,
        "mac": record.mac,
        "chain": chain,
    })
}

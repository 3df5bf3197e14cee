//! A record as it is shown, and as a line of a spreadsheet.

use countersign_api::audit::{AuditActor, AuditRecord, AuditSubject};
use countersign_core::from_millis;
use countersign_service::directory::reading::audit::Found;
use serde_json::{Map, Value};

/// A record in the contract's words.
pub(super) fn record(found: Found) -> AuditRecord {
    let Found { found, authentic, participant } = found;
    let record = found.record;
    let mut body = members(record.body);
    AuditRecord {
        id: record.id,
        place: found.seq,
        time: from_millis(record.at),
        action: record.action,
        outcome: record.outcome,
        actor: AuditActor {
            kind: record.actor_kind,
            name: record.actor_name,
            participant: record.actor_participant,
        },
        subject: record.subject_kind.zip(record.subject_name).map(|(kind, name)| AuditSubject { kind, name }),
        clearing_house: participant.as_ref().map(|own| own.clearing_house.as_str().to_owned()),
        participant: participant.map(|own| own.participant.to_string()),
        request: record.request_id,
        checker: record.checker_name,
        source: record.source,
        reason: body.remove("reason").and_then(|reason| reason.as_str().map(str::to_owned)),
        before: body.remove("before"),
        after: body.remove("after"),
        authentic,
    }
}

/// What the body holds. One that somebody edited into something else is shown as the text it is.
fn members(body: String) -> Map<String, Value> {
    match serde_json::from_str(&body) {
        Ok(Value::Object(members)) => members,
        _ => Map::from_iter([("after".to_owned(), Value::String(body))]),
    }
}

/// The columns of a spreadsheet.
pub(super) const COLUMNS: [&str; 19] = [
    "time",
    "id",
    "place",
    "action",
    "outcome",
    "actor_kind",
    "actor",
    "actor_participant",
    "subject_kind",
    "subject",
    "clearing_house",
    "participant",
    "request",
    "checker",
    "source",
    "reason",
    "before",
    "after",
    "authentic",
];

/// A record's cells, as the columns name them.
pub(super) fn cells(record: AuditRecord) -> [String; 19] {
    let (subject_kind, subject) = match record.subject {
        Some(AuditSubject { kind, name }) => (kind, name),
        None => (String::new(), String::new()),
    };
    let json = |value: Option<Value>| value.map(|value| value.to_string()).unwrap_or_default();
    [
        record.time.to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
        record.id,
        record.place.map(|place| place.to_string()).unwrap_or_default(),
        record.action,
        record.outcome,
        record.actor.kind,
        record.actor.name.unwrap_or_default(),
        record.actor.participant.unwrap_or_default(),
        subject_kind,
        subject,
        record.clearing_house.unwrap_or_default(),
        record.participant.unwrap_or_default(),
        record.request.unwrap_or_default(),
        record.checker.unwrap_or_default(),
        record.source.unwrap_or_default(),
        record.reason.unwrap_or_default(),
        json(record.before),
        json(record.after),
        record.authentic.to_string(),
    ]
}

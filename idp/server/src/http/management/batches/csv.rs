//! A batch as a file of RFC 4180, its first line the names of its columns.

use countersign_api::drafts::BatchKind;
use countersign_core::directory::change_request::{Draft, ParticipantName, ProfileDraft};
use csv::{ReaderBuilder, StringRecord};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::http::management::content::is_plain;
use crate::http::management::refusal::{Fault, Flaw, Kind, Refusal};

/// Columns of a kind of file: those that must be there, and those that may.
fn columns(kind: BatchKind) -> (&'static [&'static str], &'static [&'static str]) {
    match kind {
        BatchKind::Emails => (&["user_id", "email"], &[]),
        BatchKind::Deletions | BatchKind::Unlocks => (&["user_id"], &[]),
        BatchKind::Creations => (
            &["user_id", "surname"],
            &[
                "clearing_house",
                "participant",
                "status",
                "other_names",
                "email",
                "enable_from",
                "disable_after",
                "settlement_agent",
                "business_user_groups",
                "srn",
                "certificate_expiry",
            ],
        ),
    }
}

/// The lines of a file, or everything that is wrong with its form. One line more than `most` is read, and no further.
pub(super) fn read(kind: BatchKind, text: &str, most: usize) -> Result<Vec<Draft>, Refusal> {
    // Spreadsheets begin a file of UTF-8 with a mark.
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let header = reader.headers().map_err(|_| Refusal::new(Kind::MalformedContent))?.clone();
    let flaws = header_flaws(kind, &header);
    if !flaws.is_empty() {
        return Err(Refusal::of(Kind::InvalidContent, flaws));
    }
    let (mut lines, mut flaws) = (Vec::new(), Vec::new());
    for (index, record) in reader.records().take(most.saturating_add(1)).enumerate() {
        let record = record.map_err(|_| Refusal::new(Kind::MalformedContent))?;
        let mut line = Line { index, header: &header, record: &record, flaws: &mut flaws };
        lines.extend(line.read(kind));
    }
    if flaws.is_empty() { Ok(lines) } else { Err(Refusal::of(Kind::InvalidContent, flaws)) }
}

fn header_flaws(kind: BatchKind, header: &StringRecord) -> Vec<Flaw> {
    let (required, optional) = columns(kind);
    let mut flaws = Vec::new();
    for (place, name) in header.iter().enumerate() {
        let name = name.trim();
        let mut note = |fault| {
            let field: String = name.chars().filter(|c| !c.is_control()).take(64).collect();
            flaws.push(Flaw { field, fault });
        };
        if !required.contains(&name) && !optional.contains(&name) {
            note(Fault::Unknown);
        } else if header.iter().take(place).any(|other| other.trim() == name) {
            note(Fault::Repeated);
        }
    }
    let missing = required.iter().filter(|name| !header.iter().any(|given| given.trim() == **name));
    flaws.extend(missing.map(|name| Flaw { field: (*name).to_owned(), fault: Fault::Missing }));
    flaws
}

/// One line under way.
struct Line<'a> {
    index: usize,
    header: &'a StringRecord,
    record: &'a StringRecord,
    flaws: &'a mut Vec<Flaw>,
}

impl Line<'_> {
    fn read(&mut self, kind: BatchKind) -> Option<Draft> {
        if self.record.len() != self.header.len() {
            self.flaws.push(Flaw { field: format!("lines[{}]", self.index), fault: Fault::WrongType });
            return None;
        }
        let strange: Vec<String> = self
            .header
            .iter()
            .zip(self.record)
            .filter(|(_, cell)| !is_plain(cell))
            .map(|(name, _)| name.trim().to_owned())
            .collect();
        for name in &strange {
            self.note(name, Fault::NotPlainText);
        }
        let user_id = self.required("user_id")?;
        Some(match kind {
            BatchKind::Emails => {
                let email = Some(Some(self.required("email")?));
                Draft::ChangeProfile { user_id, fields: ProfileDraft { email, ..ProfileDraft::default() } }
            }
            BatchKind::Deletions => Draft::DeleteProfile { user_id },
            BatchKind::Unlocks => Draft::UnlockProfile { user_id },
            BatchKind::Creations => {
                Draft::CreateProfile { participant: self.participant(), user_id, fields: self.fields()? }
            }
        })
    }

    fn fields(&mut self) -> Option<ProfileDraft> {
        let groups = self.cell("business_user_groups");
        Some(ProfileDraft {
            status: self.cell("status"),
            surname: Some(self.required("surname")?),
            other_names: self.cell("other_names"),
            email: self.cell("email").map(Some),
            enable_from: self.cell("enable_from").map(Some),
            disable_after: self.cell("disable_after").map(Some),
            settlement_agent: self.cell("settlement_agent").map(Some),
            business_user_groups: groups.map(|groups| groups.split_whitespace().map(str::to_owned).collect()),
            srn: self.cell("srn").map(Some),
            certificate_expiry: self.cell("certificate_expiry").map(Some),
            ..ProfileDraft::default()
        })
    }

    fn participant(&mut self) -> Option<ParticipantName> {
        match (self.cell("clearing_house"), self.cell("participant")) {
            (None, None) => None,
            (Some(house), Some(participant)) => {
                let house = known(house);
                if house.is_none() {
                    self.note("clearing_house", Fault::NotAllowed);
                }
                house.map(|clearing_house| ParticipantName { clearing_house, participant })
            }
            (house, _) => {
                let missing = if house.is_none() { "clearing_house" } else { "participant" };
                self.note(missing, Fault::Missing);
                None
            }
        }
    }

    fn required(&mut self, name: &str) -> Option<String> {
        let cell = self.cell(name);
        if cell.is_none() {
            self.note(name, Fault::Missing);
        }
        cell
    }

    /// What a column says; an empty cell says nothing.
    fn cell(&self, name: &str) -> Option<String> {
        let place = self.header.iter().position(|given| given.trim() == name)?;
        self.record.get(place).map(str::trim).filter(|cell| !cell.is_empty()).map(str::to_owned)
    }

    fn note(&mut self, column: &str, fault: Fault) {
        self.flaws.push(Flaw { field: format!("lines[{}].{column}", self.index), fault });
    }
}

fn known<T: DeserializeOwned>(word: String) -> Option<T> {
    serde_json::from_value(Value::String(word)).ok()
}

#[cfg(test)]
mod tests;

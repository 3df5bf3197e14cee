//! One line of a file: its cells by the names of their columns, and the change that they ask for.

use csv::StringRecord;

use super::{Fault, FileKind, Flaw, Places, is_plain};
use crate::directory::change_request::{Draft, ParticipantName, ProfileDraft};

/// The function that a column of access levels is about: the only one that there is.
const FUNCTION: &str = "security_management";

/// One line under way.
pub(super) struct Line<'a> {
    pub(super) index: usize,
    pub(super) places: &'a Places,
    pub(super) record: &'a StringRecord,
    pub(super) flaws: &'a mut Vec<Flaw>,
}

impl Line<'_> {
    pub(super) fn read(&mut self, kind: FileKind) -> Option<Draft> {
        if self.record.len() != self.places.0.len() {
            self.note("", Fault::WrongLength);
            return None;
        }
        let strange = |(_, cell): &(&String, &str)| !is_plain(cell);
        for (name, _) in self.places.0.iter().zip(self.record).filter(strange) {
            let column = name.clone();
            self.flaws.push(Flaw { index: Some(self.index), column, fault: Fault::NotPlainText });
        }
        let user_id = self.required("user_id")?;
        Some(match kind {
            FileKind::Emails => {
                let email = Some(Some(self.required("email")?));
                Draft::ChangeProfile { user_id, fields: ProfileDraft { email, ..ProfileDraft::default() } }
            }
            FileKind::Deletions => Draft::DeleteProfile { user_id },
            FileKind::Unlocks => Draft::UnlockProfile { user_id },
            FileKind::Creations => {
                let before = self.flaws.len();
                let participant = self.participant();
                // Another participant than the one that was meant would have flaws of its own.
                let named = self.flaws.len() == before;
                let fields = self.fields().filter(|_| named)?;
                Draft::CreateProfile { participant, user_id, fields }
            }
        })
    }

    fn fields(&mut self) -> Option<ProfileDraft> {
        let words = |cell: String| cell.split_whitespace().map(str::to_owned).collect();
        Some(ProfileDraft {
            status: self.cell("status"),
            surname: Some(self.required("surname")?),
            other_names: self.cell("other_names"),
            email: self.cell("email").map(Some),
            enable_from: self.cell("enable_from").map(Some),
            disable_after: self.cell("disable_after").map(Some),
            settlement_agent: self.cell("settlement_agent").map(Some),
            business_user_groups: self.cell("business_user_groups").map(words),
            access_levels: self.cell("access_levels").map(|cell| [(FUNCTION.to_owned(), words(cell))].into()),
            srn: self.cell("srn").map(Some),
            certificate_expiry: self.cell("certificate_expiry").map(Some),
            ..ProfileDraft::default()
        })
    }

    fn participant(&mut self) -> Option<ParticipantName> {
        match (self.cell("clearing_house"), self.cell("participant")) {
            (None, None) => None,
            (Some(house), Some(participant)) => {
                let house = house.parse().ok();
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
        let place = self.places.of_column(name)?;
        self.record.get(place).map(str::trim).filter(|cell| !cell.is_empty()).map(str::to_owned)
    }

    fn note(&mut self, column: &str, fault: Fault) {
        self.flaws.push(Flaw { index: Some(self.index), column: column.to_owned(), fault });
    }
}

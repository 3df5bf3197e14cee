//! A batch as a CSV file: the lines of [`batch_file`], and what is wrong with them in the words of this API.

use countersign_api::drafts::BatchKind;
use countersign_core::directory::batch_file::{self, FileKind};
use countersign_core::directory::change_request::Draft;

use crate::http::management::refusal::{Fault, Flaw, Kind, Refusal};

/// The lines of a file, or everything that is wrong with its form. One line more than `most` is read, and no further.
pub(super) fn read(kind: BatchKind, text: &str, most: usize) -> Result<Vec<Draft>, Refusal> {
    let reading = batch_file::read(kind_of(kind), text, most);
    if reading.flaws.is_empty() {
        return Ok(reading.lines.into_iter().map(|line| line.draft).collect());
    }
    let flaws = reading.flaws.into_iter().map(|flaw| Flaw { field: field(&flaw), fault: flaw.fault.into() });
    Err(Refusal::of(Kind::InvalidContent, flaws.collect()))
}

fn kind_of(kind: BatchKind) -> FileKind {
    match kind {
        BatchKind::Emails => FileKind::Emails,
        BatchKind::Creations => FileKind::Creations,
        BatchKind::Deletions => FileKind::Deletions,
        BatchKind::Unlocks => FileKind::Unlocks,
    }
}

fn field(flaw: &batch_file::Flaw) -> String {
    match (flaw.index, flaw.column.as_str()) {
        (None, column) => column.to_owned(),
        (Some(index), "") => format!("lines[{index}]"),
        (Some(index), column) => format!("lines[{index}].{column}"),
    }
}

impl From<batch_file::Fault> for Fault {
    fn from(fault: batch_file::Fault) -> Self {
        match fault {
            batch_file::Fault::Unknown => Self::Unknown,
            batch_file::Fault::Repeated => Self::Repeated,
            batch_file::Fault::Missing => Self::Missing,
            batch_file::Fault::WrongLength => Self::WrongLength,
            batch_file::Fault::NotPlainText => Self::NotPlainText,
            batch_file::Fault::NotAllowed => Self::NotAllowed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flaws_are_named_as_in_json() {
        let flaws = |text: &str| {
            let flaws = read(BatchKind::Emails, text, 10).unwrap_err().flaws;
            flaws.into_iter().map(|flaw| (flaw.field, flaw.fault.code())).collect::<Vec<_>>()
        };
        let field = |name: &str, code| (name.to_owned(), code);
        assert_eq!(flaws("user_id,email,more\n"), [field("more", "unknown")]);
        let expected = [field("lines[0]", "wrong_length"), field("lines[1].email", "missing")];
        assert_eq!(flaws("user_id,email\nHKABC101\nHKABC102,\n"), expected);
    }
}

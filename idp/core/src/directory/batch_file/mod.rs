//! Many changes as one file: RFC 4180, its first line the names of its columns. The management API and the command line
//! read the same files by it.

mod line;

use csv::{ReaderBuilder, StringRecord};

use self::line::Line;
use super::change_request::Draft;

/// What the lines of a file ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// Email addresses.
    Emails,
    /// New profiles.
    Creations,
    /// Ends of profiles.
    Deletions,
    /// Profiles that may try again.
    Unlocks,
}

/// What is wrong with the form of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// No such column.
    Unknown,
    /// A column that is there twice.
    Repeated,
    /// A column, or what stands in it, must be there.
    Missing,
    /// More or fewer cells than the first line has.
    WrongLength,
    /// Control characters or markup.
    NotPlainText,
    /// None of the values that it may have.
    NotAllowed,
}

/// Where it is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// In which of the lines after the first, from 0; `None` for the first, which names the columns.
    pub index: Option<usize>,
    /// In which column; empty for the line as a whole.
    pub column: String,
    /// How.
    pub fault: Fault,
}

/// A change that a line asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct FileLine {
    /// Which of the lines after the first it is, from 0.
    pub index: usize,
    /// At which line of the file it begins, from 1: a cell in quotes may hold several.
    pub number: u64,
    /// What it asks for.
    pub draft: Draft,
}

/// What a file says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reading {
    /// Lines of the right form.
    pub lines: Vec<FileLine>,
    /// Everything that is wrong with the others.
    pub flaws: Vec<Flaw>,
    /// At which line of the file each line after the first begins.
    pub numbers: Vec<u64>,
}

/// A file that is no text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} is not UTF-8: save the file as “CSV UTF-8”")]
pub struct NotUtf8 {
    /// The first line that is not, from 1.
    pub line: usize,
}

/// A file in UTF-8, without the mark with which spreadsheets begin one.
pub fn text(bytes: &[u8]) -> Result<&str, NotUtf8> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let valid = bytes.get(..error.valid_up_to()).unwrap_or_default();
        NotUtf8 { line: valid.split(|byte| *byte == b'\n').count() }
    })?;
    Ok(without_mark(text))
}

fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{FEFF}').unwrap_or(text)
}

/// Columns of a kind of file: those that must be there, and those that may.
fn columns(kind: FileKind) -> (&'static [&'static str], &'static [&'static str]) {
    match kind {
        FileKind::Emails => (&["user_id", "email"], &[]),
        FileKind::Deletions | FileKind::Unlocks => (&["user_id"], &[]),
        FileKind::Creations => (
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
                "access_levels",
                "srn",
                "certificate_expiry",
            ],
        ),
    }
}

/// Reads a file: its lines, and all that is wrong with its form. One line more than `most` is read, and no further.
#[must_use]
pub fn read(kind: FileKind, text: &str, most: usize) -> Reading {
    let text = without_mark(text);
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    // A text always has the form of a record: nothing but its encoding can be wrong, and it is UTF-8.
    let header = reader.headers().cloned().unwrap_or_default();
    let flaws = header_flaws(kind, &header);
    if !flaws.is_empty() {
        return Reading { flaws, ..Reading::default() };
    }
    let mut reading = Reading::default();
    let places = Places::of(&header);
    let mut lines = Lines { text: text.as_bytes(), counted: 0, number: 1 };
    for (index, record) in reader.records().flatten().take(most.saturating_add(1)).enumerate() {
        let number = lines.number_at(record.position().map_or(0, csv::Position::byte));
        reading.numbers.push(number);
        let mut line = Line { index, places: &places, record: &record, flaws: &mut reading.flaws };
        if let Some(draft) = line.read(kind) {
            reading.lines.push(FileLine { index, number, draft });
        }
    }
    reading
}

/// The lines of a text, counted as people's editors do: the parser counts the end of a line with the line after it.
struct Lines<'a> {
    text: &'a [u8],
    counted: usize,
    number: u64,
}

impl Lines<'_> {
    /// The line of the first byte from `at` on that ends no line. Asked in the order of the text.
    fn number_at(&mut self, at: u64) -> u64 {
        let at = usize::try_from(at).unwrap_or(usize::MAX);
        while let Some(byte) = self.text.get(self.counted) {
            let ends_line = matches!(byte, b'\n' | b'\r');
            if self.counted >= at && !ends_line {
                break;
            }
            // Of `\r\n` the second counts.
            let half = *byte == b'\r' && self.text.get(self.counted + 1) == Some(&b'\n');
            self.number += u64::from(ends_line && !half);
            self.counted += 1;
        }
        self.number
    }
}

/// Where each column is.
struct Places(Vec<String>);

impl Places {
    fn of(header: &StringRecord) -> Self {
        Self(header.iter().map(|name| name.trim().to_owned()).collect())
    }

    fn of_column(&self, name: &str) -> Option<usize> {
        self.0.iter().position(|given| given == name)
    }
}

fn header_flaws(kind: FileKind, header: &StringRecord) -> Vec<Flaw> {
    let (required, optional) = columns(kind);
    let flaw = |column: &str, fault| Flaw { index: None, column: column.to_owned(), fault };
    let mut flaws = Vec::new();
    for (place, name) in header.iter().enumerate() {
        let name = name.trim();
        let fault = if !required.contains(&name) && !optional.contains(&name) {
            Fault::Unknown
        } else if header.iter().take(place).any(|other| other.trim() == name) {
            Fault::Repeated
        } else {
            continue;
        };
        let shown: String = name.chars().filter(|c| !c.is_control()).take(64).collect();
        flaws.push(flaw(&shown, fault));
    }
    let missing = required.iter().filter(|name| !header.iter().any(|given| given.trim() == **name));
    flaws.extend(missing.map(|name| flaw(name, Fault::Missing)));
    flaws
}

/// Whether a text holds neither control characters nor markup; lines may end.
#[must_use]
pub fn is_plain(text: &str) -> bool {
    let line_end = |c: char| matches!(c, '\n' | '\r' | '\t');
    text.chars().all(|c| line_end(c) || !c.is_control() && !matches!(c, '<' | '>' | '\u{FFFD}'))
}

#[cfg(test)]
mod tests;

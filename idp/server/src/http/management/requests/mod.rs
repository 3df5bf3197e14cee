//! Change requests: asked for, looked at, and decided.

pub(super) mod adopt;
pub(super) mod decide;
pub(super) mod list;
pub(super) mod on_screen;
pub(super) mod secret;
pub(super) mod show;
pub(super) mod subjects;
pub(super) mod submit;
mod view;

use countersign_service::directory::SubmitError;

use super::refusal::{Fault, Flaw, Kind, Refusal};

/// Most characters of a reason.
const LONGEST_REASON: u32 = 500;

/// A text in `field` without the space around it; nothing, where there is nothing in it.
pub(super) fn remark(field: &str, typed: Option<String>) -> Result<Option<String>, Refusal> {
    let Some(typed) = typed else { return Ok(None) };
    let typed = typed.trim();
    if typed.chars().count() > usize::try_from(LONGEST_REASON).unwrap_or(usize::MAX) {
        return Err(wrong(field, Fault::TooLong(LONGEST_REASON)));
    }
    Ok((!typed.is_empty()).then(|| typed.to_owned()))
}

/// A reason that must be there.
pub(super) fn required_reason(typed: String) -> Result<String, Refusal> {
    remark("reason", Some(typed))?.ok_or_else(|| wrong("reason", Fault::Missing))
}

fn wrong(field: &str, fault: Fault) -> Refusal {
    Refusal::of(Kind::InvalidContent, vec![Flaw { field: field.to_owned(), fault }])
}

impl From<SubmitError> for Refusal {
    fn from(error: SubmitError) -> Self {
        match error {
            SubmitError::NotAMaker => Self::new(Kind::Forbidden),
            SubmitError::Closed(closed) => Self::closed(closed),
            SubmitError::Refused(findings) => {
                let flaws = findings
                    .into_iter()
                    .map(|finding| Flaw { field: finding.field, fault: Fault::Found(finding.code) });
                Self::of(Kind::InvalidContent, flaws.collect())
            }
            SubmitError::Fault(fault) => Self::internal(&fault),
        }
    }
}

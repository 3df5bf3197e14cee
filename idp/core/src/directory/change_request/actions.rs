//! What a change amounts to in the terms of the phase table: asked when it is submitted, and again when it is signed,
//! for the phase may have moved in between.

use chrono::NaiveDate;

use super::change::Change;
use super::difference::FieldDifference;
use crate::directory::finding::{FindingCode, Findings};
use crate::directory::permission::{Action, DaEmails, Deed, Office, permits};
use crate::directory::phase::Phase;
use crate::directory::profile::UserKind;

/// An action, and the field that it is about.
pub type Needed<'a> = (&'a str, Action);

/// The actions that one change of a profile of `kind` amounts to.
#[must_use]
pub fn needed<'a>(change: &Change, kind: UserKind, difference: &'a [FieldDifference]) -> Vec<Needed<'a>> {
    let whole = |action| vec![("user_id", action)];
    match change {
        Change::CreateProfile { .. } => created(kind, difference),
        Change::ChangeProfile { .. } => difference.iter().map(|field| changed(kind, field)).collect(),
        Change::DeleteProfile { .. } => whole(Deed::Delete.on(kind)),
        Change::UnlockProfile { .. } => whole(Deed::Unlock.on(kind)),
        Change::ResetFactor { .. } => whole(Deed::ResetFactor.on(kind)),
        Change::IssueEnrolmentCode { .. } => whole(match kind {
            UserKind::Operator => Action::IssueOperatorEnrolmentCode,
            UserKind::DelegatedAdministrator | UserKind::BusinessUser => Action::IssueDaEnrolmentCode,
        }),
        Change::ResetCardPin { .. } => whole(match kind {
            UserKind::BusinessUser => Action::ResetUserCardPin,
            UserKind::DelegatedAdministrator | UserKind::Operator => Action::ResetDaCardPin,
        }),
        Change::MergeProfiles { .. } => whole(Action::MergeIntoDa),
        // Each line of a batch has its own; what is no person's is asked for where it is judged.
        _ => Vec::new(),
    }
}

/// A new profile, and capabilities that its kind does not have by itself.
fn created(kind: UserKind, difference: &[FieldDifference]) -> Vec<Needed<'_>> {
    let holds = |name: &str| difference.iter().any(|field| field.field == name && !is_empty(&field.after));
    let mut needed = vec![("user_id", Deed::Create.on(kind))];
    if kind == UserKind::BusinessUser && holds("access_levels") {
        needed.push(("access_levels", Action::GiveDaRightsToBusinessUser));
    }
    if kind == UserKind::DelegatedAdministrator && holds("business_user_groups") {
        needed.push(("business_user_groups", Action::AssignGroupsToDa));
    }
    needed
}

fn is_empty(value: &serde_json::Value) -> bool {
    value.as_array().is_some_and(Vec::is_empty) || value.as_object().is_some_and(serde_json::Map::is_empty)
}

fn changed(kind: UserKind, field: &FieldDifference) -> Needed<'_> {
    let name = field.field.as_str();
    let action = match (kind, name) {
        (_, "email") => Deed::RegisterEmail.on(kind),
        (_, "status") if field.before == "SUSPENDED" => Deed::LiftSuspension.on(kind),
        (UserKind::BusinessUser, "access_levels") => Action::GiveDaRightsToBusinessUser,
        (UserKind::DelegatedAdministrator, "business_user_groups") => Action::AssignGroupsToDa,
        _ => Deed::Maintain.on(kind),
    };
    (name, action)
}

/// Whether a smartcard is written down. Cards end with the parallel run, and nothing is said of them afterwards.
#[must_use]
pub fn names_a_card(difference: &[FieldDifference]) -> bool {
    let of_card = |field: &&FieldDifference| matches!(field.field.as_str(), "srn" | "certificate_expiry");
    difference.iter().filter(of_card).any(|field| !field.after.is_null())
}

/// Where the directory stands, as far as the phase table asks.
#[derive(Clone, Copy, Debug)]
pub struct Stand {
    /// The phase of the profile's clearing house.
    pub phase: Phase,
    /// Whether the exchange registers administrators' email addresses yet.
    pub da_emails: DaEmails,
}

/// Why an action is not allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forbidden {
    /// Operators do that.
    ForOperators,
    /// Nobody does that in this phase, or only Delegated Administrators do.
    NotInPhase,
}

impl Stand {
    /// On the Hong Kong day `today`, in a house in `phase`, where email addresses of DAs are registered `from` a day on.
    #[must_use]
    pub fn on(today: NaiveDate, from: Option<NaiveDate>, phase: Phase) -> Self {
        Self { phase, da_emails: DaEmails::on(today, from) }
    }

    /// Whether `office` may do that now.
    pub fn allows(self, office: Office, action: Action) -> Result<(), Forbidden> {
        let may = |office| permits(self.phase, office, action, self.da_emails);
        match (may(office), may(Office::Operator)) {
            (true, _) => Ok(()),
            (false, true) => Err(Forbidden::ForOperators),
            (false, false) => Err(Forbidden::NotInPhase),
        }
    }
}

/// Somebody who asks, in their capacity, and where the directory stands.
#[derive(Clone, Copy, Debug)]
pub struct Asker {
    /// In which capacity they ask.
    pub office: Office,
    /// Where the directory stands.
    pub stand: Stand,
}

impl Asker {
    /// Notes at `field` what keeps them from `action`.
    pub fn may(self, field: &str, action: Action, findings: &mut Findings) {
        if let Err(forbidden) = self.stand.allows(self.office, action) {
            let code = match forbidden {
                Forbidden::ForOperators => FindingCode::ForOperators,
                Forbidden::NotInPhase => {
                    FindingCode::NotInPhase { phase: self.stand.phase.as_str().to_owned() }
                }
            };
            findings.note(field, code);
        }
    }

    /// The same, and nothing where anything keeps them from it: who may not even ask learns nothing further.
    pub fn must(self, field: &str, action: Action, findings: &mut Findings) -> Option<()> {
        self.may(field, action, findings);
        (!findings.stop()).then_some(())
    }
}

#[cfg(test)]
mod tests;

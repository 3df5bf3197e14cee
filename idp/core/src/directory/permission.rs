//! Who may do what in which phase of the migration: one table, which reads like the plan it comes from.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::phase::Phase;
use super::profile::UserKind;

/// In which capacity somebody acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Office {
    /// For the exchange.
    Operator,
    /// For their own participant: whoever holds DA rights there.
    DelegatedAdministrator,
}

/// Those who may; `-` in the plan.
type Offices = &'static [Office];
const NOBODY: Offices = &[];
const EXCHANGE: Offices = &[Office::Operator];
const DA: Offices = &[Office::DelegatedAdministrator];
const BOTH: Offices = &[Office::Operator, Office::DelegatedAdministrator];

/// One line of the table.
struct Row {
    action: Action,
    pre_parallel: Offices,
    parallel_run: Offices,
    complete: Offices,
}

macro_rules! table {
    ($($(#[$doc:meta])* $action:ident: $pre_parallel:ident | $parallel_run:ident | $complete:ident),* $(,)?) => {
        /// What somebody does to the directory.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Action {
            $($(#[$doc])* $action),*
        }

        /// Written by the same list as the actions, so that none can be without a line.
        const TABLE: &[Row] = &[$(Row {
            action: Action::$action,
            pre_parallel: $pre_parallel,
            parallel_run: $parallel_run,
            complete: $complete,
        }),*];
    };
}

table! {
    //                                pre-parallel | parallel-run | complete
    /// Create a DA's profile.
    CreateDa:                             EXCHANGE | EXCHANGE | EXCHANGE,
    /// Change a DA's profile.
    MaintainDa:                           EXCHANGE | EXCHANGE | EXCHANGE,
    /// Delete a DA's profile.
    DeleteDa:                             EXCHANGE | EXCHANGE | EXCHANGE,
    /// Register a DA's email address: from a configured date on.
    RegisterDaEmail:                      EXCHANGE | EXCHANGE | EXCHANGE,
    /// Assign business user groups to a DA's profile.
    AssignGroupsToDa:                     NOBODY   | NOBODY   | BOTH,
    /// Create a business user.
    CreateBusinessUser:                   EXCHANGE | DA       | DA,
    /// Change a business user's profile, groups included.
    MaintainBusinessUser:                 DA       | DA       | DA,
    /// Register a business user's email address.
    RegisterBusinessUserEmail:            DA       | DA       | DA,
    /// Delete a business user.
    DeleteBusinessUser:                   DA       | DA       | DA,
    /// Unlock a business user.
    UnlockBusinessUser:                   NOBODY   | DA       | DA,
    /// Unlock a DA.
    UnlockDa:                             NOBODY   | EXCHANGE | EXCHANGE,
    /// Give DA functions to a business user's profile.
    GiveDaRightsToBusinessUser:           NOBODY   | NOBODY   | EXCHANGE,

    // Smartcards, which end with the parallel run.
    /// Reset the PIN of a business user's card.
    ResetUserCardPin:                     DA       | DA       | NOBODY,
    /// Reset the PIN of a DA's card.
    ResetDaCardPin:                       EXCHANGE | EXCHANGE | NOBODY,

    // Second factors, which nobody has before the parallel run: as unlocking.
    /// Remove a business user's lost second factor.
    ResetBusinessUserFactor:              NOBODY   | DA       | DA,
    /// Remove a DA's lost second factor.
    ResetDaFactor:                        NOBODY   | EXCHANGE | EXCHANGE,
    /// Issue the code with which a DA registers a first soft token.
    IssueDaEnrolmentCode:                 NOBODY   | EXCHANGE | EXCHANGE,

    // Two profiles of one person become one: groups for a DA, and a business user deleted, at once.
    /// Merge a business user's profile into the DA's profile of the same person.
    MergeIntoDa:                          NOBODY   | NOBODY   | DA,

    // Access taken away is never a question of the phase; giving it back is maintenance.
    /// Suspend a business user, alone and at once.
    SuspendBusinessUser:                  BOTH     | BOTH     | BOTH,
    /// Suspend a DA, alone and at once.
    SuspendDa:                            BOTH     | BOTH     | BOTH,
    /// Lift the suspension of a business user.
    LiftSuspensionOfBusinessUser:         DA       | DA       | DA,
    /// Lift the suspension of a DA.
    LiftSuspensionOfDa:                   EXCHANGE | EXCHANGE | EXCHANGE,

    // Appointments: the principal's own, and the exchange's.
    /// Appoint a settlement agent, change that, or end it.
    MaintainAppointment:                  BOTH     | BOTH     | BOTH,

    // The exchange's own, which has no phases: operators, always.
    /// Create an operator.
    CreateOperator:                       EXCHANGE | EXCHANGE | EXCHANGE,
    /// Change an operator's profile, email included.
    MaintainOperator:                     EXCHANGE | EXCHANGE | EXCHANGE,
    /// Delete an operator.
    DeleteOperator:                       EXCHANGE | EXCHANGE | EXCHANGE,
    /// Unlock an operator.
    UnlockOperator:                       EXCHANGE | EXCHANGE | EXCHANGE,
    /// Suspend an operator, alone and at once.
    SuspendOperator:                      EXCHANGE | EXCHANGE | EXCHANGE,
    /// Lift the suspension of an operator.
    LiftSuspensionOfOperator:             EXCHANGE | EXCHANGE | EXCHANGE,
    /// Remove an operator's lost second factor.
    ResetOperatorFactor:                  EXCHANGE | EXCHANGE | EXCHANGE,
    /// Issue the code with which an operator registers a first soft token.
    IssueOperatorEnrolmentCode:           EXCHANGE | EXCHANGE | EXCHANGE,
    /// Create, change or close a participant; grant one DA both roles.
    MaintainParticipant:                  EXCHANGE | EXCHANGE | EXCHANGE,
    /// Create or change a business user group.
    MaintainBusinessUserGroup:            EXCHANGE | EXCHANGE | EXCHANGE,
    /// Register or change a relying party.
    MaintainRelyingParty:                 EXCHANGE | EXCHANGE | EXCHANGE,
    /// Change a policy.
    MaintainPolicy:                       EXCHANGE | EXCHANGE | EXCHANGE,
    /// Move a clearing house to another phase, or schedule that.
    MovePhase:                            EXCHANGE | EXCHANGE | EXCHANGE,
    /// Rotate a signing key.
    RotateKey:                            EXCHANGE | EXCHANGE | EXCHANGE,
}

crate::settings! {
    /// The migration from smartcards to two-factor login.
    #[derive(Clone, Debug, PartialEq, Serialize)]
    pub struct MigrationPolicy {
        /// Email addresses of Delegated Administrators are registered from this day on (Hong Kong); without one, at
        /// any time.
        pub da_emails_from: Option<NaiveDate> = None,
        /// From so many weeks before a scheduled phase, makers and checkers are reminded by email of their people who are
        /// not ready: weekly, and daily in the last week. With 0, on the day alone.
        pub remind_weeks: u16 = 8,
        /// A dry run can be approved for so many days after it was made.
        pub dry_run_days: u16 = 14,
        /// So many hours after a house has moved to `complete` the job starts that quarantines and clears. Until then the
        /// house can go back.
        pub end_of_run_after_hours: u16 = 24,
        /// A profile that the job quarantined is removed for good after so many days.
        pub quarantine_days: u16 = 90,
    }
}

/// Whether the email addresses of DAs are being registered yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DaEmails {
    /// The day has not come.
    NotYet,
    /// It has, or there is none to wait for.
    Open,
}

impl DaEmails {
    /// On the Hong Kong day `today`, where they are registered `from` a day on.
    #[must_use]
    pub fn on(today: NaiveDate, from: Option<NaiveDate>) -> Self {
        if from.is_none_or(|from| today >= from) { Self::Open } else { Self::NotYet }
    }
}

/// Whether whoever holds `office` may do `action` in `phase` of the clearing house concerned.
#[must_use]
pub fn permits(phase: Phase, office: Office, action: Action, da_emails: DaEmails) -> bool {
    if action == Action::RegisterDaEmail && da_emails == DaEmails::NotYet {
        return false;
    }
    let row = TABLE.iter().find(|row| row.action == action);
    row.is_some_and(|row| row.offices(phase).contains(&office))
}

impl Row {
    fn offices(&self, phase: Phase) -> Offices {
        match phase {
            Phase::PreParallel => self.pre_parallel,
            Phase::ParallelRun => self.parallel_run,
            Phase::Complete => self.complete,
        }
    }
}

/// What is done to a profile, whatever its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Create it.
    Create,
    /// Change it.
    Maintain,
    /// Delete it.
    Delete,
    /// Change its email address.
    RegisterEmail,
    /// Unlock it.
    Unlock,
    /// Suspend it.
    Suspend,
    /// Lift its suspension.
    LiftSuspension,
    /// Remove its lost second factor.
    ResetFactor,
}

impl Deed {
    /// The action that this deed is, on a profile of that kind.
    #[must_use]
    pub fn on(self, kind: UserKind) -> Action {
        use UserKind::{BusinessUser, DelegatedAdministrator, Operator};
        match (self, kind) {
            (Self::Create, BusinessUser) => Action::CreateBusinessUser,
            (Self::Create, DelegatedAdministrator) => Action::CreateDa,
            (Self::Create, Operator) => Action::CreateOperator,
            (Self::Maintain, BusinessUser) => Action::MaintainBusinessUser,
            (Self::Maintain, DelegatedAdministrator) => Action::MaintainDa,
            (Self::Maintain | Self::RegisterEmail, Operator) => Action::MaintainOperator,
            (Self::Delete, BusinessUser) => Action::DeleteBusinessUser,
            (Self::Delete, DelegatedAdministrator) => Action::DeleteDa,
            (Self::Delete, Operator) => Action::DeleteOperator,
            (Self::RegisterEmail, BusinessUser) => Action::RegisterBusinessUserEmail,
            (Self::RegisterEmail, DelegatedAdministrator) => Action::RegisterDaEmail,
            (Self::Unlock, BusinessUser) => Action::UnlockBusinessUser,
            (Self::Unlock, DelegatedAdministrator) => Action::UnlockDa,
            (Self::Unlock, Operator) => Action::UnlockOperator,
            (Self::Suspend, BusinessUser) => Action::SuspendBusinessUser,
            (Self::Suspend, DelegatedAdministrator) => Action::SuspendDa,
            (Self::Suspend, Operator) => Action::SuspendOperator,
            (Self::LiftSuspension, BusinessUser) => Action::LiftSuspensionOfBusinessUser,
            (Self::LiftSuspension, DelegatedAdministrator) => Action::LiftSuspensionOfDa,
            (Self::LiftSuspension, Operator) => Action::LiftSuspensionOfOperator,
            (Self::ResetFactor, BusinessUser) => Action::ResetBusinessUserFactor,
            (Self::ResetFactor, DelegatedAdministrator) => Action::ResetDaFactor,
            (Self::ResetFactor, Operator) => Action::ResetOperatorFactor,
        }
    }
}

#[cfg(test)]
mod tests;

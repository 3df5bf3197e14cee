//! Every cell of the plan, written out by hand: a test that read the table would agree with whatever it says.

use std::collections::HashSet;

use super::*;
use Action::*;
use Office::{DelegatedAdministrator, Operator};
use Phase::{Complete, ParallelRun, PreParallel};

const PHASES: [Phase; 3] = [PreParallel, ParallelRun, Complete];

/// Who may: every line is one cell with a name in it. What is not here is refused.
const ALLOWED: &[(Phase, Office, Action)] = &[
    // Create, maintain, delete a DA profile; a DA's email.
    (PreParallel, Operator, CreateDa),
    (ParallelRun, Operator, CreateDa),
    (Complete, Operator, CreateDa),
    (PreParallel, Operator, MaintainDa),
    (ParallelRun, Operator, MaintainDa),
    (Complete, Operator, MaintainDa),
    (PreParallel, Operator, DeleteDa),
    (ParallelRun, Operator, DeleteDa),
    (Complete, Operator, DeleteDa),
    (PreParallel, Operator, RegisterDaEmail),
    (ParallelRun, Operator, RegisterDaEmail),
    (Complete, Operator, RegisterDaEmail),
    // Assign business user groups to a DA profile.
    (Complete, Operator, AssignGroupsToDa),
    (Complete, DelegatedAdministrator, AssignGroupsToDa),
    // Create a business user.
    (PreParallel, Operator, CreateBusinessUser),
    (ParallelRun, DelegatedAdministrator, CreateBusinessUser),
    (Complete, DelegatedAdministrator, CreateBusinessUser),
    // Maintain, register email, delete a business user.
    (PreParallel, DelegatedAdministrator, MaintainBusinessUser),
    (ParallelRun, DelegatedAdministrator, MaintainBusinessUser),
    (Complete, DelegatedAdministrator, MaintainBusinessUser),
    (PreParallel, DelegatedAdministrator, RegisterBusinessUserEmail),
    (ParallelRun, DelegatedAdministrator, RegisterBusinessUserEmail),
    (Complete, DelegatedAdministrator, RegisterBusinessUserEmail),
    (PreParallel, DelegatedAdministrator, DeleteBusinessUser),
    (ParallelRun, DelegatedAdministrator, DeleteBusinessUser),
    (Complete, DelegatedAdministrator, DeleteBusinessUser),
    // Unlock a business user; a DA: operator.
    (ParallelRun, DelegatedAdministrator, UnlockBusinessUser),
    (Complete, DelegatedAdministrator, UnlockBusinessUser),
    (ParallelRun, Operator, UnlockDa),
    (Complete, Operator, UnlockDa),
    // Give DA functions to a business user profile.
    (Complete, Operator, GiveDaRightsToBusinessUser),
    // Smartcard PIN reset. Users: DA. DAs: the exchange.
    (PreParallel, DelegatedAdministrator, ResetUserCardPin),
    (ParallelRun, DelegatedAdministrator, ResetUserCardPin),
    (PreParallel, Operator, ResetDaCardPin),
    (ParallelRun, Operator, ResetDaCardPin),
    // Second factors.
    (ParallelRun, DelegatedAdministrator, ResetBusinessUserFactor),
    (Complete, DelegatedAdministrator, ResetBusinessUserFactor),
    (ParallelRun, Operator, ResetDaFactor),
    (Complete, Operator, ResetDaFactor),
    (ParallelRun, Operator, IssueDaEnrolmentCode),
    (Complete, Operator, IssueDaEnrolmentCode),
    // Merging.
    (Complete, DelegatedAdministrator, MergeIntoDa),
    // Suspending, and lifting it.
    (PreParallel, Operator, SuspendBusinessUser),
    (ParallelRun, Operator, SuspendBusinessUser),
    (Complete, Operator, SuspendBusinessUser),
    (PreParallel, DelegatedAdministrator, SuspendBusinessUser),
    (ParallelRun, DelegatedAdministrator, SuspendBusinessUser),
    (Complete, DelegatedAdministrator, SuspendBusinessUser),
    (PreParallel, Operator, SuspendDa),
    (ParallelRun, Operator, SuspendDa),
    (Complete, Operator, SuspendDa),
    (PreParallel, DelegatedAdministrator, SuspendDa),
    (ParallelRun, DelegatedAdministrator, SuspendDa),
    (Complete, DelegatedAdministrator, SuspendDa),
    (PreParallel, DelegatedAdministrator, LiftSuspensionOfBusinessUser),
    (ParallelRun, DelegatedAdministrator, LiftSuspensionOfBusinessUser),
    (Complete, DelegatedAdministrator, LiftSuspensionOfBusinessUser),
    (PreParallel, Operator, LiftSuspensionOfDa),
    (ParallelRun, Operator, LiftSuspensionOfDa),
    (Complete, Operator, LiftSuspensionOfDa),
    // Appointments.
    (PreParallel, Operator, MaintainAppointment),
    (ParallelRun, Operator, MaintainAppointment),
    (Complete, Operator, MaintainAppointment),
    (PreParallel, DelegatedAdministrator, MaintainAppointment),
    (ParallelRun, DelegatedAdministrator, MaintainAppointment),
    (Complete, DelegatedAdministrator, MaintainAppointment),
];

/// Operators, in every phase of whatever house.
const ALWAYS: &[Action] = &[
    CreateOperator,
    MaintainOperator,
    DeleteOperator,
    UnlockOperator,
    SuspendOperator,
    LiftSuspensionOfOperator,
    ResetOperatorFactor,
    IssueOperatorEnrolmentCode,
    MaintainParticipant,
    MaintainBusinessUserGroup,
    MaintainRelyingParty,
    MaintainPolicy,
    MovePhase,
    RotateKey,
];

fn permitted(phase: Phase, office: Office, action: Action) -> bool {
    permits(phase, office, action, DaEmails::Open)
}

#[test]
fn every_cell_with_a_name_in_it_lets_its_office_act() {
    for (phase, office, action) in ALLOWED {
        assert!(permitted(*phase, *office, *action), "{office:?} may {action:?} in {phase:?}");
    }
    for action in ALWAYS {
        for phase in PHASES {
            assert!(permitted(phase, Operator, *action), "{action:?} in {phase:?}");
        }
    }
}

#[test]
fn everything_else_is_refused() {
    let mut allowed: HashSet<_> = ALLOWED.iter().copied().collect();
    allowed.extend(ALWAYS.iter().flat_map(|action| PHASES.map(|phase| (phase, Operator, *action))));
    let mut walked = 0;
    for row in TABLE {
        for phase in PHASES {
            for office in [Operator, DelegatedAdministrator] {
                let cell = (phase, office, row.action);
                assert_eq!(permitted(phase, office, row.action), allowed.contains(&cell), "{cell:?}");
                walked += 1;
            }
        }
    }
    assert_eq!(walked, 37 * 3 * 2, "a new action takes new cells above");
    let lines: HashSet<_> = TABLE.iter().map(|row| row.action).collect();
    assert_eq!(lines.len(), TABLE.len());
}

#[test]
fn a_das_email_waits_for_its_day() {
    let day = |day| NaiveDate::from_ymd_opt(2027, 2, day).unwrap();
    let from = Some(day(10));
    for phase in PHASES {
        let may = |today| permits(phase, Operator, RegisterDaEmail, DaEmails::on(today, from));
        assert!(!may(day(9)));
        assert!(may(day(10)));
        assert!(may(day(11)));
        assert!(permits(phase, Operator, RegisterDaEmail, DaEmails::on(day(1), None)));
        // Nothing else waits.
        assert!(permits(phase, Operator, MaintainDa, DaEmails::NotYet));
        assert!(permits(phase, DelegatedAdministrator, RegisterBusinessUserEmail, DaEmails::NotYet));
    }
}

#[test]
fn a_deed_on_a_profile_is_the_action_of_its_kind() {
    use UserKind::{BusinessUser, DelegatedAdministrator as Da, Operator as Ops};
    for (deed, business_user, administrator, operator) in [
        (Deed::Create, CreateBusinessUser, CreateDa, CreateOperator),
        (Deed::Maintain, MaintainBusinessUser, MaintainDa, MaintainOperator),
        (Deed::Delete, DeleteBusinessUser, DeleteDa, DeleteOperator),
        (Deed::RegisterEmail, RegisterBusinessUserEmail, RegisterDaEmail, MaintainOperator),
        (Deed::Unlock, UnlockBusinessUser, UnlockDa, UnlockOperator),
        (Deed::Suspend, SuspendBusinessUser, SuspendDa, SuspendOperator),
        (Deed::LiftSuspension, LiftSuspensionOfBusinessUser, LiftSuspensionOfDa, LiftSuspensionOfOperator),
        (Deed::ResetFactor, ResetBusinessUserFactor, ResetDaFactor, ResetOperatorFactor),
    ] {
        assert_eq!(
            [deed.on(BusinessUser), deed.on(Da), deed.on(Ops)],
            [business_user, administrator, operator]
        );
    }
}

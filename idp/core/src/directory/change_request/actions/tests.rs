//! What every change amounts to, written out by hand.

use serde_json::{Value, json};

use super::*;
use UserKind::{BusinessUser, DelegatedAdministrator, Operator};

const KINDS: [UserKind; 3] = [BusinessUser, DelegatedAdministrator, Operator];

fn change(kind: &str) -> Change {
    let profile = json!({ "kind": kind, "user_id": "X" });
    let with_fields = json!({ "kind": kind, "user_id": "X", "fields": {} });
    let participant = json!({ "clearing_house": "HKCC", "participant": "ABC" });
    let value = match kind {
        "create_profile" => {
            json!({ "kind": kind, "user_id": "X", "fields": {}, "participant": participant })
        }
        "change_profile" => with_fields,
        "merge_profiles" => json!({ "kind": kind, "keep": "X", "remove": "Y" }),
        "batch" => json!({ "kind": kind, "lines": [profile] }),
        _ => profile,
    };
    serde_json::from_value(if kind == "batch" { json!({ "kind": kind, "lines": [] }) } else { value })
        .unwrap()
}

fn field(name: &str, before: Value, after: Value) -> FieldDifference {
    FieldDifference { field: name.to_owned(), before, after }
}

#[test]
fn what_is_done_to_a_profile_as_a_whole_is_one_action() {
    use Action::{
        DeleteBusinessUser, DeleteDa, DeleteOperator, IssueDaEnrolmentCode, IssueOperatorEnrolmentCode,
        MergeIntoDa, ResetBusinessUserFactor, ResetDaCardPin, ResetDaFactor, ResetOperatorFactor,
        ResetUserCardPin, UnlockBusinessUser, UnlockDa, UnlockOperator,
    };
    let table = [
        ("delete_profile", [DeleteBusinessUser, DeleteDa, DeleteOperator]),
        ("unlock_profile", [UnlockBusinessUser, UnlockDa, UnlockOperator]),
        ("reset_factor", [ResetBusinessUserFactor, ResetDaFactor, ResetOperatorFactor]),
        ("issue_enrolment_code", [IssueDaEnrolmentCode, IssueDaEnrolmentCode, IssueOperatorEnrolmentCode]),
        ("reset_card_pin", [ResetUserCardPin, ResetDaCardPin, ResetDaCardPin]),
        ("merge_profiles", [MergeIntoDa, MergeIntoDa, MergeIntoDa]),
    ];
    for (name, actions) in table {
        for (kind, action) in KINDS.into_iter().zip(actions) {
            assert_eq!(needed(&change(name), kind, &[]), [("user_id", action)], "{name} {kind:?}");
        }
    }
    assert_eq!(needed(&change("batch"), BusinessUser, &[]), []);
}

#[test]
fn every_field_that_changes_is_an_action_of_its_own() {
    use Action::{
        AssignGroupsToDa, GiveDaRightsToBusinessUser, LiftSuspensionOfBusinessUser, LiftSuspensionOfDa,
        LiftSuspensionOfOperator, MaintainBusinessUser, MaintainDa, MaintainOperator,
        RegisterBusinessUserEmail, RegisterDaEmail,
    };
    let whatever = || json!("x");
    let maintain = [MaintainBusinessUser, MaintainDa, MaintainOperator];
    let table = [
        (
            field("email", json!(null), whatever()),
            [RegisterBusinessUserEmail, RegisterDaEmail, MaintainOperator],
        ),
        (
            field("email", whatever(), json!(null)),
            [RegisterBusinessUserEmail, RegisterDaEmail, MaintainOperator],
        ),
        (
            field("status", json!("SUSPENDED"), json!("ENABLED")),
            [LiftSuspensionOfBusinessUser, LiftSuspensionOfDa, LiftSuspensionOfOperator],
        ),
        (
            field("status", json!("SUSPENDED"), json!("DISABLED")),
            [LiftSuspensionOfBusinessUser, LiftSuspensionOfDa, LiftSuspensionOfOperator],
        ),
        (field("status", json!("DISABLED"), json!("ENABLED")), maintain),
        (field("status", json!("ENABLED"), json!("DISABLED")), maintain),
        (
            field("access_levels", json!({}), whatever()),
            [GiveDaRightsToBusinessUser, MaintainDa, MaintainOperator],
        ),
        (
            field("access_levels", whatever(), json!({})),
            [GiveDaRightsToBusinessUser, MaintainDa, MaintainOperator],
        ),
        (
            field("business_user_groups", json!([]), json!(["11"])),
            [MaintainBusinessUser, AssignGroupsToDa, MaintainOperator],
        ),
        (field("surname", whatever(), json!("y")), maintain),
        (field("options", whatever(), json!("y")), maintain),
        (field("settlement_agent", whatever(), json!("y")), maintain),
        (field("srn", json!(null), whatever()), maintain),
    ];
    for (difference, actions) in table {
        let difference = [difference];
        for (kind, action) in KINDS.into_iter().zip(actions) {
            let expected = [(difference[0].field.as_str(), action)];
            assert_eq!(needed(&change("change_profile"), kind, &difference), expected, "{kind:?}");
        }
    }
    let two = [field("email", json!(null), whatever()), field("access_levels", json!({}), whatever())];
    let expected = [("email", RegisterBusinessUserEmail), ("access_levels", GiveDaRightsToBusinessUser)];
    assert_eq!(needed(&change("change_profile"), BusinessUser, &two), expected);
}

#[test]
fn a_new_profile_needs_more_where_it_begins_with_more() {
    use Action::{
        AssignGroupsToDa, CreateBusinessUser, CreateDa, CreateOperator, GiveDaRightsToBusinessUser,
    };
    let groups = || field("business_user_groups", json!(null), json!(["11"]));
    let levels = || field("access_levels", json!(null), json!({ "security_management": ["MK"] }));
    let none = [
        field("business_user_groups", json!(null), json!([])),
        field("access_levels", json!(null), json!({})),
    ];
    let both = [groups(), levels()];
    let create = change("create_profile");
    for (kind, action) in
        [(BusinessUser, CreateBusinessUser), (DelegatedAdministrator, CreateDa), (Operator, CreateOperator)]
    {
        assert_eq!(needed(&create, kind, &none), [("user_id", action)]);
    }
    let rights = ("access_levels", GiveDaRightsToBusinessUser);
    assert_eq!(needed(&create, BusinessUser, &both), [("user_id", CreateBusinessUser), rights]);
    let assigned = ("business_user_groups", AssignGroupsToDa);
    assert_eq!(needed(&create, DelegatedAdministrator, &both), [("user_id", CreateDa), assigned]);
    assert_eq!(needed(&create, Operator, &both), [("user_id", CreateOperator)]);
}

#[test]
fn a_card_is_named_where_something_of_it_is_written_down() {
    for name in ["srn", "certificate_expiry"] {
        assert!(names_a_card(&[
            field("surname", json!("x"), json!("y")),
            field(name, json!(null), json!("1"))
        ]));
        assert!(!names_a_card(&[field(name, json!("1"), json!(null))]));
    }
    assert!(!names_a_card(&[field("surname", json!("x"), json!("y"))]));
}

#[test]
fn who_is_turned_away_is_told_whether_others_may() {
    let stand = |phase| Stand { phase, da_emails: DaEmails::Open };
    let da = Office::DelegatedAdministrator;
    assert_eq!(stand(Phase::Complete).allows(da, Action::CreateBusinessUser), Ok(()));
    assert_eq!(
        stand(Phase::PreParallel).allows(da, Action::CreateBusinessUser),
        Err(Forbidden::ForOperators)
    );
    assert_eq!(stand(Phase::PreParallel).allows(da, Action::UnlockDa), Err(Forbidden::NotInPhase));
    let operator = Office::Operator;
    assert_eq!(
        stand(Phase::Complete).allows(operator, Action::DeleteBusinessUser),
        Err(Forbidden::NotInPhase)
    );
    let waiting = Stand { phase: Phase::Complete, da_emails: DaEmails::NotYet };
    assert_eq!(waiting.allows(operator, Action::RegisterDaEmail), Err(Forbidden::NotInPhase));
}

//! Drafts as the contract describes them are the drafts that the rules read.

use std::collections::BTreeMap;

use countersign_api::clients::ClientDraft;
use countersign_api::drafts::{
    Draft, GroupDraft, GroupNameDraft, ParticipantDraft, ParticipantName, ProfileDraft,
};
use countersign_api::requests::ChangeKind;
use countersign_core::directory::change_request;
use serde_json::json;

fn every_field() -> ProfileDraft {
    let text = |text: &str| Some(Some(text.to_owned()));
    ProfileDraft {
        status: Some("ENABLED".into()),
        surname: Some("CHAN".into()),
        other_names: Some("Tai Man".into()),
        email: text("a@abc.example"),
        enable_from: text("2026-11-25"),
        disable_after: Some(None),
        settlement_agent: text("SAG"),
        business_user_groups: Some(vec!["11".into()]),
        access_levels: Some(BTreeMap::from([("security_management".into(), vec!["MK".into()])])),
        options: Some(json!({ "cash": true })),
        srn: text("SRN1"),
        certificate_expiry: Some(None),
    }
}

fn every_field_of_a_client() -> ClientDraft {
    let text = |text: &str| Some(text.to_owned());
    let list = |text: &str| Some(vec![text.to_owned()]);
    ClientDraft {
        client_name: text("Desk"),
        status: text("ENABLED"),
        first_party: Some(false),
        application_type: text("web"),
        redirect_uris: list("https://desk.example/cb"),
        post_logout_redirect_uris: list("https://desk.example/bye"),
        backchannel_logout_uri: Some(text("https://desk.example/logout")),
        backchannel_logout_session_required: Some(true),
        token_endpoint_auth_method: text("private_key_jwt"),
        jwks: Some(Some(json!({ "keys": [] }))),
        jwks_uri: Some(None),
        grant_types: list("authorization_code"),
        scope: text("openid"),
        resources: list("https://api.example"),
        require_pkce: Some(true),
        id_token_signed_response_alg: text("ES256"),
        subject_type: text("pairwise"),
        sector_identifier: Some(None),
        access_levels: Some(BTreeMap::from([("security_management".into(), vec!["EE".into()])])),
        business_user_groups: list("11"),
    }
}

/// Every kind; the match says so.
fn every_draft() -> Vec<(ChangeKind, Draft)> {
    let user_id = || "HKABC101".to_owned();
    let participant = ParticipantName { clearing_house: "HKCC".into(), participant: "ABC".into() };
    let create =
        |participant| Draft::CreateProfile { participant, user_id: user_id(), fields: every_field() };
    let mut all = vec![
        create(None),
        create(Some(participant)),
        Draft::ChangeProfile { user_id: user_id(), fields: ProfileDraft::default() },
        Draft::ChangeProfile { user_id: user_id(), fields: every_field() },
        Draft::DeleteProfile { user_id: user_id() },
        Draft::UnlockProfile { user_id: user_id() },
        Draft::ResetFactor { user_id: user_id() },
        Draft::IssueEnrolmentCode { user_id: user_id() },
        Draft::ResetCardPin { user_id: user_id() },
        Draft::MergeProfiles { keep: "HKABC1X1".into(), remove: user_id() },
    ];
    all.push(Draft::Batch { lines: all.clone() });
    let name = || ParticipantName { clearing_house: "HKCC".into(), participant: "ABC".into() };
    let participant = ParticipantDraft {
        kind: Some("SA".into()),
        name: Some("ABC Limited".into()),
        customer_codes: Some(vec!["ABC".into()]),
        sole_administrator: Some(None),
    };
    let text = |text: &str| Some(text.to_owned());
    let group = GroupDraft {
        name: GroupNameDraft { en: text("Cash"), zh_hant: text("現金"), zh_hans: text("现金") },
        functions: Some(vec!["cash-prepayment".into()]),
    };
    let code = || "41".to_owned();
    all.extend([
        Draft::CreateParticipant { participant: name(), fields: participant.clone() },
        Draft::ChangeParticipant { participant: name(), fields: participant },
        Draft::CloseParticipant { participant: name() },
        Draft::AppointAgent { principal: name(), agent: name() },
        Draft::EndAppointment { principal: name(), agent: name() },
        Draft::CreateGroup { code: code(), fields: group.clone() },
        Draft::ChangeGroup { code: code(), fields: group },
        Draft::DeleteGroup { code: code() },
    ]);
    let client_id = || "desk".to_owned();
    all.extend([
        Draft::RegisterClient { client_id: None, fields: ClientDraft::default() },
        Draft::RegisterClient { client_id: Some(client_id()), fields: every_field_of_a_client() },
        Draft::ChangeClient { client_id: client_id(), fields: every_field_of_a_client() },
        Draft::RotateClientSecret { client_id: client_id() },
        Draft::DeleteClient { client_id: client_id() },
        Draft::RotateKeys { algorithm: "ES256".into() },
        Draft::RetireKey { kid: "k".into() },
        Draft::ChangePolicy { name: "requests.days_to_sign".into(), value: json!(7) },
        Draft::ChangePolicy { name: "requests.days_to_sign".into(), value: json!(null) },
    ]);
    let house = || "HKCC".to_owned();
    let schedule = |at| Draft::SchedulePhase { clearing_house: house(), phase: "complete".into(), at };
    let moved =
        |at, dry_run| Draft::MovePhase { clearing_house: house(), to: "complete".into(), at, dry_run };
    all.extend([
        schedule(text("2027-06-30")),
        schedule(None),
        moved(None, None),
        moved(text("2027-06-30T10:00:00Z"), text("hash")),
        Draft::CancelMove { clearing_house: house() },
    ]);
    let kind = |draft: &Draft| match draft {
        Draft::CreateProfile { .. } => ChangeKind::CreateProfile,
        Draft::ChangeProfile { .. } => ChangeKind::ChangeProfile,
        Draft::DeleteProfile { .. } => ChangeKind::DeleteProfile,
        Draft::UnlockProfile { .. } => ChangeKind::UnlockProfile,
        Draft::ResetFactor { .. } => ChangeKind::ResetFactor,
        Draft::IssueEnrolmentCode { .. } => ChangeKind::IssueEnrolmentCode,
        Draft::ResetCardPin { .. } => ChangeKind::ResetCardPin,
        Draft::MergeProfiles { .. } => ChangeKind::MergeProfiles,
        Draft::Batch { .. } => ChangeKind::Batch,
        Draft::CreateParticipant { .. } => ChangeKind::CreateParticipant,
        Draft::ChangeParticipant { .. } => ChangeKind::ChangeParticipant,
        Draft::CloseParticipant { .. } => ChangeKind::CloseParticipant,
        Draft::AppointAgent { .. } => ChangeKind::AppointAgent,
        Draft::EndAppointment { .. } => ChangeKind::EndAppointment,
        Draft::CreateGroup { .. } => ChangeKind::CreateGroup,
        Draft::ChangeGroup { .. } => ChangeKind::ChangeGroup,
        Draft::DeleteGroup { .. } => ChangeKind::DeleteGroup,
        Draft::RegisterClient { .. } => ChangeKind::RegisterClient,
        Draft::ChangeClient { .. } => ChangeKind::ChangeClient,
        Draft::RotateClientSecret { .. } => ChangeKind::RotateClientSecret,
        Draft::DeleteClient { .. } => ChangeKind::DeleteClient,
        Draft::RotateKeys { .. } => ChangeKind::RotateKeys,
        Draft::RetireKey { .. } => ChangeKind::RetireKey,
        Draft::ChangePolicy { .. } => ChangeKind::ChangePolicy,
        Draft::SchedulePhase { .. } => ChangeKind::SchedulePhase,
        Draft::MovePhase { .. } => ChangeKind::MovePhase,
        Draft::CancelMove { .. } => ChangeKind::CancelMove,
    };
    all.into_iter().map(|draft| (kind(&draft), draft)).collect()
}

#[test]
fn both_write_and_read_the_same() {
    for (kind, draft) in every_draft() {
        let written = serde_json::to_value(&draft).unwrap();
        assert_eq!(written["kind"], serde_json::to_value(kind).unwrap());
        let ruled: change_request::Draft = serde_json::from_value(written.clone()).unwrap();
        let again = serde_json::to_value(&ruled).unwrap();
        assert_eq!(again, written);
        assert_eq!(serde_json::from_value::<Draft>(again).unwrap(), draft);
        // What is unknown to one is unknown to the other.
        let mut more = written;
        more["more"] = json!(1);
        assert!(serde_json::from_value::<Draft>(more.clone()).is_err(), "{kind:?}");
        assert!(serde_json::from_value::<change_request::Draft>(more).is_err(), "{kind:?}");
    }
}

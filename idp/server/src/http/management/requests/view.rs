//! A request as it is shown.

use countersign_api::BASE_PATH;
use countersign_api::problem::Finding;
use countersign_api::requests::{
    ChangeRequest, Decision, FieldDifference, May, RequestAction, RequestState, RequestSummary, Subject,
};
use countersign_core::directory::change_request::{self, State, Way};
use countersign_service::directory::reading::requests::{
    self, Hindrance, Listed, ListedRequest, TamperedRequest,
};
use countersign_service::idempotency::StoredAnswer;

use crate::http::management::etag::document_tag;
use crate::http::management::refusal::Fault;
use crate::http::management::speak::said;
use crate::http::pages::Texts;

type Asked = change_request::ChangeRequest;

/// Things that are shown with their request; the others of a larger one come in pages.
const SHOWN: usize = 5_000;

/// What a listing says of a request.
pub(super) fn summary(request: &ListedRequest) -> RequestSummary {
    RequestSummary {
        id: request.id.as_str().to_owned(),
        kind: request.kind.clone(),
        state: state(&request.state),
        maker: request.maker.clone(),
        at_command_line: request.at_command_line,
        submitted_at: request.submitted_at,
        reason: request.reason.clone(),
        target: request.target.clone(),
        targets: request.targets,
        expires_at: match request.state {
            State::Pending { expires_at } => Some(expires_at),
            _ => None,
        },
        decision: decision(&request.state),
        tampered: false,
    }
}

/// What a listing says of a request, whatever has become of it.
pub(super) fn listed(request: &Listed) -> RequestSummary {
    match request {
        Listed::Sound(request) => summary(request),
        Listed::Tampered(tampered) => tampered_summary(tampered),
    }
}

fn tampered_summary(tampered: &TamperedRequest) -> RequestSummary {
    let state = serde_json::from_value(tampered.state.as_str().into());
    RequestSummary {
        id: tampered.id.as_str().to_owned(),
        kind: tampered.kind.clone(),
        state: state.unwrap_or(RequestState::Pending),
        maker: tampered.maker.clone(),
        at_command_line: false,
        submitted_at: tampered.submitted_at,
        reason: None,
        target: String::new(),
        targets: 0,
        expires_at: None,
        decision: None,
        tampered: true,
    }
}

/// A request that somebody changed in the database: that it is there, and nothing that anybody could sign.
pub(super) fn tampered(tampered: &TamperedRequest) -> ChangeRequest {
    ChangeRequest {
        summary: tampered_summary(tampered),
        document_hash: tampered.document_hash.clone(),
        subjects: Vec::new(),
        findings: Vec::new(),
        may: Vec::new(),
    }
}

/// All of a request, with what the caller may do about it.
pub(super) fn whole(request: &Asked, findings: Vec<Finding>, may: Vec<May>) -> ChangeRequest {
    let all = &request.document().subjects;
    ChangeRequest {
        summary: summary(&ListedRequest::from(request)),
        document_hash: request.signed.hash().to_string(),
        subjects: subjects(all.get(..SHOWN).unwrap_or(all)),
        findings,
        may,
    }
}

/// What is answered when a request was decided, then and whenever the same is asked under the same key.
pub(super) fn decided(request: &Asked) -> StoredAnswer {
    answer(200, request, whole(request, Vec::new(), Vec::new()))
}

/// What is answered when a request was made.
pub(super) fn made(request: &Asked, findings: Vec<Finding>, may: Vec<May>) -> StoredAnswer {
    let location = Some(format!("{BASE_PATH}/change-requests/{}", request.id));
    StoredAnswer { location, ..answer(201, request, whole(request, findings, may)) }
}

fn answer(status: u16, request: &Asked, shown: ChangeRequest) -> StoredAnswer {
    StoredAnswer {
        status,
        etag: Some(document_tag(request.signed.hash())),
        // Texts, numbers and JSON always serialise.
        body: serde_json::to_value(shown).unwrap_or_default(),
        ..StoredAnswer::default()
    }
}

/// Things that a request changes.
pub(super) fn subjects(subjects: &[change_request::Subject]) -> Vec<Subject> {
    subjects.iter().map(subject).collect()
}

/// One of them.
pub(super) fn subject(subject: &change_request::Subject) -> Subject {
    Subject {
        target: subject.target.to_string(),
        difference: subject.difference.iter().map(difference).collect(),
    }
}

fn difference(field: &change_request::FieldDifference) -> FieldDifference {
    FieldDifference { field: field.field.clone(), before: field.before.clone(), after: field.after.clone() }
}

fn state(state: &State) -> RequestState {
    match state {
        State::Pending { .. } => RequestState::Pending,
        State::Applied { .. } => RequestState::Applied,
        State::Rejected { .. } => RequestState::Rejected,
        State::Withdrawn { .. } => RequestState::Withdrawn,
        State::Expired { .. } => RequestState::Expired,
        State::Conflicted { .. } => RequestState::Conflicted,
    }
}

fn decision(state: &State) -> Option<Decision> {
    let plain = |at| Decision { at, checker: None, way: None, sole_administrator: false, reason: None };
    let checker = state.checker().map(|checker| checker.user_id.clone());
    Some(match state {
        State::Pending { .. } => return None,
        State::Applied { signature, at } => Decision {
            checker,
            way: Some(way(signature.way).to_owned()),
            sole_administrator: signature.sole_administrator,
            ..plain(*at)
        },
        State::Rejected { at, reason, .. } => {
            Decision { checker, reason: Some(reason.clone()), ..plain(*at) }
        }
        State::Conflicted { at, what, .. } => Decision { checker, reason: Some(what.clone()), ..plain(*at) },
        State::Withdrawn { at } | State::Expired { at } => plain(*at),
    })
}

fn way(way: Way) -> &'static str {
    match way {
        Way::Queue => "queue",
        Way::SameScreen => "same_screen",
    }
}

/// What the caller may do, in words. Of a request that is over, there is nothing to say.
pub(super) fn may(may: &requests::May, texts: Texts) -> Vec<May> {
    if matches!(may.withdraw, Err(Hindrance::Over(_))) {
        return Vec::new();
    }
    let adopt = may.adopt.as_ref().map(|adopt| (RequestAction::Adopt, adopt));
    let actions = [
        (RequestAction::Approve, &may.approve),
        (RequestAction::Reject, &may.reject),
        (RequestAction::Withdraw, &may.withdraw),
        (RequestAction::ApproveOnScreen, &may.approve_on_screen),
    ];
    let told = adopt.into_iter().chain(actions).map(|(action, may)| {
        let fault = may.as_ref().err().map(hindrance);
        May {
            action,
            allowed: fault.is_none(),
            code: fault.as_ref().map(|fault| fault.code().to_owned()),
            message: fault.map(|fault| said(&fault, texts)),
        }
    });
    told.collect()
}

fn hindrance(hindrance: &Hindrance) -> Fault {
    match hindrance {
        Hindrance::Over(error) => Fault::Over(*error),
        Hindrance::Refused(refusal) => Fault::Unsigned(*refusal),
        Hindrance::NotTheMaker => Fault::NotTheMaker,
        Hindrance::OnlyByQueue(why) => Fault::OnlyByQueue(*why),
    }
}

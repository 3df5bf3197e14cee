//! Submitting: the document is written down, its hash taken, and what it is about is held until somebody decides.

use countersign_core::directory::actor::Actor;
use countersign_core::directory::capabilities::AccessLevel;
use countersign_core::directory::change_request::{ChangeRequest, Draft, SignedText, State, Target};
use countersign_core::directory::finding::{Finding, FindingCode};
use countersign_core::directory::service_hours::{ClosedUntil, TimedFunction};
use countersign_core::directory::signatures::Refusal;
use countersign_core::ids::RequestId;
use countersign_store::{ChangeRequests, Sessions, Tx};

use super::entrance::Entrance;
use super::parties::{Bench, signatory};
use super::prepare::{Prepared, prepare};
use super::trail;
use crate::login::{Fault, faults};
use crate::{Services, audit};

/// A request that waits for its checker.
#[derive(Clone, Debug)]
pub struct Submitted {
    /// The request.
    pub request: ChangeRequest,
    /// Warnings.
    pub findings: Vec<Finding>,
}

/// Why nothing was submitted.
#[derive(Debug, thiserror::Error)]
pub enum SubmitError {
    /// The maker's right is missing.
    #[error("not a maker")]
    NotAMaker,
    /// Change User Profile keeps hours.
    #[error(transparent)]
    Closed(#[from] ClosedUntil),
    /// What stands in the way.
    #[error("the request cannot be submitted")]
    Refused(Vec<Finding>),
    /// On our side.
    #[error(transparent)]
    Fault(#[from] Fault),
}
faults!(SubmitError);

/// Submits `draft` in the name of `maker`, as part of `tx`.
pub async fn submit(
    services: &Services,
    tx: &Tx,
    maker: &Actor,
    draft: &Draft,
    reason: Option<String>,
    entrance: Entrance<'_>,
) -> Result<Submitted, SubmitError> {
    if !maker.holds(AccessLevel::Maker) {
        return Err(SubmitError::NotAMaker);
    }
    open_for(services, draft)?;
    let prepared = prepare(services, || tx.connection(), maker, draft, reason, entrance).await?;
    let ready = ready(services, tx, maker, prepared).await?;
    file(services, tx, maker, ready, entrance).await
}

/// Whether a draft may be submitted at this hour.
pub(super) fn open_for(services: &Services, draft: &Draft) -> Result<(), ClosedUntil> {
    if maintains(draft) {
        services.hours.open_at(TimedFunction::ChangeUserProfile, services.now())?;
    }
    Ok(())
}

/// The request that comes of what was prepared, if `maker` may ask for it and anybody could sign it. Nothing is written.
pub(super) async fn ready(
    services: &Services,
    tx: &Tx,
    maker: &Actor,
    prepared: Prepared,
) -> Result<Submitted, SubmitError> {
    let Prepared { document, mut findings, jurisdiction, concerns } = prepared;
    let Some(document) = document else { return Err(SubmitError::Refused(findings)) };
    let now = services.now();
    let expires_at = now + chrono::TimeDelta::days(services.policy.requests.days_to_sign.into());
    let request = ChangeRequest {
        id: RequestId::generate(&*services.entropy),
        jurisdiction,
        concerns,
        signed: SignedText::write(document).map_err(Fault::from)?,
        maker: signatory(maker),
        submitted_at: now,
        state: State::Pending { expires_at },
    };
    let connection = || tx.connection();
    let bench = Bench::load(services, &connection, &request).await?;
    let stop = match bench.may_submit(&connection, &maker.into()).await? {
        Ok(true) => None,
        Ok(false) => Some(FindingCode::NoChecker),
        Err(Refusal::MakerIsSubject) => Some(FindingCode::OwnProfile),
        Err(_) => return Err(SubmitError::NotAMaker),
    };
    if let Some(code) = stop {
        findings.push(Finding { field: "request".to_owned(), code });
        return Err(SubmitError::Refused(findings));
    }
    Ok(Submitted { request, findings })
}

/// Keeps a request that is ready, and holds what it is about.
pub(super) async fn file(
    services: &Services,
    tx: &Tx,
    maker: &Actor,
    ready: Submitted,
    entrance: Entrance<'_>,
) -> Result<Submitted, SubmitError> {
    if let Err(held) = ChangeRequests::on(tx.connection()).add(&ready.request).await? {
        return Err(SubmitError::Refused(raced(tx, maker, &held).await?));
    }
    let sessions = Sessions::on(tx.connection());
    let browser = match &maker.proof {
        Some(proof) => sessions.browser_of(&proof.session).await?,
        None => None,
    };
    if let Some(browser) = browser {
        // The session may be gone by the time that somebody signs.
        ChangeRequests::on(tx.connection()).note_browser(&ready.request.id, &browser).await?;
    }
    for entry in trail::submitted(maker, &ready.request, entrance) {
        audit::append(services, tx, entry).await?;
    }
    Ok(ready)
}

/// Whether it is what Change User Profile did, and so keeps its hours. Help for who cannot log in keeps none.
fn maintains(draft: &Draft) -> bool {
    match draft {
        Draft::CreateProfile { .. }
        | Draft::ChangeProfile { .. }
        | Draft::DeleteProfile { .. }
        | Draft::MergeProfiles { .. } => true,
        Draft::Batch { lines } => lines.iter().any(maintains),
        _ => false,
    }
}

/// Somebody else was faster with a request about the same thing: which, as far as the maker may see it.
async fn raced(tx: &Tx, maker: &Actor, held: &[(Target, RequestId)]) -> Result<Vec<Finding>, Fault> {
    let mut findings = Vec::new();
    for (target, request) in held {
        let seen = match maker.scope() {
            Some(scope) => ChangeRequests::on(tx.connection()).look(&scope, request).await?,
            None => None,
        };
        let request = seen.map(|_| request.as_str().to_owned());
        findings.push(Finding { field: target.to_string(), code: FindingCode::AlreadyPending { request } });
    }
    Ok(findings)
}

//! Authorizing an application: check the request, judge it by the session, and answer, or send the user on.
//!
//! A request without a session costs nothing but arithmetic. With one, everything is read first and then decided in
//! one short transaction, which begins with a conditional write: if the session has ended since, nothing is granted.

mod hint;

use chrono::Duration;
use countersign_core::ids::GrantId;
use countersign_core::oauth::authorize::answer::Answer;
use countersign_core::oauth::authorize::parameters::Parameters;
use countersign_core::oauth::authorize::refusal::{PageFault, Refusal};
use countersign_core::oauth::authorize::{self, AuthorizationRequest};
use countersign_core::oauth::code::CodeGrant;
use countersign_core::oauth::error::{ErrorCode, OAuthError};
use countersign_core::oauth::interaction::{Interaction, Reason, Requirement, Target};
use countersign_core::oauth::requirement::{self, Circumstances, Expected, Verdict};
use countersign_core::oauth::scope::Scope;
use countersign_core::secret::{OpaqueToken, TokenHash, TokenPrefix};
use countersign_store::{AuthorizationCodes, Consents, Sessions, StoreError};

use crate::Services;
use crate::interaction::{self, SealError};
use crate::sessions::{self, Present};

/// The browser that stands at the door.
#[derive(Clone, Copy)]
pub struct Visit<'v> {
    /// Its id.
    pub browser: &'v str,
    /// Its session cookie.
    pub session: Option<&'v str>,
}

/// What happens next.
pub enum Outcome {
    /// The client gets its answer.
    Answer(Answer),
    /// The user logs in first, with this sealed interaction.
    Login(String),
    /// The user agrees first, with this sealed interaction.
    Consent(String),
}

/// An authorization request cannot be dealt with.
#[derive(Debug, thiserror::Error)]
pub enum AuthorizeError {
    /// The request is none that a client could be answered about.
    #[error(transparent)]
    Page(#[from] PageFault),
    /// The sealed interaction is not this browser's, or too old.
    #[error("the interaction is not this browser's, or too old")]
    Expired,
    /// Our fault.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Our fault.
    #[error(transparent)]
    Seal(#[from] SealError),
}

/// A request that arrives at `/authorize` by a link or a redirect.
pub async fn begin(
    services: &Services,
    parameters: &Parameters,
    visit: Visit<'_>,
) -> Result<Outcome, AuthorizeError> {
    proceed(services, parameters, visit, None).await
}

/// A request that arrives at `/authorize` by a form. Coming from another site it brings no cookies, so it is checked,
/// sealed, and goes on at `/authorize/resume`, whither the browser brings them.
pub fn begin_posted(services: &Services, parameters: &Parameters) -> Result<Posted, AuthorizeError> {
    let request = match authorize::check(parameters, &|id| services.clients.get(id)) {
        Ok(request) => request,
        Err(refusal) => return refused(services, refusal).map(Posted::Answer),
    };
    let requirement = Requirement { reason: Reason::NoSession, acr: request.acr, subject: None };
    let begun = interaction::for_application(services, &request, parameters, requirement);
    Ok(Posted::Resume(interaction::seal_posted(services, &begun)?))
}

/// What happens next to a posted request.
pub enum Posted {
    /// The client gets its answer.
    Answer(Answer),
    /// The browser goes on with this sealed interaction.
    Resume(String),
}

/// A request that comes back, from a login or from [`begin_posted`]. Every check runs again.
pub async fn resume(services: &Services, sealed: &str, visit: Visit<'_>) -> Result<Outcome, AuthorizeError> {
    if let Some(interaction) = interaction::open(services, sealed, visit.browser) {
        let parameters = parameters_of(&interaction)?;
        return proceed(services, &parameters, visit, Some(&interaction)).await;
    }
    let posted = interaction::open_posted(services, sealed).ok_or(AuthorizeError::Expired)?;
    proceed(services, &parameters_of(&posted)?, visit, None).await
}

/// A request as far as it can be judged.
pub(crate) struct Judged {
    pub(crate) request: AuthorizationRequest,
    pub(crate) present: Option<Present>,
    pub(crate) consented: Scope,
    pub(crate) verdict: Verdict,
}

/// Checks a request and judges it. `resumed` is the interaction that it comes back from.
pub(crate) async fn judge(
    services: &Services,
    parameters: &Parameters,
    visit: Visit<'_>,
    resumed: Option<&Interaction>,
    just_consented: bool,
) -> Result<Result<Judged, Refusal>, AuthorizeError> {
    let request = match authorize::check(parameters, &|id| services.clients.get(id)) {
        Ok(request) => request,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let present = match visit.session {
        Some(cookie) => sessions::peek(services, cookie).await?,
        None => None,
    };
    let expected = match hint::expected(services, &request, present.as_ref()) {
        Ok(expected) => expected,
        Err(error) => return Ok(Err(Refusal::Client(Box::new(request.back), error))),
    };
    // What a step-up or a consent was begun for stays that person's.
    let subject = match (expected, resumed.and_then(|interaction| interaction.requirement.subject.clone())) {
        (Expected::Anyone, Some(subject)) => Expected::Profile(subject),
        (expected, _) => expected,
    };
    let consented = match &present {
        Some(present) if request.client.needs_consent() => {
            let consents = Consents::on(services.store.read());
            consents.find(&present.profile.id, &request.client.client_id).await?
        }
        _ => Scope::empty(),
    };
    let circumstances = Circumstances {
        now: services.now(),
        resumed_from: resumed.map(|interaction| interaction.created_at),
        subject,
        consented: consented.clone(),
        best_reached: resumed.is_some_and(|interaction| interaction.best_reached),
        just_consented,
    };
    let facts = present.as_ref().map(|present| present.session.facts());
    let verdict = requirement::judge(&request, facts.as_ref(), &circumstances);
    Ok(Ok(Judged { request, present, consented, verdict }))
}

async fn proceed(
    services: &Services,
    parameters: &Parameters,
    visit: Visit<'_>,
    resumed: Option<&Interaction>,
) -> Result<Outcome, AuthorizeError> {
    let judged = match judge(services, parameters, visit, resumed, false).await? {
        Ok(judged) => judged,
        Err(refusal) => return refused(services, refusal).map(Outcome::Answer),
    };
    conclude(services, parameters, visit, resumed, &judged, None).await
}

/// Does what the verdict says. `newly` is what the user has just agreed to.
pub(crate) async fn conclude(
    services: &Services,
    parameters: &Parameters,
    visit: Visit<'_>,
    resumed: Option<&Interaction>,
    judged: &Judged,
    newly: Option<&Scope>,
) -> Result<Outcome, AuthorizeError> {
    let Judged { request, present, verdict, .. } = judged;
    match (verdict, present) {
        (Verdict::Satisfied, Some(present)) => match grant(services, request, present, visit, newly).await? {
            Some(code) => {
                let answer = request.back.code(code.expose(), services.issuer.as_str());
                Ok(Outcome::Answer(answer))
            }
            None => log_in(services, parameters, visit, resumed, request, no_session(request)),
        },
        (Verdict::Refused(error), _) => {
            Ok(Outcome::Answer(request.back.error(error, services.issuer.as_str())))
        }
        (Verdict::Consent, Some(present)) => {
            let requirement =
                Requirement { subject: Some(present.profile.id.clone()), ..no_session(request) };
            let kept = keep_or_begin(services, parameters, resumed, request, requirement);
            Ok(Outcome::Consent(interaction::seal(services, &kept, visit.browser)?))
        }
        (Verdict::Login(requirement), _) => {
            log_in(services, parameters, visit, resumed, request, requirement.clone())
        }
        (Verdict::Satisfied | Verdict::Consent, None) => {
            log_in(services, parameters, visit, resumed, request, no_session(request))
        }
    }
}

fn no_session(request: &AuthorizationRequest) -> Requirement {
    Requirement { reason: Reason::NoSession, acr: request.acr, subject: None }
}

fn log_in(
    services: &Services,
    parameters: &Parameters,
    visit: Visit<'_>,
    resumed: Option<&Interaction>,
    request: &AuthorizationRequest,
    requirement: Requirement,
) -> Result<Outcome, AuthorizeError> {
    if request.prompt.none {
        let error = OAuthError::new(ErrorCode::LoginRequired, "The user has to log in first.");
        return Ok(Outcome::Answer(request.back.error(&error, services.issuer.as_str())));
    }
    let begun = keep_or_begin(services, parameters, resumed, request, requirement);
    Ok(Outcome::Login(interaction::seal(services, &begun, visit.browser)?))
}

/// The interaction under way, with what it still needs; its beginning stays, so that its time does not start again.
fn keep_or_begin(
    services: &Services,
    parameters: &Parameters,
    resumed: Option<&Interaction>,
    request: &AuthorizationRequest,
    requirement: Requirement,
) -> Interaction {
    match resumed {
        Some(interaction) => Interaction { requirement, ..interaction.clone() },
        None => interaction::for_application(services, request, parameters, requirement),
    }
}

/// Issues the code: one transaction, or nothing if the session has ended since it was read.
async fn grant(
    services: &Services,
    request: &AuthorizationRequest,
    present: &Present,
    visit: Visit<'_>,
    newly: Option<&Scope>,
) -> Result<Option<OpaqueToken>, StoreError> {
    let now = services.now();
    let code = OpaqueToken::generate(TokenPrefix::Code, &*services.entropy);
    let expires_at = now + Duration::seconds(i64::from(services.policy.token.code_seconds));
    let token = TokenHash::of(visit.session.unwrap_or_default());
    let client_id = &request.client.client_id;

    let tx = services.store.begin().await?;
    let sessions = Sessions::on(tx.connection());
    if !sessions.confirm(&present.session, &token, now).await? {
        return Ok(None);
    }
    if let Some(scope) = newly {
        Consents::on(tx.connection()).save(&present.profile.id, client_id, scope, now).await?;
    }
    sessions.reached(&present.session.id, client_id, now).await?;
    let grant = code_grant(services, request, present);
    AuthorizationCodes::on(tx.connection()).add(&code.hash(), &grant, now, expires_at).await?;
    tx.commit().await?;
    Ok(Some(code))
}

fn code_grant(services: &Services, request: &AuthorizationRequest, present: &Present) -> CodeGrant {
    CodeGrant {
        grant_id: GrantId::generate(&*services.entropy),
        client_id: request.client.client_id.clone(),
        redirect_uri: request.back.redirect_uri().to_owned(),
        code_challenge: request.code_challenge.clone(),
        nonce: request.nonce.clone(),
        scope: request.scope.clone(),
        claims: request.claims.clone(),
        resource: request.resource.clone(),
        profile_id: present.profile.id.clone(),
        session_id: present.session.id.clone(),
        auth_time: present.session.auth_time,
        acr: present.session.acr,
        offline: requirement::is_offline(request),
    }
}

/// A refusal as an answer to the client, or as an error of ours for a page.
pub(crate) fn refused(services: &Services, refusal: Refusal) -> Result<Answer, AuthorizeError> {
    match refusal {
        Refusal::Page(fault) => Err(fault.into()),
        Refusal::Client(back, error) => Ok(back.error(&error, services.issuer.as_str())),
    }
}

/// The request that an interaction is about. The user's own page has none.
pub(crate) fn parameters_of(interaction: &Interaction) -> Result<Parameters, AuthorizeError> {
    match &interaction.target {
        Target::Application { parameters, .. } => Ok(Parameters::from_sealed(parameters.clone())),
        Target::Account => Err(AuthorizeError::Expired),
    }
}

#[cfg(test)]
pub(crate) mod tests;

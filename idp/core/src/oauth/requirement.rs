//! Whether a request can be answered now, or what must happen first: named checks with reasons, as data.
//!
//! A check looks at the request and at the session of the browser, and says why a login is needed, or nothing. They
//! stand in order of severity: who asks for a login of someone else is not told about a stronger factor.

use super::acr::Acr;
use super::authorize::AuthorizationRequest;
use super::error::{ErrorCode, OAuthError};
use super::interaction::{Reason, Requirement};
use super::scope::{Scope, ScopeToken};
use crate::Timestamp;
use crate::ids::ProfileId;

/// What is known of the session in the browser.
#[derive(Clone, Debug, PartialEq)]
pub struct SessionFacts {
    /// Who is logged in.
    pub profile_id: ProfileId,
    /// Since when.
    pub auth_time: Timestamp,
    /// How.
    pub acr: Acr,
}

/// What the request comes with, beside itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Circumstances {
    /// The present moment.
    pub now: Timestamp,
    /// When the interaction began that is being resumed: a login since then is fresh.
    pub resumed_from: Option<Timestamp>,
    /// The one person expected, by `id_token_hint` or by the `claims` parameter.
    pub subject: Expected,
    /// What the user agreed to give this client before; nothing, before the first login.
    pub consented: Scope,
    /// Whether the user has no factor that reaches the class asked for.
    pub best_reached: bool,
    /// Whether the user has just agreed, in this very interaction.
    pub just_consented: bool,
}

/// Whom the request is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Expected {
    /// Whoever logs in.
    #[default]
    Anyone,
    /// One person.
    Profile(ProfileId),
    /// One person, who is not the one logged in; more cannot be told from a pairwise `sub`.
    SomeoneElse,
}

/// What is to be done with a request.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// It can be granted.
    Satisfied,
    /// Someone must log in first.
    Login(Requirement),
    /// The user must agree first.
    Consent,
    /// It cannot be granted, and the client asked for no page, or no page would help.
    Refused(OAuthError),
}

/// Judges a request.
#[must_use]
pub fn judge(
    request: &AuthorizationRequest,
    session: Option<&SessionFacts>,
    circumstances: &Circumstances,
) -> Verdict {
    if let Some(reason) = login_needed(request, session, circumstances) {
        // Who has just logged in and is still not the one expected would only be asked again and again.
        let settled =
            reason == Reason::OtherSubject && session.is_some_and(|session| fresh(session, circumstances));
        return if reason == Reason::StrongerFactor && circumstances.best_reached {
            Verdict::Refused(unmet())
        } else if request.prompt.none || settled {
            Verdict::Refused(refusal_of(reason))
        } else {
            Verdict::Login(requirement(request, session, circumstances, reason))
        };
    }
    if consent_needed(request, circumstances) {
        return if request.prompt.none {
            Verdict::Refused(OAuthError::new(ErrorCode::ConsentRequired, "The user has to agree first."))
        } else {
            Verdict::Consent
        };
    }
    Verdict::Satisfied
}

type Check = fn(&AuthorizationRequest, &SessionFacts, &Circumstances) -> Option<Reason>;

/// The checks of a session, in order.
const CHECKS: [Check; 4] = [other_subject, asked_to_log_in, too_long_ago, stronger_factor];

fn login_needed(
    request: &AuthorizationRequest,
    session: Option<&SessionFacts>,
    circumstances: &Circumstances,
) -> Option<Reason> {
    let Some(session) = session else { return Some(Reason::NoSession) };
    CHECKS.into_iter().find_map(|check| check(request, session, circumstances))
}

/// OIDC Core §3.1.2.1 `id_token_hint`, §5.5.1 `sub`.
fn other_subject(_: &AuthorizationRequest, session: &SessionFacts, about: &Circumstances) -> Option<Reason> {
    match &about.subject {
        Expected::Anyone => None,
        Expected::SomeoneElse => Some(Reason::OtherSubject),
        Expected::Profile(expected) => (*expected != session.profile_id).then_some(Reason::OtherSubject),
    }
}

/// OIDC Core §3.1.2.1 `prompt`. A login since the interaction began is the one that was asked for.
fn asked_to_log_in(
    request: &AuthorizationRequest,
    session: &SessionFacts,
    about: &Circumstances,
) -> Option<Reason> {
    (request.prompt.login && !fresh(session, about)).then_some(Reason::AskedToLogIn)
}

/// OIDC Core §3.1.2.1 `max_age`. Time spent on the way back from a fresh login does not count, or `max_age=0`
/// would never end.
fn too_long_ago(
    request: &AuthorizationRequest,
    session: &SessionFacts,
    about: &Circumstances,
) -> Option<Reason> {
    let max_age = request.max_age?;
    let age = about.now.signed_duration_since(session.auth_time);
    // At 0 every login that is not fresh is too old, whatever the clocks say.
    let too_old = max_age == 0 || age > chrono::Duration::seconds(i64::from(max_age));
    (too_old && !fresh(session, about)).then_some(Reason::TooLongAgo)
}

/// OIDC Core §3.1.2.1 `acr_values`, §5.5.1.1 `acr`. Of someone who has nothing better, only what is essential is asked.
fn stronger_factor(
    request: &AuthorizationRequest,
    session: &SessionFacts,
    about: &Circumstances,
) -> Option<Reason> {
    let wanted = if about.best_reached { request.essential_acr } else { request.acr };
    wanted.is_some_and(|wanted| !session.acr.satisfies(wanted)).then_some(Reason::StrongerFactor)
}

fn fresh(session: &SessionFacts, about: &Circumstances) -> bool {
    about.resumed_from.is_some_and(|began| session.auth_time >= began)
}

/// The house's own applications ask for no consent, whatever they say in `prompt`. Others ask once for each scope,
/// and again when they say so (OIDC Core §3.1.2.4).
fn consent_needed(request: &AuthorizationRequest, about: &Circumstances) -> bool {
    if !request.client.needs_consent() || about.just_consented {
        return false;
    }
    request.prompt.consent || !needs(request).is_within(&about.consented)
}

/// What consent is about: the scopes asked for, and those of the claims asked for by name.
#[must_use]
pub fn needs(request: &AuthorizationRequest) -> Scope {
    request.scope.union(&request.claims.scope())
}

/// Whether the grant outlives the session. It was either agreed to, or asked for by the house's own application
/// (OIDC Core §11 allows other conditions than `prompt=consent`).
#[must_use]
pub fn is_offline(request: &AuthorizationRequest) -> bool {
    request.scope.contains(ScopeToken::OfflineAccess)
}

/// A login that is due for another reason must reach the class too, or the user would log in twice.
fn requirement(
    request: &AuthorizationRequest,
    session: Option<&SessionFacts>,
    about: &Circumstances,
    reason: Reason,
) -> Requirement {
    let subject = match (&about.subject, reason, session) {
        (Expected::Profile(expected), _, _) => Some(expected.clone()),
        // More proof is asked of the person who is there, not of whoever comes along.
        (_, Reason::StrongerFactor, Some(session)) => Some(session.profile_id.clone()),
        _ => None,
    };
    Requirement { reason, acr: request.acr, subject }
}

fn unmet() -> OAuthError {
    OAuthError::new(
        ErrorCode::UnmetAuthenticationRequirements,
        "The user has no factor that reaches the class asked for.",
    )
}

/// OIDC Core §3.1.2.6.
fn refusal_of(reason: Reason) -> OAuthError {
    match reason {
        Reason::NoSession | Reason::AskedToLogIn | Reason::TooLongAgo | Reason::OtherSubject => {
            OAuthError::new(ErrorCode::LoginRequired, "The user has to log in first.")
        }
        Reason::StrongerFactor => {
            OAuthError::new(ErrorCode::InteractionRequired, "The user has to prove more first.")
        }
    }
}

#[cfg(test)]
mod tests;

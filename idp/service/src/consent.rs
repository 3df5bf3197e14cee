//! Consent: what an application of someone else would learn is agreed to once, by the one who is logged in.

use countersign_core::oauth::authorize::answer::Answer;
use countersign_core::oauth::error::{ErrorCode, OAuthError};
use countersign_core::oauth::interaction::Interaction;
use countersign_core::oauth::requirement::{self, Verdict};
use countersign_core::oauth::scope::Scope;

use crate::authorize::{self, AuthorizeError, Judged, Outcome, Visit};
use crate::{Services, interaction};

/// What the user is asked.
#[derive(Clone, Debug)]
pub struct Question {
    /// The interaction that the answer belongs to.
    pub interaction: Interaction,
    /// The application's name.
    pub client_name: String,
    /// The host it will send the user back to.
    pub client_host: Option<String>,
    /// Who is asked.
    pub user_id: String,
    /// What for.
    pub scope: Scope,
}

/// What there is to show.
pub enum Asked {
    /// The question.
    Question(Box<Question>),
    /// Nothing: it is answered already, or the user must log in again.
    Settled(Outcome),
}

/// The question of a sealed interaction.
pub async fn ask(services: &Services, sealed: &str, visit: Visit<'_>) -> Result<Asked, AuthorizeError> {
    let (interaction, judged) = match open(services, sealed, visit, false).await? {
        Opened::Judged(interaction, judged) => (interaction, judged),
        Opened::Refused(answer) => return Ok(Asked::Settled(Outcome::Answer(answer))),
    };
    let (Verdict::Consent, Some(present)) = (&judged.verdict, &judged.present) else {
        let parameters = authorize::parameters_of(&interaction)?;
        let outcome =
            authorize::conclude(services, &parameters, visit, Some(&interaction), &judged, None).await?;
        return Ok(Asked::Settled(outcome));
    };
    Ok(Asked::Question(Box::new(Question {
        client_name: judged.request.client.name.clone(),
        client_host: judged.request.back.host().map(str::to_owned),
        user_id: present.profile.user_id.clone(),
        scope: requirement::needs(&judged.request),
        interaction,
    })))
}

/// The user agrees: kept and granted in one transaction.
pub async fn allow(services: &Services, sealed: &str, visit: Visit<'_>) -> Result<Outcome, AuthorizeError> {
    let (interaction, judged) = match open(services, sealed, visit, true).await? {
        Opened::Judged(interaction, judged) => (interaction, judged),
        Opened::Refused(answer) => return Ok(Outcome::Answer(answer)),
    };
    let parameters = authorize::parameters_of(&interaction)?;
    let all = judged.consented.union(&requirement::needs(&judged.request));
    authorize::conclude(services, &parameters, visit, Some(&interaction), &judged, Some(&all)).await
}

/// The user does not agree (RFC 6749 §4.1.2.1 `access_denied`).
pub async fn deny(services: &Services, sealed: &str, visit: Visit<'_>) -> Result<Answer, AuthorizeError> {
    match open(services, sealed, visit, false).await? {
        Opened::Judged(_, judged) => {
            let error = OAuthError::new(ErrorCode::AccessDenied, "The user did not agree.");
            Ok(judged.request.back.error(&error, services.issuer.as_str()))
        }
        Opened::Refused(answer) => Ok(answer),
    }
}

enum Opened {
    Judged(Interaction, Box<Judged>),
    Refused(Answer),
}

/// Only what was sealed for this very browser is opened, and the answer counts only for the user it was sealed for:
/// someone else who logged in meanwhile is asked to log in again.
async fn open(
    services: &Services,
    sealed: &str,
    visit: Visit<'_>,
    just_consented: bool,
) -> Result<Opened, AuthorizeError> {
    let interaction = interaction::open(services, sealed, visit.browser).ok_or(AuthorizeError::Expired)?;
    // An interaction that names nobody was sealed for a login and is no question.
    let just_consented = just_consented && interaction.requirement.subject.is_some();
    let parameters = authorize::parameters_of(&interaction)?;
    match authorize::judge(services, &parameters, visit, Some(&interaction), just_consented).await? {
        Ok(judged) => Ok(Opened::Judged(interaction, Box::new(judged))),
        Err(refusal) => authorize::refused(services, refusal).map(Opened::Refused),
    }
}

#[cfg(test)]
mod tests;

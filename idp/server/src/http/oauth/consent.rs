//! `GET` and `POST /login/consent`: what an application of someone else would learn (OIDC Core §3.1.2.4).

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use countersign_core::oauth::interaction::Purpose;
use countersign_service::Services;
use countersign_service::consent::{self, Asked, Question};
use serde::Deserialize;

use super::answer::Caller;
use super::resume::Sealed;
use crate::http::csrf::{FormRefusal, PageForm};
use crate::http::pages::{Consent, ConsentScope};

/// Asks.
pub async fn get(State(services): State<Arc<Services>>, caller: Caller, sealed: Sealed) -> Response {
    match consent::ask(&services, &sealed.i, caller.visit()).await {
        Ok(Asked::Question(question)) => page(caller, *question),
        Ok(Asked::Settled(outcome)) => caller.outcome(Ok(outcome)),
        Err(error) => caller.error(&error),
    }
}

fn page(caller: Caller, question: Question) -> Response {
    let interaction = &question.interaction;
    let page = caller
        .page
        .on_behalf_of(Some(&question.client_name), interaction.ui_locales.as_deref(), interaction.created_at)
        .with_purpose(Purpose::Login);
    Consent {
        page,
        client_name: question.client_name,
        client_host: question.client_host,
        user_id: question.user_id,
        scopes: question.scope.iter().filter_map(|scope| ConsentScope::from_name(scope.as_str())).collect(),
    }
    .into_response()
}

/// The answer.
#[derive(Deserialize)]
pub struct Decision {
    action: Action,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Action {
    Allow,
    Deny,
}

/// Hears the answer.
pub async fn post(
    State(services): State<Arc<Services>>,
    caller: Caller,
    sealed: Sealed,
    form: Result<PageForm<Decision>, FormRefusal>,
) -> Response {
    let caller = caller.waited_for(&services, &sealed.i);
    let decision = match form {
        Ok(PageForm(decision)) => decision,
        Err(refusal) => return caller.page_error(refusal.code()),
    };
    match decision.action {
        Action::Allow => {
            let outcome = consent::allow(&services, &sealed.i, caller.visit()).await;
            caller.outcome(outcome)
        }
        Action::Deny => match consent::deny(&services, &sealed.i, caller.visit()).await {
            Ok(answer) => caller.answer(answer),
            Err(error) => caller.error(&error),
        },
    }
}

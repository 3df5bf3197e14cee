//! A batch as it arrives: a command whose content says by its type how it is written.

use std::sync::Arc;

use axum::extract::{FromRef, FromRequest, Request};
use axum::http::header;
use countersign_core::directory::change_request::Draft;
use countersign_service::Services;
use serde::Deserialize;

use super::{LONGEST, csv};
use crate::http::management::command::{Came, Command};
use crate::http::management::content;
use crate::http::management::parameters::Parameters;
use crate::http::management::refusal::{Fault, Kind, Refusal};
use crate::http::management::requests::submit::Submission;

/// A batch that is asked for.
pub(in crate::http::management) struct Batch(pub(super) Command<Submission>);

/// Its lines in JSON. Their description is [`countersign_api::drafts::BatchSubmission`].
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Lines {
    lines: Vec<Draft>,
    #[serde(default)]
    reason: Option<String>,
}

impl<S> FromRequest<S> for Batch
where
    S: Send + Sync,
    Arc<Services>: FromRef<S>,
{
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Self::Rejection> {
        let (mut parts, body) = request.into_parts();
        let came = Came::with(&mut parts, state).await?;
        let most = Arc::<Services>::from_ref(state).policy.requests.batch_lines;
        let parameters = Parameters::parse(parts.uri.query().unwrap_or_default());
        let (text, submission) = if content::is(&parts.headers, "text/csv") {
            let text = content::whole(body, LONGEST).await?;
            let submission = from_csv(parameters, &text, usize::try_from(most).unwrap_or(usize::MAX))?;
            (text, submission)
        } else if content::is(&parts.headers, "application/json") {
            parameters.finish()?;
            let text = content::whole(body, LONGEST).await?;
            let Lines { lines, reason } = content::read(&text)?;
            (text, Submission { change: Draft::Batch { lines }, reason })
        } else {
            let accepted = "application/json, text/csv";
            return Err(Refusal::new(Kind::UnsupportedMediaType).with(header::ACCEPT, accepted));
        };
        Ok(Self(came.asking(&parts, &text, submission)?))
    }
}

/// A file says what its lines are; what they are for, and why, says the query.
fn from_csv(mut parameters: Parameters, text: &str, most: usize) -> Result<Submission, Refusal> {
    let kind = parameters.known("kind");
    let kind = kind.or_else(|| {
        // What was given and is not known has been noted already.
        if parameters.is_sound() { parameters.wrong("kind", Fault::Missing) } else { None }
    });
    let reason = parameters.text("reason", 500);
    parameters.finish()?;
    let Some(kind) = kind else { return Err(Refusal::new(Kind::InvalidParameters)) };
    Ok(Submission { change: Draft::Batch { lines: csv::read(kind, text, most)? }, reason })
}

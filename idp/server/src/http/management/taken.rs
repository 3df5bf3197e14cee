//! Data that leaves as a file: who asks for which, and from where, is recorded before the first line goes out.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use countersign_service::Services;
use countersign_service::audit::taken_out;
use countersign_service::directory::caller::Caller;

use super::refusal::Refusal;
use crate::serve::ClientAddress;

/// What is asked for, and from where.
pub(super) struct Asked {
    query: String,
    source: String,
}

impl Asked {
    /// Records that `caller` takes `file` out.
    pub(super) async fn record(
        &self,
        services: &Services,
        caller: &Caller,
        file: &str,
    ) -> Result<(), Refusal> {
        Ok(taken_out(services, caller, (file, &self.query), &self.source).await?)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Asked {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let source = ClientAddress::from_request_parts(parts, state).await;
        let ClientAddress(source) = source.map_err(IntoResponse::into_response)?;
        Ok(Self {
            query: parts.uri.query().unwrap_or_default().to_owned(),
            source: source.to_canonical().to_string(),
        })
    }
}

//! `GET /api/v1/clients` and `GET /api/v1/clients/{client_id}`: relying parties, for operators and the auditor.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use countersign_api::clients::{Client, ClientQuery, ClientSummary};
use countersign_api::page::{Page, PageQuery};
use countersign_core::ids::RequestId;
use countersign_core::oauth::client::{ClientMetadata, GrantType};
use countersign_service::Services;
use countersign_service::directory::reading::clients::{self, Found};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::caller::Overseeing;
use super::etag::etag;
use super::pages;
use super::parameters::{Named, Parameters};
use super::refusal::{Kind, Refusal};

/// Lists relying parties by `client_id`. For operators and the auditor.
#[utoipa::path(
    get,
    path = "/clients",
    operation_id = "list_clients",
    tag = "Relying parties",
    params(ClientQuery, PageQuery),
    responses((status = 200, description = "A page of relying parties.", body = Page<ClientSummary>))
)]
pub(super) async fn list(
    State(services): State<Arc<Services>>,
    _: Overseeing,
    mut parameters: Parameters,
) -> Result<Json<Page<ClientSummary>>, Refusal> {
    let cursors = clients::cursors();
    let wanted = pages::wanted(&mut parameters, &cursors);
    let q = parameters.text("q", 100);
    let counted = parameters.one_of("count").unwrap_or(false);
    parameters.finish()?;
    let found = clients::search(&services, q.as_deref()).await?;
    let count = counted.then_some(found.len() as u64);
    let page = clients::page(found, wanted.after.as_ref(), wanted.limit);
    Ok(Json(pages::page(page, cursors, count, |found| summary(&found))))
}

/// Shows one relying party. For operators and the auditor.
#[utoipa::path(
    get,
    path = "/clients/{client_id}",
    operation_id = "show_client",
    tag = "Relying parties",
    params(("client_id" = String, Path, example = "ccms-terminal")),
    responses((
        status = 200,
        description = "The relying party.",
        body = Client,
        headers(("etag", description = "Its version."))
    ))
)]
pub(super) async fn show(
    State(services): State<Arc<Services>>,
    _: Overseeing,
    Named(client_id): Named,
    parameters: Parameters,
) -> Result<Response, Refusal> {
    parameters.finish()?;
    let found = clients::find(&services, &client_id).await?;
    let (found, open_request) = found.ok_or_else(|| Refusal::new(Kind::NotFound))?;
    let tag = etag(found.version);
    Ok(([(header::ETAG, tag)], Json(client(&found, open_request))).into_response())
}

fn summary(found: &Found) -> ClientSummary {
    let client = ClientMetadata::from(&found.client);
    ClientSummary {
        status: word(&client.status),
        first_party: client.first_party,
        token_endpoint_auth_method: client.token_endpoint_auth_method.as_str().to_owned(),
        grant_types: client.grant_types.iter().copied().map(GrantType::as_str).map(str::to_owned).collect(),
        scope: client.scope.to_string(),
        updated_at: found.updated_at,
        client_id: client.client_id,
        client_name: client.client_name,
    }
}

fn client(found: &Found, open_request: Option<RequestId>) -> Client {
    let client = ClientMetadata::from(&found.client);
    Client {
        summary: summary(found),
        application_type: word(&client.application_type),
        redirect_uris: client.redirect_uris,
        post_logout_redirect_uris: client.post_logout_redirect_uris,
        backchannel_logout_uri: client.backchannel_logout_uri,
        backchannel_logout_session_required: client.backchannel_logout_session_required,
        jwks: client.jwks,
        jwks_uri: client.jwks_uri,
        resources: client.resources,
        require_pkce: client.require_pkce,
        id_token_signed_response_alg: client.id_token_signed_response_alg.as_str().to_owned(),
        subject_type: word(&client.subject_type),
        sector_identifier: client.sector_identifier,
        access_levels: word(&client.access_levels),
        business_user_groups: client.business_user_groups.iter().map(ToString::to_string).collect(),
        created_at: found.created_at,
        version: found.version,
        open_request: open_request.map(|request| request.as_str().to_owned()),
    }
}

/// A value of the rules as the contract has it: both are written alike.
fn word<T: DeserializeOwned + Default>(value: &impl Serialize) -> T {
    serde_json::to_value(value).and_then(serde_json::from_value).unwrap_or_default()
}

//! `/.well-known/openid-configuration` (OIDC Discovery §3) and `/.well-known/oauth-authorization-server` (RFC 8414 §2):
//! one document, made of the very lists that requests are checked by.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use countersign_core::oauth::acr::Acr;
use countersign_core::oauth::authorize::answer::ResponseMode;
use countersign_core::oauth::claims;
use countersign_core::oauth::client::{AuthMethod, GrantType, SigningAlg};
use countersign_core::oauth::client_auth::ASSERTION_ALGS;
use countersign_core::oauth::scope::ScopeToken;
use countersign_service::{Issuer, Services};
use serde_json::{Value, json};

use crate::http::locale::Locale;

/// Claims about the token and the login rather than the user.
const OF_THE_LOGIN: [&str; 12] =
    ["sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "azp", "at_hash", "sid"];

/// The document.
pub async fn get(State(services): State<Arc<Services>>) -> Response {
    let headers = [(header::CACHE_CONTROL, "public, max-age=3600")];
    (headers, Json(document(&services.issuer))).into_response()
}

fn document(issuer: &Issuer) -> Value {
    let methods = AuthMethod::ALL.map(AuthMethod::as_str);
    let with_proof: Vec<_> =
        methods.into_iter().filter(|method| *method != AuthMethod::None.as_str()).collect();
    let claims: Vec<_> = OF_THE_LOGIN.into_iter().chain(claims::supported()).collect();
    json!({
        "issuer": issuer.as_str(),
        "authorization_endpoint": issuer.at("/authorize"),
        "token_endpoint": issuer.at("/token"),
        "userinfo_endpoint": issuer.at("/userinfo"),
        "jwks_uri": issuer.at("/jwks"),
        "introspection_endpoint": issuer.at("/introspect"),
        "revocation_endpoint": issuer.at("/revoke"),
        "end_session_endpoint": issuer.at("/end_session"),
        "scopes_supported": ScopeToken::ALL.map(ScopeToken::as_str),
        "response_types_supported": ["code"],
        "response_modes_supported": ResponseMode::ALL.map(ResponseMode::as_str),
        "grant_types_supported": GrantType::ALL.map(GrantType::as_str),
        "acr_values_supported": Acr::REACHED.map(Acr::as_str),
        "subject_types_supported": ["public", "pairwise"],
        "id_token_signing_alg_values_supported": SigningAlg::ALL.map(SigningAlg::as_str),
        "token_endpoint_auth_methods_supported": methods,
        "token_endpoint_auth_signing_alg_values_supported": ASSERTION_ALGS,
        "introspection_endpoint_auth_methods_supported": with_proof,
        "introspection_endpoint_auth_signing_alg_values_supported": ASSERTION_ALGS,
        "revocation_endpoint_auth_methods_supported": methods,
        "revocation_endpoint_auth_signing_alg_values_supported": ASSERTION_ALGS,
        "claim_types_supported": ["normal"],
        "claims_supported": claims,
        "claims_parameter_supported": true,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "ui_locales_supported": Locale::ALL.map(Locale::tag),
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": true,
        "backchannel_logout_supported": true,
        "backchannel_logout_session_supported": true,
    })
}

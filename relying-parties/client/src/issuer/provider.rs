//! One fetched state of the issuer: metadata and keys.

use chrono::{DateTime, Utc};
use jsonwebtoken::jwk::JwkSet;
use openidconnect::core::{
    CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClient, CoreClientAuthMethod, CoreGrantType,
    CoreJsonWebKey, CoreJsonWebKeySet, CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm,
    CoreResponseMode, CoreResponseType, CoreSubjectIdentifierType,
};
use openidconnect::{
    AdditionalProviderMetadata, ClientId, EndSessionUrl, EndpointMaybeSet, EndpointNotSet, EndpointSet,
    IssuerUrl, ProviderMetadata,
};
use serde::{Deserialize, Serialize};

use super::IssuerError;
use crate::http_client::HttpClient;

/// What we read of the discovery document beyond OIDC Discovery.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(crate) struct FurtherMetadata {
    /// RP-Initiated Logout §2.1.
    pub(crate) end_session_endpoint: Option<EndSessionUrl>,
    /// RFC 9207 §3: every authorization response carries `iss`.
    #[serde(default)]
    pub(crate) authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for FurtherMetadata {}

type Metadata = ProviderMetadata<
    FurtherMetadata,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

/// A client of `openidconnect` whose endpoints come from discovery.
pub(crate) type OidcClient = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// The issuer as it was at `fetched_at`.
pub(crate) struct Provider {
    metadata: Metadata,
    keys: JwkSet,
    pub(crate) fetched_at: DateTime<Utc>,
}

impl Provider {
    pub(super) async fn fetch(
        issuer: &IssuerUrl,
        http: &HttpClient,
        now: DateTime<Utc>,
    ) -> Result<Self, IssuerError> {
        let metadata = Metadata::discover_async(issuer.clone(), http)
            .await
            .map_err(|error| IssuerError::Discovery(chain(&error)))?;
        let keys = serde_json::to_value(metadata.jwks())
            .and_then(serde_json::from_value)
            .map_err(|error| IssuerError::Discovery(error.to_string()))?;
        Ok(Self { metadata, keys, fetched_at: now })
    }

    pub(crate) fn client(&self, client_id: ClientId) -> OidcClient {
        OidcClient::from_provider_metadata(self.metadata.clone(), client_id, None)
    }

    /// The keys for `openidconnect`'s verifier.
    pub(crate) fn oidc_keys(&self) -> &CoreJsonWebKeySet {
        self.metadata.jwks()
    }

    /// The same keys for tokens that `openidconnect` does not know.
    pub(crate) fn keys(&self) -> &JwkSet {
        &self.keys
    }

    pub(crate) fn further(&self) -> &FurtherMetadata {
        self.metadata.additional_metadata()
    }
}

/// An error with its causes on one line, for the log.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

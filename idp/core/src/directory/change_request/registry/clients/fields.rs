//! Fields put into a client: the same when a request is judged and when it takes effect.

use super::draft::ClientFields;
use crate::directory::finding::{FindingCode, Findings};
use crate::oauth::client::{
    AuthMethod, BackchannelLogout, Client, ClientAuthentication, ClientKeys, ClientKind, ClientMetadata,
    SubjectKind, SubjectType,
};
use crate::secret::TokenHash;

impl ClientFields {
    /// `before` with these fields. A client that begins to use a secret gets the one of `new_secret`; one that has a
    /// secret already keeps it.
    pub fn onto(&self, before: &Client, new_secret: &TokenHash, findings: &mut Findings) -> Client {
        let mut after = before.clone();
        if let Some(name) = &self.client_name {
            name.as_str().clone_into(&mut after.name);
        }
        set(&mut after.status, self.status.as_ref());
        if let Some(first_party) = self.first_party {
            after.kind = if first_party { ClientKind::FirstParty } else { ClientKind::ThirdParty };
        }
        set(&mut after.application_type, self.application_type.as_ref());
        set(&mut after.redirect_uris, self.redirect_uris.as_ref());
        set(&mut after.post_logout_redirect_uris, self.post_logout_redirect_uris.as_ref());
        after.backchannel_logout = self.listener(before, findings);
        after.authentication = self.authentication(&before.authentication, new_secret, findings);
        set(&mut after.grant_types, self.grant_types.as_ref());
        set(&mut after.scope, self.scope.as_ref());
        set(&mut after.resources, self.resources.as_ref());
        set(&mut after.require_pkce, self.require_pkce.as_ref());
        if self.require_pkce == Some(false) && after.is_public() {
            findings.note("require_pkce", FindingCode::NotApplicable);
        }
        set(&mut after.id_token_signed_response_alg, self.id_token_signed_response_alg.as_ref());
        after.subject_type = self.subjects(before, findings);
        let capabilities = &mut after.service_capabilities;
        set(&mut capabilities.access_levels, self.access_levels.as_ref());
        set(&mut capabilities.business_user_groups, self.business_user_groups.as_ref());
        after
    }

    fn listener(&self, before: &Client, findings: &mut Findings) -> Option<BackchannelLogout> {
        let former = before.backchannel_logout.as_ref();
        let uri = match &self.backchannel_logout_uri {
            Some(uri) => uri.clone(),
            None => former.map(|listener| listener.uri.clone()),
        };
        let required = self.backchannel_logout_session_required;
        let Some(uri) = uri else {
            if required == Some(true) {
                findings.note("backchannel_logout_session_required", FindingCode::NotApplicable);
            }
            return None;
        };
        let session_required =
            required.or_else(|| former.map(|listener| listener.session_required)).unwrap_or_default();
        Some(BackchannelLogout { uri, session_required })
    }

    fn authentication(
        &self,
        before: &ClientAuthentication,
        new_secret: &TokenHash,
        findings: &mut Findings,
    ) -> ClientAuthentication {
        let method = self.token_endpoint_auth_method.unwrap_or(before.method());
        if method == AuthMethod::PrivateKeyJwt {
            return self
                .keys(before, findings)
                .map_or_else(|| before.clone(), |keys| ClientAuthentication::PrivateKeyJwt { keys });
        }
        for (field, given) in [
            ("jwks", matches!(self.jwks, Some(Some(_)))),
            ("jwks_uri", matches!(self.jwks_uri, Some(Some(_)))),
        ] {
            if given {
                findings.note(field, FindingCode::NotApplicable);
            }
        }
        let secret_hash = before.secret_hash().unwrap_or(new_secret).clone();
        match method {
            AuthMethod::ClientSecretBasic => ClientAuthentication::ClientSecretBasic { secret_hash },
            AuthMethod::ClientSecretPost => ClientAuthentication::ClientSecretPost { secret_hash },
            AuthMethod::PrivateKeyJwt | AuthMethod::None => ClientAuthentication::None,
        }
    }

    /// Where the keys are: in one place, of which the one that is given takes the other's.
    fn keys(&self, before: &ClientAuthentication, findings: &mut Findings) -> Option<ClientKeys> {
        let keys = match (&self.jwks, &self.jwks_uri) {
            (Some(Some(_)), Some(Some(_))) => {
                findings.note("jwks_uri", FindingCode::NotApplicable);
                return None;
            }
            (Some(Some(keys)), _) => Some(ClientKeys::Jwks(keys.to_value())),
            (_, Some(Some(uri))) => Some(ClientKeys::JwksUri(uri.clone())),
            (jwks, jwks_uri) => match before {
                ClientAuthentication::PrivateKeyJwt { keys: ClientKeys::Jwks(_) } if jwks.is_some() => None,
                ClientAuthentication::PrivateKeyJwt { keys: ClientKeys::JwksUri(_) }
                    if jwks_uri.is_some() =>
                {
                    None
                }
                ClientAuthentication::PrivateKeyJwt { keys } => Some(keys.clone()),
                _ => None,
            },
        };
        if keys.is_none() {
            findings.note("jwks", FindingCode::Required);
        }
        keys
    }

    fn subjects(&self, before: &Client, findings: &mut Findings) -> SubjectType {
        let former = ClientMetadata::from(before);
        let sector_identifier = self.sector_identifier.clone().unwrap_or(former.sector_identifier);
        match self.subject_type.unwrap_or(former.subject_type) {
            SubjectKind::Pairwise => SubjectType::Pairwise { sector_identifier },
            SubjectKind::Public => {
                if matches!(self.sector_identifier, Some(Some(_))) {
                    findings.note("sector_identifier", FindingCode::NotApplicable);
                }
                SubjectType::Public
            }
        }
    }
}

fn set<T: Clone>(field: &mut T, value: Option<&T>) {
    if let Some(value) = value {
        field.clone_from(value);
    }
}

//! The applications that the demo knows: its own three, and those of black-box tests.

use anyhow::{Context as _, anyhow};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use countersign_core::directory::capabilities::{AccessLevel, Capabilities, DaFunction};
use countersign_core::oauth::client::{
    AuthMethod, BackchannelLogout, Client, ClientAuthentication, ClientKeys, ClientKind, GrantType,
    SigningAlg, SubjectType,
};
use countersign_core::oauth::scope::{Scope, ScopeToken};
use countersign_core::secret::{OpaqueToken, SecretString, TokenPrefix};
use countersign_service::Services;
use countersign_service::clients::hash_secret;
use serde_json::{Value, json};

use super::addresses::Addresses;
use super::credentials::{Client as Known, Credentials};

pub(crate) const DMS: &str = "dms";
pub(crate) const CCMS: &str = "ccms-terminal";
pub(crate) const SETTLEMENT_AGENT: &str = "settlement-agent";
pub(crate) const CONSOLE: &str = "admin-console";

/// Where the black-box tests expect their answers; nothing listens there.
const CALLBACK: &str = "http://localhost:9999/callback";

/// Audiences that the black-box tests may ask for (RFC 8707); nothing answers there.
const RESOURCES: [&str; 2] = ["https://api.example", "https://reports.example"];

/// An application as the issuer stores it, and as its operator knows it.
pub(crate) struct Application {
    pub(crate) client: Client,
    pub(crate) known: Known,
}

/// Every application. Secrets and keys are those of `before`, and drawn where there are none.
pub(crate) fn applications(
    services: &Services,
    addresses: &Addresses,
    before: Option<&Credentials>,
) -> anyhow::Result<Vec<Application>> {
    let registrar = Registrar { services, before };
    let post = AuthMethod::ClientSecretPost;
    let basic = AuthMethod::ClientSecretBasic;
    let applications = vec![
        registrar.own(DMS, "DMS", basic, &addresses.dms, ClientKind::FirstParty)?,
        registrar.maintaining(CONSOLE, "Admin console", basic, &addresses.console)?,
        registrar.own(CCMS, "CCMS Terminal", basic, &addresses.ccms, ClientKind::FirstParty)?,
        registrar.own(
            SETTLEMENT_AGENT,
            "SAG Settlement System",
            AuthMethod::PrivateKeyJwt,
            &addresses.settlement_agent,
            ClientKind::ThirdParty,
        )?,
        registrar.conformance("conformance-basic", basic)?,
        registrar.conformance("conformance-post", post)?,
        registrar.conformance("conformance-public", AuthMethod::None)?,
        registrar.conformance("conformance-jwt", AuthMethod::PrivateKeyJwt)?,
        registrar.pairwise("conformance-pairwise", basic)?,
        registrar.service("conformance-service", basic)?,
    ];
    for application in &applications {
        application.client.check().with_context(|| application.client.client_id.clone())?;
    }
    Ok(applications)
}

struct Registrar<'a> {
    services: &'a Services,
    before: Option<&'a Credentials>,
}

impl Registrar<'_> {
    /// One of the demo's own applications, at `base`.
    fn own(
        &self,
        client_id: &str,
        name: &str,
        method: AuthMethod,
        base: &str,
        kind: ClientKind,
    ) -> anyhow::Result<Application> {
        let mut application = self.register(client_id, name, method, &[format!("{base}/callback")])?;
        let client = &mut application.client;
        client.kind = kind;
        client.post_logout_redirect_uris = vec![format!("{base}/logged-out")];
        let uri = format!("{base}/backchannel-logout");
        client.backchannel_logout = Some(BackchannelLogout { uri, session_required: true });
        client.grant_types = [GrantType::AuthorizationCode, GrantType::RefreshToken].into();
        client.scope = Scope::all().without(ScopeToken::Directory);
        client.resources = vec![base.to_owned()];
        Ok(application)
    }

    /// One through which people maintain the directory.
    fn maintaining(
        &self,
        client_id: &str,
        name: &str,
        method: AuthMethod,
        base: &str,
    ) -> anyhow::Result<Application> {
        let mut application = self.own(client_id, name, method, base, ClientKind::FirstParty)?;
        application.client.scope = Scope::all();
        // Nothing listens there yet.
        application.client.backchannel_logout = None;
        Ok(application)
    }

    /// A client of the black-box tests. Only the public one must use PKCE, so that both can be tried; for the same reason
    /// each signs its ID tokens differently.
    fn conformance(&self, client_id: &str, method: AuthMethod) -> anyhow::Result<Application> {
        let mut application = self.register(client_id, client_id, method, &[CALLBACK.to_owned()])?;
        let client = &mut application.client;
        client.post_logout_redirect_uris = vec![CALLBACK.to_owned()];
        client.grant_types = [GrantType::AuthorizationCode, GrantType::RefreshToken].into();
        client.scope = Scope::all().without(ScopeToken::Directory);
        client.require_pkce = method == AuthMethod::None;
        client.resources = RESOURCES.map(str::to_owned).into();
        client.id_token_signed_response_alg = match method {
            AuthMethod::ClientSecretBasic => SigningAlg::Rs256,
            AuthMethod::ClientSecretPost => SigningAlg::Es256,
            AuthMethod::PrivateKeyJwt => SigningAlg::Ps256,
            AuthMethod::None => SigningAlg::EdDsa,
        };
        Ok(application)
    }

    /// One that knows users by names of its own (OIDC Core §8.1).
    fn pairwise(&self, client_id: &str, method: AuthMethod) -> anyhow::Result<Application> {
        let mut application = self.conformance(client_id, method)?;
        application.client.subject_type = SubjectType::Pairwise { sector_identifier: None };
        Ok(application)
    }

    /// A service that calls as itself: the reading auditor.
    fn service(&self, client_id: &str, method: AuthMethod) -> anyhow::Result<Application> {
        let mut application = self.register(client_id, client_id, method, &[])?;
        let client = &mut application.client;
        client.grant_types = [GrantType::ClientCredentials].into();
        client.scope = ScopeToken::Directory.into_scope();
        let reading = [(DaFunction::SecurityManagement, [AccessLevel::Enquiry].into())];
        client.service_capabilities =
            Capabilities { access_levels: reading.into(), ..Capabilities::default() };
        Ok(application)
    }

    fn register(
        &self,
        client_id: &str,
        name: &str,
        method: AuthMethod,
        redirect_uris: &[String],
    ) -> anyhow::Result<Application> {
        let mut known = Known {
            client_id: client_id.to_owned(),
            client_secret: None,
            redirect_uris: redirect_uris.to_vec(),
            token_endpoint_auth_method: method.as_str().to_owned(),
            private_key_pem: None,
        };
        let authentication = match method {
            AuthMethod::ClientSecretBasic | AuthMethod::ClientSecretPost => {
                let secret = self.secret(client_id);
                let kept = SecretString::new(secret.clone());
                let secret_hash = hash_secret(&self.services.vault, client_id, &kept);
                known.client_secret = Some(secret);
                if method == AuthMethod::ClientSecretBasic {
                    ClientAuthentication::ClientSecretBasic { secret_hash }
                } else {
                    ClientAuthentication::ClientSecretPost { secret_hash }
                }
            }
            AuthMethod::PrivateKeyJwt => {
                let pem = self.key(client_id)?;
                let jwks = json!({ "keys": [public_jwk(&pem)?] });
                known.private_key_pem = Some(pem);
                ClientAuthentication::PrivateKeyJwt { keys: ClientKeys::Jwks(jwks) }
            }
            AuthMethod::None => ClientAuthentication::None,
        };
        let mut client = Client::new(client_id, name, authentication);
        client.redirect_uris = redirect_uris.to_vec();
        Ok(Application { client, known })
    }

    fn known_before(&self, client_id: &str) -> Option<&Known> {
        self.before.and_then(|before| before.client(client_id))
    }

    fn secret(&self, client_id: &str) -> String {
        let before = self.known_before(client_id).and_then(|known| known.client_secret.clone());
        before.unwrap_or_else(|| {
            OpaqueToken::generate(TokenPrefix::ClientSecret, &*self.services.entropy).expose().to_owned()
        })
    }

    fn key(&self, client_id: &str) -> anyhow::Result<String> {
        match self.known_before(client_id).and_then(|known| known.private_key_pem.clone()) {
            Some(pem) => Ok(pem),
            None => new_key(),
        }
    }
}

/// A P-256 key, PKCS #8 in PEM (RFC 7468 §10).
fn new_key() -> anyhow::Result<String> {
    let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())
        .map_err(|_| anyhow!("a key could not be made"))?;
    let encoded = STANDARD.encode(document.as_ref());
    let mut pem = String::from("-----BEGIN PRIVATE KEY-----\n");
    for line in encoded.as_bytes().chunks(64) {
        pem.extend(line.iter().copied().map(char::from));
        pem.push('\n');
    }
    pem.push_str("-----END PRIVATE KEY-----\n");
    Ok(pem)
}

fn public_jwk(pem: &str) -> anyhow::Result<Value> {
    let body: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    let der = STANDARD.decode(body).context("a private key in credentials.json")?;
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &der)
        .map_err(|_| anyhow!("a private key in credentials.json is no P-256 key"))?;
    let point = pair.public_key().as_ref();
    // SEC 1 §2.3.3: 0x04, then both coordinates.
    let (Some(x), Some(y)) = (point.get(1..33), point.get(33..65)) else {
        return Err(anyhow!("a public key has no two coordinates"));
    };
    let (x, y) = (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y));
    Ok(json!({ "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "x": x, "y": y }))
}

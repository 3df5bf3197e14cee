//! Applications for tests: how they are registered, what they ask for, and the codes they hold.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use countersign_core::directory::capabilities::{AccessLevel, Capabilities, DaFunction};
use countersign_core::ids::GrantId;
use countersign_core::oauth::acr::Acr;
use countersign_core::oauth::claims::ClaimsRequest;
use countersign_core::oauth::client::{
    BackchannelLogout, Client, ClientAuthentication, ClientKind, GrantType,
};
use countersign_core::oauth::code::CodeGrant;
use countersign_core::oauth::scope::Scope;
use countersign_core::secret::{OpaqueToken, SecretString, TokenPrefix};
use countersign_store::{AuthorizationCodes, Clients};

use super::TestNode;
use super::people::Person;
use crate::{Services, clients, keys};

/// Where every test client is answered.
pub const CALLBACK: &str = "https://shop.example/cb";

/// The secret of every test client that has one.
pub const SECRET: &str = "csk_0123456789abcdef0123456789abcdef0123456789a";

/// The `code_verifier` of RFC 7636 appendix B.
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

/// The `code_challenge` of RFC 7636 appendix B.
pub const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

impl TestNode {
    /// Makes the signing keys.
    pub async fn make_keys(&self) {
        keys::maintain(&self.services).await.unwrap();
    }

    /// Adds a client, and knows it at once.
    pub async fn add_client(&self, client: &Client) {
        let tx = self.services.store.begin().await.unwrap();
        Clients::save(&tx, client, self.services.now()).await.unwrap();
        tx.commit().await.unwrap();
        clients::refresh(&self.services).await.unwrap();
    }

    /// The node with signing keys and these clients.
    pub async fn with_clients(self, registered: &[Client]) -> Self {
        self.make_keys().await;
        for client in registered {
            self.add_client(client).await;
        }
        self
    }

    /// A code that `client` may redeem for `person`, after `edit` has changed what it stands for.
    pub async fn code(&self, client: &Client, person: &Person, edit: impl FnOnce(&mut CodeGrant)) -> String {
        let services = &self.services;
        let mut grant = CodeGrant {
            grant_id: GrantId::generate(&*services.entropy),
            client_id: client.client_id.clone(),
            redirect_uri: CALLBACK.to_owned(),
            code_challenge: Some(CHALLENGE.to_owned()),
            nonce: Some("n-0S6_WzA2Mj".to_owned()),
            scope: "openid profile email clearing".parse().unwrap(),
            claims: ClaimsRequest::default(),
            resource: [].into(),
            profile_id: person.profile.id.clone(),
            session_id: person.session.id.clone(),
            auth_time: person.session.auth_time,
            acr: Acr::OtpApp,
            offline: false,
        };
        edit(&mut grant);
        let code = OpaqueToken::generate(TokenPrefix::Code, &*services.entropy);
        let expires_at = services.now() + TimeDelta::seconds(60);
        let tx = services.store.begin().await.unwrap();
        let codes = AuthorizationCodes::on(tx.connection());
        codes.add(&code.hash(), &grant, services.now(), expires_at).await.unwrap();
        tx.commit().await.unwrap();
        code.expose().to_owned()
    }
}

/// A client with every grant and scope, and the secret [`SECRET`] in the form.
#[must_use]
pub fn client(services: &Services, client_id: &str) -> Client {
    let secret_hash = clients::hash_secret(&services.vault, client_id, &SecretString::new(SECRET.to_owned()));
    Client {
        redirect_uris: vec![CALLBACK.to_owned()],
        grant_types: GrantType::ALL.into(),
        scope: Scope::all(),
        service_capabilities: Capabilities {
            access_levels: [(DaFunction::SecurityManagement, [AccessLevel::Enquiry].into())].into(),
            ..Capabilities::default()
        },
        ..Client::new(client_id, "A client", ClientAuthentication::ClientSecretPost { secret_hash })
    }
}

/// A client through which operators reach the management API, and the secret [`SECRET`] in the form.
#[must_use]
pub fn console(services: &Services, client_id: &str) -> Client {
    Client {
        kind: ClientKind::FirstParty,
        grant_types: BTreeSet::from([GrantType::AuthorizationCode, GrantType::RefreshToken]),
        ..client(services, client_id)
    }
}

/// A public client with every scope, for people only.
#[must_use]
pub fn public_client(client_id: &str, kind: ClientKind) -> Client {
    Client {
        kind,
        redirect_uris: vec![CALLBACK.to_owned()],
        post_logout_redirect_uris: vec!["https://shop.example/bye".to_owned()],
        scope: Scope::all(),
        grant_types: BTreeSet::from([GrantType::AuthorizationCode, GrantType::RefreshToken]),
        ..Client::new(client_id, "The Shop", ClientAuthentication::None)
    }
}

/// The same client, told of logouts at `uri`.
#[must_use]
pub fn listening(client: Client, uri: &str) -> Client {
    let backchannel_logout = Some(BackchannelLogout { uri: uri.to_owned(), session_required: true });
    Client { backchannel_logout, ..client }
}

/// A good authorization request of a public client, with `further` parameters in place of its own.
#[must_use]
pub fn request<'a>(client_id: &'a str, further: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let own = [
        ("client_id", client_id),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("scope", "openid email"),
        ("state", "st"),
        ("nonce", "no"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    let kept = own.into_iter().filter(|(name, _)| further.iter().all(|(other, _)| name != other));
    kept.chain(further.iter().copied()).collect()
}

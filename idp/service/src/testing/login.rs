//! People who are logged in, and the codes their applications hold.

use std::sync::atomic::{AtomicU32, Ordering};

use countersign_core::directory::capabilities::{AccessLevel, Capabilities, DaFunction};
use countersign_core::directory::clearing_house::ClearingHouse;
use countersign_core::directory::label::Label;
use countersign_core::directory::participant::{Participant, ParticipantCode, ParticipantKind};
use countersign_core::directory::phase::Phase;
use countersign_core::directory::profile::{LastAccess, Profile, UserKind};
use countersign_core::ids::{GrantId, ParticipantKey, ProfileId};
use countersign_core::oauth::acr::Acr;
use countersign_core::oauth::claims::ClaimsRequest;
use countersign_core::oauth::client::{Client, ClientAuthentication, GrantType};
use countersign_core::oauth::code::CodeGrant;
use countersign_core::oauth::session::Session;
use countersign_core::secret::{OpaqueToken, SecretString, TokenPrefix};
use countersign_core::{Timestamp, from_millis};
use countersign_store::{AuthorizationCodes, Clients, DirectoryDetails, Participants, Profiles};

use super::TestNode;
use crate::{Services, clients, keys, sessions};

/// Where test clients are sent back to.
pub const REDIRECT: &str = "http://localhost:9999/callback";

/// The secret of every test client that has one.
pub const SECRET: &str = "csk_0123456789abcdef0123456789abcdef0123456789a";

/// The verifier of RFC 7636 appendix B, and its challenge.
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
/// See [`VERIFIER`].
pub const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// Somebody who is logged in.
pub struct Person {
    /// Their profile.
    pub profile: Profile,
    /// Their session.
    pub session: Session,
    /// Its cookie.
    pub cookie: OpaqueToken,
}

impl TestNode {
    /// Loads keys, and registers `clients`.
    pub async fn with_clients(self, registered: &[Client]) -> Self {
        keys::maintain(&self.services).await.unwrap();
        let tx = self.services.store.begin().await.unwrap();
        for client in registered {
            Clients::save(&tx, client, self.services.now()).await.unwrap();
        }
        tx.commit().await.unwrap();
        clients::refresh(&self.services).await.unwrap();
        self
    }

    /// Logs in a new person, whose profile `edit` may change first.
    pub async fn person(&self, edit: impl FnOnce(&mut Profile)) -> Person {
        static NEXT: AtomicU32 = AtomicU32::new(100);
        let services = &self.services;
        let code = NEXT.fetch_add(1, Ordering::SeqCst).to_string();
        let participant = Participant {
            key: ParticipantKey::generate(&*services.entropy),
            clearing_house: ClearingHouse::Hkcc,
            participant: ParticipantCode::parse(ClearingHouse::Hkcc, &code).unwrap(),
            kind: ParticipantKind::ClearingParticipant,
            name: Label::parse("A participant").unwrap(),
            customer_codes: Vec::new(),
            sole_administrator: None,
            closed_at: None,
            version: 1,
        };
        let mut profile = profile(services, participant.participant.as_str());
        edit(&mut profile);
        let login = sessions::Login {
            profile_id: profile.id.clone(),
            acr: Acr::OtpApp,
            source: "192.0.2.1".into(),
            user_agent: "test".into(),
            prior_access: Some(LastAccess {
                time: from_millis(1_700_000_000_000),
                method: "otp-email".into(),
                source: "192.0.2.2".into(),
            }),
        };
        let tx = services.store.begin().await.unwrap();
        Participants::on(tx.connection()).add(&participant, services.now()).await.unwrap();
        let details = DirectoryDetails::default();
        Profiles::on(tx.connection()).add(&profile, &participant.key, &details).await.unwrap();
        let (session, cookie) = sessions::establish(services, &tx, login, None).await.unwrap();
        tx.commit().await.unwrap();
        Person { profile, session, cookie }
    }

    /// A code that `client` may redeem for `person`, after `edit` has changed what it stands for.
    pub async fn code(&self, client: &Client, person: &Person, edit: impl FnOnce(&mut CodeGrant)) -> String {
        let services = &self.services;
        let mut grant = CodeGrant {
            grant_id: GrantId::generate(&*services.entropy),
            client_id: client.client_id.clone(),
            redirect_uri: REDIRECT.into(),
            code_challenge: Some(CHALLENGE.into()),
            nonce: Some("n-0S6_WzA2Mj".into()),
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
        let expires_at: Timestamp = services.now() + chrono::TimeDelta::seconds(60);
        let tx = services.store.begin().await.unwrap();
        let codes = AuthorizationCodes::on(tx.connection());
        codes.add(&code.hash(), &grant, services.now(), expires_at).await.unwrap();
        tx.commit().await.unwrap();
        code.expose().to_owned()
    }
}

/// A client with every grant and scope, and the secret [`SECRET`] in the form.
pub fn client(services: &Services, client_id: &str) -> Client {
    let secret_hash = clients::hash_secret(&services.vault, client_id, &SecretString::new(SECRET.to_owned()));
    Client {
        redirect_uris: vec![REDIRECT.to_owned()],
        grant_types: GrantType::ALL.into(),
        scope: countersign_core::oauth::scope::Scope::all(),
        ..Client::new(client_id, "A client", ClientAuthentication::ClientSecretPost { secret_hash })
    }
}

fn profile(services: &Services, participant: &str) -> Profile {
    Profile {
        id: ProfileId::generate(&*services.entropy),
        user_id: format!("HK{participant}01"),
        kind: UserKind::BusinessUser,
        clearing_house: ClearingHouse::Hkcc,
        participant: participant.to_owned(),
        enabled: true,
        surname: "Chan".into(),
        other_names: "Tai Man".into(),
        email: Some("chan@participant.example".into()),
        enable_from: None,
        disable_after: None,
        created_in: Phase::ParallelRun,
        settlement_agent: None,
        capabilities: Capabilities {
            business_user_groups: ["11".parse().unwrap()].into(),
            access_levels: [(DaFunction::SecurityManagement, [AccessLevel::Enquiry].into())].into(),
        },
        claims: serde_json::Map::new(),
        locked: false,
        updated_at: services.now(),
        version: 1,
    }
}

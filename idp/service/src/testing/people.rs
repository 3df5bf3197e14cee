//! People and applications for tests.

use std::collections::BTreeSet;

use countersign_core::directory::capabilities::Capabilities;
use countersign_core::directory::clearing_house::ClearingHouse;
use countersign_core::directory::label::Label;
use countersign_core::directory::participant::{Participant, ParticipantCode, ParticipantKind};
use countersign_core::directory::phase::Phase;
use countersign_core::directory::profile::{Profile, UserKind};
use countersign_core::ids::{ParticipantKey, ProfileId};
use countersign_core::oauth::acr::Acr;
use countersign_core::oauth::client::{
    BackchannelLogout, Client, ClientAuthentication, ClientKind, GrantType,
};
use countersign_core::oauth::scope::Scope;
use countersign_core::oauth::session::Session;
use countersign_core::secret::OpaqueToken;
use countersign_store::{Clients, DirectoryDetails, Participants, Phases, Profiles};

use super::TestNode;
use crate::sessions::{self, Login};
use crate::{clients, keys};

/// Where the test clients are answered.
pub const CALLBACK: &str = "https://shop.example/cb";
/// The `code_challenge` of RFC 7636 appendix B.
pub const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
/// The `code_verifier` of RFC 7636 appendix B.
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

impl TestNode {
    /// Puts every clearing house in a phase.
    pub async fn set_phase(&self, phase: Phase) {
        let tx = self.services.store.begin().await.unwrap();
        for house in [ClearingHouse::Hkcc, ClearingHouse::Seoch, ClearingHouse::Hkscc] {
            Phases::on(tx.connection()).set(house, phase, self.services.now()).await.unwrap();
        }
        tx.commit().await.unwrap();
    }

    /// Adds a business user of a participant of its own.
    pub async fn add_user(&self, user_id: &str) -> ProfileId {
        let services = &self.services;
        let now = services.now();
        let code: String = user_id.chars().skip(user_id.len() - 3).collect();
        let participant = Participant {
            key: ParticipantKey::generate(&*services.entropy),
            clearing_house: ClearingHouse::Hkcc,
            // The user's own digits, so that every user is of a participant of their own.
            participant: ParticipantCode::parse(ClearingHouse::Hkcc, &code).unwrap(),
            kind: ParticipantKind::ClearingParticipant,
            name: Label::parse(&format!("{user_id} Limited")).unwrap(),
            customer_codes: Vec::new(),
            sole_administrator: None,
            closed_at: None,
            version: 1,
        };
        let profile = Profile {
            id: ProfileId::generate(&*services.entropy),
            user_id: user_id.to_owned(),
            kind: UserKind::BusinessUser,
            clearing_house: ClearingHouse::Hkcc,
            participant: participant.participant.to_string(),
            enabled: true,
            surname: "Chan".to_owned(),
            other_names: "Tai Man".to_owned(),
            email: Some(format!("{}@example.com", user_id.to_lowercase())),
            enable_from: None,
            disable_after: None,
            created_in: Phase::ParallelRun,
            settlement_agent: None,
            capabilities: Capabilities::default(),
            claims: serde_json::Map::new(),
            locked: false,
            updated_at: now,
            version: 1,
        };
        let tx = services.store.begin().await.unwrap();
        Participants::on(tx.connection()).add(&participant, now).await.unwrap();
        let profiles = Profiles::on(tx.connection());
        profiles.add(&profile, &participant.key, &DirectoryDetails::default()).await.unwrap();
        tx.commit().await.unwrap();
        profile.id
    }

    /// Adds a client, and knows it at once.
    pub async fn add_client(&self, client: &Client) {
        let tx = self.services.store.begin().await.unwrap();
        Clients::save(&tx, client, self.services.now()).await.unwrap();
        tx.commit().await.unwrap();
        clients::refresh(&self.services).await.unwrap();
    }

    /// Makes the signing keys.
    pub async fn make_keys(&self) {
        keys::maintain(&self.services).await.unwrap();
    }

    /// A login of a user, and the cookie that it leaves.
    pub async fn log_in(&self, user: &ProfileId, acr: Acr, former: Option<&str>) -> (Session, OpaqueToken) {
        let tx = self.services.store.begin().await.unwrap();
        let login = Login {
            profile_id: user.clone(),
            acr,
            source: "192.0.2.1".to_owned(),
            user_agent: "Browser".to_owned(),
            prior_access: None,
        };
        let begun = sessions::establish(&self.services, &tx, login, former).await.unwrap();
        tx.commit().await.unwrap();
        begun
    }
}

/// A public client that may ask for everything, answered at [`CALLBACK`].
#[must_use]
pub fn client(client_id: &str, kind: ClientKind) -> Client {
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

/// A good authorization request of that client, with `further` parameters in place of its own.
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

//! People for tests: their profiles, and their logins.

use std::sync::atomic::{AtomicU32, Ordering};

use countersign_core::directory::capabilities::{AccessLevel, Capabilities, DaFunction};
use countersign_core::directory::clearing_house::ClearingHouse;
use countersign_core::directory::label::Label;
use countersign_core::directory::participant::{Participant, ParticipantCode, ParticipantKind};
use countersign_core::directory::phase::Phase;
use countersign_core::directory::profile::{LastAccess, Profile, UserKind};
use countersign_core::from_millis;
use countersign_core::ids::{ParticipantKey, ProfileId};
use countersign_core::oauth::acr::Acr;
use countersign_core::oauth::session::Session;
use countersign_core::secret::OpaqueToken;
use countersign_store::{DirectoryDetails, Participants, Phases, Profiles};

use super::TestNode;
use crate::Services;
use crate::sessions::{self, Login};

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
    /// Puts every clearing house in a phase.
    pub async fn set_phase(&self, phase: Phase) {
        let tx = self.services.store.begin().await.unwrap();
        for house in [ClearingHouse::Hkcc, ClearingHouse::Seoch, ClearingHouse::Hkscc] {
            Phases::on(tx.connection()).set(house, phase, self.services.now()).await.unwrap();
        }
        tx.commit().await.unwrap();
    }

    /// Adds a business user of a participant of its own, without any rights.
    pub async fn add_user(&self, user_id: &str) -> ProfileId {
        let profile = Profile {
            user_id: user_id.to_owned(),
            email: Some(format!("{}@example.com", user_id.to_lowercase())),
            capabilities: Capabilities::default(),
            // The user's own digits, so that every user is of a participant of their own.
            ..profile(&self.services, &user_id.chars().skip(user_id.len() - 3).collect::<String>())
        };
        self.enter(&profile).await;
        profile.id
    }

    /// Logs in a new person, who has accessed before, and whose profile `edit` may change first.
    pub async fn person(&self, edit: impl FnOnce(&mut Profile)) -> Person {
        static NEXT: AtomicU32 = AtomicU32::new(100);
        let mut profile = profile(&self.services, &NEXT.fetch_add(1, Ordering::SeqCst).to_string());
        edit(&mut profile);
        self.enter(&profile).await;
        let prior_access = LastAccess {
            time: from_millis(1_700_000_000_000),
            method: "otp-email".to_owned(),
            source: "192.0.2.2".to_owned(),
        };
        let login = Login { prior_access: Some(prior_access), ..login(&profile.id, Acr::OtpApp) };
        let (session, cookie) = self.establish(login, None).await;
        Person { profile, session, cookie }
    }

    /// A login of a user, and the cookie that it leaves. `former` is the cookie that the browser had.
    pub async fn log_in(&self, user: &ProfileId, acr: Acr, former: Option<&str>) -> (Session, OpaqueToken) {
        self.establish(login(user, acr), former).await
    }

    /// Writes a profile and a participant for it into the directory.
    async fn enter(&self, profile: &Profile) {
        let services = &self.services;
        let participant = firm(services, profile.clearing_house, &profile.participant);
        let tx = services.store.begin().await.unwrap();
        Participants::on(tx.connection()).add(&participant, services.now()).await.unwrap();
        let details = DirectoryDetails::default();
        Profiles::on(tx.connection()).add(profile, &participant.key, &details).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn establish(&self, login: Login, former: Option<&str>) -> (Session, OpaqueToken) {
        let tx = self.services.store.begin().await.unwrap();
        let begun = sessions::establish(&self.services, &tx, login, former).await.unwrap();
        tx.commit().await.unwrap();
        begun
    }
}

fn login(user: &ProfileId, acr: Acr) -> Login {
    Login {
        profile_id: user.clone(),
        acr,
        source: "192.0.2.1".to_owned(),
        user_agent: "Browser".to_owned(),
        browser: None,
        prior_access: None,
    }
}

/// A participant of `house` whose business users carry its own code.
pub(super) fn firm(services: &Services, house: ClearingHouse, code: &str) -> Participant {
    let kind = match house {
        ClearingHouse::Exchange => ParticipantKind::Exchange,
        _ => ParticipantKind::ClearingParticipant,
    };
    let participant = ParticipantCode::parse(house, code).unwrap();
    Participant {
        key: ParticipantKey::generate(&*services.entropy),
        clearing_house: house,
        customer_codes: vec![participant.clone()],
        participant,
        kind,
        name: Label::parse(&format!("{code} Limited")).unwrap(),
        sole_administrator: None,
        closed_at: None,
        version: 1,
    }
}

/// A business user of `participant` who may look into security management as well.
fn profile(services: &Services, participant: &str) -> Profile {
    Profile {
        id: ProfileId::generate(&*services.entropy),
        user_id: format!("HK{participant}01"),
        kind: UserKind::BusinessUser,
        clearing_house: ClearingHouse::Hkcc,
        participant: participant.to_owned(),
        enabled: true,
        surname: "Chan".to_owned(),
        other_names: "Tai Man".to_owned(),
        email: Some("chan@participant.example".to_owned()),
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

//! A small exchange with a few people, and the steps that tests walk.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use chrono::TimeDelta;
use countersign_core::Timestamp;
use countersign_core::directory::capabilities::Capabilities;
use countersign_core::directory::clearing_house::ClearingHouse;
use countersign_core::directory::label::Label;
use countersign_core::directory::participant::{Participant, ParticipantCode, ParticipantKind};
use countersign_core::directory::phase::Phase;
use countersign_core::directory::profile::{Profile, UserKind};
use countersign_core::ids::{InteractionId, ParticipantKey, ProfileId};
use countersign_core::journey::otp::TotpSecret;
use countersign_core::journey::steps::Action;
use countersign_core::mail::{Mail, News};
use countersign_core::oauth::interaction::{Interaction, Reason, Requirement, Target};
use countersign_core::secret::SecretString;
use countersign_store::{Counters, DirectoryDetails, Participants, Phases, Profiles, Window};

use crate::login::source::Source;
use crate::login::{self, Advance, Arrival, FlowPage, LogInError, Visit};
use crate::testing::{TestNode, nodes};
use crate::{Services, enrolment, outbox};

pub(super) const PASSWORD: &str = "mauve-otter-piano-73";
const SECRET: &str = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";

/// What a person has when a test begins.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Has {
    Nothing,
    Password,
    App,
    Email,
}

pub(super) struct World {
    pub(super) node: TestNode,
    pub(super) visit: Visit,
    participant: ParticipantKey,
}

/// A world on every database at hand, in the parallel run.
pub(super) async fn worlds() -> Vec<World> {
    let mut worlds = Vec::new();
    for node in nodes().await {
        worlds.push(World::on(node).await);
    }
    worlds
}

impl World {
    async fn on(node: TestNode) -> Self {
        let participant = ParticipantKey::from_stored("abc");
        let world = Self { node, visit: browser("browser-one"), participant };
        let now = world.services().now();
        let tx = world.services().store.begin().await.unwrap();
        let code = ParticipantCode::parse(ClearingHouse::Hkcc, "ABC").unwrap();
        let abc = Participant {
            key: world.participant.clone(),
            clearing_house: ClearingHouse::Hkcc,
            participant: code.clone(),
            kind: ParticipantKind::ClearingParticipant,
            name: Label::parse("ABC Clearing").unwrap(),
            customer_codes: vec![code],
            sole_administrator: None,
            closed_at: None,
            version: 1,
        };
        Participants::on(tx.connection()).add(&abc, now).await.unwrap();
        tx.commit().await.unwrap();
        world.phase(Phase::ParallelRun).await;
        world
    }

    pub(super) fn services(&self) -> &Arc<Services> {
        &self.node.services
    }

    pub(super) fn now(&self) -> Timestamp {
        self.services().now()
    }

    pub(super) fn wait(&self, seconds: i64) {
        self.node.clock.advance_seconds(seconds);
    }

    pub(super) async fn phase(&self, phase: Phase) {
        let tx = self.services().store.begin().await.unwrap();
        for house in [ClearingHouse::Hkcc, ClearingHouse::Seoch, ClearingHouse::Hkscc] {
            Phases::on(tx.connection()).set(house, phase, self.now()).await.unwrap();
        }
        tx.commit().await.unwrap();
    }

    /// Enters a person with an email address; `change` makes them special.
    pub(super) async fn person_with(
        &self,
        user_id: &str,
        has: Has,
        change: impl FnOnce(&mut Profile),
    ) -> Profile {
        let services = self.services();
        let mut profile = Profile {
            id: ProfileId::generate(&*services.entropy),
            user_id: user_id.into(),
            kind: UserKind::BusinessUser,
            clearing_house: ClearingHouse::Hkcc,
            participant: "ABC".into(),
            enabled: true,
            surname: "Chan".into(),
            other_names: "Tai Man".into(),
            email: Some(format!("{}@abc.example", user_id.to_lowercase())),
            enable_from: None,
            disable_after: None,
            created_in: Phase::PreParallel,
            settlement_agent: None,
            capabilities: Capabilities::default(),
            claims: serde_json::Map::new(),
            locked: false,
            updated_at: services.now(),
            version: 1,
        };
        change(&mut profile);
        let phc = services.hasher.hash(&secret(PASSWORD)).await.unwrap();
        let tx = services.store.begin().await.unwrap();
        let details = DirectoryDetails::default();
        Profiles::on(tx.connection()).add(&profile, &self.participant, &details).await.unwrap();
        if has != Has::Nothing {
            enrolment::set_password(services, &tx, &profile.id, &phc).await.unwrap();
        }
        match has {
            Has::App => enrolment::set_soft_token(services, &tx, &profile.id, &soft_token()).await.unwrap(),
            Has::Email => enrolment::set_email(services, &tx, &profile.id).await.unwrap(),
            Has::Nothing | Has::Password => {}
        }
        tx.commit().await.unwrap();
        profile
    }

    pub(super) async fn person(&self, user_id: &str, has: Has) -> Profile {
        self.person_with(user_id, has, |_| {}).await
    }

    pub(super) fn interaction(&self) -> Interaction {
        let requirement = Requirement { reason: Reason::NoSession, acr: None, subject: None };
        Interaction {
            id: InteractionId::generate(&*self.services().entropy),
            created_at: self.now(),
            target: Target::Account,
            requirement,
            best_reached: false,
            login_hint: None,
            ui_locales: None,
        }
    }

    pub(super) async fn password(&self, user_id: &str, password: &str) -> Result<String, LogInError> {
        self.password_from(&self.visit, user_id, password).await
    }

    pub(super) async fn password_from(
        &self,
        visit: &Visit,
        user_id: &str,
        password: &str,
    ) -> Result<String, LogInError> {
        let begun =
            login::log_in(self.services(), visit, &self.interaction(), user_id, &secret(password)).await;
        begun.map(|token| token.expose().to_owned())
    }

    pub(super) async fn page(&self, token: &str) -> FlowPage {
        login::page(self.services(), &self.visit, token).await.unwrap().expect("a login under way")
    }

    pub(super) async fn act(&self, token: &str, action: Action) -> Advance {
        login::act(self.services(), &self.visit, token, action).await.unwrap()
    }

    pub(super) async fn prove(&self, token: &str, otp: &str) -> Result<Advance, login::ProofError> {
        login::prove_otp(self.services(), &self.visit, token, otp).await
    }

    /// What the app of a person with [`Has::App`] shows.
    pub(super) fn app(&self) -> String {
        soft_token().otp_at(self.now()).unwrap().expose().to_owned()
    }

    /// A whole login by app; the session's cookie.
    pub(super) async fn log_in_by_app(&mut self, user_id: &str) -> String {
        self.wait(30);
        let token = self.password(user_id, PASSWORD).await.unwrap();
        let arrival = done(self.prove(&token, &self.app()).await.unwrap());
        self.visit.known.clone_from(&arrival.known);
        arrival.session.unwrap().expose().to_owned()
    }

    /// Lets strangers use up what the address of the tests may try in this hour, but for so many tries.
    pub(super) async fn crowd(&self, but_for: u32) {
        let services = self.services();
        let key = Source::key(services, &browser("stranger"));
        let hour = Window::SinceFirst(TimeDelta::hours(1));
        let tx = services.store.begin().await.unwrap();
        for _ in but_for..services.policy.lockout.source_tries_per_hour {
            Counters::on(tx.connection()).count(&key, hour, self.now()).await.unwrap();
        }
        tx.commit().await.unwrap();
    }

    /// Mail that left since the last look: to whom, and what.
    pub(super) async fn mail(&self) -> Vec<(Option<String>, Mail)> {
        let lease = TimeDelta::days(1);
        let claimed = outbox::claim(self.services(), 1000, lease).await.unwrap();
        claimed.into_iter().map(|claimed| (claimed.to, claimed.mail)).collect()
    }

    /// The OTP in the newest mail.
    pub(super) async fn mailed_otp(&self) -> String {
        let mail = self.mail().await;
        mail.iter()
            .rev()
            .find_map(|(to, mail)| match &mail.news {
                News::OneTimePassword { code, .. } if to.is_some() => Some(code.0.clone()),
                _ => None,
            })
            .expect("a mail with an OTP")
    }
}

pub(super) fn browser(id: &str) -> Visit {
    Visit {
        browser: id.into(),
        source: IpAddr::V4(Ipv4Addr::new(203, 0, 113, 7)),
        user_agent: "Firefox".into(),
        known: None,
        session: None,
        locale: "en".into(),
    }
}

pub(super) fn secret(text: &str) -> SecretString {
    SecretString::new(text.to_owned())
}

pub(super) fn soft_token() -> TotpSecret {
    TotpSecret::from_base32(SECRET).unwrap()
}

pub(super) fn done(advance: Advance) -> Arrival {
    match advance {
        Advance::Done(arrival) => *arrival,
        Advance::Page => panic!("not done yet"),
    }
}

/// Another OTP of as many digits.
pub(super) fn wrong(otp: &str) -> String {
    otp.chars().map(|digit| char::from_digit((digit.to_digit(10).unwrap() + 1) % 10, 10).unwrap()).collect()
}

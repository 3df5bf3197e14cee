//! Participants, their people, and the access tokens with which those call the management API.

use countersign_core::directory::business_group::{GroupDefinition, GroupName, TerminalFunction};
use countersign_core::directory::capabilities::{AccessLevel, Capabilities, DaFunction};
use countersign_core::directory::clearing_house::ClearingHouse;
use countersign_core::directory::label::Label;
pub use countersign_core::directory::participant::Participant;
use countersign_core::directory::phase::Phase;
use countersign_core::directory::profile::{LastAccess, Profile, UserKind};
use countersign_core::ids::ProfileId;
use countersign_core::oauth::acr::Acr;
use countersign_core::oauth::client::Client;
use countersign_core::oauth::form::Form;
use countersign_core::oauth::session::EndedBecause;
use countersign_store::{Activity, DirectoryDetails, Groups, Participants, Profiles, Sessions};

use super::TestNode;
use super::applications::{CALLBACK as REDIRECT, SECRET, VERIFIER};
use super::people::{Person, firm};
use crate::revoke::revoke;
use crate::sessions::{self, Login};
use crate::token::token;

/// The client that [`TestNode::access_token`] speaks for; register it with [`super::applications::client`].
pub const CONSOLE: &str = "admin-console";

impl TestNode {
    /// Adds a participant of `house`.
    pub async fn add_participant(&self, house: ClearingHouse, participant: &str) -> Participant {
        let participant = firm(&self.services, house, participant);
        let tx = self.services.store.begin().await.unwrap();
        Participants::on(tx.connection()).add(&participant, self.services.now()).await.unwrap();
        tx.commit().await.unwrap();
        participant
    }

    /// Adds somebody of `participant`, whose profile `edit` may change first.
    pub async fn add_member(
        &self,
        participant: &Participant,
        user_id: &str,
        edit: impl FnOnce(&mut Profile),
    ) -> Profile {
        let mut profile = member(self, participant, user_id);
        edit(&mut profile);
        let tx = self.services.store.begin().await.unwrap();
        let details = DirectoryDetails { srn: Some(format!("SRN-{user_id}")), ..DirectoryDetails::default() };
        Profiles::on(tx.connection()).add(&profile, &participant.key, &details).await.unwrap();
        tx.commit().await.unwrap();
        profile
    }

    /// Adds a business user group.
    pub async fn add_group(&self, code: &str, name: &str, functions: &[TerminalFunction]) {
        let label = |text: &str| Label::parse(text).unwrap();
        let group = GroupDefinition {
            code: code.parse().unwrap(),
            name: GroupName { en: label(name), zh_hant: label("投票"), zh_hans: label("投票") },
            functions: functions.iter().copied().collect(),
        };
        let tx = self.services.store.begin().await.unwrap();
        Groups::on(tx.connection()).add(&group, self.services.now()).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Notes that somebody has just logged in by app.
    pub async fn was_here(&self, user_id: &str) {
        let services = &self.services;
        let profile = Profiles::on(services.store.read()).find_by_user_id(user_id).await.unwrap().unwrap();
        let access = LastAccess {
            time: services.now(),
            method: Acr::OtpApp.short().to_owned(),
            source: "192.0.2.1".to_owned(),
        };
        let tx = services.store.begin().await.unwrap();
        Activity::on(tx.connection()).record_access(&profile.id, &access).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Logs somebody in who is there already.
    pub async fn person_of(&self, profile: Profile, acr: Acr) -> Person {
        self.person_in(profile, acr, None).await
    }

    /// The same, in the browser of that id.
    pub async fn person_in(&self, profile: Profile, acr: Acr, browser: Option<&str>) -> Person {
        let login = Login {
            profile_id: profile.id.clone(),
            acr,
            source: "192.0.2.1".to_owned(),
            user_agent: "Browser".to_owned(),
            browser: browser.map(str::to_owned),
            prior_access: None,
        };
        let tx = self.services.store.begin().await.unwrap();
        let (session, cookie) = sessions::establish(&self.services, &tx, login, None).await.unwrap();
        tx.commit().await.unwrap();
        Person { profile, session, cookie }
    }

    /// An access token of `client` for `person`, with `scope`.
    pub async fn access_token(&self, client: &Client, person: &Person, scope: &str) -> String {
        self.token_for(client, person, scope, false).await
    }

    /// The same, of a grant that outlives the session.
    pub async fn offline_token(&self, client: &Client, person: &Person, scope: &str) -> String {
        self.token_for(client, person, scope, true).await
    }

    async fn token_for(&self, client: &Client, person: &Person, scope: &str, offline: bool) -> String {
        let scope = scope.parse().unwrap();
        let code = self
            .code(client, person, |code| {
                code.acr = person.session.acr;
                code.scope = scope;
                code.offline = offline;
            })
            .await;
        self.redeem(client, &code).await
    }

    /// The access token that a code gives.
    pub async fn redeem(&self, client: &Client, code: &str) -> String {
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", REDIRECT),
            ("code_verifier", VERIFIER),
        ];
        token(&self.services, None, &form(client, &fields)).await.unwrap().access_token
    }

    /// Signs somebody out.
    pub async fn sign_out(&self, person: &Person) {
        let tx = self.services.store.begin().await.unwrap();
        let (sessions, now) = (Sessions::on(tx.connection()), self.services.now());
        sessions.end(&person.session.id, EndedBecause::SignedOut, now).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Revokes a token.
    pub async fn revoke(&self, client: &Client, revoked: &str) {
        revoke(&self.services, None, &form(client, &[("token", revoked)])).await.unwrap();
    }

    /// An access token of `client` as itself.
    pub async fn service_token(&self, client: &Client, scope: &str) -> String {
        let fields = [("grant_type", "client_credentials"), ("scope", scope)];
        token(&self.services, None, &form(client, &fields)).await.unwrap().access_token
    }
}

fn form(client: &Client, fields: &[(&str, &str)]) -> Form {
    let own = [("client_id", client.client_id.as_str()), ("client_secret", SECRET)];
    let fields = own.iter().chain(fields);
    Form::from_pairs(fields.map(|(name, value)| ((*name).into(), (*value).into()))).unwrap()
}

/// Holds `levels` on security management.
pub fn holding(levels: &[AccessLevel]) -> impl FnOnce(&mut Profile) {
    let levels = levels.iter().copied().collect();
    move |profile| {
        profile.kind = UserKind::DelegatedAdministrator;
        profile.capabilities = Capabilities {
            access_levels: [(DaFunction::SecurityManagement, levels)].into(),
            ..Capabilities::default()
        };
    }
}

pub(super) fn member(node: &TestNode, participant: &Participant, user_id: &str) -> Profile {
    Profile {
        id: ProfileId::generate(&*node.services.entropy),
        user_id: user_id.to_owned(),
        kind: UserKind::BusinessUser,
        clearing_house: participant.clearing_house,
        participant: participant.participant.to_string(),
        enabled: true,
        surname: "Chan".to_owned(),
        other_names: "Tai Man".to_owned(),
        email: Some(format!("{}@participant.example", user_id.to_lowercase())),
        enable_from: None,
        disable_after: None,
        created_in: Phase::PreParallel,
        settlement_agent: None,
        capabilities: Capabilities {
            business_user_groups: ["11".parse().unwrap()].into(),
            ..Capabilities::default()
        },
        claims: serde_json::Map::new(),
        locked: false,
        updated_at: node.services.now(),
        version: 1,
    }
}

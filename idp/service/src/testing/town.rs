//! A small town in which everything takes two: participants with makers and checkers, their users, and the exchange's
//! operators.

use countersign_core::audit::AuditRecord;
use countersign_core::directory::actor::{Actor, Proof, Scope};
use countersign_core::directory::business_group::{GroupDefinition, GroupName};
use countersign_core::directory::capabilities::AccessLevel;
use countersign_core::directory::change_request::{ChangeRequest, Draft, State};
use countersign_core::directory::clearing_house::ClearingHouse;
use countersign_core::directory::label::Label;
use countersign_core::directory::participant::{Participant, ParticipantKind};
use countersign_core::directory::phase::Phase;
use countersign_core::directory::profile::UserKind;
use countersign_core::directory::record::ProfileRecord;
use countersign_core::ids::{RequestId, SessionId};
use countersign_core::mail::Mail;
use countersign_core::oauth::acr::Acr;
use countersign_store::{Appointments, Audit, AuditFilter, ChangeRequests, Directory, Groups, Participants};

use super::directory::holding;
use super::{TestNode, nodes};
use crate::directory::{self, DecideError, Decided, Entrance, SubmitError};
use crate::{Services, outbox};

/// Where everybody in town sits.
pub const HERE: &str = "192.0.2.1";

/// The town, in the parallel run.
pub struct Town {
    /// Its node.
    pub node: TestNode,
    /// A participant of HKCC: makers HKABC1X1 and HKABC1X2, checkers HKABC1Y1 and HKABC1Y2, users HKABC101 to HKABC105.
    pub abc: Participant,
    /// Another one, alike.
    pub def: Participant,
    /// The exchange: OPS001 to OPS003 make and check.
    pub exchange: Participant,
}

/// The town on every kind of database at hand.
pub async fn towns() -> Vec<Town> {
    let mut towns = Vec::new();
    for node in nodes().await {
        towns.push(Town::on(node).await);
    }
    towns
}

impl Town {
    /// The town on `node`.
    pub async fn on(node: TestNode) -> Self {
        node.set_phase(Phase::ParallelRun).await;
        let abc = node.add_participant(ClearingHouse::Hkcc, "ABC").await;
        let def = node.add_participant(ClearingHouse::Hkcc, "DEF").await;
        let exchange = node.add_participant(ClearingHouse::Exchange, "EXCHANGE").await;
        for participant in [&abc, &def] {
            let own = participant.participant.as_str();
            for number in 1..=2 {
                let maker = holding(&[AccessLevel::Enquiry, AccessLevel::Maker]);
                node.add_member(participant, &format!("HK{own}1X{number}"), maker).await;
                let checker = holding(&[AccessLevel::Enquiry, AccessLevel::Checker]);
                node.add_member(participant, &format!("HK{own}1Y{number}"), checker).await;
            }
            for number in 1..=5 {
                node.add_member(participant, &format!("HK{own}10{number}"), |_| ()).await;
            }
        }
        for number in 1..=3 {
            let both = holding(&[AccessLevel::Maker, AccessLevel::Checker]);
            node.add_member(&exchange, &format!("OPS00{number}"), |profile| {
                both(profile);
                profile.kind = UserKind::Operator;
            })
            .await;
        }
        let town = Self { node, abc, def, exchange };
        town.add_groups(&["11", "12", "13"]).await;
        town
    }

    async fn add_groups(&self, codes: &[&str]) {
        let tx = self.services().store.begin().await.unwrap();
        for code in codes {
            let label = || Label::parse(&format!("Group {code}")).unwrap();
            let group = GroupDefinition {
                code: code.parse().unwrap(),
                name: GroupName { en: label(), zh_hant: label(), zh_hans: label() },
                functions: [].into(),
            };
            Groups::on(tx.connection()).add(&group, self.services().now()).await.unwrap();
        }
        tx.commit().await.unwrap();
    }

    /// Adds a settlement agent that ABC appoints.
    pub async fn add_agent(&self, code: &str) -> Participant {
        let agent = self.node.add_participant(ClearingHouse::Hkcc, code).await;
        let tx = self.services().store.begin().await.unwrap();
        let participants = Participants::on(tx.connection());
        let agent = Participant { kind: ParticipantKind::SettlementAgent, ..agent };
        assert!(participants.save(&agent, self.services().now()).await.unwrap());
        drop(participants);
        let appointments = Appointments::on(tx.connection());
        appointments.add(&self.abc.key, &agent.key, self.services().now()).await.unwrap();
        drop(appointments);
        tx.commit().await.unwrap();
        agent
    }

    /// The node's services.
    #[must_use]
    pub fn services(&self) -> &Services {
        &self.node.services
    }

    /// Which database this is on, for failure messages.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.node.database.kind
    }

    /// The profile of a user ID.
    pub async fn record(&self, user_id: &str) -> Option<ProfileRecord> {
        let everything = Scope::of_the_installation();
        Directory::on(self.services().store.read()).find(&everything, user_id).await.unwrap()
    }

    /// Changes a profile behind everybody's back, as nothing in the product can.
    pub async fn edit(&self, user_id: &str, edit: impl FnOnce(&mut ProfileRecord)) {
        let mut record = self.record(user_id).await.unwrap();
        let base = record.profile.version;
        edit(&mut record);
        let tx = self.services().store.begin().await.unwrap();
        let now = self.services().now();
        assert!(Directory::on(tx.connection()).save(&record, base, now).await.unwrap());
        tx.commit().await.unwrap();
    }

    /// Somebody who acts, with a session of their own, by what they hold now.
    pub async fn actor(&self, user_id: &str) -> Actor {
        let ProfileRecord { profile, participant, .. } = self.record(user_id).await.unwrap();
        Actor {
            profile_id: profile.id,
            user_id: profile.user_id,
            clearing_house: profile.clearing_house,
            participant,
            participant_id: profile.participant,
            capabilities: profile.capabilities,
            email: profile.email,
            proof: Some(Proof {
                session: SessionId::from_stored(format!("session of {user_id}")),
                acr: Acr::OtpApp,
                auth_time: self.services().now(),
            }),
        }
    }

    /// Submits a draft in the name of `maker`.
    pub async fn submit(
        &self,
        maker: &Actor,
        draft: serde_json::Value,
    ) -> Result<ChangeRequest, SubmitError> {
        let draft: Draft = serde_json::from_value(draft).unwrap();
        let tx = self.services().store.begin().await.unwrap();
        let reason = Some("because".to_owned());
        let submitted =
            directory::submit(self.services(), &tx, maker, &draft, reason, Entrance::Api(HERE)).await?;
        tx.commit().await.unwrap();
        Ok(submitted.request)
    }

    /// Submits a draft that nothing stands in the way of, in the name of a maker.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn asked(&self, maker: &str, draft: serde_json::Value) -> ChangeRequest {
        let maker = self.actor(maker).await;
        let said = draft.to_string();
        self.submit(&maker, draft).await.unwrap_or_else(|error| panic!("{}: {said}: {error:?}", self.kind()))
    }

    /// Approves a request from the queue.
    pub async fn approve(&self, checker: &Actor, request: &ChangeRequest) -> Result<Decided, DecideError> {
        directory::approve(self.services(), checker, &request.id, request.signed.hash(), HERE, None).await
    }

    /// Has a draft of one signed by another, and gives the request as it ended.
    ///
    /// # Panics
    /// When it is not applied.
    pub async fn signed(&self, maker: &str, checker: &str, draft: serde_json::Value) -> ChangeRequest {
        let request = self.asked(maker, draft).await;
        let checker = self.actor(checker).await;
        match self.approve(&checker, &request).await {
            Ok(Decided::Ended(request)) => *request,
            other => panic!("{}: {other:?}", self.kind()),
        }
    }

    /// Where a request stands.
    pub async fn state(&self, id: &RequestId) -> State {
        let everything = Scope::of_the_installation();
        let requests = ChangeRequests::on(self.services().store.read());
        requests.find(&everything, id).await.unwrap().unwrap().state
    }

    /// The mails queued since the last time, by whom they go to and what they tell.
    pub async fn mail(&self) -> Vec<(String, Mail)> {
        let lease = chrono::TimeDelta::days(1);
        let claimed = outbox::claim(self.services(), 5000, lease).await.unwrap();
        claimed.into_iter().filter_map(|claimed| Some((claimed.to?, claimed.mail))).collect()
    }

    /// The audit records of a request, oldest first.
    pub async fn trail(&self, id: &RequestId) -> Vec<AuditRecord> {
        let filter = AuditFilter { request: Some(id.clone()), ..AuditFilter::default() };
        let everything = Scope::of_the_installation();
        let audit = Audit::on(self.services().store.read());
        let found = audit.search(&everything, &filter, None, 100).await.unwrap();
        found.into_iter().rev().map(|found| found.record).collect()
    }

    /// What they say was done, in any order: the clock of a test stands.
    pub async fn steps(&self, id: &RequestId) -> Vec<String> {
        let mut steps: Vec<_> = self.trail(id).await.into_iter().map(|record| record.action).collect();
        steps.sort();
        steps
    }
}

//! `bootstrap`: the first two operators, once.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use countersign_core::audit::{Action, AuditActor, AuditEntry, Subject, SubjectKind};
use countersign_core::directory::capabilities::{AccessLevel, Capabilities, DaFunction};
use countersign_core::directory::change_request::blank;
use countersign_core::directory::clearing_house::ClearingHouse;
use countersign_core::directory::console::{CLIENT_ID, Console};
use countersign_core::directory::founders::{Founder, Founders};
use countersign_core::directory::label::Label;
use countersign_core::directory::participant::{Participant, ParticipantCode, ParticipantKind};
use countersign_core::directory::phase::Phase;
use countersign_core::directory::profile::{Profile, UserKind};
use countersign_core::directory::record::ProfileRecord;
use countersign_core::ids::{ParticipantKey, ProfileId};
use countersign_core::mail::{Mail, News};
use countersign_core::secret::SecretString;
use countersign_store::{Directory, Installation, Participants, Tx};
use serde_json::json;

use super::console::{self, Registered};
use super::handing_out::{Unfinished, hand_out};
use super::sealed_keys::SealedKeys;
use crate::login::{Fault, faults};
use crate::outbox::{self, Letter};
use crate::{Services, audit, enrolment};

/// How long an invitation is tried.
const LIFETIME: TimeDelta = TimeDelta::days(3);

/// Where an installation stands afterwards. Everything in it is shown once.
#[derive(Debug)]
pub struct Founded {
    /// The code with which each registers a first soft token, by user ID.
    pub codes: Vec<(String, SecretString)>,
    /// The keys of recovery.
    pub keys: SealedKeys,
    /// The secret of the console, where it was registered now and proves itself by one.
    pub console_secret: Option<SecretString>,
}

/// Why nobody was made an operator.
#[derive(Debug, thiserror::Error)]
pub enum BootstrapError {
    /// It was done before.
    #[error("this installation was bootstrapped before; operators are made by change requests now")]
    Done,
    /// There are operators.
    #[error("this installation has operators already")]
    Operators,
    /// A user ID belongs to somebody.
    #[error("the user ID {0} belongs to somebody")]
    Taken(String),
    /// There is a client that would be taken for the console.
    #[error("this installation has a client {CLIENT_ID} already")]
    Console,
    /// It could not be handed out.
    #[error(transparent)]
    Unfinished(#[from] Unfinished),
    /// On our side.
    #[error(transparent)]
    Fault(#[from] Fault),
}
faults!(BootstrapError);

/// Makes the first two operators, and registers the console, once `show` has shown what they need. Of two who do so at
/// once, one does.
pub async fn bootstrap(
    services: &Services,
    founders: &Founders,
    console: &Console,
    show: impl FnOnce(&Founded) -> std::io::Result<()>,
) -> Result<Founded, BootstrapError> {
    let tx = services.store.begin().await?;
    let now = services.now();
    {
        let connection = tx.connection();
        let installation = Installation::on(&connection);
        if !installation.claim(Installation::BOOTSTRAPPED, &now.to_rfc3339()).await? {
            return Err(BootstrapError::Done);
        }
    }
    if !Directory::on(tx.connection()).of_the_exchange().await?.is_empty() {
        return Err(BootstrapError::Operators);
    }
    let exchange = exchange(services, &tx).await?;
    let mut codes = Vec::new();
    for founder in founders.both() {
        let record = operator(services, &exchange, founder);
        if !Directory::on(tx.connection()).add(&record, now).await? {
            return Err(BootstrapError::Taken(founder.user_id.clone()));
        }
        codes.push((founder.user_id.clone(), invite(services, &tx, &record.profile).await?));
    }
    let keys = SealedKeys::generate(&*services.entropy);
    {
        let connection = tx.connection();
        let kept = serde_json::to_string(&keys.kept())?;
        Installation::on(&connection).set(Installation::RECOVERY, &kept).await?;
    }
    let registered = console::register(services, &tx, console).await?.ok_or(BootstrapError::Console)?;
    audit::append(services, &tx, entry(Action::Bootstrapped, founders, Some(&registered))).await?;
    let founded = Founded { codes, keys, console_secret: registered.secret };
    Ok(hand_out(tx, founded, show).await?)
}

/// What the audit trail says of it.
pub(super) fn entry(action: Action, founders: &Founders, console: Option<&Registered>) -> AuditEntry {
    let operators =
        founders.both().iter().map(|founder| json!({ "user_id": founder.user_id, "email": founder.mailbox }));
    let operators = operators.collect::<Vec<_>>();
    let after = match console {
        Some(console) => json!({ "operators": operators, "console": console.metadata }),
        None => json!({ "operators": operators }),
    };
    AuditEntry::new(action, AuditActor::CommandLine)
        .about(Subject::new(SubjectKind::Installation, "installation", "installation"))
        .from_source("command line")
        .after(countersign_core::audit::Redacted::from(after))
}

/// The participant whose people are the operators; made where it is not there.
pub(super) async fn exchange(services: &Services, tx: &Tx) -> Result<Participant, Fault> {
    let house = ClearingHouse::Exchange;
    let participants = Participants::on(tx.connection());
    let code = ParticipantCode::parse(house, house.as_str()).map_err(Fault::internal)?;
    if let Some(there) = participants.find(house, code.as_str()).await? {
        return Ok(there);
    }
    let exchange = Participant {
        key: ParticipantKey::generate(&*services.entropy),
        clearing_house: house,
        participant: code.clone(),
        kind: ParticipantKind::Exchange,
        name: Label::parse("Exchange").map_err(Fault::internal)?,
        customer_codes: vec![code],
        sole_administrator: None,
        closed_at: None,
        version: 1,
    };
    participants.add(&exchange, services.now()).await?;
    Ok(exchange)
}

/// An operator's whole profile. What they are called is for their first change request to say.
pub(super) fn operator(services: &Services, exchange: &Participant, founder: &Founder) -> ProfileRecord {
    // The exchange has no phases, and its people never had cards.
    let mut record = blank(&founder.user_id, UserKind::Operator, exchange, Phase::Complete, services.now());
    record.profile.id = ProfileId::generate(&*services.entropy);
    record.profile.surname.clone_from(&founder.user_id);
    record.profile.email = Some(founder.mailbox.to_string());
    record.profile.capabilities = all_rights();
    record
}

/// Looks, asks, and checks.
pub(super) fn all_rights() -> Capabilities {
    let levels = [AccessLevel::Enquiry, AccessLevel::Maker, AccessLevel::Checker];
    Capabilities {
        business_user_groups: BTreeSet::new(),
        access_levels: [(DaFunction::SecurityManagement, levels.into())].into(),
    }
}

/// Writes to an operator where to begin, and gives the code that does not go by mail: one mailbox must not prove
/// everything.
pub(super) async fn invite(services: &Services, tx: &Tx, profile: &Profile) -> Result<SecretString, Fault> {
    let address = services.issuer.at("/account");
    tell(services, tx, profile, News::OperatorInvited { at: services.now(), address }).await?;
    enrolment::issue_code(services, tx, &profile.id).await
}

/// Writes to the owner of a profile, if they have a mailbox.
pub(super) async fn tell(services: &Services, tx: &Tx, profile: &Profile, news: News) -> Result<(), Fault> {
    let Some(mailbox) = &profile.email else { return Ok(()) };
    let mail = Mail { user_id: profile.user_id.clone(), news };
    let expires_at = services.now() + LIFETIME;
    outbox::queue(services, tx, &Letter { to: Some(mailbox), mail: &mail, locale: "en", expires_at }).await?;
    Ok(())
}

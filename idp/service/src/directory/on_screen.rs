//! Signing on the maker's screen: the checker gives their user ID and approval code there, and does not log in.
//!
//! Every entry is counted before it is known to be wrong, for the maker and for the checker; the counts are committed
//! whatever the answer. Who is asked for and does not exist, or has no right, is as wrong as a wrong code.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use countersign_core::audit::{Action, AuditActor, AuditEntry, Owner, Person, Subject};
use countersign_core::directory::actor::{Actor, Scope};
use countersign_core::directory::approval_code::{ApprovalCode, Matter, OnlyByQueue, by_code};
use countersign_core::directory::capabilities::AccessLevel;
use countersign_core::directory::change_request::{
    Change, ChangeRequest, DocumentHash, Jurisdiction, Signatory, Signature, Way,
};
use countersign_core::directory::profile::UserKind;
use countersign_core::directory::record::ProfileRecord;
use countersign_core::directory::signatures::{Refusal, Signed};
use countersign_core::directory::user_id::normalise;
use countersign_core::ids::RequestId;
use countersign_core::mail::{Mail, News};
use countersign_core::secret::SecretString;
use countersign_store::{ApprovalCodes, Connection, Directory, StoreError, Tx};

use super::adopt::adopted;
use super::decide::{DecideError, Decided, OnceDecided, begin, deny, effect, load, signs};
use super::parties::Signer;
use crate::approval_codes::{self, Entry, EntryError};
use crate::login::{Fault, faults};
use crate::outbox::{self, Letter};
use crate::{Services, audit};

/// Why a code approved nothing.
#[derive(Debug, thiserror::Error)]
pub enum OnScreenError {
    /// The request goes to the queue.
    #[error(transparent)]
    OnlyByQueue(#[from] OnlyByQueue),
    /// Checker ID and code do not go together.
    #[error("checker and code do not go together")]
    Wrong,
    /// The code is right, and its owner may not sign this request.
    #[error("may not sign: {0:?}")]
    Refused(Refusal),
    /// Another reason, as when deciding from the queue.
    #[error(transparent)]
    Decide(#[from] DecideError),
    /// On our side.
    #[error(transparent)]
    Fault(#[from] Fault),
}
faults!(OnScreenError);

/// What was entered on the confirm page.
pub struct CheckerEntry<'a> {
    /// *Checker ID*, as typed.
    pub checker_id: &'a str,
    /// *Authorisation Code*, as typed.
    pub code: &'a SecretString,
}

/// The approval code of `checker`, who has just proved who they are: for this month, or for one request. `None` where the
/// policy has none for them.
pub async fn show_code(
    services: &Services,
    checker: &Actor,
    request: Option<&DocumentHash>,
    source: &str,
) -> Result<Option<ApprovalCode>, Fault> {
    if !checker.holds(AccessLevel::Checker) || checker.is_operator() {
        return Ok(None);
    }
    let tx = services.store.begin().await?;
    let hash = request.map(|hash| hash.as_str().as_bytes());
    let code = approval_codes::obtain(services, &tx, &checker.profile_id, hash).await?;
    if code.is_some() {
        let entry = AuditEntry::new(Action::ApprovalCodeShown, AuditActor::Person(checker.into()))
            .about(Subject::profile(&checker.profile_id, &checker.user_id))
            .owned_by(Owner::Participant(checker.participant.clone()))
            .from_source(source);
        audit::append(services, &tx, entry).await?;
    }
    tx.commit().await?;
    Ok(code)
}

/// Approves the maker's own request with a checker's code.
pub async fn approve_on_screen(
    services: &Services,
    maker: &Actor,
    id: &RequestId,
    hash: &DocumentHash,
    entry: &CheckerEntry<'_>,
    source: &str,
    once: Option<&OnceDecided<'_>>,
) -> Result<Decided, OnScreenError> {
    let tx = begin(services, once).await?;
    let (tx, request) = load(services, tx, maker, id, source).await?;
    if request.maker.profile_id != maker.profile_id {
        return Err(DecideError::NotTheMaker.into());
    }
    if request.signed.hash() != hash {
        return Err(DecideError::AnotherDocument.into());
    }
    request.state.decidable(services.now()).map_err(DecideError::from)?;
    // Before any code is looked at: in whose name it stands is not yet known to be theirs.
    if let Err(refusal) = adopted(&request) {
        deny(services, tx, maker, &request, &refusal.to_string(), source).await?;
        return Err(OnScreenError::Refused(refusal));
    }
    let everything = Scope::of_the_installation();
    let checker = Directory::on(tx.connection()).find(&everything, &normalise(entry.checker_id)).await?;
    let checker = checker.filter(|record| record.participant == maker.participant);
    let was_void = is_void(services, &tx, checker.as_ref()).await?;
    if let Err(error) = check(services, &tx, maker, &request, checker.as_ref(), entry).await? {
        // Wrong entries count whatever follows.
        return match error {
            EntryError::Wrong => {
                let voided = !was_void && is_void(services, &tx, checker.as_ref()).await?;
                wrong(services, &tx, maker, &request, checker.as_ref().map(|it| (it, voided)), source)
                    .await?;
                tx.commit().await?;
                Err(OnScreenError::Wrong)
            }
            EntryError::OnlyByQueue(why) => {
                tx.commit().await?;
                Err(why.into())
            }
            EntryError::Store(error) => Err(error.into()),
        };
    }
    let Some(checker) = checker else { return Err(OnScreenError::Wrong) };
    let profile = &checker.profile;
    let absent = Signer { user_id: &profile.user_id, profile_id: &profile.id, session: None };
    let signed = match signs(services, &tx, &absent, &request).await? {
        Ok(signed) => signed,
        Err(refusal) => {
            deny(services, tx, maker, &request, &refusal.to_string(), source).await?;
            return Err(OnScreenError::Refused(refusal));
        }
    };
    let signature = Signature {
        checker: Signatory {
            profile_id: profile.id.clone(),
            user_id: profile.user_id.clone(),
            session: None,
        },
        way: Way::SameScreen,
        sole_administrator: signed == Signed::BySoleAdministrator,
    };
    Ok(effect(services, tx, request, signature, Person::from(profile), source, once).await?)
}

/// Why the maker of `request` cannot have it approved on their screen, for all that is known before a code is entered.
pub(super) async fn only_by_queue(
    services: &Services,
    connection: Connection<'_>,
    request: &ChangeRequest,
) -> Result<Result<(), OnlyByQueue>, StoreError> {
    let names: Vec<String> = request.targets().into_iter().map(|target| target.name).collect();
    let about = Directory::on(connection).find_all(&Scope::of_the_installation(), &names).await?;
    Ok(by_code(&services.policy.approval_code, matter(request, about.values()), 0))
}

async fn check(
    services: &Services,
    tx: &Tx,
    maker: &Actor,
    request: &ChangeRequest,
    checker: Option<&ProfileRecord>,
    entry: &CheckerEntry<'_>,
) -> Result<Result<(), EntryError>, StoreError> {
    let names: Vec<String> = request.targets().into_iter().map(|target| target.name).collect();
    let about = Directory::on(tx.connection()).find_all(&Scope::of_the_installation(), &names).await?;
    let entry = Entry {
        maker: &maker.profile_id,
        checker: checker.map(|record| &record.profile.id),
        request_hash: request.signed.hash().as_str().as_bytes(),
        matter: matter(request, about.values()),
        typed: entry.code,
    };
    Ok(approval_codes::check(services, tx, &entry).await)
}

/// What of a request matters to whether a code may approve it.
fn matter<'a>(request: &ChangeRequest, about: impl Iterator<Item = &'a ProfileRecord>) -> Matter {
    let mut matter =
        Matter { operators: request.jurisdiction == Jurisdiction::Exchange, ..Matter::default() };
    for subject in &request.document().subjects {
        let fields = subject.difference.iter();
        matter.da_rights |= fields.filter(|field| field.field == "access_levels").any(|field| {
            let none = serde_json::json!({});
            let empty = |value: &serde_json::Value| value.is_null() || *value == none;
            !(empty(&field.before) && empty(&field.after))
        });
    }
    let administrators: BTreeSet<&str> = about
        .inspect(|record| matter.operators |= record.profile.kind == UserKind::Operator)
        .filter(|record| {
            record.profile.kind == UserKind::DelegatedAdministrator
                || record.profile.capabilities.holds_da_rights()
        })
        .map(|record| record.profile.user_id.as_str())
        .collect();
    let changes = |name: &str| {
        request.document().subjects.iter().any(|subject| {
            administrators.contains(subject.target.name.as_str())
                && subject.difference.iter().any(|field| field.field == name)
        })
    };
    matter.da_email = changes("email");
    // A profile that may be used again brings its rights back with it.
    matter.da_rights |= changes("status");
    // What proves an administrator is as good as their rights.
    matter.da_rights |= request.document().change.lines().iter().any(|line| {
        matches!(line, Change::ResetFactor { user_id } | Change::IssueEnrolmentCode { user_id }
            if administrators.contains(user_id.as_str()))
    });
    matter
}

/// Whether the code of `checker` was entered wrong too often.
async fn is_void(services: &Services, tx: &Tx, checker: Option<&ProfileRecord>) -> Result<bool, StoreError> {
    let Some(record) = checker else { return Ok(false) };
    let state = ApprovalCodes::on(tx.connection()).state(&record.profile.id).await?;
    Ok(state.is_revoked(&services.policy.approval_code))
}

/// Writes down a wrong entry. The one that makes a code void is told to both, and no other.
async fn wrong(
    services: &Services,
    tx: &Tx,
    maker: &Actor,
    request: &ChangeRequest,
    checker: Option<(&ProfileRecord, bool)>,
    source: &str,
) -> Result<(), Fault> {
    let subject = |record: &ProfileRecord| Subject::profile(&record.profile.id, &record.profile.user_id);
    let entry = |action: Action| {
        let entry = AuditEntry::new(action, AuditActor::Person(maker.into()))
            .owned_by(Owner::Participant(maker.participant.clone()))
            .on_request(request.id.clone())
            .from_source(source);
        checker.into_iter().fold(entry, |entry, (record, _)| entry.about(subject(record)))
    };
    audit::append(services, tx, entry(Action::ApprovalCodeWrong).denied("wrong code")).await?;
    if let Some((record, true)) = checker {
        audit::append(services, tx, entry(Action::ApprovalCodeRevoked)).await?;
        let by = maker.user_id.clone();
        let mail = Mail {
            user_id: record.profile.user_id.clone(),
            news: News::ApprovalCodeRevoked { at: services.now(), by },
        };
        for mailbox in [&record.profile.email, &maker.email].into_iter().flatten() {
            let expires_at = services.now() + TimeDelta::days(3);
            let letter = Letter { to: Some(mailbox), mail: &mail, locale: "en", expires_at };
            outbox::queue(services, tx, &letter).await?;
        }
    }
    Ok(())
}

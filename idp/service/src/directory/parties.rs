//! The people of a request, as the directory knows them at this moment.

use countersign_core::directory::actor::{Actor, Scope};
use countersign_core::directory::change_request::{ChangeRequest, Jurisdiction, Signatory};
use countersign_core::directory::record::ProfileRecord;
use countersign_core::directory::signatures::{Party, Refusal, Signing, may_sign};
use countersign_core::ids::{ProfileId, SessionId};
use countersign_store::{Directory, Participants, StoreError, Tx};

use crate::Services;

/// Somebody's name under a request.
pub(super) fn signatory(actor: &Actor) -> Signatory {
    Signatory {
        profile_id: actor.profile_id.clone(),
        user_id: actor.user_id.clone(),
        session: Some(actor.proof.session.clone()),
    }
}

/// Somebody who would sign, in their session; none on the maker's screen.
pub(super) struct Signer<'a> {
    pub(super) user_id: &'a str,
    pub(super) profile_id: &'a ProfileId,
    pub(super) session: Option<&'a SessionId>,
}

impl<'a> From<&'a Actor> for Signer<'a> {
    fn from(actor: &'a Actor) -> Self {
        Self { user_id: &actor.user_id, profile_id: &actor.profile_id, session: Some(&actor.proof.session) }
    }
}

/// Whether `checker` may sign `request`.
pub(super) async fn judge(
    services: &Services,
    tx: &Tx,
    checker: &Signer<'_>,
    request: &ChangeRequest,
) -> Result<Result<Signing, Refusal>, StoreError> {
    let now = services.now();
    let Some(maker) = record(tx, &request.maker.user_id, &request.maker.profile_id).await? else {
        return Ok(Err(Refusal::MakerGone));
    };
    let Some(own) = record(tx, checker.user_id, checker.profile_id).await? else {
        return Ok(Err(Refusal::NotAChecker));
    };
    let maker = Party::of(&maker, request.maker.session.clone(), now);
    let checker = Party::of(&own, checker.session.cloned(), now);
    let subjects = subjects(tx, request).await?;
    let sole = sole_administrator(tx, request).await?;
    Ok(may_sign(&maker, &checker, &request.jurisdiction, &subjects, sole.as_ref()))
}

/// Whether anybody at all could sign `request` now: its maker is told at once where nobody could.
pub(super) async fn could_be_signed(
    services: &Services,
    tx: &Tx,
    request: &ChangeRequest,
    maker: &Actor,
) -> Result<bool, StoreError> {
    let now = services.now();
    let colleagues = Directory::on(tx.connection()).of_participant(&maker.participant).await?;
    let Some(own) = colleagues.iter().find(|record| record.profile.id == maker.profile_id) else {
        return Ok(false);
    };
    let (subjects, sole) = (subjects(tx, request).await?, sole_administrator(tx, request).await?);
    let maker = Party::of(own, request.maker.session.clone(), now);
    Ok(colleagues.iter().any(|record| {
        let checker = Party::of(record, None, now);
        may_sign(&maker, &checker, &request.jurisdiction, &subjects, sole.as_ref()).is_ok()
    }))
}

/// The profile of somebody, if they still are who they were.
async fn record(tx: &Tx, user_id: &str, id: &ProfileId) -> Result<Option<ProfileRecord>, StoreError> {
    let found = Directory::on(tx.connection()).find(&Scope::of_the_installation(), user_id).await?;
    Ok(found.filter(|record| record.profile.id == *id))
}

/// The profiles that exist and that the request is about.
async fn subjects(tx: &Tx, request: &ChangeRequest) -> Result<Vec<ProfileId>, StoreError> {
    let names: Vec<String> = request.targets().into_iter().map(|target| target.name).collect();
    let found = Directory::on(tx.connection()).find_all(&Scope::of_the_installation(), &names).await?;
    Ok(found.into_values().map(|record| record.profile.id).collect())
}

async fn sole_administrator(tx: &Tx, request: &ChangeRequest) -> Result<Option<ProfileId>, StoreError> {
    let Jurisdiction::Participant(participant) = &request.jurisdiction else { return Ok(None) };
    let found = Participants::on(tx.connection()).get(participant).await?;
    Ok(found.and_then(|participant| participant.sole_administrator))
}

//! The people of a request, as the directory knows them at this moment.

use std::collections::BTreeSet;

use countersign_core::Timestamp;
use countersign_core::directory::actor::{Actor, Scope};
use countersign_core::directory::capabilities::Capabilities;
use countersign_core::directory::change_request::registry::clients::{NamedClient, SignedClient};
use countersign_core::directory::change_request::{
    Change, ChangeRequest, Jurisdiction, Signatory, TargetKind,
};
use countersign_core::directory::record::ProfileRecord;
use countersign_core::directory::signatures::{
    self, Matter, Person, Refusal, Seat, Side, Signed, eligible_checkers, may_make, may_sign,
};
use countersign_core::ids::{ProfileId, SessionId};
use countersign_core::secret::TokenHash;
use countersign_store::{
    Activity, ChangeRequests, Connection, Directory, Grants, Participants, Sessions, StoreError, Tx,
};

use crate::Services;

/// Somebody's name under a request.
pub(super) fn signatory(actor: &Actor) -> Signatory {
    Signatory {
        profile_id: actor.profile_id.clone(),
        user_id: actor.user_id.clone(),
        session: actor.session().cloned(),
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
        Self { user_id: &actor.user_id, profile_id: &actor.profile_id, session: actor.session() }
    }
}

impl<'a> From<&'a Signatory> for Signer<'a> {
    fn from(signatory: &'a Signatory) -> Self {
        let Signatory { profile_id, user_id, session } = signatory;
        Self { user_id, profile_id, session: session.as_ref() }
    }
}

/// What everyone's signature under one request is judged by.
pub(super) struct Bench {
    now: Timestamp,
    jurisdiction: Jurisdiction,
    sole_administrator: Option<ProfileId>,
    subjects: Vec<Person>,
    granted: BTreeSet<ProfileId>,
    /// In which browser the request was made.
    made_in: Option<TokenHash>,
}

impl Bench {
    pub(super) async fn load<'c>(
        services: &Services,
        connection: &impl Fn() -> Connection<'c>,
        request: &ChangeRequest,
    ) -> Result<Self, StoreError> {
        let people = request.targets().into_iter().filter(|target| target.kind == TargetKind::Profile);
        let names: Vec<String> = people.map(|target| target.name).collect();
        let found = Directory::on(connection()).find_all(&Scope::of_the_installation(), &names).await?;
        let sole_administrator = match &request.jurisdiction {
            Jurisdiction::Participant(key) => {
                let participant = Participants::on(connection()).get(key).await?;
                participant.and_then(|participant| participant.sole_administrator)
            }
            Jurisdiction::Exchange => None,
        };
        let granted = match &request.document().change {
            Change::ChangeClient(SignedClient { client_id, .. })
            | Change::DeleteClient(NamedClient { client_id }) => {
                Grants::on(connection()).holders(client_id, services.now()).await?
            }
            _ => BTreeSet::new(),
        };
        Ok(Self {
            now: services.now(),
            jurisdiction: request.jurisdiction.clone(),
            sole_administrator,
            subjects: found.values().map(person).collect(),
            granted,
            made_in: ChangeRequests::on(connection()).browser_of(&request.id).await?,
        })
    }

    /// Holds everyone whom a signature is about or by, and whose grants it may end. A suspension, a right that is withdrawn, or a login under way is
    /// over before they are looked at, and the next begins when this transaction has ended.
    pub(super) async fn hold(
        &self,
        tx: &Tx,
        maker: &ProfileId,
        checker: &ProfileId,
    ) -> Result<(), StoreError> {
        let subjects = self.subjects.iter().map(|subject| &subject.profile);
        let everyone = subjects.chain(&self.granted).chain([maker, checker]).cloned().collect();
        Activity::on(tx.connection()).hold_all(&everyone).await
    }

    fn matter(&self) -> Matter<'_> {
        let side = match &self.jurisdiction {
            Jurisdiction::Participant(key) => {
                Side::Participant { key, sole_administrator: self.sole_administrator.as_ref() }
            }
            Jurisdiction::Exchange => Side::Operators,
        };
        Matter { side, subjects: &self.subjects }
    }

    /// Somebody, with the rights that they may use now: none, while their own profile may not be used.
    fn seated(&self, record: &ProfileRecord, seat: Option<Seat>) -> signatures::Signatory {
        let profile = &record.profile;
        let usable = profile.usable(self.now).is_ok() && !profile.locked;
        signatures::Signatory {
            person: person(record),
            clearing_house: profile.clearing_house,
            participant: record.participant.clone(),
            capabilities: if usable { profile.capabilities.clone() } else { Capabilities::default() },
            email: profile.email.clone(),
            srn: record.srn.clone(),
            passkeys: Vec::new(),
            seat,
        }
    }

    /// Whether `checker` may sign what `maker` asked for.
    pub(super) async fn judge<'c>(
        &self,
        connection: &impl Fn() -> Connection<'c>,
        maker: &Signer<'_>,
        checker: &Signer<'_>,
    ) -> Result<Result<Signed, Refusal>, StoreError> {
        let Some(first) = record(connection(), maker).await? else {
            return Ok(Err(Refusal::MakerLacksRight));
        };
        let Some(second) = record(connection(), checker).await? else {
            return Ok(Err(Refusal::CheckerLacksRight));
        };
        let makers =
            maker.session.map(|session| Seat { session: session.clone(), browser: self.made_in.clone() });
        let checkers = seat(connection(), checker.session).await?;
        let (first, second) = (self.seated(&first, makers), self.seated(&second, checkers));
        Ok(may_sign(&self.matter(), &first, &second))
    }

    /// Whether `maker` may ask for it, and whether anybody at all could sign it now: they are told at once where nobody
    /// could.
    pub(super) async fn may_submit<'c>(
        &self,
        connection: &impl Fn() -> Connection<'c>,
        maker: &Signer<'_>,
    ) -> Result<Result<bool, Refusal>, StoreError> {
        let Some(made) = record(connection(), maker).await? else { return Ok(Err(Refusal::MakerLacksRight)) };
        let colleagues = Directory::on(connection()).of_participant(&made.participant).await?;
        let colleagues: Vec<_> = colleagues.iter().map(|record| self.seated(record, None)).collect();
        let made = self.seated(&made, seat(connection(), maker.session).await?);
        Ok(may_make(&self.matter(), &made)
            .map(|()| !eligible_checkers(&self.matter(), &made, &colleagues).is_empty()))
    }
}

/// Where somebody sits who acts in `session`.
async fn seat(connection: Connection<'_>, session: Option<&SessionId>) -> Result<Option<Seat>, StoreError> {
    let Some(session) = session else { return Ok(None) };
    let browser = Sessions::on(connection).browser_of(session).await?;
    Ok(Some(Seat { session: session.clone(), browser }))
}

/// What `actor` may do at this moment: nothing, while their own profile may not be used. Hold them first.
pub(super) async fn rights_now(
    services: &Services,
    tx: &Tx,
    actor: &Actor,
) -> Result<Capabilities, StoreError> {
    let found = record(tx.connection(), &actor.into()).await?;
    let usable = found.filter(|record| {
        let profile = &record.profile;
        profile.usable(services.now()).is_ok() && !profile.locked && record.participant == actor.participant
    });
    Ok(usable.map(|record| record.profile.capabilities).unwrap_or_default())
}

fn person(record: &ProfileRecord) -> Person {
    Person { profile: record.profile.id.clone(), merged_from: record.merged_from.clone() }
}

/// The profile of somebody, if they still are who they were.
async fn record(
    connection: Connection<'_>,
    signer: &Signer<'_>,
) -> Result<Option<ProfileRecord>, StoreError> {
    let everything = Scope::of_the_installation();
    let found = Directory::on(connection).find(&everything, signer.user_id).await?;
    Ok(found.filter(|record| record.profile.id == *signer.profile_id))
}

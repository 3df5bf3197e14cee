//! Change requests: the listing, the enquiry about one, and what the caller could do about it.

use countersign_core::directory::actor::{Actor, Scope};
use countersign_core::directory::approval_code::OnlyByQueue;
use countersign_core::directory::change_request::{ChangeRequest, Subject, Target, TransitionError};
use countersign_core::directory::listing::{Position, SortKey};
use countersign_core::directory::signatures::Refusal;
use countersign_core::ids::RequestId;
use countersign_core::{from_millis, to_millis};
use countersign_store::{ChangeRequests, Connection, RequestCursor, StoreError};

use super::cursor::Kind;
use super::page::{Paged, one_more};
use crate::Services;
use crate::directory::adopt::adopted;
use crate::directory::decide::could_sign;
use crate::directory::on_screen::only_by_queue;
use crate::login::Fault;

/// Which requests to list, and what is found.
pub use countersign_store::{Listed, ListedRequest, RequestFilter, StoredRequest, TamperedRequest};

/// What the cursors of the listing are like.
#[must_use]
pub fn cursors() -> Kind {
    Kind { of: "change-requests".to_owned(), by_time: true }
}

/// At most `limit` requests in scope, newest first, after the given one.
pub async fn page(
    services: &Services,
    scope: &Scope,
    filter: &RequestFilter,
    after: Option<Position>,
    limit: u16,
) -> Result<Paged<Listed>, StoreError> {
    let after = after.and_then(cursor);
    let requests = ChangeRequests::on(services.store.read());
    let found = requests.list(scope, filter, after.as_ref(), one_more(limit)).await?;
    let placed = found.into_iter().map(|request| {
        let key = SortKey::Millis(to_millis(request.submitted_at()));
        let at = Position { key, tie: request.id().as_str().to_owned() };
        (request, at)
    });
    Ok(Paged::of(placed.collect(), limit))
}

fn cursor(at: Position) -> Option<RequestCursor> {
    match at.key {
        SortKey::Millis(millis) => {
            Some(RequestCursor { submitted_at: from_millis(millis), id: RequestId::from_stored(at.tie) })
        }
        SortKey::Text(_) => None,
    }
}

/// How many requests a listing holds.
pub async fn count(services: &Services, scope: &Scope, filter: &RequestFilter) -> Result<u64, StoreError> {
    ChangeRequests::on(services.store.read()).count(scope, filter).await
}

/// One request, if it is in scope.
pub async fn find(
    services: &Services,
    scope: &Scope,
    id: &RequestId,
) -> Result<Option<StoredRequest>, StoreError> {
    ChangeRequests::on(services.store.read()).look(scope, id).await
}

/// The request that waits about the profile of `user_id`, if there is one and it is in scope.
pub async fn open_about(
    services: &Services,
    scope: &Scope,
    user_id: &str,
) -> Result<Option<RequestId>, StoreError> {
    let requests = ChangeRequests::on(services.store.read());
    let held = requests.held(&[Target::profile(user_id)]).await?;
    let Some((_, id)) = held.into_iter().next() else { return Ok(None) };
    Ok(requests.look(scope, &id).await?.map(|_| id))
}

/// What the cursors of the things that a request is about are like.
#[must_use]
pub fn subject_cursors() -> Kind {
    Kind { of: "change-request-subjects".to_owned(), by_time: true }
}

/// At most `limit` of the things that a request in scope is about, in the order of its document, after the given one,
/// and how many there are. Of a request about very many, each page costs reading all of it.
pub async fn subjects(
    services: &Services,
    scope: &Scope,
    id: &RequestId,
    after: Option<Position>,
    limit: u16,
) -> Result<Option<(Paged<Subject>, u64)>, StoreError> {
    let found = find(services, scope, id).await?;
    let Some(request) = found.and_then(StoredRequest::sound) else { return Ok(None) };
    let first = match after.map(|at| at.key) {
        Some(SortKey::Millis(place)) => usize::try_from(place).unwrap_or(usize::MAX).saturating_add(1),
        _ => 0,
    };
    let more = usize::try_from(one_more(limit)).unwrap_or(usize::MAX);
    let placed = request.document().subjects.iter().enumerate().skip(first).take(more);
    let placed = placed.map(|(place, subject)| {
        let key = SortKey::Millis(i64::try_from(place).unwrap_or(i64::MAX));
        (subject.clone(), Position { key, tie: String::new() })
    });
    let targets = u64::try_from(request.document().subjects.len()).unwrap_or(u64::MAX);
    Ok(Some((Paged::of(placed.collect(), limit), targets)))
}

/// What somebody may do about a request now, and why not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct May {
    /// Approve it, logged in.
    pub approve: Result<(), Hindrance>,
    /// Reject it.
    pub reject: Result<(), Hindrance>,
    /// Say that it is theirs; none, where that is certain.
    pub adopt: Option<Result<(), Hindrance>>,
    /// Take it back.
    pub withdraw: Result<(), Hindrance>,
    /// Have it approved on their own screen.
    pub approve_on_screen: Result<(), Hindrance>,
}

/// Why somebody may not do something about a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hindrance {
    /// It is over.
    Over(TransitionError),
    /// Their signature would not suffice.
    Refused(Refusal),
    /// Only its maker may.
    NotTheMaker,
    /// It goes to the queue.
    OnlyByQueue(OnlyByQueue),
}

/// What `actor` may do about a request that they see, as far as `connection` sees: nobody is held.
pub async fn may<'c>(
    services: &Services,
    connection: impl Fn() -> Connection<'c>,
    actor: &Actor,
    request: &ChangeRequest,
) -> Result<May, Fault> {
    if let Err(over) = request.state.decidable(services.now()) {
        let over = || Err(Hindrance::Over(over));
        let (approve, reject, adopt) = (over(), over(), None);
        return Ok(May { approve, reject, adopt, withdraw: over(), approve_on_screen: over() });
    }
    let reject = could_sign(services, &connection, &actor.into(), request).await?.map(|_| ());
    let reject = reject.map_err(Hindrance::Refused);
    let adopted = adopted(request).map_err(Hindrance::Refused);
    let own = request.maker.profile_id == actor.profile_id;
    let withdraw = if own { Ok(()) } else { Err(Hindrance::NotTheMaker) };
    let approve_on_screen = match (own, &adopted) {
        (false, _) => Err(Hindrance::NotTheMaker),
        (true, Err(_)) => adopted.clone(),
        (true, Ok(())) => {
            only_by_queue(services, connection(), request).await?.map_err(Hindrance::OnlyByQueue)
        }
    };
    let adopt = adopted.is_err().then(|| withdraw.clone());
    Ok(May { approve: reject.clone().and(adopted), reject, adopt, withdraw, approve_on_screen })
}

/// The same, by what is read now: who only looks keeps no writer waiting.
pub async fn may_now(services: &Services, actor: &Actor, request: &ChangeRequest) -> Result<May, Fault> {
    may(services, || services.store.read(), actor, request).await
}

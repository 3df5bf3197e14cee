//! Change requests. A request ends by one conditional write: of two who decide, one does.

mod listed;

use countersign_core::directory::actor::Scope;
use countersign_core::directory::change_request::{
    ChangeRequest, DocumentHash, Jurisdiction, Signatory, SignedText, State, Target,
};
use countersign_core::ids::{ParticipantKey, ProfileId, RequestId, SessionId};
use countersign_core::secret::TokenHash;
use countersign_core::{Timestamp, from_millis, to_millis};
use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict, Query};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, Condition, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, Select,
};

pub use self::listed::{Listed, ListedRequest};
use crate::entities::change_requests::{ActiveModel, Column, Entity, Model};
use crate::entities::{change_request_targets, pending_targets};
use crate::only::Only as _;
use crate::{Connection, StoreError};

/// Rows of one statement: SQLite takes 32,766 parameters.
const ROWS: usize = 5_000;

/// Which requests to list.
#[derive(Clone, Debug, Default)]
pub struct RequestFilter {
    /// In this state.
    pub state: Option<String>,
    /// Of this kind.
    pub kind: Option<String>,
    /// Asked for by this user ID.
    pub maker: Option<String>,
    /// About this thing.
    pub target: Option<Target>,
    /// Signed by this jurisdiction.
    pub jurisdiction: Option<Jurisdiction>,
}

/// Where a page begins: after this request, going back in time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestCursor {
    /// When it was submitted.
    pub submitted_at: Timestamp,
    /// Which one it was.
    pub id: RequestId,
}

/// A request as it is found.
#[derive(Clone, Debug, PartialEq)]
pub enum StoredRequest {
    /// As it was submitted.
    Sound(Box<ChangeRequest>),
    /// Somebody changed it in the database: what it says is what nobody may sign.
    Tampered(TamperedRequest),
}

/// What can still be said of a request that somebody changed in the database, none of it to be believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TamperedRequest {
    /// Which.
    pub id: RequestId,
    /// Whose people see it.
    pub concerns: Option<ParticipantKey>,
    /// Whose checkers would have signed it.
    pub jurisdiction: Jurisdiction,
    /// What kind of change its row speaks of.
    pub kind: String,
    /// The state its row speaks of.
    pub state: String,
    /// The user ID its row has for the maker.
    pub maker: String,
    /// When its row says that it was submitted.
    pub submitted_at: Timestamp,
    /// The hash that its row has.
    pub document_hash: String,
    /// What is wrong.
    pub reason: String,
}

impl StoredRequest {
    /// Which.
    #[must_use]
    pub fn id(&self) -> &RequestId {
        match self {
            Self::Sound(request) => &request.id,
            Self::Tampered(tampered) => &tampered.id,
        }
    }

    /// When it was submitted, as its row has it.
    #[must_use]
    pub fn submitted_at(&self) -> Timestamp {
        match self {
            Self::Sound(request) => request.submitted_at,
            Self::Tampered(tampered) => tampered.submitted_at,
        }
    }

    /// The request, if it is what was submitted.
    #[must_use]
    pub fn sound(self) -> Option<ChangeRequest> {
        match self {
            Self::Sound(request) => Some(*request),
            Self::Tampered(_) => None,
        }
    }
}

/// The repository of change requests.
pub struct ChangeRequests<'a>(Connection<'a>);

impl<'a> ChangeRequests<'a> {
    /// Speaks to `connection`.
    #[must_use]
    pub fn on(connection: Connection<'a>) -> Self {
        Self(connection)
    }

    /// Keeps a pending request and holds what it is about. `Err` inside: these things are held by these other requests,
    /// and nothing is kept.
    pub async fn add(
        &self,
        request: &ChangeRequest,
    ) -> Result<Result<(), Vec<(Target, RequestId)>>, StoreError> {
        Entity::insert(row(request)?).exec_without_returning(self.0.executor()).await?;
        let mut targets = request.targets();
        // Always in one order, so that two batches at once wait for each other rather than in a circle.
        targets.sort_unstable();
        for some in targets.chunks(ROWS) {
            let rows = some.iter().map(|target| change_request_targets::ActiveModel {
                request_id: Set(request.id.as_str().to_owned()),
                target: Set(target.to_string()),
            });
            let insert = change_request_targets::Entity::insert_many(rows);
            insert.exec_without_returning(self.0.executor()).await?;
        }
        let held = self.hold(&request.id, &targets).await?;
        if held.is_err() {
            self.forget(&request.id).await?;
        }
        Ok(held)
    }

    /// As if it had not been added.
    async fn forget(&self, request: &RequestId) -> Result<(), StoreError> {
        let id = request.as_str();
        pending_targets::Entity::delete_many()
            .filter(pending_targets::Column::RequestId.eq(id))
            .exec(self.0.executor())
            .await?;
        change_request_targets::Entity::delete_many()
            .filter(change_request_targets::Column::RequestId.eq(id))
            .exec(self.0.executor())
            .await?;
        Entity::delete_many().filter(Column::Id.eq(id)).exec(self.0.executor()).await?;
        Ok(())
    }

    async fn hold(
        &self,
        request: &RequestId,
        targets: &[Target],
    ) -> Result<Result<(), Vec<(Target, RequestId)>>, StoreError> {
        for some in targets.chunks(ROWS) {
            let rows = some.iter().map(|target| pending_targets::ActiveModel {
                target: Set(target.to_string()),
                request_id: Set(request.as_str().to_owned()),
            });
            let free = OnConflict::column(pending_targets::Column::Target).do_nothing().to_owned();
            let insert = pending_targets::Entity::insert_many(rows).on_conflict(free);
            insert.exec_without_returning(self.0.executor()).await?;
        }
        let held = self.held(targets).await?;
        let others: Vec<_> = held.into_iter().filter(|(_, holder)| holder != request).collect();
        Ok(if others.is_empty() { Ok(()) } else { Err(others) })
    }

    /// Which of these things a pending request is about, and which request.
    pub async fn held(&self, targets: &[Target]) -> Result<Vec<(Target, RequestId)>, StoreError> {
        let mut held = Vec::new();
        for some in targets.chunks(ROWS) {
            let rows = pending_targets::Entity::find()
                .filter(pending_targets::Column::Target.is_in(some.iter().map(ToString::to_string)))
                .all(self.0.executor())
                .await?;
            for row in rows {
                held.push((row.target.parse().map_err(unreadable)?, RequestId::from_stored(row.request_id)));
            }
        }
        Ok(held)
    }

    /// Notes in which browser a request was made, beside what its maker signs.
    pub async fn note_browser(&self, id: &RequestId, browser: &TokenHash) -> Result<(), StoreError> {
        let update = Entity::update_many()
            .col_expr(Column::MakerBrowserHash, Expr::value(browser.as_str()))
            .filter(Column::Id.eq(id.as_str()));
        update.exec(self.0.executor()).await?;
        Ok(())
    }

    /// Notes in which session, and in which browser, its maker adopted a pending request that was filed in their name.
    /// False when it has a session, or has ended.
    pub async fn adopt(
        &self,
        id: &RequestId,
        session: &SessionId,
        browser: Option<&TokenHash>,
    ) -> Result<bool, StoreError> {
        let update = Entity::update_many()
            .col_expr(Column::MakerSessionId, Expr::value(session.as_str()))
            .col_expr(Column::MakerBrowserHash, Expr::value(browser.map(TokenHash::as_str)))
            .filter(Column::Id.eq(id.as_str()))
            .filter(Column::State.eq(PENDING))
            .filter(Column::MakerSessionId.is_null());
        Ok(update.exec(self.0.executor()).await?.rows_affected == 1)
    }

    /// In which browser a request was made, as far as that is known.
    pub async fn browser_of(&self, id: &RequestId) -> Result<Option<TokenHash>, StoreError> {
        let named = Entity::find_by_id(id.as_str()).select_only().column(Column::MakerBrowserHash);
        let hash: Option<Option<String>> = named.into_tuple().only(&self.0).await?;
        Ok(hash.flatten().map(TokenHash::from_stored))
    }

    /// The request, if `scope` may see it, whatever has become of its row.
    pub async fn look(&self, scope: &Scope, id: &RequestId) -> Result<Option<StoredRequest>, StoreError> {
        let row =
            within(scope, Entity::find()).filter(Column::Id.eq(id.as_str())).one(self.0.executor()).await?;
        Ok(row.map(stored))
    }

    /// The request, if `scope` may see it. One that somebody changed in the database is an error.
    pub async fn find(&self, scope: &Scope, id: &RequestId) -> Result<Option<ChangeRequest>, StoreError> {
        let row = within(scope, Entity::find()).filter(Column::Id.eq(id.as_str())).only(&self.0).await?;
        row.map(read).transpose()
    }

    /// A page of requests that `scope` may see, newest first. Large documents are not read. One that somebody changed is
    /// among them, and spoils no other.
    pub async fn list(
        &self,
        scope: &Scope,
        filter: &RequestFilter,
        after: Option<&RequestCursor>,
        limit: u64,
    ) -> Result<Vec<Listed>, StoreError> {
        let mut select = filtered(scope, filter);
        if let Some(RequestCursor { submitted_at, id }) = after {
            let at = to_millis(*submitted_at);
            let same_moment = Column::SubmittedAt.eq(at).and(Column::Id.lt(id.as_str()));
            select = select.filter(Column::SubmittedAt.lt(at).or(same_moment));
        }
        let select = select.order_by_desc(Column::SubmittedAt).order_by_desc(Column::Id).limit(limit);
        listed::all(&self.0, select).await
    }

    /// How many such requests there are.
    pub async fn count(&self, scope: &Scope, filter: &RequestFilter) -> Result<u64, StoreError> {
        Ok(filtered(scope, filter).count(self.0.executor()).await?)
    }

    /// Pending requests whose time was over at `now`.
    pub async fn overdue(&self, now: Timestamp, limit: u64) -> Result<Vec<StoredRequest>, StoreError> {
        let rows = Entity::find()
            .filter(Column::State.eq(PENDING))
            .filter(Column::ExpiresAt.lte(to_millis(now)))
            .order_by_asc(Column::ExpiresAt)
            .order_by_asc(Column::Id)
            .limit(limit)
            .all(self.0.executor())
            .await?;
        Ok(rows.into_iter().map(stored).collect())
    }

    /// Ends a pending request, and lets go of what it is about. False when it had ended already.
    pub async fn end(&self, id: &RequestId, end: &State, now: Timestamp) -> Result<bool, StoreError> {
        let decision = serde_json::to_string(end).map_err(unreadable)?;
        let update = Entity::update_many()
            .col_expr(Column::State, Expr::value(end.name()))
            .col_expr(Column::DecidedAt, Expr::value(to_millis(now)))
            .col_expr(
                Column::CheckerUserId,
                Expr::value(end.checker().map(|checker| checker.user_id.clone())),
            )
            .col_expr(Column::Decision, Expr::value(decision))
            .filter(Column::Id.eq(id.as_str()))
            .filter(Column::State.eq(PENDING));
        if update.exec(self.0.executor()).await?.rows_affected != 1 {
            return Ok(false);
        }
        pending_targets::Entity::delete_many()
            .filter(pending_targets::Column::RequestId.eq(id.as_str()))
            .exec(self.0.executor())
            .await?;
        Ok(true)
    }
}

const PENDING: &str = "pending";

fn within(scope: &Scope, select: Select<Entity>) -> Select<Entity> {
    match scope.participant() {
        Some(participant) => select.filter(Column::Concerns.eq(participant.as_str())),
        None => select,
    }
}

fn filtered(scope: &Scope, filter: &RequestFilter) -> Select<Entity> {
    let about = filter.target.as_ref().map(|target| {
        let about = Query::select()
            .column(change_request_targets::Column::RequestId)
            .from(change_request_targets::Entity)
            .and_where(Expr::col(change_request_targets::Column::Target).eq(target.to_string()))
            .to_owned();
        Column::Id.in_subquery(about)
    });
    let condition = Condition::all()
        .add_option(filter.state.as_deref().map(|state| Column::State.eq(state)))
        .add_option(filter.kind.as_deref().map(|kind| Column::Kind.eq(kind)))
        .add_option(filter.maker.as_deref().map(|maker| Column::MakerUserId.eq(maker)))
        .add_option(filter.jurisdiction.as_ref().map(|signs| Column::Jurisdiction.eq(signs.as_str())))
        .add_option(about);
    within(scope, Entity::find()).filter(condition)
}

fn row(request: &ChangeRequest) -> Result<ActiveModel, StoreError> {
    let State::Pending { expires_at } = request.state else {
        return Err(unreadable("only a pending request can be added"));
    };
    Ok(ActiveModel {
        id: Set(request.id.as_str().to_owned()),
        kind: Set(request.document().change.kind().to_owned()),
        jurisdiction: Set(request.jurisdiction.as_str().to_owned()),
        concerns: Set(request.concerns.as_ref().map(|key| key.as_str().to_owned())),
        document: Set(request.signed.text().to_owned()),
        document_hash: Set(request.signed.hash().as_str().to_owned()),
        maker_profile_id: Set(request.maker.profile_id.as_str().to_owned()),
        maker_user_id: Set(request.maker.user_id.clone()),
        maker_session_id: Set(request.maker.session.as_ref().map(|session| session.as_str().to_owned())),
        submitted_at: Set(to_millis(request.submitted_at)),
        expires_at: Set(to_millis(expires_at)),
        state: Set(PENDING.to_owned()),
        decided_at: Set(None),
        checker_user_id: Set(None),
        decision: Set(None),
        maker_browser_hash: Set(None),
        reason: Set(request.document().reason.clone()),
        first_target: Set(request.document().subjects.first().map(|first| first.target.to_string())),
        targets: Set(i64::try_from(request.document().subjects.len()).ok()),
    })
}

fn stored(mut row: Model) -> StoredRequest {
    let document = std::mem::take(&mut row.document);
    let reason = match parse(&row, document) {
        Ok(request) => return StoredRequest::Sound(Box::new(request)),
        Err(error) => error.to_string(),
    };
    StoredRequest::Tampered(TamperedRequest {
        id: RequestId::from_stored(row.id),
        concerns: row.concerns.map(ParticipantKey::from_stored),
        jurisdiction: Jurisdiction::from_stored(&row.jurisdiction),
        kind: row.kind,
        state: row.state,
        maker: row.maker_user_id,
        submitted_at: from_millis(row.submitted_at),
        document_hash: row.document_hash,
        reason,
    })
}

fn read(mut row: Model) -> Result<ChangeRequest, StoreError> {
    let document = std::mem::take(&mut row.document);
    parse(&row, document)
}

/// The request of a row whose document, which may be megabytes, has been taken out of it.
fn parse(row: &Model, document: String) -> Result<ChangeRequest, StoreError> {
    let hash: DocumentHash = row.document_hash.parse().map_err(unreadable)?;
    let state = state(row.decision.as_deref(), row.expires_at, &row.state)?;
    Ok(ChangeRequest {
        id: RequestId::from_stored(row.id.clone()),
        jurisdiction: Jurisdiction::from_stored(&row.jurisdiction),
        concerns: row.concerns.clone().map(ParticipantKey::from_stored),
        signed: SignedText::read(document, &hash).map_err(unreadable)?,
        maker: Signatory {
            profile_id: ProfileId::from_stored(row.maker_profile_id.clone()),
            user_id: row.maker_user_id.clone(),
            session: row.maker_session_id.clone().map(SessionId::from_stored),
        },
        submitted_at: from_millis(row.submitted_at),
        state,
    })
}

fn state(decision: Option<&str>, expires_at: i64, name: &str) -> Result<State, StoreError> {
    let state = match decision {
        None => State::Pending { expires_at: from_millis(expires_at) },
        Some(decision) => serde_json::from_str(decision).map_err(unreadable)?,
    };
    if state.name() == name { Ok(state) } else { Err(unreadable("its state and its decision differ")) }
}

fn unreadable(reason: impl std::fmt::Display) -> StoreError {
    StoreError::unreadable("change_requests", reason)
}

#[cfg(test)]
pub(crate) mod tests;

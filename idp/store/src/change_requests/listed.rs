//! What a listing says of requests: read without their documents, which may be of many megabytes.

use countersign_core::directory::change_request::{ChangeRequest, State};
use countersign_core::ids::{ParticipantKey, RequestId};
use countersign_core::{Timestamp, from_millis};
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, FromQueryResult, QueryFilter as _, QuerySelect as _, Select,
};

use super::{Column, Entity};
use crate::{Connection, StoreError};

/// A request, as far as a listing tells of it.
#[derive(Clone, Debug, PartialEq)]
pub struct ListedRequest {
    /// Its identifier.
    pub id: RequestId,
    /// Whose people may see it, where it is about one participant.
    pub concerns: Option<ParticipantKey>,
    /// What kind of change.
    pub kind: String,
    /// Who asks, by user ID.
    pub maker: String,
    /// Whether they asked at the command line, where nobody is logged in.
    pub at_command_line: bool,
    /// Since when.
    pub submitted_at: Timestamp,
    /// Why.
    pub reason: Option<String>,
    /// What it is about; the first of several.
    pub target: String,
    /// How many things it is about.
    pub targets: u64,
    /// Where it stands.
    pub state: State,
}

#[derive(FromQueryResult)]
struct Row {
    id: String,
    concerns: Option<String>,
    kind: String,
    maker_user_id: String,
    maker_session_id: Option<String>,
    submitted_at: i64,
    expires_at: i64,
    state: String,
    decision: Option<String>,
    reason: Option<String>,
    first_target: Option<String>,
    targets: Option<i64>,
}

const COLUMNS: [Column; 12] = [
    Column::Id,
    Column::Concerns,
    Column::Kind,
    Column::MakerUserId,
    Column::MakerSessionId,
    Column::SubmittedAt,
    Column::ExpiresAt,
    Column::State,
    Column::Decision,
    Column::Reason,
    Column::FirstTarget,
    Column::Targets,
];

/// The requests that `select` finds, in its order.
pub(super) async fn all(
    connection: &Connection<'_>,
    select: Select<Entity>,
) -> Result<Vec<ListedRequest>, StoreError> {
    let rows = select.select_only().columns(COLUMNS).into_model::<Row>().all(connection.executor()).await?;
    let mut listed = Vec::with_capacity(rows.len());
    for row in rows {
        listed.push(match row.targets {
            Some(targets) => read(row, targets)?,
            // Written by an earlier release, which has no large ones.
            None => whole(connection, &row.id).await?,
        });
    }
    Ok(listed)
}

fn read(row: Row, targets: i64) -> Result<ListedRequest, StoreError> {
    Ok(ListedRequest {
        state: super::state(row.decision.as_deref(), row.expires_at, &row.state)?,
        id: RequestId::from_stored(row.id),
        concerns: row.concerns.map(ParticipantKey::from_stored),
        kind: row.kind,
        maker: row.maker_user_id,
        at_command_line: row.maker_session_id.is_none(),
        submitted_at: from_millis(row.submitted_at),
        reason: row.reason,
        target: row.first_target.unwrap_or_default(),
        targets: u64::try_from(targets).unwrap_or_default(),
    })
}

async fn whole(connection: &Connection<'_>, id: &str) -> Result<ListedRequest, StoreError> {
    let row = Entity::find().filter(Column::Id.eq(id)).one(connection.executor()).await?;
    let row = row.ok_or_else(|| super::unreadable("it was removed while it was read"))?;
    Ok(ListedRequest::from(&super::read(row)?))
}

impl From<&ChangeRequest> for ListedRequest {
    fn from(request: &ChangeRequest) -> Self {
        let document = request.document();
        let first = document.subjects.first();
        Self {
            id: request.id.clone(),
            concerns: request.concerns.clone(),
            kind: document.change.kind().to_owned(),
            maker: request.maker.user_id.clone(),
            at_command_line: request.maker.session.is_none(),
            submitted_at: request.submitted_at,
            reason: document.reason.clone(),
            target: first.map(|subject| subject.target.to_string()).unwrap_or_default(),
            targets: u64::try_from(document.subjects.len()).unwrap_or(u64::MAX),
            state: request.state.clone(),
        }
    }
}

//! What a listing says of requests: of those about very many things, read without their documents, which may be of many
//! megabytes.

use std::collections::BTreeMap;

use countersign_core::directory::change_request::{ChangeRequest, Jurisdiction, State};
use countersign_core::ids::{ParticipantKey, RequestId};
use countersign_core::{Timestamp, from_millis};
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, FromQueryResult, QueryFilter as _, QuerySelect as _, Select,
};

use super::{Column, Entity, StoredRequest, TamperedRequest};
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
    jurisdiction: String,
    document_hash: String,
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

const COLUMNS: [Column; 14] = [
    Column::Id,
    Column::Concerns,
    Column::Jurisdiction,
    Column::DocumentHash,
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

/// A request in a listing.
#[derive(Clone, Debug, PartialEq)]
pub enum Listed {
    /// As far as the listing looks, what was submitted: of one about very many things, not its document.
    Sound(ListedRequest),
    /// Somebody changed it in the database.
    Tampered(TamperedRequest),
}

impl Listed {
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

    /// What the listing tells of it, if it is what was submitted.
    #[must_use]
    pub fn sound(self) -> Option<ListedRequest> {
        match self {
            Self::Sound(request) => Some(request),
            Self::Tampered(_) => None,
        }
    }
}

/// Requests about more things than this are listed without their documents.
const FEW: i64 = 200;

/// The requests that `select` finds, in its order.
pub(super) async fn all(
    connection: &Connection<'_>,
    select: Select<Entity>,
) -> Result<Vec<Listed>, StoreError> {
    let rows = select.select_only().columns(COLUMNS).into_model::<Row>().all(connection.executor()).await?;
    let mut whole = whole(connection, &rows).await?;
    let listed = rows.into_iter().filter_map(|row| match row.targets {
        Some(targets) if targets > FEW => Some(read(row, targets)),
        // One that was removed meanwhile is not listed.
        _ => whole.remove(&row.id),
    });
    Ok(listed.collect())
}

fn read(row: Row, targets: i64) -> Listed {
    let state = super::state(row.decision.as_deref(), row.expires_at, &row.state);
    let id = RequestId::from_stored(row.id);
    let concerns = row.concerns.map(ParticipantKey::from_stored);
    let submitted_at = from_millis(row.submitted_at);
    match state {
        Ok(state) => Listed::Sound(ListedRequest {
            id,
            concerns,
            kind: row.kind,
            maker: row.maker_user_id,
            at_command_line: row.maker_session_id.is_none(),
            submitted_at,
            reason: row.reason,
            target: row.first_target.unwrap_or_default(),
            targets: u64::try_from(targets).unwrap_or_default(),
            state,
        }),
        Err(error) => Listed::Tampered(TamperedRequest {
            id,
            concerns,
            jurisdiction: Jurisdiction::from_stored(&row.jurisdiction),
            kind: row.kind,
            state: row.state,
            maker: row.maker_user_id,
            submitted_at,
            document_hash: row.document_hash,
            reason: error.to_string(),
        }),
    }
}

/// Those about few things, and those of an earlier release, which has no large ones: read with their documents.
async fn whole(connection: &Connection<'_>, rows: &[Row]) -> Result<BTreeMap<String, Listed>, StoreError> {
    let few = rows.iter().filter(|row| row.targets.is_none_or(|targets| targets <= FEW));
    let ids: Vec<&str> = few.map(|row| row.id.as_str()).collect();
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let found = Entity::find().filter(Column::Id.is_in(ids)).all(connection.executor()).await?;
    let listed = found.into_iter().map(|row| {
        let id = row.id.clone();
        let listed = match super::stored(row) {
            StoredRequest::Sound(request) => Listed::Sound(ListedRequest::from(&*request)),
            StoredRequest::Tampered(tampered) => Listed::Tampered(tampered),
        };
        (id, listed)
    });
    Ok(listed.collect())
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

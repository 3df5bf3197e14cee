//! Logins under way, from their first right factor on.

use countersign_core::ids::ProfileId;
use countersign_core::secret::TokenHash;
use countersign_core::{Timestamp, to_millis};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use crate::entities::login_flows::{ActiveModel, Column, Entity};
use crate::only::Only as _;
use crate::{Connection, StoreError};

/// A login to remember.
#[derive(Clone, Debug)]
pub struct NewFlow<'a> {
    /// What its bearer shows, hashed.
    pub token: &'a TokenHash,
    /// The browser it belongs to.
    pub browser: &'a TokenHash,
    /// Whose.
    pub profile: &'a ProfileId,
    /// Where it stands, as JSON.
    pub state: String,
    /// When it began.
    pub created_at: Timestamp,
    /// Until when it must be finished.
    pub expires_at: Timestamp,
}

/// A login that was found again.
#[derive(Clone, Debug)]
pub struct FoundFlow {
    /// Whose.
    pub profile: ProfileId,
    /// Where it stands, as JSON.
    pub state: String,
    /// Counts its moves; a move made from an older one does not count.
    pub version: i64,
}

/// The repository of logins under way.
pub struct LoginFlows<'a>(Connection<'a>);

impl<'a> LoginFlows<'a> {
    /// Speaks to `connection`.
    #[must_use]
    pub fn on(connection: Connection<'a>) -> Self {
        Self(connection)
    }

    /// Remembers a login.
    pub async fn add(&self, flow: NewFlow<'_>) -> Result<(), StoreError> {
        let row = ActiveModel {
            token_hash: Set(flow.token.as_str().to_owned()),
            browser_hash: Set(flow.browser.as_str().to_owned()),
            profile_id: Set(flow.profile.as_str().to_owned()),
            state: Set(flow.state),
            version: Set(0),
            created_at: Set(to_millis(flow.created_at)),
            expires_at: Set(to_millis(flow.expires_at)),
            consumed_at: Set(None),
        };
        Entity::insert(row).exec_without_returning(self.0.executor()).await?;
        Ok(())
    }

    /// The login of that token in that browser, unless it is over.
    pub async fn find(
        &self,
        token: &TokenHash,
        browser: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<FoundFlow>, StoreError> {
        let row = Entity::find_by_id(token.as_str())
            .filter(Column::BrowserHash.eq(browser.as_str()))
            .filter(Column::ExpiresAt.gt(to_millis(now)))
            .filter(Column::ConsumedAt.is_null())
            .only(&self.0)
            .await?;
        Ok(row.map(|row| FoundFlow {
            profile: ProfileId::from_stored(row.profile_id),
            state: row.state,
            version: row.version,
        }))
    }

    /// Where the login of that token in that browser stands or stood, as JSON, be it over or not.
    pub async fn state(&self, token: &TokenHash, browser: &TokenHash) -> Result<Option<String>, StoreError> {
        let row = Entity::find_by_id(token.as_str())
            .filter(Column::BrowserHash.eq(browser.as_str()))
            .only(&self.0)
            .await?;
        Ok(row.map(|row| row.state))
    }

    /// Moves a login on, if it still stands where it was found; says whether it did.
    pub async fn save(
        &self,
        token: &TokenHash,
        found: &FoundFlow,
        state: String,
    ) -> Result<bool, StoreError> {
        let update = Entity::update_many()
            .col_expr(Column::State, Expr::value(state))
            .col_expr(Column::Version, Expr::col(Column::Version).add(1))
            .filter(Column::TokenHash.eq(token.as_str()))
            .filter(Column::Version.eq(found.version))
            .filter(Column::ConsumedAt.is_null());
        Ok(update.exec(self.0.executor()).await?.rows_affected == 1)
    }

    /// Ends a login; of any number of calls at once, one is told yes.
    pub async fn consume(&self, token: &TokenHash, now: Timestamp) -> Result<bool, StoreError> {
        let update = Entity::update_many()
            .col_expr(Column::ConsumedAt, Expr::value(to_millis(now)))
            .filter(Column::TokenHash.eq(token.as_str()))
            .filter(Column::ConsumedAt.is_null());
        Ok(update.exec(self.0.executor()).await?.rows_affected == 1)
    }

    /// Ends every login of a profile that is under way.
    pub async fn consume_all(&self, profile: &ProfileId, now: Timestamp) -> Result<(), StoreError> {
        let update = Entity::update_many()
            .col_expr(Column::ConsumedAt, Expr::value(to_millis(now)))
            .filter(Column::ProfileId.eq(profile.as_str()))
            .filter(Column::ConsumedAt.is_null());
        update.exec(self.0.executor()).await?;
        Ok(())
    }
}

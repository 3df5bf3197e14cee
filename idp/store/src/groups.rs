//! Business user groups (provisional).
use countersign_core::directory::business_group::BusinessUserGroup;
use sea_orm::{ConnectionTrait as _, sea_query::{Alias, Query}};
use crate::{Connection, StoreError};
/// A group.
pub struct Known { /// code
    pub code: BusinessUserGroup }
/// The repository.
pub struct Groups<'a>(Connection<'a>);
impl<'a> Groups<'a> {
    /// On.
    #[must_use]
    pub fn on(connection: Connection<'a>) -> Self { Self(connection) }
    /// All.
    pub async fn all(&self) -> Result<Vec<Known>, StoreError> {
        let select = Query::select().column(Alias::new("code")).from(Alias::new("business_user_groups")).to_owned();
        let rows = self.0.executor().query_all(&select).await?;
        rows.iter().map(|row| { let code: String = row.try_get("", "code")?; Ok(Known { code: code.parse().map_err(|e| StoreError::unreadable("business_user_groups", e))? }) }).collect()
    }
}

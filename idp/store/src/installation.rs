//! What is known of the installation as a whole, by name.

use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, EntityTrait as _};

use crate::entities::installation;
use crate::only::Only as _;
use crate::{Connection, StoreError};

/// Facts about the installation.
pub struct Installation<'a>(&'a Connection<'a>);

impl<'a> Installation<'a> {
    /// The mark of a demo's database, which `serve` refuses.
    pub const DEMO: &'static str = "demo";

    /// The installation as `connection` sees it.
    #[must_use]
    pub fn on(connection: &'a Connection<'a>) -> Self {
        Self(connection)
    }

    /// The fact called `name`, if it was ever noted.
    pub async fn get(&self, name: &str) -> Result<Option<String>, StoreError> {
        let row = installation::Entity::find_by_id(name).only(self.0).await?;
        Ok(row.map(|row| row.value))
    }

    /// Notes the fact called `name`, in place of what was noted before.
    pub async fn set(&self, name: &str, value: &str) -> Result<(), StoreError> {
        let row = installation::ActiveModel { name: Set(name.to_owned()), value: Set(value.to_owned()) };
        let replace = OnConflict::column(installation::Column::Name)
            .update_column(installation::Column::Value)
            .to_owned();
        installation::Entity::insert(row)
            .on_conflict(replace)
            .exec_without_returning(self.0.executor())
            .await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Installation;
    use crate::testing::databases;

    #[tokio::test]
    async fn a_fact_is_kept_and_replaced() {
        for database in databases().await {
            assert_eq!(Installation::on(&database.store.read()).get("demo").await.unwrap(), None);
            for value in ["first", "second"] {
                let tx = database.store.begin().await.unwrap();
                Installation::on(&tx.connection()).set("demo", value).await.unwrap();
                tx.commit().await.unwrap();
                let read = Installation::on(&database.store.read()).get("demo").await.unwrap();
                assert_eq!(read.as_deref(), Some(value), "{}", database.kind);
            }
        }
    }
}

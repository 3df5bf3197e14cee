//! What is known of the installation as a whole, by name.

use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, TryInsertResult};

use crate::entities::installation;
use crate::only::Only as _;
use crate::{Connection, StoreError};

/// Facts about the installation.
pub struct Installation<'a>(&'a Connection<'a>);

impl<'a> Installation<'a> {
    /// The mark of a demo's database, which `serve` refuses.
    pub const DEMO: &'static str = "demo";
    /// When the first operators were made.
    pub const BOOTSTRAPPED: &'static str = "bootstrapped";
    /// What is kept of the sealed recovery keys.
    pub const RECOVERY: &'static str = "recovery";

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

    /// Notes the fact called `name`, unless it was ever noted; says whether this call did. Of several at once, one does.
    pub async fn claim(&self, name: &str, value: &str) -> Result<bool, StoreError> {
        let row = installation::ActiveModel { name: Set(name.to_owned()), value: Set(value.to_owned()) };
        let insert = installation::Entity::insert(row);
        let insert = insert.on_conflict_do_nothing_on([installation::Column::Name]);
        let inserted = insert.exec_without_returning(self.0.executor()).await?;
        Ok(matches!(inserted, TryInsertResult::Inserted(1)))
    }

    /// Notes the fact called `name` in place of `former`; says whether that was still there. Of several at once, one is
    /// told yes.
    pub async fn replace(&self, name: &str, former: &str, value: &str) -> Result<bool, StoreError> {
        let update = installation::Entity::update_many()
            .col_expr(installation::Column::Value, Expr::value(value))
            .filter(installation::Column::Name.eq(name))
            .filter(installation::Column::Value.eq(former));
        Ok(update.exec(self.0.executor()).await?.rows_affected == 1)
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

    #[tokio::test]
    async fn of_many_who_claim_or_replace_a_fact_at_once_one_does() {
        for database in databases().await {
            for first in [true, false] {
                let trying = (0..8).map(|number| {
                    let store = database.store.clone();
                    tokio::spawn(async move {
                        let tx = store.begin().await.unwrap();
                        let connection = tx.connection();
                        let installation = Installation::on(&connection);
                        let mine = number.to_string();
                        let done = if first {
                            installation.claim("once", "claimed").await.unwrap()
                        } else {
                            installation.replace("once", "claimed", &mine).await.unwrap()
                        };
                        drop(connection);
                        tx.commit().await.unwrap();
                        usize::from(done)
                    })
                });
                let mut done = 0;
                for one in trying.collect::<Vec<_>>() {
                    done += one.await.unwrap();
                }
                assert_eq!(done, 1, "{} first: {first}", database.kind);
            }
        }
    }
}

//! Looking up the one row that a key names.
//!
//! The database library's own `one` says `LIMIT ?`, and SQLite prepares a statement anew each time that something is
//! bound to its limit, since the plan might depend on it. That costs more than the lookup. What is named by a key is
//! one row without being told so.

use std::future::Future;

use sea_orm::{DbErr, EntityTrait, Select, Selector, SelectorTrait};

use crate::Connection;

/// A query that finds no more than one row, because it names a key.
pub(crate) trait Only {
    /// What is found.
    type Row;

    /// The row, if it is there.
    fn only(
        self,
        connection: &Connection<'_>,
    ) -> impl Future<Output = Result<Option<Self::Row>, DbErr>> + Send;
}

impl<S: SelectorTrait + Send> Only for Selector<S>
where
    S::Item: Send,
{
    type Row = S::Item;

    async fn only(self, connection: &Connection<'_>) -> Result<Option<S::Item>, DbErr> {
        Ok(self.all(connection.executor()).await?.pop())
    }
}

impl<E: EntityTrait> Only for Select<E> {
    type Row = E::Model;

    async fn only(self, connection: &Connection<'_>) -> Result<Option<E::Model>, DbErr> {
        self.into_model::<E::Model>().only(connection).await
    }
}

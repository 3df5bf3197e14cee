//! Business user groups, and the functions they grant. They are the installation's: everybody may read them.

use std::collections::BTreeSet;

use countersign_core::directory::business_group::{BusinessUserGroup, GroupDefinition, GroupName};
use countersign_core::directory::label::Label;
use countersign_core::{Timestamp, to_millis};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use crate::entities::business_user_groups::{ActiveModel, Column, Entity, Model};
use crate::only::Only as _;
use crate::{Connection, StoreError, profile_terms};

/// A group, and the version it is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredGroup {
    /// The group.
    pub definition: GroupDefinition,
    /// Counts changes; what a request was built on is compared with it.
    pub version: i64,
}

/// The repository of business user groups.
pub struct Groups<'a>(Connection<'a>);

impl<'a> Groups<'a> {
    /// Speaks to `connection`.
    #[must_use]
    pub fn on(connection: Connection<'a>) -> Self {
        Self(connection)
    }

    /// Every group, by code.
    pub async fn all(&self) -> Result<Vec<StoredGroup>, StoreError> {
        let rows = Entity::find().order_by_asc(Column::Code).all(self.0.executor()).await?;
        rows.iter().map(read).collect()
    }

    /// Which of these groups there are. Nobody ends these until this transaction has ended.
    pub async fn hold(
        &self,
        codes: &BTreeSet<BusinessUserGroup>,
    ) -> Result<BTreeSet<BusinessUserGroup>, StoreError> {
        if codes.is_empty() {
            return Ok(BTreeSet::new());
        }
        let named = Entity::find()
            .filter(Column::Code.is_in(codes.iter().map(BusinessUserGroup::as_str)))
            .order_by_asc(Column::Code)
            .lock_shared();
        let rows = named.all(self.0.executor()).await?;
        rows.iter().map(|row| row.code.parse().map_err(unreadable)).collect()
    }

    /// The group of that code.
    pub async fn find(&self, code: &BusinessUserGroup) -> Result<Option<StoredGroup>, StoreError> {
        Entity::find_by_id(code.as_str()).only(&self.0).await?.as_ref().map(read).transpose()
    }

    /// Adds a group, in its first version.
    pub async fn add(&self, group: &GroupDefinition, now: Timestamp) -> Result<(), StoreError> {
        let row = ActiveModel {
            code: Set(group.code.to_string()),
            name_en: Set(group.name.en.to_string()),
            name_zh_hant: Set(group.name.zh_hant.to_string()),
            name_zh_hans: Set(group.name.zh_hans.to_string()),
            functions: Set(functions(group)?),
            created_at: Set(to_millis(now)),
            updated_at: Set(to_millis(now)),
            version: Set(1),
        };
        Entity::insert(row).exec_without_returning(self.0.executor()).await?;
        Ok(())
    }

    /// Writes a group over the version that was read; says whether that was still there.
    pub async fn save(&self, group: &StoredGroup, now: Timestamp) -> Result<bool, StoreError> {
        let StoredGroup { definition, version } = group;
        let update = Entity::update_many()
            .col_expr(Column::NameEn, Expr::value(definition.name.en.as_str()))
            .col_expr(Column::NameZhHant, Expr::value(definition.name.zh_hant.as_str()))
            .col_expr(Column::NameZhHans, Expr::value(definition.name.zh_hans.as_str()))
            .col_expr(Column::Functions, Expr::value(functions(definition)?))
            .col_expr(Column::UpdatedAt, Expr::value(to_millis(now)))
            .col_expr(Column::Version, Expr::col(Column::Version).add(1))
            .filter(Column::Code.eq(definition.code.as_str()))
            .filter(Column::Version.eq(*version));
        Ok(update.exec(self.0.executor()).await?.rows_affected == 1)
    }

    /// How many profiles are in a group.
    pub async fn members(&self, code: &BusinessUserGroup) -> Result<u64, StoreError> {
        profile_terms::members(&self.0, code).await
    }

    /// Removes a group in the version that was read; says whether that was still there.
    pub async fn remove(&self, code: &BusinessUserGroup, version: i64) -> Result<bool, StoreError> {
        let delete =
            Entity::delete_many().filter(Column::Code.eq(code.as_str())).filter(Column::Version.eq(version));
        Ok(delete.exec(self.0.executor()).await?.rows_affected == 1)
    }
}

fn functions(group: &GroupDefinition) -> Result<String, StoreError> {
    serde_json::to_string(&group.functions).map_err(unreadable)
}

fn read(row: &Model) -> Result<StoredGroup, StoreError> {
    let label = |name: &str| Label::parse(name).map_err(unreadable);
    let definition = GroupDefinition {
        code: row.code.parse().map_err(unreadable)?,
        name: GroupName {
            en: label(&row.name_en)?,
            zh_hant: label(&row.name_zh_hant)?,
            zh_hans: label(&row.name_zh_hans)?,
        },
        functions: serde_json::from_str(&row.functions).map_err(unreadable)?,
    };
    Ok(StoredGroup { definition, version: row.version })
}

fn unreadable(reason: impl std::fmt::Display) -> StoreError {
    StoreError::unreadable("business_user_groups", reason)
}

#[cfg(test)]
mod tests;

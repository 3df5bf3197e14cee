//! Rows of `profiles`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "profiles")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub user_id: String,
    pub kind: String,
    pub participant_id: String,
    pub clearing_house: String,
    pub participant: String,
    pub status: String,
    pub surname: String,
    pub other_names: String,
    pub email: Option<String>,
    pub enable_from: Option<i64>,
    pub disable_after: Option<i64>,
    pub created_in_phase: String,
    pub settlement_agent: Option<String>,
    pub business_user_groups: String,
    pub access_levels: String,
    pub options: String,
    pub claims: String,
    pub srn: Option<String>,
    pub certificate_expiry: Option<i64>,
    pub merged_from: String,
    pub created_at: i64,
    pub updated_at: i64,
    pub version: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

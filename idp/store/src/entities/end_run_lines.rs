//! Rows of `end_run_lines`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "end_run_lines")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub clearing_house: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i64,
    pub at: i64,
    pub outcome: String,
    pub participant_id: String,
    pub participant: String,
    pub profile_id: String,
    pub user_id: String,
    pub remove_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

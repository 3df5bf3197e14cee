//! Rows of `end_runs`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "end_runs")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub clearing_house: String,
    pub list: String,
    pub request: String,
    pub due_at: i64,
    pub started_at: Option<i64>,
    pub finished_at: Option<i64>,
    pub stage: String,
    pub place: String,
    pub counts: String,
    pub version: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

//! Rows of `phases`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "phases")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub clearing_house: String,
    pub phase: String,
    pub next_phase_at: Option<i64>,
    pub changed_at: i64,
    pub version: i64,
    pub next_phase: Option<String>,
    pub next_dry_run: Option<String>,
    pub next_request: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

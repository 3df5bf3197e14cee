//! Rows of `phase_dates`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "phase_dates")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub clearing_house: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub phase: String,
    pub day: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

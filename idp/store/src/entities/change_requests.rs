//! Rows of `change_requests`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "change_requests")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub kind: String,
    pub jurisdiction: String,
    pub concerns: Option<String>,
    pub document: String,
    pub document_hash: String,
    pub maker_profile_id: String,
    pub maker_user_id: String,
    pub maker_session_id: Option<String>,
    pub submitted_at: i64,
    pub expires_at: i64,
    pub state: String,
    pub decided_at: Option<i64>,
    pub checker_user_id: Option<String>,
    pub decision: Option<String>,
    pub maker_browser_hash: Option<String>,
    pub reason: Option<String>,
    pub first_target: Option<String>,
    pub targets: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

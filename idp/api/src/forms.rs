//! Forms of the eService: what a participant asks of the exchange.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::drafts::Draft;

/// A form to file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewForm {
    /// Which form: `DA 3` (create or maintain an administrator, their email, groups and rights) or `SCard 1` (reset the PIN
    /// of an administrator's card).
    #[schema(example = "DA 3")]
    pub kind: String,
    /// What is asked for: `create_profile` or `change_profile` with `DA 3`, `reset_card_pin` with `SCard 1`.
    pub change: Draft,
    /// What else there is to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 500)]
    pub note: Option<String>,
}

/// Why an operator takes a form, for the checker.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TakeForm {
    /// Why; the form and who filed it, unless said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 500)]
    pub reason: Option<String>,
}

/// A form that was filed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Form {
    /// Its identifier.
    pub id: String,
    /// `DA 3` or `SCard 1`.
    pub kind: String,
    /// What is asked for.
    pub change: Draft,
    /// What else there is to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// User ID of who filed it.
    pub filed_by: String,
    /// When.
    pub filed_at: DateTime<Utc>,
    /// Where it stands.
    pub state: FormState,
    /// User ID of who took, declined or withdrew it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<String>,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<DateTime<Utc>>,
    /// The change request that it became.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    /// Why it was declined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Where a form stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FormState {
    /// It waits for an operator.
    Filed,
    /// It became a change request.
    Taken,
    /// An operator declined it.
    Declined,
    /// The participant took it back.
    Withdrawn,
}

/// Which forms are listed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FormQuery {
    /// In this state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    pub state: Option<FormState>,
}

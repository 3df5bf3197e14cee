//! Profiles as lines of a spreadsheet.

use countersign_api::profiles::ProfileSummary;
use countersign_core::directory::entry::DirectoryEntry;
use serde::Serialize;

use super::summary::summary;
use crate::http::management::spreadsheet::line;

const COLUMNS: [&str; 19] = [
    "user_id",
    "kind",
    "clearing_house",
    "participant",
    "settlement_agent",
    "status",
    "surname",
    "other_names",
    "email",
    "business_user_groups",
    "enable_from",
    "disable_after",
    "channel",
    "two_factor",
    "migration",
    "last_login",
    "last_login_method",
    "srn",
    "certificate_expiry",
];

/// The line with the names of the columns.
pub(super) fn head() -> Vec<u8> {
    line(&COLUMNS.map(str::to_owned))
}

/// A line for each profile.
pub(super) fn rows(entries: Vec<DirectoryEntry>) -> Vec<u8> {
    entries.into_iter().flat_map(|entry| line(&cells(summary(entry)))).collect()
}

fn cells(profile: ProfileSummary) -> [String; 19] {
    let (last_login, last_method) = match profile.last_login {
        Some(access) => (access.time.to_rfc3339(), access.method),
        None => (String::new(), String::new()),
    };
    let instant =
        |at: Option<chrono::DateTime<chrono::Utc>>| at.map(|at| at.to_rfc3339()).unwrap_or_default();
    [
        profile.user_id,
        word(&profile.kind),
        profile.clearing_house,
        profile.participant,
        profile.settlement_agent.unwrap_or_default(),
        word(&profile.status),
        profile.surname,
        profile.other_names,
        profile.email.unwrap_or_default(),
        profile.business_user_groups.join(" "),
        instant(profile.enable_from),
        instant(profile.disable_after),
        word(&profile.channel),
        word(&profile.two_factor),
        word(&profile.migration),
        last_login,
        last_method,
        profile.srn.unwrap_or_default(),
        instant(profile.certificate_expiry),
    ]
}

/// The word that the contract has for a state.
fn word(state: &impl Serialize) -> String {
    let value = serde_json::to_value(state).unwrap_or_default();
    value.as_str().unwrap_or_default().to_owned()
}

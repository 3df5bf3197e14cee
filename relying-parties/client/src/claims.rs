//! What the issuer says about the person: the claims of the ID token and of userinfo, read with the house's own meaning.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::jwt::{seconds, text};

/// The DMS's own function among the keys of `access_levels`.
const SECURITY_MANAGEMENT: &str = "security_management";

/// Claims about a person, as verified.
#[derive(Clone, Debug, Default)]
pub struct Claims(Map<String, Value>);

/// What a Delegated Administrator may do with a function.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd)]
pub enum AccessLevel {
    /// Enquire and list.
    #[serde(rename = "EE")]
    Enquiry,
    /// Prepare changes.
    #[serde(rename = "MK")]
    Maker,
    /// Approve changes prepared by somebody else.
    #[serde(rename = "CK")]
    Checker,
}

/// Access levels by function: the claim `access_levels`. Codes we do not know grant nothing.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct AccessLevels(BTreeMap<String, BTreeSet<AccessLevel>>);

/// The claim `last_login`: the access before this one.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LastLogin {
    /// When.
    pub at: DateTime<Utc>,
    /// By which method, in the issuer's words.
    pub method: Option<String>,
}

impl Claims {
    /// Claims as they came.
    #[must_use]
    pub fn new(claims: Map<String, Value>) -> Self {
        Self(claims)
    }

    /// Adds what userinfo says; userinfo is newer and wins.
    #[must_use]
    pub fn updated_with(mut self, newer: Map<String, Value>) -> Self {
        self.0.extend(newer.into_iter().filter(|(_, value)| !value.is_null()));
        self
    }

    /// Every claim by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// A claim by name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// A claim that is text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        text(&self.0, name)
    }

    /// The subject: who this is, stable and opaque.
    #[must_use]
    pub fn subject(&self) -> &str {
        self.text("sub").unwrap_or_default()
    }

    /// The User ID to show: `preferred_username`, else the subject.
    #[must_use]
    pub fn user_id(&self) -> &str {
        self.text("preferred_username").unwrap_or_else(|| self.subject())
    }

    /// The issuer's session (Front-Channel and Back-Channel Logout).
    #[must_use]
    pub fn session_id(&self) -> Option<&str> {
        self.text("sid")
    }

    /// When the person proved who they are.
    #[must_use]
    pub fn auth_time(&self) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp(seconds(&self.0, "auth_time")?, 0)
    }

    /// When the ID token was issued, in seconds.
    pub(crate) fn issued_at(&self) -> i64 {
        seconds(&self.0, "iat").unwrap_or_default()
    }

    /// Two-character business user groups.
    #[must_use]
    pub fn business_user_groups(&self) -> Vec<&str> {
        self.list("business_user_groups")
    }

    /// Participants (principals) the person may choose to act for.
    #[must_use]
    pub fn may_act_for(&self) -> Vec<&str> {
        self.list("may_act_for")
    }

    /// DA rights.
    #[must_use]
    pub fn access_levels(&self) -> AccessLevels {
        self.get("access_levels").map(AccessLevels::read).unwrap_or_default()
    }

    /// The access before this one; the time may be a number of seconds or RFC 3339 text.
    #[must_use]
    pub fn last_login(&self) -> Option<LastLogin> {
        let Value::Object(last) = self.get("last_login")? else { return None };
        let at = match text(last, "time") {
            Some(written) => DateTime::parse_from_rfc3339(written).ok()?.to_utc(),
            None => DateTime::from_timestamp(seconds(last, "time")?, 0)?,
        };
        Some(LastLogin { at, method: text(last, "method").map(str::to_owned) })
    }

    fn list(&self, name: &str) -> Vec<&str> {
        self.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
    }
}

impl AccessLevels {
    fn read(claim: &Value) -> Self {
        let functions = claim.as_object().into_iter().flatten();
        Self(functions.map(|(function, codes)| (function.clone(), known_codes(codes))).collect())
    }

    /// Whether any function is held at any level.
    #[must_use]
    pub fn any(&self) -> bool {
        self.0.values().any(|levels| !levels.is_empty())
    }

    /// Whether Security Management Functions (the DMS) are held at this level.
    #[must_use]
    pub fn security_management(&self, level: AccessLevel) -> bool {
        self.0.get(SECURITY_MANAGEMENT).is_some_and(|levels| levels.contains(&level))
    }

    /// Whether any function is held at this level.
    #[must_use]
    pub fn anywhere(&self, level: AccessLevel) -> bool {
        self.0.values().any(|levels| levels.contains(&level))
    }
}

fn known_codes(codes: &Value) -> BTreeSet<AccessLevel> {
    let codes = codes.as_array().into_iter().flatten();
    codes.filter_map(|code| AccessLevel::deserialize(code).ok()).collect()
}

#[cfg(test)]
mod tests;

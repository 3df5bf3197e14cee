//! The fields of a profile as somebody typed them, and as what they mean.
//!
//! Every field may be absent: it then stays as it is. Where a field may be empty, null empties it; elsewhere null is no
//! value, so that nobody takes a field for emptied that stays.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{NaiveDate, TimeDelta};
use serde::{Deserialize, Deserializer, Serialize};

use crate::directory::business_group::BusinessUserGroup;
use crate::directory::capabilities::{AccessLevel, AccessLevels, DaFunction};
use crate::directory::finding::{FindingCode, Findings};
use crate::directory::label::turns_writing;
use crate::directory::mailbox::Mailbox;
use crate::directory::options::ClearingHouseOptions;
use crate::directory::record::ProfileRecord;
use crate::directory::status::ProfileStatus;
use crate::{Timestamp, hong_kong_instant};

/// Most characters of a surname, and of other names.
const MAX_NAME: usize = 100;
/// Most characters of a smartcard's serial number.
const MAX_SRN: usize = 32;

/// What somebody typed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ProfileDraft {
    /// `ENABLED` or `DISABLED`.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Surname.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub surname: Option<String>,
    /// Other names.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub other_names: Option<String>,
    /// Email address.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub email: Option<Option<String>>,
    /// First day of use.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub enable_from: Option<Option<String>>,
    /// Last day of use.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub disable_after: Option<Option<String>>,
    /// Participant ID of the settlement agent that the user belongs to.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub settlement_agent: Option<Option<String>>,
    /// Business user groups.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub business_user_groups: Option<Vec<String>>,
    /// DA rights: levels by function.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub access_levels: Option<BTreeMap<String, Vec<String>>>,
    /// Clearing-house options, all of them.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub options: Option<serde_json::Value>,
    /// Serial number of the smartcard.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub srn: Option<Option<String>>,
    /// Last day of its certificate.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub certificate_expiry: Option<Option<String>>,
}

/// A field that is there, null or not.
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// What it means. Dates are days in Hong Kong.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ProfileFields {
    /// ENABLED or DISABLED. ENABLED also ends a suspension or a quarantine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<ProfileStatus>,
    /// Surname.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub surname: Option<String>,
    /// Other names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other_names: Option<String>,
    /// Email address.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub email: Option<Option<Mailbox>>,
    /// First day of use.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub enable_from: Option<Option<NaiveDate>>,
    /// Last day of use.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub disable_after: Option<Option<NaiveDate>>,
    /// Participant ID of the settlement agent.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub settlement_agent: Option<Option<String>>,
    /// Business user groups.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub business_user_groups: Option<BTreeSet<BusinessUserGroup>>,
    /// DA rights.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_levels: Option<AccessLevels>,
    /// Clearing-house options.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub options: Option<ClearingHouseOptions>,
    /// Serial number of the smartcard.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub srn: Option<Option<String>>,
    /// Last day of its certificate.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub certificate_expiry: Option<Option<NaiveDate>>,
}

impl ProfileDraft {
    /// What the fields mean, as far as they mean anything; what does not is noted.
    pub fn parse(&self, findings: &mut Findings) -> ProfileFields {
        ProfileFields {
            status: read(findings, "status", self.status.as_deref(), status),
            surname: read(findings, "surname", self.surname.as_deref(), name),
            other_names: read(findings, "other_names", self.other_names.as_deref(), other_names),
            email: read_or_empty(findings, "email", self.email.as_ref(), mailbox),
            enable_from: read_or_empty(findings, "enable_from", self.enable_from.as_ref(), day),
            disable_after: read_or_empty(findings, "disable_after", self.disable_after.as_ref(), day),
            settlement_agent: read_or_empty(
                findings,
                "settlement_agent",
                self.settlement_agent.as_ref(),
                |text| name(text).map(|name| name.to_uppercase()),
            ),
            business_user_groups: self.groups(findings),
            access_levels: self.levels(findings),
            options: self.options(findings),
            srn: read_or_empty(findings, "srn", self.srn.as_ref(), srn),
            certificate_expiry: read_or_empty(
                findings,
                "certificate_expiry",
                self.certificate_expiry.as_ref(),
                day,
            ),
        }
    }

    fn groups(&self, findings: &mut Findings) -> Option<BTreeSet<BusinessUserGroup>> {
        let typed = self.business_user_groups.as_ref()?;
        let mut groups = BTreeSet::new();
        for group in typed {
            let unknown = || FindingCode::UnknownGroup { group: excerpt(group) };
            groups.extend(findings.take("business_user_groups", group.parse().map_err(|_| unknown())));
        }
        Some(groups)
    }

    fn levels(&self, findings: &mut Findings) -> Option<AccessLevels> {
        let typed = self.access_levels.as_ref()?;
        let mut levels = AccessLevels::new();
        let unknown = |level: &str| FindingCode::UnknownAccessLevel { level: excerpt(level) };
        for (name, held) in typed {
            let function = word::<DaFunction>(name).ok_or_else(|| unknown(name));
            let Some(function) = findings.take("access_levels", function) else { continue };
            for level in held {
                let parsed = word::<AccessLevel>(level).ok_or_else(|| unknown(&format!("{name}:{level}")));
                if let Some(level) = findings.take("access_levels", parsed) {
                    levels.entry(function).or_default().insert(level);
                }
            }
        }
        Some(levels)
    }

    fn options(&self, findings: &mut Findings) -> Option<ClearingHouseOptions> {
        let typed = self.options.as_ref()?;
        let bad = |reason: &str| FindingCode::BadOption { reason: excerpt(reason) };
        // By name: a list would be read by the order of the fields.
        let named = |value: &serde_json::Value| value.is_object();
        let parsed = if named(typed) && typed.get("transaction_limits").is_none_or(named) {
            serde_json::from_value(typed.clone()).map_err(|error| bad(&error.to_string()))
        } else {
            Err(bad("not named options"))
        };
        findings.take("options", parsed)
    }
}

fn read<T>(
    findings: &mut Findings,
    field: &str,
    typed: Option<&str>,
    parse: impl Fn(&str) -> Result<T, FindingCode>,
) -> Option<T> {
    typed.and_then(|typed| findings.take(field, parse(typed.trim())))
}

/// As [`read`], where null or nothing but space empties the field.
#[expect(clippy::option_option, reason = "a field is absent, emptied, or given")]
fn read_or_empty<T>(
    findings: &mut Findings,
    field: &str,
    typed: Option<&Option<String>>,
    parse: impl Fn(&str) -> Result<T, FindingCode>,
) -> Option<Option<T>> {
    match typed?.as_deref().map(str::trim) {
        None | Some("") => Some(None),
        Some(typed) => findings.take(field, parse(typed)).map(Some),
    }
}

fn status(typed: &str) -> Result<ProfileStatus, FindingCode> {
    match typed {
        "ENABLED" => Ok(ProfileStatus::Enabled),
        "DISABLED" => Ok(ProfileStatus::Disabled),
        _ => Err(FindingCode::Unknown { expected: "ENABLED, DISABLED".to_owned() }),
    }
}

fn name(typed: &str) -> Result<String, FindingCode> {
    if typed.is_empty() { Err(FindingCode::Required) } else { other_names(typed) }
}

/// Some people have one name only.
fn other_names(typed: &str) -> Result<String, FindingCode> {
    text(typed, MAX_NAME)
}

/// A line of text without control characters, without what turns the writing of what follows, and without what markup
/// is made of.
pub(crate) fn text(typed: &str, max: usize) -> Result<String, FindingCode> {
    if typed.chars().count() > max {
        return Err(FindingCode::TooLong { max });
    }
    let strange = |character: char| {
        character.is_control() || turns_writing(character) || matches!(character, '<' | '>')
    };
    if typed.chars().any(strange) { Err(FindingCode::NotText) } else { Ok(typed.to_owned()) }
}

fn mailbox(typed: &str) -> Result<Mailbox, FindingCode> {
    Mailbox::parse(typed).map_err(|_| FindingCode::NotAnEmail)
}

fn day(typed: &str) -> Result<NaiveDate, FindingCode> {
    let date = NaiveDate::parse_from_str(typed, "%Y-%m-%d").map_err(|_| FindingCode::NotADate)?;
    let plausible = NaiveDate::from_ymd_opt(1980, 1, 1)..NaiveDate::from_ymd_opt(2200, 1, 1);
    // One way to write a day: the parser also forgives signs and missing zeros.
    let is_written_so = date.to_string() == typed;
    if is_written_so && plausible.contains(&Some(date)) { Ok(date) } else { Err(FindingCode::NotADate) }
}

fn srn(typed: &str) -> Result<String, FindingCode> {
    if typed.len() > MAX_SRN {
        return Err(FindingCode::TooLong { max: MAX_SRN });
    }
    let plain = typed.chars().all(|character| character.is_ascii_alphanumeric());
    if plain { Ok(typed.to_uppercase()) } else { Err(FindingCode::NotText) }
}

fn word<T: for<'de> Deserialize<'de>>(text: &str) -> Option<T> {
    serde_json::from_value(serde_json::Value::String(text.to_owned())).ok()
}

/// As much of what was typed as an answer repeats.
fn excerpt(typed: &str) -> String {
    typed.chars().filter(|character| !character.is_control()).take(80).collect()
}

impl ProfileFields {
    /// Gives `record` these fields.
    pub fn apply_to(&self, record: &mut ProfileRecord) {
        let profile = &mut record.profile;
        set(&mut profile.surname, self.surname.as_ref());
        set(&mut profile.other_names, self.other_names.as_ref());
        if let Some(email) = &self.email {
            profile.email = email.as_ref().map(ToString::to_string);
        }
        if let Some(day) = self.enable_from {
            profile.enable_from = day.map(first_moment);
        }
        if let Some(day) = self.disable_after {
            profile.disable_after = day.map(last_moment);
        }
        set(&mut profile.settlement_agent, self.settlement_agent.as_ref());
        set(&mut profile.capabilities.business_user_groups, self.business_user_groups.as_ref());
        set(&mut profile.capabilities.access_levels, self.access_levels.as_ref());
        set(&mut record.options, self.options.as_ref());
        set(&mut record.srn, self.srn.as_ref());
        if let Some(day) = self.certificate_expiry {
            record.certificate_expiry = day.map(last_moment);
        }
        if let Some(status) = self.status {
            record.set_status(status);
        }
    }
}

/// When a day begins in Hong Kong.
fn first_moment(day: NaiveDate) -> Timestamp {
    hong_kong_instant(day, TimeDelta::zero())
}

/// When it ends.
fn last_moment(day: NaiveDate) -> Timestamp {
    hong_kong_instant(day, TimeDelta::days(1)) - TimeDelta::milliseconds(1)
}

fn set<T: Clone>(field: &mut T, value: Option<&T>) {
    if let Some(value) = value {
        field.clone_from(value);
    }
}

#[cfg(test)]
mod tests;

//! Business user groups: what each is called, and which functions of the terminal it grants.

use std::collections::BTreeSet;

use serde::{Deserialize, Deserializer, Serialize};

use super::participants::label;
use crate::directory::business_group::{BusinessUserGroup, GroupDefinition, GroupName, TerminalFunction};
use crate::directory::change_request::actions::Asker;
use crate::directory::change_request::{Change, Judged, Subject, Target, TargetKind, difference};
use crate::directory::finding::{FindingCode, Findings};
use crate::directory::label::Label;
use crate::directory::permission::Action;

/// A group's name in the languages of the house, as typed. An absent one stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NameDraft {
    /// English.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub en: Option<String>,
    /// Traditional Chinese.
    #[serde(rename = "zh-Hant", skip_serializing_if = "Option::is_none")]
    pub zh_hant: Option<String>,
    /// Simplified Chinese.
    #[serde(rename = "zh-Hans", skip_serializing_if = "Option::is_none")]
    pub zh_hans: Option<String>,
}

/// The fields of a group, as typed. An absent one stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GroupDraft {
    /// What it is called.
    #[serde(deserialize_with = "object")]
    pub name: NameDraft,
    /// The functions that it grants, all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub functions: Option<Vec<String>>,
}

/// An object by the names of its members: a list of them is none.
fn object<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NameDraft, D::Error> {
    let members = serde_json::Map::deserialize(deserializer)?;
    NameDraft::deserialize(serde_json::Value::Object(members)).map_err(serde::de::Error::custom)
}

/// What is known of a group that somebody would change.
pub struct About<'a> {
    /// The group, if there is one of that code.
    pub group: Option<&'a GroupDefinition>,
    /// Its version; 0, where there is none.
    pub version: i64,
    /// How many profiles are in it.
    pub members: u64,
}

/// A new group.
pub fn create(
    asker: Asker,
    about: &About<'_>,
    code: &str,
    draft: &GroupDraft,
    findings: &mut Findings,
) -> Option<Judged> {
    asker.may("code", Action::MaintainBusinessUserGroup, findings);
    if about.group.is_some() {
        findings.note("code", FindingCode::Exists);
    } else if about.members > 0 {
        // Whoever was left in a former group of that code would be in this one, unasked.
        findings.note("code", FindingCode::InUse { profiles: about.members });
    }
    let group = draft.of(parsed(code, findings), None, findings)?;
    let difference = difference::between(&(), &group).unwrap_or_default();
    let subject = Subject { target: target(code), version: 0, difference };
    (!findings.stop()).then_some(Judged { change: Change::CreateGroup { group }, subject })
}

/// Another name of a group, or other functions.
pub fn change(
    asker: Asker,
    about: &About<'_>,
    code: &str,
    draft: &GroupDraft,
    findings: &mut Findings,
) -> Option<Judged> {
    asker.may("code", Action::MaintainBusinessUserGroup, findings);
    let before = there(about, findings)?;
    let group = draft.of(Some(before.code.clone()), Some(before), findings)?;
    let difference = difference::between(before, &group).unwrap_or_default();
    if difference.is_empty() {
        findings.note("fields", FindingCode::NothingChanges);
    }
    let subject = Subject { target: target(code), version: about.version, difference };
    (!findings.stop()).then_some(Judged { change: Change::ChangeGroup { group }, subject })
}

/// The end of a group that nobody is in.
pub fn delete(asker: Asker, about: &About<'_>, code: &str, findings: &mut Findings) -> Option<Judged> {
    asker.may("code", Action::MaintainBusinessUserGroup, findings);
    let before = there(about, findings)?;
    if about.members > 0 {
        findings.note("code", FindingCode::InUse { profiles: about.members });
    }
    let difference = difference::between(before, &()).unwrap_or_default();
    let subject = Subject { target: target(code), version: about.version, difference };
    (!findings.stop())
        .then_some(Judged { change: Change::DeleteGroup { code: before.code.clone() }, subject })
}

/// The name of a group, among the things that requests change.
#[must_use]
pub fn target(code: &str) -> Target {
    Target::new(TargetKind::Group, normalise(code))
}

/// A code as it is stored: space around it and small letters are forgiven.
#[must_use]
pub fn normalise(code: &str) -> String {
    code.trim().to_ascii_uppercase()
}

fn parsed(code: &str, findings: &mut Findings) -> Option<BusinessUserGroup> {
    let expected = || FindingCode::NotACode { expected: "11, 12 … ZZ".to_owned() };
    findings.take("code", normalise(code).parse().map_err(|_| expected()))
}

fn there<'a>(about: &About<'a>, findings: &mut Findings) -> Option<&'a GroupDefinition> {
    if about.group.is_none() {
        findings.note("code", FindingCode::NotFound);
    }
    about.group
}

impl GroupDraft {
    /// The group of that code that these fields make of `before`.
    fn of(
        &self,
        code: Option<BusinessUserGroup>,
        before: Option<&GroupDefinition>,
        findings: &mut Findings,
    ) -> Option<GroupDefinition> {
        let mut named = |field: &str, typed: &Option<String>, stays: Option<&Label>| match (typed, stays) {
            (Some(typed), _) => findings.take(field, label(typed)),
            (None, Some(stays)) => Some(stays.clone()),
            (None, None) => findings.take(field, Err(FindingCode::Required)),
        };
        let name = before.map(|before| &before.name);
        let labels = [
            named("name.en", &self.name.en, name.map(|name| &name.en)),
            named("name.zh-Hant", &self.name.zh_hant, name.map(|name| &name.zh_hant)),
            named("name.zh-Hans", &self.name.zh_hans, name.map(|name| &name.zh_hans)),
        ];
        let functions = match (&self.functions, before) {
            (Some(typed), _) => functions(typed, findings),
            (None, Some(before)) => before.functions.clone(),
            (None, None) => findings.take("functions", Err(FindingCode::Required))?,
        };
        let [en, traditional, simplified] = labels;
        let name = GroupName { en: en?, zh_hant: traditional?, zh_hans: simplified? };
        Some(GroupDefinition { code: code?, name, functions })
    }
}

fn functions(typed: &[String], findings: &mut Findings) -> BTreeSet<TerminalFunction> {
    let named =
        |typed: &String| TerminalFunction::ALL.iter().find(|function| function.as_str() == typed.trim());
    let expected = || {
        let all: Vec<_> = TerminalFunction::ALL.iter().map(|function| function.as_str()).collect();
        FindingCode::Unknown { expected: all.join(", ") }
    };
    let found =
        typed.iter().filter_map(|typed| findings.take("functions", named(typed).ok_or_else(expected)));
    found.copied().collect()
}

#[cfg(test)]
mod tests;

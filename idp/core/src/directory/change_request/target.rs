//! What a request is about. While a request waits, nobody may ask for another change of the same thing.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A thing that requests change, by the name that people know it by: a profile that is yet to be created has no other.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Target {
    /// What it is.
    pub kind: TargetKind,
    /// Which one.
    pub name: String,
}

/// What kinds of things there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TargetKind {
    /// A profile, by user ID.
    Profile,
    /// A participant, as `HKCC/ABC`.
    Participant,
    /// An appointment, as `HKCC/ABC>HKCC/SAG`.
    Appointment,
    /// A business user group, by code.
    Group,
    /// A relying party, by `client_id`.
    Client,
    /// The phase of a clearing house.
    Phase,
    /// A policy, by name.
    Policy,
    /// Signing keys, by algorithm.
    Key,
}

impl TargetKind {
    const ALL: [Self; 8] = [
        Self::Profile,
        Self::Participant,
        Self::Appointment,
        Self::Group,
        Self::Client,
        Self::Phase,
        Self::Policy,
        Self::Key,
    ];

    /// The word in storage and in the management API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Profile => "profile",
            Self::Participant => "participant",
            Self::Appointment => "appointment",
            Self::Group => "group",
            Self::Client => "client",
            Self::Phase => "phase",
            Self::Policy => "policy",
            Self::Key => "key",
        }
    }
}

impl Target {
    /// The `kind` of that `name`.
    #[must_use]
    pub fn new(kind: TargetKind, name: impl Into<String>) -> Self {
        Self { kind, name: name.into() }
    }

    /// The profile of a user ID.
    #[must_use]
    pub fn profile(user_id: &str) -> Self {
        Self::new(TargetKind::Profile, user_id)
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind.as_str(), self.name)
    }
}

impl FromStr for Target {
    type Err = UnknownTarget;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (word, name) = text.split_once(':').ok_or(UnknownTarget)?;
        let kind = TargetKind::ALL.into_iter().find(|kind| kind.as_str() == word).ok_or(UnknownTarget)?;
        Ok(Self::new(kind, name))
    }
}

impl Serialize for Target {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Target {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// The text names nothing that requests change.
#[derive(Debug, thiserror::Error)]
#[error("names nothing that a request can change")]
pub struct UnknownTarget;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_survive_writing() {
        for kind in TargetKind::ALL {
            let target = Target::new(kind, "HKCC/ABC>HKCC/SAG:1");
            assert_eq!(target.to_string().parse::<Target>().unwrap(), target);
        }
        for stranger in ["", "profile", "person:HKABC101", ":x"] {
            assert!(stranger.parse::<Target>().is_err(), "{stranger}");
        }
    }
}

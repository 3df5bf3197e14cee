//! The dry run: what the end of the parallel run would do to whom, written down as a list that does not change any more.
//! What operators approve is that list, by its hash.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use aws_lc_rs::digest::{Context, SHA256};
use serde::{Deserialize, Serialize};

use super::job::UnknownWord;
use super::rights::{Holder, Holds, is_last};
use crate::Timestamp;
use crate::directory::clearing_house::ClearingHouse;
use crate::directory::profile::UserKind;
use crate::directory::standing::{Standing, TwoFactorState};
use crate::directory::status::ProfileStatus;
use crate::ids::{ParticipantKey, ProfileId};

/// What the dry run looks at of one profile.
#[derive(Clone, Debug)]
pub struct PersonFacts {
    /// Which.
    pub id: ProfileId,
    /// Its user ID.
    pub user_id: String,
    /// What the user ID says.
    pub kind: UserKind,
    /// Its status.
    pub status: ProfileStatus,
    /// Whether it may be used now: status and dates.
    pub usable: bool,
    /// Surname and other names.
    pub name: (String, String),
    /// Its mailbox.
    pub email: Option<String>,
    /// Serial number of its smartcard.
    pub srn: Option<String>,
    /// Whether anything is written of a smartcard.
    pub has_card: bool,
    /// Its factors.
    pub standing: Standing,
    /// Which rights it holds that its participant cannot do without.
    pub holds: Holds,
}

/// What there is to say of a profile, or of a participant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// A business user without an email address: will be quarantined.
    Quarantine,
    /// An administrator without an email address: cannot log in, and is kept.
    KeptAdministrator,
    /// The last who could make or check: cannot log in without an email address, and is kept.
    KeptLast,
    /// Has an email address, and never set up two factors: cannot log in until they have.
    NotSetUp,
    /// Has another user ID at the same participant, named in the detail: a hint, for the two can be merged.
    TwoIds,
    /// What is written of the smartcard is cleared.
    Card,
    /// The participant is left without anybody who can make requests.
    WithoutMaker,
    /// The participant is left without anybody who can check them.
    WithoutChecker,
}

impl Finding {
    /// Every finding.
    pub const ALL: [Self; 8] = [
        Self::Quarantine,
        Self::KeptAdministrator,
        Self::KeptLast,
        Self::NotSetUp,
        Self::TwoIds,
        Self::Card,
        Self::WithoutMaker,
        Self::WithoutChecker,
    ];

    /// What is said of who has no email address: whom the job looks at.
    pub const WITHOUT_EMAIL: [Self; 3] = [Self::Quarantine, Self::KeptAdministrator, Self::KeptLast];

    /// The word in storage and in the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Quarantine => "quarantine",
            Self::KeptAdministrator => "kept_administrator",
            Self::KeptLast => "kept_last",
            Self::NotSetUp => "not_set_up",
            Self::TwoIds => "two_ids",
            Self::Card => "card",
            Self::WithoutMaker => "without_maker",
            Self::WithoutChecker => "without_checker",
        }
    }
}

impl FromStr for Finding {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|finding| finding.as_str() == text).ok_or(UnknownWord)
    }
}

/// One line of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FrozenLine {
    /// What there is to say.
    pub finding: Finding,
    /// Of whose people.
    #[serde(skip)]
    pub participant: ParticipantKey,
    /// The participant's ID.
    #[serde(rename = "participant")]
    pub code: String,
    /// Of which profile; none where it is said of the participant.
    pub profile: Option<ProfileId>,
    /// Its user ID.
    pub user_id: Option<String>,
    /// What else belongs to it.
    pub detail: Option<String>,
}

/// How many lines say what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// Profiles that were looked at.
    pub profiles: u64,
    /// [`Finding::Quarantine`].
    pub quarantine: u64,
    /// [`Finding::KeptAdministrator`].
    pub kept_administrator: u64,
    /// [`Finding::KeptLast`].
    pub kept_last: u64,
    /// [`Finding::NotSetUp`].
    pub not_set_up: u64,
    /// [`Finding::TwoIds`].
    pub two_ids: u64,
    /// [`Finding::Card`].
    pub card: u64,
    /// [`Finding::WithoutMaker`].
    pub without_maker: u64,
    /// [`Finding::WithoutChecker`].
    pub without_checker: u64,
}

impl Counts {
    fn of(&mut self, finding: Finding) -> &mut u64 {
        match finding {
            Finding::Quarantine => &mut self.quarantine,
            Finding::KeptAdministrator => &mut self.kept_administrator,
            Finding::KeptLast => &mut self.kept_last,
            Finding::NotSetUp => &mut self.not_set_up,
            Finding::TwoIds => &mut self.two_ids,
            Finding::Card => &mut self.card,
            Finding::WithoutMaker => &mut self.without_maker,
            Finding::WithoutChecker => &mut self.without_checker,
        }
    }
}

/// The list, as it is being written.
pub struct FrozenList {
    /// The house it is of.
    pub clearing_house: ClearingHouse,
    /// Its lines.
    pub lines: Vec<FrozenLine>,
    /// How many of which.
    pub counts: Counts,
    digest: Context,
}

impl FrozenList {
    /// A list of `clearing_house` on which nobody stands yet.
    #[must_use]
    pub fn of(clearing_house: ClearingHouse) -> Self {
        let mut digest = Context::new(&SHA256);
        digest.update(format!("frozen list 1 of {clearing_house}\n").as_bytes());
        Self { clearing_house, lines: Vec::new(), counts: Counts::default(), digest }
    }

    /// Adds what there is to say of everyone of one participant.
    ///
    /// # Errors
    /// When a line cannot be written down.
    pub fn add(
        &mut self,
        participant: &ParticipantKey,
        code: &str,
        people: &[PersonFacts],
    ) -> Result<(), serde_json::Error> {
        self.counts.profiles += u64::try_from(people.len()).unwrap_or(u64::MAX);
        for line in examine(participant, code, people) {
            *self.counts.of(line.finding) += 1;
            self.digest.update(&serde_json::to_vec(&line)?);
            self.digest.update(b"\n");
            self.lines.push(line);
        }
        Ok(())
    }

    /// What the list is known by: its lines, in their order, and its house. The number of those who are on no line is no
    /// part of it.
    #[must_use]
    pub fn hash(&self) -> ListHash {
        ListHash(hex::encode(self.digest.clone().finish()))
    }
}

/// Everything there is to say of the people of one participant.
#[must_use]
pub fn examine(participant: &ParticipantKey, code: &str, people: &[PersonFacts]) -> Vec<FrozenLine> {
    let everyone: Vec<Holder> = people.iter().map(holder).collect();
    let twins = twins(people);
    let line = |finding, person: Option<&PersonFacts>, detail| FrozenLine {
        finding,
        participant: participant.clone(),
        code: code.to_owned(),
        profile: person.map(|person| person.id.clone()),
        user_id: person.map(|person| person.user_id.clone()),
        detail,
    };
    let mut lines = Vec::new();
    for person in people {
        let say = |(finding, detail)| line(finding, Some(person), detail);
        lines.extend(access(person, &everyone).map(say));
        let other = twins.get(&person.id).cloned();
        lines.extend(other.map(|other| say((Finding::TwoIds, Some(other)))));
        lines.extend(person.has_card.then(|| say((Finding::Card, None))));
    }
    let missing = [
        (Finding::WithoutMaker, (|holds| holds.maker) as fn(Holds) -> bool),
        (Finding::WithoutChecker, |holds| holds.checker),
    ];
    for (finding, right) in missing {
        // Only who has one now can be left without.
        let now = people.iter().any(|person| person.usable && right(person.holds));
        let then = everyone.iter().any(|holder| holder.remains && right(holder.holds));
        lines.extend((now && !then).then(|| line(finding, None, None)));
    }
    lines
}

fn holder(person: &PersonFacts) -> Holder {
    let remains = person.usable && person.email.is_some();
    Holder { id: person.id.clone(), holds: person.holds, remains }
}

/// What becomes of somebody's access.
fn access(person: &PersonFacts, everyone: &[Holder]) -> Option<(Finding, Option<String>)> {
    if person.status == ProfileStatus::Quarantined {
        return None;
    }
    if person.email.is_some() {
        let missing = match person.standing.two_factor() {
            TwoFactorState::None => "password",
            TwoFactorState::PasswordOnly => "second_factor",
            TwoFactorState::SetUp | TwoFactorState::Locked => return None,
        };
        return person.usable.then(|| (Finding::NotSetUp, Some(missing.to_owned())));
    }
    let finding = match person.kind {
        UserKind::BusinessUser if is_last(&person.id, person.holds, everyone) => Finding::KeptLast,
        UserKind::BusinessUser => Finding::Quarantine,
        UserKind::DelegatedAdministrator | UserKind::Operator => Finding::KeptAdministrator,
    };
    Some((finding, None))
}

/// Administrators and business users who seem to be one person: one card, or one mailbox under one name. Who was merged
/// has one profile left, and is nobody's twin.
fn twins(people: &[PersonFacts]) -> BTreeMap<ProfileId, String> {
    let small = |text: &str| text.trim().to_lowercase();
    let marks = |person: &PersonFacts| {
        let card = person.srn.as_deref().map(|srn| format!("card {srn}"));
        let (surname, other_names) = (small(&person.name.0), small(&person.name.1));
        let mailbox = person.email.as_deref().map(small);
        let mailbox = mailbox.map(|mailbox| format!("mailbox {mailbox}\n{surname}\n{other_names}"));
        [card, mailbox].into_iter().flatten()
    };
    let of_kind = |kind| people.iter().filter(move |person| person.kind == kind);
    let mut by_mark: BTreeMap<String, &PersonFacts> = BTreeMap::new();
    for administrator in of_kind(UserKind::DelegatedAdministrator) {
        for mark in marks(administrator) {
            by_mark.entry(mark).or_insert(administrator);
        }
    }
    let mut twins = BTreeMap::new();
    for user in of_kind(UserKind::BusinessUser) {
        if let Some(administrator) = marks(user).find_map(|mark| by_mark.get(&mark)) {
            twins.insert(user.id.clone(), administrator.user_id.clone());
            twins.entry(administrator.id.clone()).or_insert_with(|| user.user_id.clone());
        }
    }
    twins
}

/// A list, without its lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListHead {
    /// What it is known by.
    pub hash: ListHash,
    /// The house it is of.
    pub clearing_house: ClearingHouse,
    /// How many lines say what.
    pub counts: Counts,
    /// The user ID of who made it last.
    pub made_by: String,
    /// When it was made last.
    pub made_at: Timestamp,
}

/// SHA-256 of a frozen list, in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ListHash(String);

/// The text is no hash of a list.
#[derive(Debug, thiserror::Error)]
#[error("not the hash of a dry run")]
pub struct NotAListHash;

impl ListHash {
    /// The stored form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ListHash {
    type Err = NotAListHash;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let sound = text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if sound { Ok(Self(text.to_owned())) } else { Err(NotAListHash) }
    }
}

impl TryFrom<String> for ListHash {
    type Error = NotAListHash;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<ListHash> for String {
    fn from(hash: ListHash) -> Self {
        hash.0
    }
}

impl fmt::Display for ListHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests;

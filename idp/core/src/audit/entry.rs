//! What a use case says of what it does.

use super::action::names;
use super::{Action, Outcome, Redacted};
use crate::directory::actor::Actor;
use crate::directory::profile::Profile;
use crate::ids::{ParticipantKey, ProfileId, RequestId};

/// One thing that was done or tried, before it is a record.
#[derive(Clone, Debug)]
pub struct AuditEntry {
    /// What.
    pub action: Action,
    /// How it ended.
    pub outcome: Outcome,
    /// Who.
    pub actor: AuditActor,
    /// To whom, or what.
    pub subject: Option<Subject>,
    /// Whose record it is: who may read it.
    pub owner: Owner,
    /// The change request it belongs to.
    pub request: Option<RequestId>,
    /// The second signature.
    pub checker: Option<Person>,
    /// From where: an address.
    pub source: Option<String>,
    /// The subject before.
    pub before: Option<Redacted>,
    /// The subject after, or what else is known of the act.
    pub after: Option<Redacted>,
    /// Why: the reason that was given, or the name of the rule that refused.
    pub reason: Option<String>,
}

/// Who acted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuditActor {
    /// Somebody who had proved who they are.
    Person(Person),
    /// An application, as itself.
    Client(String),
    /// A job, by its name.
    Job(&'static str),
    /// Whoever runs the command line.
    CommandLine,
    /// Somebody who had proved nothing.
    Stranger,
}

/// A person, as they were called at the time: a record outlives the profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The profile.
    pub profile_id: ProfileId,
    /// Its user ID.
    pub user_id: String,
    /// Clearing house and participant ID: `HKCC ABC`.
    pub participant: String,
}

impl From<&Actor> for Person {
    fn from(actor: &Actor) -> Self {
        Self {
            profile_id: actor.profile_id.clone(),
            user_id: actor.user_id.clone(),
            participant: format!("{} {}", actor.clearing_house.as_str(), actor.participant_id),
        }
    }
}

impl From<&Profile> for Person {
    fn from(profile: &Profile) -> Self {
        Self {
            profile_id: profile.id.clone(),
            user_id: profile.user_id.clone(),
            participant: format!("{} {}", profile.clearing_house.as_str(), profile.participant),
        }
    }
}

/// To whom or what it was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// Of what kind.
    pub kind: SubjectKind,
    /// Its own identifier.
    pub id: String,
    /// What people call it: a user ID, a participant ID.
    pub name: String,
}

impl Subject {
    /// A subject of any kind.
    #[must_use]
    pub fn new(kind: SubjectKind, id: impl Into<String>, name: impl Into<String>) -> Self {
        Self { kind, id: id.into(), name: name.into() }
    }

    /// A profile.
    #[must_use]
    pub fn profile(id: &ProfileId, user_id: &str) -> Self {
        Self::new(SubjectKind::Profile, id.as_str(), user_id)
    }
}

names! {
    /// What a subject is.
    SubjectKind {
        /// A profile.
        Profile => "profile",
        /// A participant.
        Participant => "participant",
        /// The appointment of a settlement agent.
        Appointment => "appointment",
        /// A business user group.
        Group => "group",
        /// An application.
        Client => "client",
        /// Limits and lifetimes.
        Policy => "policy",
        /// Where a clearing house stands in the migration.
        Phase => "phase",
        /// A key.
        Key => "key",
        /// A form that a participant filed.
        Form => "form",
        /// A change request.
        Request => "request",
        /// A network that strangers come from.
        Network => "network",
        /// The installation as a whole.
        Installation => "installation",
    }
}

/// Whose record it is. A participant's administrators read its own records and no others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    /// The exchange alone.
    Installation,
    /// That participant.
    Participant(ParticipantKey),
    /// The participant of that profile, which the database looks up as it writes. For a profile that is not there
    /// nothing is written, by the same statement: so that who is not there costs what one who is costs.
    ParticipantOf(ProfileId),
}

impl AuditEntry {
    /// `actor` did `action`; whose record it is, and all else, is added.
    #[must_use]
    pub fn new(action: Action, actor: AuditActor) -> Self {
        Self {
            action,
            outcome: Outcome::Done,
            actor,
            subject: None,
            owner: Owner::Installation,
            request: None,
            checker: None,
            source: None,
            before: None,
            after: None,
            reason: None,
        }
    }

    /// The user of `profile` did `action` to their own profile.
    #[must_use]
    pub fn by_user(action: Action, profile: &Profile) -> Self {
        Self::new(action, AuditActor::Person(profile.into()))
            .about(Subject::profile(&profile.id, &profile.user_id))
            .owned_by(Owner::ParticipantOf(profile.id.clone()))
    }

    /// To whom or what.
    #[must_use]
    pub fn about(self, subject: Subject) -> Self {
        Self { subject: Some(subject), ..self }
    }

    /// Whose record it is.
    #[must_use]
    pub fn owned_by(self, owner: Owner) -> Self {
        Self { owner, ..self }
    }

    /// On which change request.
    #[must_use]
    pub fn on_request(self, request: RequestId) -> Self {
        Self { request: Some(request), ..self }
    }

    /// With whose second signature.
    #[must_use]
    pub fn checked_by(self, checker: impl Into<Person>) -> Self {
        Self { checker: Some(checker.into()), ..self }
    }

    /// From which address.
    #[must_use]
    pub fn from_source(self, source: impl Into<String>) -> Self {
        Self { source: Some(source.into()), ..self }
    }

    /// How the subject was.
    #[must_use]
    pub fn before(self, before: impl Into<Redacted>) -> Self {
        Self { before: Some(before.into()), ..self }
    }

    /// How the subject is, or what else is known.
    #[must_use]
    pub fn after(self, after: impl Into<Redacted>) -> Self {
        Self { after: Some(after.into()), ..self }
    }

    /// The reason that was given.
    #[must_use]
    pub fn because(self, reason: impl Into<String>) -> Self {
        Self { reason: Some(reason.into()), ..self }
    }

    /// It was refused, by the rule of that name.
    #[must_use]
    pub fn denied(self, rule: impl Into<String>) -> Self {
        Self { outcome: Outcome::Denied, ..self.because(rule) }
    }
}

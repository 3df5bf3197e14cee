//! Mails as facts: what happened, before it is put into words. Use cases queue these; the server writes them in the
//! reader's language when they are sent.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::directory::phase::Phase;

/// A mail to someone about their own profile.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mail {
    /// Whose profile it is about: one mailbox may serve several.
    pub user_id: String,
    /// What happened.
    pub news: News,
}

/// What a mail tells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "news", rename_all = "snake_case")]
pub enum News {
    /// A one-time password was asked for.
    OneTimePassword {
        /// The digits.
        code: Code,
        /// What it opens.
        purpose: CodePurpose,
        /// For how many minutes it is valid.
        valid_minutes: u32,
    },
    /// The password was set or changed.
    PasswordChanged {
        /// When.
        at: Timestamp,
        /// From which network address.
        from: String,
    },
    /// A second factor was added.
    FactorAdded {
        /// Which.
        factor: Factor,
        /// When.
        at: Timestamp,
        /// From which network address.
        from: String,
    },
    /// A second factor was removed.
    FactorRemoved {
        /// Which.
        factor: Factor,
        /// When.
        at: Timestamp,
    },
    /// The account was locked after too many wrong tries.
    AccountLocked {
        /// When.
        at: Timestamp,
    },
    /// The profile was changed by a request that two people made and approved.
    ProfileChanged {
        /// When.
        at: Timestamp,
    },
    /// The profile was suspended, by one person and at once.
    ProfileSuspended {
        /// When.
        at: Timestamp,
        /// The user ID of who did it.
        by: String,
    },
    /// A checker's approval code was entered wrong too often and is void; told to the checker and to the maker.
    ApprovalCodeRevoked {
        /// When.
        at: Timestamp,
        /// The user ID of the maker on whose screen it was entered last.
        by: String,
    },
    /// A phase of the migration is ahead, and some of a participant's people are not ready; told to its administrators.
    PhaseAhead {
        /// When it was counted.
        at: Timestamp,
        /// The clearing house.
        clearing_house: String,
        /// The participant.
        participant: String,
        /// The phase.
        phase: Phase,
        /// The day on which it is meant to begin, in Hong Kong.
        day: NaiveDate,
        /// Days until then.
        days_left: u32,
        /// Who has no email address.
        no_email: NamedFew,
        /// Who has one, and no password.
        no_password: NamedFew,
    },
    /// The reader is an operator from now on, or again: where to begin.
    OperatorInvited {
        /// When.
        at: Timestamp,
        /// The page at which they log in.
        address: String,
    },
    /// Two operators were let in again by the sealed keys; told to every operator.
    RecoveryUsed {
        /// When.
        at: Timestamp,
        /// Their user IDs.
        by: String,
    },
    /// A request was filed in the reader's name at the command line.
    RequestFiledForYou {
        /// When.
        at: Timestamp,
    },
    /// The registered address was changed; told to both addresses.
    EmailChanged {
        /// When.
        at: Timestamp,
        /// The new address, masked for the reader of the old one.
        new_address: String,
        /// Which of the two reads this.
        reader: Reader,
    },
}

impl News {
    /// Whether a reader waits for it: after a few attempts they ask for another. Any other news is tried until it
    /// expires, for nobody asks for the news that an account was touched.
    #[must_use]
    pub fn is_awaited(&self) -> bool {
        matches!(self, Self::OneTimePassword { .. })
    }
}

/// How many people, and who the first of them are, by user ID.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedFew {
    /// All of them.
    pub count: u32,
    /// The first.
    pub first: Vec<String>,
}

/// The digits of a one-time password. They print in mails alone.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Code(pub String);

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(…)")
    }
}

/// What a one-time password opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CodePurpose {
    /// The second factor of a login.
    Login,
    /// The reset of a password.
    Reset,
}

/// A second factor, as mails name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Factor {
    /// A soft token in an authenticator app.
    AuthenticatorApp,
    /// One-time passwords by email.
    Email,
    /// A passkey.
    Passkey,
    /// A smartcard.
    Smartcard,
}

/// Which address reads about a change of address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reader {
    /// The one that is no longer registered.
    OldAddress,
    /// The one that now is.
    NewAddress,
}

//! What can be wrong with a field: its code for programs, and the key and arguments of its text.

use countersign_core::Timestamp;
use countersign_core::directory::approval_code::OnlyByQueue;
use countersign_core::directory::change_request::TransitionError;
use countersign_core::directory::finding::FindingCode;
use countersign_core::directory::signatures;
use countersign_core::oauth::client::UriFlaw;

use crate::http::pages::{Arg, shown_moment};

/// What can be wrong with a field, or with what was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// No such field or parameter.
    Unknown,
    /// Given more than once.
    Repeated,
    /// Not UTF-8, or with control characters or markup in it.
    NotPlainText,
    /// Longer than this many characters.
    TooLong(u32),
    /// None of the values that it may have.
    NotAllowed,
    /// Not a number from the first to the second.
    OutOfRange(u32, u32),
    /// Not an instant of RFC 3339.
    NotAnInstant,
    /// Not a cursor of this listing.
    ForeignCursor,
    /// It must be there.
    Missing,
    /// Of another form than it must have.
    WrongType,
    /// A line with more or fewer cells than the first.
    WrongLength,
    /// What the rules say of a draft.
    Found(FindingCode),
    /// Why signatures do not suffice.
    Unsigned(signatures::Refusal),
    /// Only the maker may.
    NotTheMaker,
    /// Why an approval code does not do.
    OnlyByQueue(OnlyByQueue),
    /// How a request ended.
    Over(TransitionError),
    /// Closed, until then if the calendar says.
    Closed(Option<Timestamp>),
}

impl Fault {
    /// Whether it only warns.
    #[must_use]
    pub fn is_warning(&self) -> bool {
        matches!(self, Self::Found(code) if code.is_warning())
    }

    /// The code, for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Repeated => "repeated",
            Self::NotPlainText => "not_plain_text",
            Self::TooLong(_) => "too_long",
            Self::NotAllowed => "not_allowed",
            Self::OutOfRange(..) => "out_of_range",
            Self::NotAnInstant => "not_an_instant",
            Self::ForeignCursor => "foreign_cursor",
            Self::Missing => "missing",
            Self::WrongType => "wrong_type",
            Self::WrongLength => "wrong_length",
            Self::Found(code) => found(code),
            Self::Unsigned(refusal) => unsigned(*refusal),
            Self::NotTheMaker => "not_the_maker",
            Self::OnlyByQueue(why) => only_by_queue(*why),
            Self::Over(error) => over(*error),
            Self::Closed(Some(_)) => "closed_until",
            Self::Closed(None) => "closed",
        }
    }

    /// The key of its text.
    #[must_use]
    pub fn key(&self) -> String {
        format!("finding-{}", self.code().replace('_', "-"))
    }

    /// The arguments of its text.
    #[must_use]
    pub fn args(&self) -> Vec<(&'static str, Arg)> {
        match self {
            Self::TooLong(most) => vec![("most", Arg::Number(*most))],
            Self::OutOfRange(least, most) => {
                vec![("least", Arg::Number(*least)), ("most", Arg::Number(*most))]
            }
            Self::Found(code) => facts(code),
            Self::Closed(Some(until)) => vec![("moment", Arg::Text(shown_moment(*until)))],
            _ => Vec::new(),
        }
    }
}

fn found(code: &FindingCode) -> &'static str {
    match code {
        FindingCode::Required => "required",
        FindingCode::NotApplicable => "not_applicable",
        FindingCode::TooLong { .. } => "too_long",
        FindingCode::NotText => "not_plain_text",
        FindingCode::NotAnEmail => "not_an_email",
        FindingCode::NotADate => "not_a_date",
        FindingCode::DatesReversed => "dates_reversed",
        FindingCode::UnknownGroup { .. } => "unknown_group",
        FindingCode::UnknownAccessLevel { .. } => "unknown_access_level",
        FindingCode::BadOption { .. } => "bad_option",
        FindingCode::NotAUserId { .. } => "not_a_user_id",
        FindingCode::ReadsAsAdministrator => "reads_as_administrator",
        FindingCode::UserIdTaken => "user_id_taken",
        FindingCode::UserIdOfAnother => "user_id_of_another",
        FindingCode::CodeTaken { .. } => "code_taken",
        FindingCode::Exists => "exists",
        FindingCode::NotACode { .. } => "not_a_code",
        FindingCode::InUse { .. } => "in_use",
        FindingCode::NotFound => "not_found",
        // An unknown member is another thing.
        FindingCode::Unknown { .. } => "not_one_of",
        FindingCode::AlreadyPending { .. } => "already_pending",
        FindingCode::NothingChanges => "nothing_changes",
        FindingCode::NotInPhase { .. } => "not_in_phase",
        FindingCode::ForOperators => "for_operators",
        FindingCode::Twice { .. } => "twice",
        FindingCode::TooMany { .. } => "too_many",
        FindingCode::NotAnInstant => "not_an_instant",
        FindingCode::InThePast => "in_the_past",
        FindingCode::OutOfOrder => "out_of_order",
        FindingCode::TooOld => "too_old",
        FindingCode::EndOfRunStarted => "end_of_run_started",
        FindingCode::OwnProfile => "own_profile",
        FindingCode::OutOfRange { .. } => "out_of_range",
        FindingCode::Repeated => "repeated",
        FindingCode::Taken => "taken",
        FindingCode::NotAClientId => "not_a_client_id",
        FindingCode::BadUri { flaw } => bad_uri(*flaw),
        FindingCode::PrivateAddress => "private_address",
        FindingCode::NotAKeySet => "not_a_key_set",
        FindingCode::PrivateKey => "private_key",
        FindingCode::WeakKey => "weak_key",
        FindingCode::LastConsole => "last_console",
        FindingCode::NoChecker => "no_checker",
        FindingCode::LastAdministrator => "last_administrator",
        FindingCode::ReadsEverything => "reads_everything",
        FindingCode::AdministersThrough => "administers_through",
        FindingCode::AsksNoConsent => "asks_no_consent",
        FindingCode::FreeMail => "free_mail",
        FindingCode::SharedName => "shared_name",
        FindingCode::SharedMailbox { .. } => "shared_mailbox",
    }
}

fn bad_uri(flaw: UriFlaw) -> &'static str {
    match flaw {
        UriFlaw::TooLong => "uri_too_long",
        UriFlaw::NotAbsolute => "uri_not_absolute",
        UriFlaw::NotPlain => "uri_not_plain",
        UriFlaw::Wildcard => "uri_with_wildcard",
        UriFlaw::Fragment => "uri_with_fragment",
        UriFlaw::Credentials => "uri_with_credentials",
        UriFlaw::NotHttps => "uri_not_https",
    }
}

fn facts(code: &FindingCode) -> Vec<(&'static str, Arg)> {
    let text = |text: &String| Arg::Text(text.clone());
    match code {
        FindingCode::TooLong { max } | FindingCode::TooMany { max } => vec![("most", number(*max))],
        FindingCode::UnknownGroup { group } => vec![("group", text(group))],
        FindingCode::UnknownAccessLevel { level } => vec![("level", text(level))],
        FindingCode::BadOption { reason } => vec![("reason", text(reason))],
        FindingCode::Unknown { expected } => vec![("expected", text(expected))],
        FindingCode::NotInPhase { phase } => vec![("phase", text(phase))],
        FindingCode::OutOfRange { least, most } => {
            vec![("least", Arg::Number(*least)), ("most", Arg::Number(*most))]
        }
        FindingCode::Twice { line } => vec![("line", number(*line))],
        FindingCode::CodeTaken { taken } => vec![("code", text(taken))],
        FindingCode::InUse { profiles } => vec![("count", number(*profiles))],
        FindingCode::SharedMailbox { others } => vec![("count", number(*others))],
        _ => Vec::new(),
    }
}

fn number(number: impl TryInto<u32>) -> Arg {
    Arg::Number(number.try_into().unwrap_or(u32::MAX))
}

fn unsigned(refusal: signatures::Refusal) -> &'static str {
    use signatures::Refusal;
    match refusal {
        Refusal::MakerFromElsewhere => "maker_from_elsewhere",
        Refusal::MakerLacksRight => "maker_lacks_right",
        Refusal::MakerIsSubject => "maker_is_subject",
        Refusal::NotAdopted => "not_adopted",
        Refusal::CheckerIsMaker => "checker_is_maker",
        Refusal::SamePerson => "same_person",
        Refusal::CheckerFromElsewhere => "checker_from_elsewhere",
        Refusal::CheckerIsNoOperator => "checker_is_no_operator",
        Refusal::CheckerLacksRight => "checker_lacks_right",
        Refusal::CheckerIsSubject => "checker_is_subject",
        Refusal::SharedEmail => "shared_email",
        Refusal::SharedCard => "shared_card",
        Refusal::SharedPasskey => "shared_passkey",
        Refusal::SharedBrowser => "shared_browser",
    }
}

fn only_by_queue(why: OnlyByQueue) -> &'static str {
    match why {
        OnlyByQueue::Off => "codes_off",
        OnlyByQueue::DaRights => "queue_for_da_rights",
        OnlyByQueue::Operators => "queue_for_operators",
        OnlyByQueue::DaEmail => "queue_for_da_email",
        OnlyByQueue::TooManyWrong => "too_many_wrong_codes",
    }
}

fn over(error: TransitionError) -> &'static str {
    match error {
        TransitionError::Ended("applied") => "request_applied",
        TransitionError::Ended("rejected") => "request_rejected",
        TransitionError::Ended("withdrawn") => "request_withdrawn",
        TransitionError::Ended("conflicted") => "request_conflicted",
        // No caller of ours asks for an expiry, which alone can come too early.
        TransitionError::Ended(_) | TransitionError::TooLate | TransitionError::TooEarly => "request_expired",
    }
}

#[cfg(test)]
impl Fault {
    /// One of each, for the tests of the texts.
    #[expect(clippy::too_many_lines, reason = "a list")]
    pub(crate) fn all() -> Vec<Self> {
        use signatures::Refusal;
        let text = String::new;
        let mut all = vec![
            Self::Unknown,
            Self::Repeated,
            Self::NotPlainText,
            Self::TooLong(0),
            Self::NotAllowed,
            Self::OutOfRange(0, 0),
            Self::NotAnInstant,
            Self::ForeignCursor,
            Self::Missing,
            Self::WrongType,
            Self::WrongLength,
            Self::NotTheMaker,
            Self::Closed(None),
            Self::Closed(Some(countersign_core::from_millis(0))),
        ];
        all.extend(
            [
                FindingCode::Required,
                FindingCode::NotApplicable,
                FindingCode::TooLong { max: 1 },
                FindingCode::NotText,
                FindingCode::NotAnEmail,
                FindingCode::NotADate,
                FindingCode::DatesReversed,
                FindingCode::UnknownGroup { group: text() },
                FindingCode::UnknownAccessLevel { level: text() },
                FindingCode::BadOption { reason: text() },
                FindingCode::NotAUserId { expected: text() },
                FindingCode::ReadsAsAdministrator,
                FindingCode::UserIdTaken,
                FindingCode::UserIdOfAnother,
                FindingCode::Taken,
                FindingCode::NotAClientId,
                FindingCode::BadUri { flaw: UriFlaw::TooLong },
                FindingCode::BadUri { flaw: UriFlaw::NotAbsolute },
                FindingCode::BadUri { flaw: UriFlaw::NotPlain },
                FindingCode::BadUri { flaw: UriFlaw::Wildcard },
                FindingCode::BadUri { flaw: UriFlaw::Fragment },
                FindingCode::BadUri { flaw: UriFlaw::Credentials },
                FindingCode::BadUri { flaw: UriFlaw::NotHttps },
                FindingCode::PrivateAddress,
                FindingCode::NotAKeySet,
                FindingCode::PrivateKey,
                FindingCode::WeakKey,
                FindingCode::LastConsole,
                FindingCode::CodeTaken { taken: text() },
                FindingCode::Exists,
                FindingCode::NotACode { expected: text() },
                FindingCode::InUse { profiles: 1 },
                FindingCode::NotFound,
                FindingCode::Unknown { expected: text() },
                FindingCode::AlreadyPending { request: None },
                FindingCode::NothingChanges,
                FindingCode::NotInPhase { phase: text() },
                FindingCode::ForOperators,
                FindingCode::Twice { line: 1 },
                FindingCode::TooMany { max: 1 },
                FindingCode::NotAnInstant,
                FindingCode::InThePast,
                FindingCode::OutOfOrder,
                FindingCode::TooOld,
                FindingCode::EndOfRunStarted,
                FindingCode::OwnProfile,
                FindingCode::NoChecker,
                FindingCode::LastAdministrator,
                FindingCode::ReadsEverything,
                FindingCode::AdministersThrough,
                FindingCode::AsksNoConsent,
                FindingCode::FreeMail,
                FindingCode::SharedName,
                FindingCode::SharedMailbox { others: 1 },
            ]
            .map(Self::Found),
        );
        all.extend(
            [
                Refusal::MakerFromElsewhere,
                Refusal::MakerLacksRight,
                Refusal::MakerIsSubject,
                Refusal::NotAdopted,
                Refusal::CheckerIsMaker,
                Refusal::SamePerson,
                Refusal::CheckerFromElsewhere,
                Refusal::CheckerIsNoOperator,
                Refusal::CheckerLacksRight,
                Refusal::CheckerIsSubject,
                Refusal::SharedEmail,
                Refusal::SharedCard,
                Refusal::SharedPasskey,
                Refusal::SharedBrowser,
            ]
            .map(Self::Unsigned),
        );
        all.extend(
            [
                OnlyByQueue::Off,
                OnlyByQueue::DaRights,
                OnlyByQueue::Operators,
                OnlyByQueue::DaEmail,
                OnlyByQueue::TooManyWrong,
            ]
            .map(Self::OnlyByQueue),
        );
        let ends = ["applied", "rejected", "withdrawn", "expired", "conflicted"];
        all.extend(ends.map(|state| Self::Over(TransitionError::Ended(state))));
        all
    }
}

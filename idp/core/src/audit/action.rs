//! What can be recorded. Names are stored and searched for, so they never change.

macro_rules! names {
    ($(#[$outer:meta])* $type:ident { $($(#[$doc:meta])* $name:ident => $text:literal),* $(,)? }) => {
        $(#[$outer])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $type {
            $($(#[$doc])* $name),*
        }

        impl $type {
            /// Every one.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The name, as stored.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text),*
                }
            }
        }

        impl std::str::FromStr for $type {
            type Err = super::action::UnknownName;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::ALL
                    .iter()
                    .copied()
                    .find(|one| one.as_str() == text)
                    .ok_or_else(|| super::action::UnknownName(text.to_owned()))
            }
        }
    };
}
pub(super) use names;

names! {
    /// What was done, or tried.
    Action {
        /// Somebody logged in.
        LoggedIn => "logged_in",
        /// Somebody proved everything, and yet may not log in.
        LoginRefused => "login_refused",
        /// A wrong OTP after a right password.
        OtpWrong => "otp_wrong",
        /// A wrong enrolment code after a right password.
        EnrolmentCodeWrong => "enrolment_code_wrong",
        /// A profile was locked after too many failures.
        ProfileLocked => "profile_locked",
        /// A locked profile was unlocked.
        ProfileUnlocked => "profile_unlocked",
        /// A password was set by a reset.
        PasswordSet => "password_set",
        /// A password was changed by its owner.
        PasswordChanged => "password_changed",
        /// A second factor was added.
        FactorAdded => "factor_added",
        /// A second factor was given up.
        FactorRemoved => "factor_removed",
        /// Second factors were taken away on request, for new ones to be registered.
        FactorReset => "factor_reset",
        /// A session was ended by its user.
        SessionEnded => "session_ended",
        /// An authorization code or a refresh token came a second time.
        TokenReused => "token_reused",
        /// What strangers failed at, by kind, network and hour.
        StrangersFailed => "strangers_failed",
        /// A change was requested.
        RequestSubmitted => "request_submitted",
        /// A request that was filed at the command line was taken on by the maker whom it names.
        RequestAdopted => "request_adopted",
        /// A requested change was approved, and is in effect.
        RequestApproved => "request_approved",
        /// A requested change was rejected.
        RequestRejected => "request_rejected",
        /// A requested change was withdrawn by its maker.
        RequestWithdrawn => "request_withdrawn",
        /// A requested change waited too long.
        RequestExpired => "request_expired",
        /// A requested change met a profile that had changed since.
        RequestConflicted => "request_conflicted",
        /// A participant filed a form with the exchange.
        FormFiled => "form_filed",
        /// An operator made a form a change request.
        FormTaken => "form_taken",
        /// An operator declined a form.
        FormDeclined => "form_declined",
        /// A participant took a form back.
        FormWithdrawn => "form_withdrawn",
        /// A profile was suspended by one person alone.
        ProfileSuspended => "profile_suspended",
        /// A profile was put in quarantine by the job at the end of a migration.
        ProfileQuarantined => "profile_quarantined",
        /// A profile was removed for good, its time in quarantine over.
        ProfileRemoved => "profile_removed",
        /// A clearing house moved to another phase.
        PhaseMoved => "phase_moved",
        /// A checker was shown a new approval code.
        ApprovalCodeShown => "approval_code_shown",
        /// A wrong approval code was entered.
        ApprovalCodeWrong => "approval_code_wrong",
        /// An approval code was entered wrong too often.
        ApprovalCodeRevoked => "approval_code_revoked",
        /// A secret that an approved request made was shown, once.
        SecretShown => "secret_shown",
        /// Something was tried by somebody who may not.
        AttemptDenied => "attempt_denied",
        /// Data about people was taken out as a file.
        DataExported => "data_exported",
        /// A signing key was added.
        KeyAdded => "key_added",
        /// A signing key was removed.
        KeyRemoved => "key_removed",
        /// The first operators were made.
        Bootstrapped => "bootstrapped",
        /// Two operators were let in again by the sealed keys.
        Recovered => "recovered",
        /// A job changed something that was approved before.
        JobRan => "job_ran",
    }
}

names! {
    /// How it ended.
    Outcome {
        /// It happened.
        Done => "done",
        /// It was refused: nothing happened.
        Denied => "denied",
    }
}

/// The text is no such name.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is no name of an action or an outcome")]
pub struct UnknownName(pub(super) String);

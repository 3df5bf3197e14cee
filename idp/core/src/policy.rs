//! Every lifetime and limit that a house may set, with the values it starts with.
//!
//! Durations are whole seconds and say so in their names. The values are data: nothing here acts.

mod changeable;
mod rules;

use serde::Serialize;

use crate::directory::approval_code::ApprovalCodePolicy;
use crate::directory::mailbox::MailboxPolicy;
use crate::directory::permission::MigrationPolicy;
use crate::directory::requests::RequestPolicy;
use crate::directory::service_hours::ServiceHoursPolicy;
use crate::directory::user_id::UserIdPolicy;
use crate::settings;

pub use changeable::{CHANGEABLE, Changeable, Fitted, Overrides, Unit, fitted, overlaid};
pub use rules::PolicyProblem;

settings! {
    /// All policies.
    #[derive(Clone, Debug, PartialEq, Serialize)]
    pub struct Policy {
        /// Sessions at the issuer.
        pub session: SessionPolicy = SessionPolicy::default(),
        /// Passwords.
        pub password: PasswordPolicy = PasswordPolicy::default(),
        /// One-time passwords by email and app.
        pub otp: OtpPolicy = OtpPolicy::default(),
        /// Slowing down and locking.
        pub lockout: LockoutPolicy = LockoutPolicy::default(),
        /// Codes and tokens.
        pub token: TokenPolicy = TokenPolicy::default(),
        /// The management API.
        pub management: ManagementPolicy = ManagementPolicy::default(),
        /// Signing keys.
        pub keys: KeyPolicy = KeyPolicy::default(),
        /// Argon2id and its pool.
        pub hashing: HashingPolicy = HashingPolicy::default(),
        /// How user IDs look: one pattern per clearing house and kind of user.
        pub user_ids: UserIdPolicy = UserIdPolicy::default(),
        /// The migration from smartcards to two-factor login.
        pub migration: MigrationPolicy = MigrationPolicy::default(),
        /// When the functions that keep hours are open. The house maintains the list of public holidays.
        pub service_hours: ServiceHoursPolicy = ServiceHoursPolicy::default(),
        /// Codes with which a checker approves on the maker's screen.
        pub approval_code: ApprovalCodePolicy = ApprovalCodePolicy::default(),
        /// Change requests.
        pub requests: RequestPolicy = RequestPolicy::default(),
        /// Which email addresses are warned about on entry; none is refused for it.
        pub mailbox: MailboxPolicy = MailboxPolicy::default(),
    }

    /// How long a session lives.
    #[derive(Clone, Debug, PartialEq, Serialize)]
    pub struct SessionPolicy {
        /// A session unused for this long ends.
        pub idle_seconds: u32 = 30 * 60,
        /// A session ends after this long in any case.
        pub absolute_seconds: u32 = 12 * 60 * 60,
        /// Use moves the idle limit at most this often, so that a busy session does not write at every click.
        pub touch_seconds: u32 = 60,
        /// A login must be finished within this time.
        pub interaction_seconds: u32 = 30 * 60,
    }

    /// What a password must be.
    #[derive(Clone, Debug, PartialEq, Serialize)]
    pub struct PasswordPolicy {
        /// Fewest characters.
        pub min_length: u16 = 10,
        /// Most characters.
        pub max_length: u16 = 128,
        /// Lowest zxcvbn score, 0 to 4.
        pub min_score: u8 = 3,
        /// How many former passwords may not come back.
        pub history: u8 = 8,
    }

    /// How one-time passwords behave.
    #[derive(Clone, Debug, PartialEq, Serialize)]
    pub struct OtpPolicy {
        /// An emailed OTP is good for this long.
        pub email_seconds: u32 = 5 * 60,
        /// Tries per emailed OTP.
        pub email_tries: u16 = 5,
        /// Mails with an OTP per user ID, purpose and hour; as many more for its known browsers.
        pub emails_per_hour: u16 = 5,
        /// A new OTP may be asked for after this long.
        pub resend_seconds: u32 = 30,
        /// TOTP steps of 30 s accepted on either side of now.
        pub app_skew_steps: u8 = 1,
        /// Name under which the authenticator app lists the account.
        pub issuer_label: String = "Countersign".into(),
        /// An enrolment code is good for this long.
        pub enrolment_code_seconds: u32 = 7 * 24 * 60 * 60,
    }

    /// When wrong passwords and OTPs slow down and lock.
    #[derive(Clone, Debug, PartialEq, Serialize)]
    pub struct LockoutPolicy {
        /// Wrong passwords for one user ID before each further try must wait.
        pub free_tries: u16 = 5,
        /// The first wait; it doubles with every further wrong password.
        pub first_wait_seconds: u32 = 2,
        /// The longest wait.
        pub longest_wait_seconds: u32 = 300,
        /// Wrong passwords for one user ID after which the profile locks: of strangers, or in one known browser.
        pub lock_after_passwords: u16 = 100,
        /// Wrong OTPs after a right password after which the profile locks.
        pub lock_after_otps: u16 = 5,
        /// Wrong passwords, requests for resets and their wrong OTPs from one source address, over all user IDs, per hour.
        pub source_tries_per_hour: u32 = 600,
        /// Counted failures are forgotten after this long without another.
        pub forget_seconds: u32 = 24 * 60 * 60,
    }

    /// How long codes and tokens live.
    #[derive(Clone, Debug, PartialEq, Serialize)]
    pub struct TokenPolicy {
        /// An authorization code.
        pub code_seconds: u32 = 60,
        /// An access token; ends of appointments reach elsewhere within this time, so at most 300.
        pub access_seconds: u32 = 300,
        /// An ID token.
        pub id_seconds: u32 = 300,
        /// A refresh token that is not used.
        pub refresh_idle_seconds: u32 = 8 * 60 * 60,
        /// A family of refresh tokens.
        pub refresh_absolute_seconds: u32 = 30 * 24 * 60 * 60,
        /// A refresh repeated within this time after a lost response is not theft.
        pub refresh_retry_seconds: u32 = 30,
        /// Longest life accepted of a client's assertion.
        pub assertion_seconds: u32 = 300,
        /// Clock difference tolerated with clients.
        pub leeway_seconds: u32 = 30,
    }

    /// How the management API is used.
    #[derive(Clone, Debug, PartialEq, Serialize)]
    pub struct ManagementPolicy {
        /// Requests of one caller per minute, at one node.
        pub requests_per_minute: u32 = 600,
        /// What asks for a step-up takes an authentication no older than this.
        pub step_up_seconds: u32 = 300,
        /// A request repeated under its idempotency key within this time is answered and not done again.
        pub idempotency_seconds: u32 = 24 * 60 * 60,
    }

    /// When signing keys rotate.
    #[derive(Clone, Debug, PartialEq, Serialize)]
    pub struct KeyPolicy {
        /// A key signs for this long.
        pub active_seconds: u32 = 90 * 24 * 60 * 60,
        /// The next key is published this long before it signs.
        pub announce_seconds: u32 = 2 * 24 * 60 * 60,
        /// A retired key stays published this long.
        pub retire_seconds: u32 = 7 * 24 * 60 * 60,
        /// How often a node looks for what other nodes rotated.
        pub refresh_seconds: u32 = 60,
    }

    /// What a password hash costs, and how many may wait for one.
    #[derive(Clone, Debug, PartialEq, Serialize)]
    pub struct HashingPolicy {
        /// Memory of one hash, in KiB.
        pub memory_kib: u32 = 19 * 1024,
        /// Passes.
        pub iterations: u32 = 2,
        /// Hashes at once; 0 means one per core.
        pub workers: u16 = 0,
        /// Hashes waiting; past that, the answer is 503 with Retry-After.
        pub queue: u16 = 64,
    }
}

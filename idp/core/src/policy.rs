//! Every lifetime and limit that a house may set, with the values it starts with.
//!
//! Durations are whole seconds and say so in their names. The values are data: nothing here acts.

use serde::{Deserialize, Serialize};

/// All policies.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// Sessions at the issuer.
    pub session: SessionPolicy,
    /// Passwords.
    pub password: PasswordPolicy,
    /// One-time passwords by email and app.
    pub otp: OtpPolicy,
    /// Slowing down and locking.
    pub lockout: LockoutPolicy,
    /// Codes and tokens.
    pub token: TokenPolicy,
    /// Signing keys.
    pub keys: KeyPolicy,
    /// Argon2id and its pool.
    pub hashing: HashingPolicy,
}

/// How long a session lives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SessionPolicy {
    /// A session unused for this long ends.
    pub idle_seconds: u32,
    /// A session ends after this long in any case.
    pub absolute_seconds: u32,
    /// Use moves the idle limit at most this often, so that a busy session does not write at every click.
    pub touch_seconds: u32,
    /// A login must be finished within this time.
    pub interaction_seconds: u32,
}

impl Default for SessionPolicy {
    fn default() -> Self {
        Self {
            idle_seconds: 30 * 60,
            absolute_seconds: 12 * 60 * 60,
            touch_seconds: 60,
            interaction_seconds: 30 * 60,
        }
    }
}

/// What a password must be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PasswordPolicy {
    /// Fewest characters.
    pub min_length: u16,
    /// Most characters.
    pub max_length: u16,
    /// Lowest zxcvbn score, 0 to 4.
    pub min_score: u8,
    /// How many former passwords may not come back.
    pub history: u8,
}

impl Default for PasswordPolicy {
    fn default() -> Self {
        Self { min_length: 10, max_length: 128, min_score: 3, history: 8 }
    }
}

/// How one-time passwords behave.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OtpPolicy {
    /// An emailed OTP is good for this long.
    pub email_seconds: u32,
    /// Tries per emailed OTP.
    pub email_tries: u16,
    /// Mails with an OTP per user ID and hour.
    pub emails_per_hour: u16,
    /// A new OTP may be asked for after this long.
    pub resend_seconds: u32,
    /// TOTP steps of 30 s accepted on either side of now.
    pub app_skew_steps: u8,
    /// Name under which the authenticator app lists the account.
    pub issuer_label: String,
    /// An enrolment code is good for this long.
    pub enrolment_code_seconds: u32,
}

impl Default for OtpPolicy {
    fn default() -> Self {
        Self {
            email_seconds: 5 * 60,
            email_tries: 5,
            emails_per_hour: 5,
            resend_seconds: 30,
            app_skew_steps: 1,
            issuer_label: "Countersign".into(),
            enrolment_code_seconds: 7 * 24 * 60 * 60,
        }
    }
}

/// When wrong passwords and OTPs slow down and lock.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LockoutPolicy {
    /// Wrong passwords for one user ID before each further try must wait.
    pub free_tries: u16,
    /// The first wait; it doubles with every further wrong password.
    pub first_wait_seconds: u32,
    /// The longest wait.
    pub longest_wait_seconds: u32,
    /// Wrong passwords for one user ID after which the profile locks.
    pub lock_after_passwords: u16,
    /// Wrong OTPs after a right password after which the profile locks.
    pub lock_after_otps: u16,
    /// Wrong passwords from one source address, over all user IDs, per hour.
    pub source_tries_per_hour: u32,
    /// Counted failures are forgotten after this long without another.
    pub forget_seconds: u32,
}

impl Default for LockoutPolicy {
    fn default() -> Self {
        Self {
            free_tries: 5,
            first_wait_seconds: 2,
            longest_wait_seconds: 300,
            lock_after_passwords: 100,
            lock_after_otps: 5,
            source_tries_per_hour: 600,
            forget_seconds: 24 * 60 * 60,
        }
    }
}

/// How long codes and tokens live.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TokenPolicy {
    /// An authorization code.
    pub code_seconds: u32,
    /// An access token; ends of appointments reach elsewhere within this time, so at most 300.
    pub access_seconds: u32,
    /// An ID token.
    pub id_seconds: u32,
    /// A refresh token that is not used.
    pub refresh_idle_seconds: u32,
    /// A family of refresh tokens.
    pub refresh_absolute_seconds: u32,
    /// A refresh repeated within this time after a lost response is not theft.
    pub refresh_retry_seconds: u32,
    /// Longest life accepted of a client's assertion.
    pub assertion_seconds: u32,
    /// Clock difference tolerated with clients.
    pub leeway_seconds: u32,
}

impl Default for TokenPolicy {
    fn default() -> Self {
        Self {
            code_seconds: 60,
            access_seconds: 300,
            id_seconds: 300,
            refresh_idle_seconds: 8 * 60 * 60,
            refresh_absolute_seconds: 30 * 24 * 60 * 60,
            refresh_retry_seconds: 30,
            assertion_seconds: 300,
            leeway_seconds: 30,
        }
    }
}

/// When signing keys rotate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct KeyPolicy {
    /// A key signs for this long.
    pub active_seconds: u32,
    /// The next key is published this long before it signs.
    pub announce_seconds: u32,
    /// A retired key stays published this long.
    pub retire_seconds: u32,
    /// How often a node looks for what other nodes rotated.
    pub refresh_seconds: u32,
}

impl Default for KeyPolicy {
    fn default() -> Self {
        Self {
            active_seconds: 90 * 24 * 60 * 60,
            announce_seconds: 2 * 24 * 60 * 60,
            retire_seconds: 7 * 24 * 60 * 60,
            refresh_seconds: 60,
        }
    }
}

/// What a password hash costs, and how many may wait for one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HashingPolicy {
    /// Memory of one hash, in KiB.
    pub memory_kib: u32,
    /// Passes.
    pub iterations: u32,
    /// Hashes at once; 0 means one per core.
    pub workers: u16,
    /// Hashes waiting; past that, the answer is 503 with Retry-After.
    pub queue: u16,
}

impl Default for HashingPolicy {
    fn default() -> Self {
        Self { memory_kib: 19 * 1024, iterations: 2, workers: 0, queue: 64 }
    }
}

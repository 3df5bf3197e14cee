//! What holds among policies beyond the type of each: asked when the configuration is read, and when operators change
//! one.

use super::Policy;
use crate::directory::service_hours::ServiceCalendar;
use crate::directory::user_id::Pattern;

/// A policy that cannot be, and what it would have to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyProblem {
    /// Which, dotted, without `policy.` before it.
    pub name: String,
    /// How the sentence about it goes on.
    pub message: String,
}

impl Policy {
    /// Everything that cannot be.
    #[must_use]
    pub fn problems(&self) -> Vec<PolicyProblem> {
        let mut problems: Vec<PolicyProblem> = self
            .bounds()
            .into_iter()
            .filter(|(_, holds, _)| !holds)
            .map(|(name, _, message)| problem(name, message))
            .collect();
        for (key, _, _, pattern) in self.user_ids.lines() {
            if let Err(error) = pattern.parse::<Pattern>() {
                problems.push(problem(&format!("user_ids.{key}"), &error.to_string()));
            }
        }
        if let Err(error) = ServiceCalendar::try_from(&self.service_hours) {
            problems.push(problem(&format!("service_hours.{}", error.key), &error.to_string()));
        }
        problems
    }

    fn bounds(&self) -> [(&'static str, bool, &'static str); 12] {
        let Self { password, approval_code, token, session, keys, hashing, otp, .. } = self;
        let ordered = password.min_length <= password.max_length && password.max_length <= 1_024;
        let lasting = session.idle_seconds > 0 && session.idle_seconds <= session.absolute_seconds;
        let outlasting = keys.retire_seconds >= token.access_seconds.max(token.id_seconds);
        [
            ("password.min_score", password.min_score <= 4, "is at most 4"),
            ("password.max_length", ordered, "is between `min_length` and 1024"),
            ("approval_code.maker_tries", approval_code.maker_tries > 0, "is at least 1"),
            ("approval_code.code_tries", approval_code.code_tries > 0, "is at least 1"),
            ("token.access_seconds", (1..=300).contains(&token.access_seconds), "is between 1 and 300"),
            ("token.code_seconds", (1..=600).contains(&token.code_seconds), "is between 1 and 600"),
            ("session.idle_seconds", lasting, "is between 1 and `absolute_seconds`"),
            (
                "keys.announce_seconds",
                keys.announce_seconds < keys.active_seconds,
                "is less than `active_seconds`",
            ),
            (
                "keys.retire_seconds",
                outlasting,
                "must outlast every token: it is at least `token.access_seconds` and `token.id_seconds`",
            ),
            ("hashing.memory_kib", hashing.memory_kib >= 8 * 1_024, "is at least 8192"),
            ("hashing.iterations", hashing.iterations > 0, "is at least 1"),
            ("otp.app_skew_steps", otp.app_skew_steps <= 2, "is at most 2"),
        ]
    }
}

fn problem(name: &str, message: &str) -> PolicyProblem {
    PolicyProblem { name: name.to_owned(), message: message.to_owned() }
}

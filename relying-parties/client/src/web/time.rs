//! Times as the house writes them: DD-MMM-YY, in Hong Kong.

use chrono::{DateTime, Utc};
use chrono_tz::Asia::Hong_Kong;

use crate::LastLogin;

/// `14-Dec-22`.
#[must_use]
pub fn date(at: DateTime<Utc>) -> String {
    at.with_timezone(&Hong_Kong).format("%d-%b-%y").to_string()
}

/// `14-Dec-22 15:00:15`.
#[must_use]
pub fn date_time(at: DateTime<Utc>) -> String {
    at.with_timezone(&Hong_Kong).format("%d-%b-%y %H:%M:%S").to_string()
}

/// `Last access on 14-Dec-22 at 15:00:15 by password and authenticator app`.
#[must_use]
pub fn last_access(last: &LastLogin) -> String {
    let at = last.at.with_timezone(&Hong_Kong).format("%d-%b-%y at %H:%M:%S");
    match &last.method {
        Some(method) => format!("Last access on {at} by {}", method_in_words(method)),
        None => format!("Last access on {at}"),
    }
}

/// The issuer's name of a method (an `acr` of its, or the end of one) in words; an unknown one as it is.
fn method_in_words(method: &str) -> &str {
    match method.rsplit(':').next().unwrap_or(method).replace('_', "-").as_str() {
        "otp-app" => "password and authenticator app",
        "otp-email" => "password and email OTP",
        "passkey" => "password and passkey",
        "smartcard" => "smartcard",
        _ => method,
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::{date, date_time, last_access};
    use crate::LastLogin;

    #[test]
    fn times_are_hong_kong_times() {
        let at = DateTime::from_timestamp(1_671_001_215, 0).unwrap();
        assert_eq!(date(at), "14-Dec-22");
        assert_eq!(date_time(at), "14-Dec-22 15:00:15");
        let by = |method: &str| last_access(&LastLogin { at, method: Some(method.into()) });
        assert_eq!(by("otp-app"), "Last access on 14-Dec-22 at 15:00:15 by password and authenticator app");
        assert_eq!(by("urn:countersign:acr:smartcard"), "Last access on 14-Dec-22 at 15:00:15 by smartcard");
        assert_eq!(last_access(&LastLogin { at, method: None }), "Last access on 14-Dec-22 at 15:00:15");
    }
}

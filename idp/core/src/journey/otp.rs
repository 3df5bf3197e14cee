//! One-time passwords: eight digits by email, six from an authenticator app (RFC 6238).

use std::fmt;

use totp_rs::{Algorithm, Builder, Totp};
use zeroize::Zeroizing;

use crate::secret::SecretString;
use crate::{Entropy, EntropyExt, Timestamp};

/// Digits of a mailed OTP.
const EMAIL_DIGITS: u32 = 8;
/// Digits of an app's OTP.
const APP_DIGITS: u8 = 6;
/// Length of a time step in seconds (RFC 6238 §5.2).
const STEP_SECONDS: u64 = 30;
/// Length of a secret in bytes (RFC 4226 §4 R6 recommends 160 bits).
const SECRET_BYTES: usize = 20;

/// A fresh OTP for a mail: eight digits, each number equally likely.
#[must_use]
pub fn email_otp(entropy: &dyn Entropy) -> SecretString {
    let number = entropy.below(10_u32.pow(EMAIL_DIGITS));
    SecretString::new(format!("{number:08}"))
}

/// What a person typed, without the spaces and dashes that help reading it.
#[must_use]
pub fn normalise(typed: &str) -> SecretString {
    SecretString::new(typed.chars().filter(|c| !c.is_whitespace() && *c != '-').collect())
}

/// What a soft token and the server share.
#[derive(Clone)]
pub struct TotpSecret(Zeroizing<Vec<u8>>);

/// A secret that cannot be one: too short, or not in base32.
#[derive(Debug, thiserror::Error)]
#[error("not a TOTP secret of at least 128 bits")]
pub struct BadSecret;

/// Why an OTP is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It fits no step near now.
    Wrong,
    /// It fits a step that has been accepted before, or one older than that.
    Used,
}

impl TotpSecret {
    /// Draws a secret.
    #[must_use]
    pub fn generate(entropy: &dyn Entropy) -> Self {
        Self(Zeroizing::new(entropy.bytes::<SECRET_BYTES>().to_vec()))
    }

    /// A secret from its bytes, as opened from storage.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, BadSecret> {
        let secret = Self(Zeroizing::new(bytes));
        secret.totp("", "").map(|_| secret.clone())
    }

    /// A secret from the text that people type into their app.
    pub fn from_base32(text: &str) -> Result<Self, BadSecret> {
        let secret = totp_rs::Secret::try_from_base32(text).map_err(|_| BadSecret)?;
        Self::from_bytes(secret.as_bytes().to_vec())
    }

    /// The bytes, for sealing.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// The secret as text, for those who cannot scan.
    #[must_use]
    pub fn to_base32(&self) -> SecretString {
        SecretString::new(totp_rs::Secret::from(self.0.to_vec()).to_base32())
    }

    /// The `otpauth:` URI of a QR code. `issuer` and `account` lose colons, which the format forbids in them.
    pub fn uri(&self, issuer: &str, account: &str) -> Result<SecretString, BadSecret> {
        let (issuer, account) = (issuer.replace(':', " "), account.replace(':', " "));
        let totp = self.totp(&issuer, &account)?;
        totp.to_url().map(SecretString::new).map_err(|_| BadSecret)
    }

    /// The step that `otp` belongs to, at most `skew` steps from now and after `last_step`, the latest one that
    /// was ever accepted. Store it by a conditional update before anybody is let in (RFC 6238 §5.2).
    pub fn verify(
        &self,
        otp: &SecretString,
        now: Timestamp,
        skew: u8,
        last_step: Option<u64>,
    ) -> Result<u64, Refusal> {
        let totp = self.totp("", "").map_err(|BadSecret| Refusal::Wrong)?;
        let present = u64::try_from(now.timestamp()).unwrap_or(0) / STEP_SECONDS;
        let window = present.saturating_sub(skew.into())..=present.saturating_add(skew.into());
        // Every step of the window is computed, so that the time does not tell which one fits.
        let fitting: Vec<u64> =
            window.filter(|step| otp.same_as(&totp.generate(step * STEP_SECONDS).to_string())).collect();
        match fitting.iter().find(|step| last_step.is_none_or(|last| **step > last)) {
            Some(step) => Ok(*step),
            None if fitting.is_empty() => Err(Refusal::Wrong),
            None => Err(Refusal::Used),
        }
    }

    /// The OTP an app shows at `now`: for tests and for the demo's instructions.
    pub fn otp_at(&self, now: Timestamp) -> Result<SecretString, BadSecret> {
        let seconds = u64::try_from(now.timestamp()).unwrap_or(0);
        Ok(SecretString::new(self.totp("", "")?.generate(seconds).to_string()))
    }

    /// SHA-1 because some apps ignore the parameter and use it in any case; HMAC does not suffer from its
    /// collisions.
    fn totp(&self, issuer: &str, account: &str) -> Result<Totp, BadSecret> {
        Builder::new()
            .with_algorithm(Algorithm::SHA1)
            .with_digits(APP_DIGITS)
            .with_step_duration(STEP_SECONDS)
            .with_secret(self.0.to_vec())
            .with_issuer((!issuer.is_empty()).then_some(issuer))
            .with_account_name(account)
            .build()
            .map_err(|_| BadSecret)
    }
}

impl fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TotpSecret(…)")
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use proptest::prelude::*;

    use super::*;

    /// Counts up from a start, so that every draw differs and every test repeats.
    struct Counting(std::sync::atomic::AtomicU32);

    impl Entropy for Counting {
        fn fill(&self, buffer: &mut [u8]) {
            for chunk in buffer.chunks_mut(4) {
                let drawn = self.0.fetch_add(0x9E37_79B9, std::sync::atomic::Ordering::Relaxed).to_be_bytes();
                chunk.copy_from_slice(&drawn[..chunk.len()]);
            }
        }
    }

    fn at(seconds: i64) -> Timestamp {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    /// RFC 6238 appendix B: the secret "12345678901234567890" with SHA-1, shortened to six digits.
    #[test]
    fn the_rfc_s_own_values() {
        let secret = TotpSecret::from_bytes(b"12345678901234567890".to_vec()).unwrap();
        for (seconds, otp) in [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")] {
            assert_eq!(secret.verify(&normalise(otp), at(seconds), 0, None), Ok(seconds.unsigned_abs() / 30));
            assert_eq!(secret.otp_at(at(seconds)).unwrap().expose(), otp);
        }
    }

    #[test]
    fn an_email_otp_has_eight_digits() {
        let entropy = Counting(7.into());
        for _ in 0..1000 {
            let otp = email_otp(&entropy);
            assert_eq!(otp.expose().len(), 8);
            assert!(otp.expose().bytes().all(|byte| byte.is_ascii_digit()));
        }
    }

    #[test]
    fn readable_input_is_understood() {
        assert_eq!(normalise(" 123 456-78 ").expose(), "12345678");
    }

    #[test]
    fn the_uri_names_issuer_and_account() {
        let secret = TotpSecret::generate(&Counting(1.into()));
        let uri = secret.uri("Counter:sign", "HKABC101").unwrap();
        assert!(uri.expose().starts_with("otpauth://totp/Counter%20sign:HKABC101?"), "{}", uri.expose());
        assert!(uri.expose().contains(secret.to_base32().expose()));
        let again = TotpSecret::from_base32(secret.to_base32().expose()).unwrap();
        assert_eq!(again.expose(), secret.expose());
    }

    #[test]
    fn short_secrets_are_refused() {
        assert!(TotpSecret::from_bytes(vec![1; 15]).is_err());
        assert!(TotpSecret::from_base32("not base32!").is_err());
    }

    proptest! {
        #[test]
        fn a_step_is_accepted_once_and_only_nearby(seed: u32, now in 1_000_000_i64..4_000_000_000, off in -4_i64..=4) {
            let secret = TotpSecret::generate(&Counting(seed.into()));
            let otp = secret.otp_at(at(now + off * 30)).unwrap();
            match secret.verify(&otp, at(now), 1, None) {
                Ok(step) => {
                    prop_assert_eq!(secret.verify(&otp, at(now), 1, Some(step)), Err(Refusal::Used));
                    prop_assert_eq!(secret.verify(&otp, at(now + 30), 1, Some(step)).ok().filter(|s| *s <= step), None);
                }
                Err(refusal) => {
                    prop_assert!(off.abs() > 1);
                    prop_assert_eq!(refusal, Refusal::Wrong);
                }
            }
        }
    }
}

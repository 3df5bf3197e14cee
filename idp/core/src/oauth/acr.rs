//! How strong a login was: `acr` and `amr`.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Authentication context class, ordered from weakest to strongest. Smartcard and passkey stand level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Acr {
    /// Password and an OTP by email: one mailbox proves both.
    #[serde(rename = "urn:countersign:acr:otp-email")]
    OtpEmail,
    /// Password and an OTP from the soft token.
    #[serde(rename = "urn:countersign:acr:otp-app")]
    OtpApp,
    /// A passkey with user verification.
    #[serde(rename = "urn:countersign:acr:passkey")]
    Passkey,
    /// The smartcard and its PIN.
    #[serde(rename = "urn:countersign:acr:smartcard")]
    Smartcard,
}

impl Acr {
    /// Every class, weakest first.
    pub const ALL: [Self; 4] = [Self::OtpEmail, Self::OtpApp, Self::Passkey, Self::Smartcard];

    /// The classes that a login reaches as yet: `acr_values_supported`.
    pub const REACHED: [Self; 2] = [Self::OtpEmail, Self::OtpApp];

    /// The strongest class that a login reaches as yet.
    pub const BEST: Self = Self::OtpApp;

    /// The URN.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OtpEmail => "urn:countersign:acr:otp-email",
            Self::OtpApp => "urn:countersign:acr:otp-app",
            Self::Passkey => "urn:countersign:acr:passkey",
            Self::Smartcard => "urn:countersign:acr:smartcard",
        }
    }

    /// The name in last access, logs and metrics.
    #[must_use]
    pub fn short(self) -> &'static str {
        match self {
            Self::OtpEmail => "otp-email",
            Self::OtpApp => "otp-app",
            Self::Passkey => "passkey",
            Self::Smartcard => "smartcard",
        }
    }

    /// `amr` per RFC 8176. Email OTP is not a second factor worth the name: no `mfa`.
    #[must_use]
    pub fn amr(self) -> &'static [&'static str] {
        match self {
            Self::OtpEmail => &["pwd", "otp"],
            Self::OtpApp => &["pwd", "otp", "mfa"],
            Self::Passkey => &["pwd", "hwk", "mfa"],
            Self::Smartcard => &["sc", "pin", "mfa"],
        }
    }

    /// Whether a login of this class satisfies a request for `wanted`.
    #[must_use]
    pub fn satisfies(self, wanted: Self) -> bool {
        self.rank() >= wanted.rank()
    }

    fn rank(self) -> u8 {
        match self {
            Self::OtpEmail => 0,
            Self::OtpApp => 1,
            Self::Passkey | Self::Smartcard => 2,
        }
    }
}

impl FromStr for Acr {
    type Err = UnknownAcr;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|acr| acr.as_str() == text).ok_or(UnknownAcr)
    }
}

/// The text is none of our authentication context classes.
#[derive(Debug, thiserror::Error)]
#[error("unknown authentication context class")]
pub struct UnknownAcr;

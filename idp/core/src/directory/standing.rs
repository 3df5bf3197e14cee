//! How far a profile's two factors are set up, and how far it is on the way from the smartcard to them.

use std::str::FromStr;

use crate::journey::steps::Channel;

/// What is known of a profile's factors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "facts that do not depend on each other")]
pub struct Standing {
    /// Whether an email address is registered.
    pub has_email: bool,
    /// Whether a password is set.
    pub has_password: bool,
    /// Where one-time passwords come from.
    pub channel: Option<Channel>,
    /// Whether too many wrong passwords or one-time passwords locked it.
    pub locked: bool,
    /// Whether two factors were ever used to log in.
    pub has_used_two_factors: bool,
}

/// How far two factors are set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TwoFactorState {
    /// No password.
    None,
    /// A password, and no second factor.
    PasswordOnly,
    /// Both.
    SetUp,
    /// Locked, whatever is set up.
    Locked,
}

/// How far a profile is on the way from the smartcard to two factors. Without an email address it is nowhere: the end of
/// the migration would leave it behind, whatever it did before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MigrationState {
    /// No email address is registered.
    NoEmail,
    /// An email address is.
    Registered,
    /// A password is set.
    PasswordSet,
    /// A second factor is set up.
    TokenSet,
    /// Two factors were used to log in.
    LoggedIn2fa,
}

impl Standing {
    /// How far two factors are set up.
    #[must_use]
    pub fn two_factor(&self) -> TwoFactorState {
        match self {
            Self { locked: true, .. } => TwoFactorState::Locked,
            Self { has_password: false, .. } => TwoFactorState::None,
            Self { channel: None, .. } => TwoFactorState::PasswordOnly,
            Self { channel: Some(_), .. } => TwoFactorState::SetUp,
        }
    }

    /// How far the migration is.
    #[must_use]
    pub fn migration(&self) -> MigrationState {
        match self {
            Self { has_email: false, .. } => MigrationState::NoEmail,
            Self { has_used_two_factors: true, .. } => MigrationState::LoggedIn2fa,
            Self { channel: Some(_), .. } => MigrationState::TokenSet,
            Self { has_password: true, .. } => MigrationState::PasswordSet,
            _ => MigrationState::Registered,
        }
    }
}

impl TwoFactorState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::None, Self::PasswordOnly, Self::SetUp, Self::Locked];

    /// The word in the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::PasswordOnly => "password-only",
            Self::SetUp => "set-up",
            Self::Locked => "locked",
        }
    }
}

impl MigrationState {
    /// Every state.
    pub const ALL: [Self; 5] =
        [Self::NoEmail, Self::Registered, Self::PasswordSet, Self::TokenSet, Self::LoggedIn2fa];

    /// The word in the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoEmail => "no-email",
            Self::Registered => "registered",
            Self::PasswordSet => "password-set",
            Self::TokenSet => "token-set",
            Self::LoggedIn2fa => "logged-in-2fa",
        }
    }
}

impl FromStr for TwoFactorState {
    type Err = UnknownState;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|state| state.as_str() == text).ok_or(UnknownState)
    }
}

impl FromStr for MigrationState {
    type Err = UnknownState;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|state| state.as_str() == text).ok_or(UnknownState)
    }
}

/// The text names no state.
#[derive(Debug, thiserror::Error)]
#[error("not a state that a profile's factors can be in")]
pub struct UnknownState;

#[cfg(test)]
mod tests {
    use super::*;

    const FRESH: Standing = Standing {
        has_email: true,
        has_password: false,
        channel: None,
        locked: false,
        has_used_two_factors: false,
    };

    #[test]
    fn the_way_has_five_stations() {
        let mut standing = Standing { has_email: false, ..FRESH };
        assert_eq!(standing.migration(), MigrationState::NoEmail);
        standing.has_email = true;
        assert_eq!(standing.migration(), MigrationState::Registered);
        standing.has_password = true;
        assert_eq!(standing.migration(), MigrationState::PasswordSet);
        standing.channel = Some(Channel::App);
        assert_eq!(standing.migration(), MigrationState::TokenSet);
        standing.has_used_two_factors = true;
        assert_eq!(standing.migration(), MigrationState::LoggedIn2fa);
        standing.has_email = false;
        assert_eq!(standing.migration(), MigrationState::NoEmail);
    }

    #[test]
    fn a_lock_outweighs_what_is_set_up() {
        let set_up = Standing { has_password: true, channel: Some(Channel::Email), ..FRESH };
        assert_eq!(FRESH.two_factor(), TwoFactorState::None);
        assert_eq!(Standing { channel: None, ..set_up }.two_factor(), TwoFactorState::PasswordOnly);
        assert_eq!(set_up.two_factor(), TwoFactorState::SetUp);
        assert_eq!(Standing { locked: true, ..set_up }.two_factor(), TwoFactorState::Locked);
    }
}

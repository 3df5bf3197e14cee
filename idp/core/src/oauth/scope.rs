//! Scopes: the closed set this house knows, as a value (RFC 6749 §3.3).

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// One scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScopeToken {
    /// An ID token is wanted (OIDC Core §3.1.2.1).
    Openid,
    /// Names and other plain facts (OIDC Core §5.4).
    Profile,
    /// Email address (OIDC Core §5.4).
    Email,
    /// Postal address (OIDC Core §5.4).
    Address,
    /// Telephone number (OIDC Core §5.4).
    Phone,
    /// A refresh token that outlives the session (OIDC Core §11).
    OfflineAccess,
    /// What the clearing house knows of its user.
    Clearing,
    /// The management API.
    Directory,
}

impl ScopeToken {
    /// Every scope: `scopes_supported`.
    pub const ALL: [Self; 8] = [
        Self::Openid,
        Self::Profile,
        Self::Email,
        Self::Address,
        Self::Phone,
        Self::OfflineAccess,
        Self::Clearing,
        Self::Directory,
    ];

    /// The scope as written.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Openid => "openid",
            Self::Profile => "profile",
            Self::Email => "email",
            Self::Address => "address",
            Self::Phone => "phone",
            Self::OfflineAccess => "offline_access",
            Self::Clearing => "clearing",
            Self::Directory => "directory",
        }
    }

    /// The set that holds this scope alone.
    #[must_use]
    pub fn into_scope(self) -> Scope {
        Scope::from_iter([self])
    }

    /// The scope written as `text`, if we know it.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|token| token.as_str() == text)
    }
}

impl fmt::Display for ScopeToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A set of scopes. Written with single spaces, in a fixed order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Scope(BTreeSet<ScopeToken>);

impl Scope {
    /// No scope.
    #[must_use]
    pub fn empty() -> Self {
        Self::default()
    }

    /// Every scope there is.
    #[must_use]
    pub fn all() -> Self {
        ScopeToken::ALL.into_iter().collect()
    }

    /// Reads a `scope` parameter and passes over values we do not know, as OIDC Core §3.1.2.1 asks of an
    /// authorization request. (`str::parse` refuses them, as the token endpoint does.)
    pub fn parse_known(text: &str) -> Result<Self, ScopeError> {
        words(text).filter_map(|word| word.map(ScopeToken::from_text).transpose()).collect()
    }

    /// Whether `token` is in the set.
    #[must_use]
    pub fn contains(&self, token: ScopeToken) -> bool {
        self.0.contains(&token)
    }

    /// Whether nothing is in the set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether `self` asks for nothing that `granted` lacks.
    #[must_use]
    pub fn is_within(&self, granted: &Self) -> bool {
        self.0.is_subset(&granted.0)
    }

    /// What both hold.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        self.0.intersection(&other.0).copied().collect()
    }

    /// What either holds.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        self.0.union(&other.0).copied().collect()
    }

    /// What `self` holds beyond `other`.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        self.0.difference(&other.0).copied().collect()
    }

    /// The same set without `token`.
    #[must_use]
    pub fn without(mut self, token: ScopeToken) -> Self {
        self.0.remove(&token);
        self
    }

    /// The scopes, in their fixed order.
    pub fn iter(&self) -> impl Iterator<Item = ScopeToken> + '_ {
        self.0.iter().copied()
    }
}

impl FromIterator<ScopeToken> for Scope {
    fn from_iter<I: IntoIterator<Item = ScopeToken>>(tokens: I) -> Self {
        Self(tokens.into_iter().collect())
    }
}

impl FromStr for Scope {
    type Err = ScopeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        words(text)
            .map(|word| {
                let word = word?;
                ScopeToken::from_text(word).ok_or_else(|| ScopeError::Unknown(word.to_owned()))
            })
            .collect()
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, token) in self.iter().enumerate() {
            if position > 0 {
                f.write_str(" ")?;
            }
            f.write_str(token.as_str())?;
        }
        Ok(())
    }
}

impl TryFrom<String> for Scope {
    type Error = ScopeError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Scope> for String {
    fn from(scope: Scope) -> Self {
        scope.to_string()
    }
}

/// What is wrong with a `scope`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScopeError {
    /// Not of the form of RFC 6749 §3.3.
    #[error("The scope is malformed.")]
    Malformed,
    /// No such scope here.
    #[error("The scope {0} is not known.")]
    Unknown(String),
}

/// `scope-token *( SP scope-token )`. Repeated and surrounding spaces are forgiven; other characters are not.
fn words(text: &str) -> impl Iterator<Item = Result<&str, ScopeError>> {
    text.split(' ').filter(|word| !word.is_empty()).map(|word| {
        let sound = word.bytes().all(|byte| matches!(byte, 0x21 | 0x23..=0x5B | 0x5D..=0x7E));
        if sound { Ok(word) } else { Err(ScopeError::Malformed) }
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn strangers_are_passed_over_or_refused() {
        assert_eq!(Scope::parse_known("openid kerberos email").unwrap().to_string(), "openid email");
        assert_eq!("openid kerberos".parse::<Scope>(), Err(ScopeError::Unknown("kerberos".into())));
        assert_eq!(Scope::parse_known("open\"id"), Err(ScopeError::Malformed));
        assert_eq!(Scope::parse_known("openid\temail"), Err(ScopeError::Malformed));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(tokens in proptest::collection::vec(0..ScopeToken::ALL.len(), 0..12)) {
            let scope: Scope = tokens.into_iter().map(|at| ScopeToken::ALL[at]).collect();
            prop_assert_eq!(scope.to_string().parse::<Scope>().unwrap(), scope);
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".*") {
            if let Ok(scope) = Scope::parse_known(&text) {
                prop_assert!(scope.is_within(&Scope::all()));
            }
        }
    }
}

//! Two keys of 256 bits, shown once, each kept sealed by another person. Only their hashes are kept here.

use countersign_core::secret::{SecretString, TokenHash};
use countersign_core::{Entropy, EntropyExt as _, readable_code};
use serde::{Deserialize, Serialize};

/// Characters of a key: 260 bits.
const LENGTH: usize = 52;

/// Two recovery keys, as they are handed out.
#[derive(Debug)]
pub struct SealedKeys([SecretString; 2]);

/// What is kept of them.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Kept {
    first: TokenHash,
    second: TokenHash,
}

impl SealedKeys {
    /// Draws two.
    pub(super) fn generate(entropy: &dyn Entropy) -> Self {
        let key = || readable_code::write(&entropy.bytes::<LENGTH>());
        Self([key(), key()])
    }

    /// Takes two that were typed or read.
    #[must_use]
    pub fn typed(first: SecretString, second: SecretString) -> Self {
        Self([first, second])
    }

    /// Both, for those who keep them.
    #[must_use]
    pub fn both(&self) -> &[SecretString; 2] {
        &self.0
    }

    /// What is kept of them. A plain hash is enough for so many random bits.
    pub(super) fn kept(&self) -> Kept {
        let [first, second] = &self.0;
        Kept { first: hash(first), second: hash(second) }
    }
}

impl Kept {
    /// Whether these are the two, in either order, in time that does not depend on which of them is wrong.
    pub(super) fn opened_by(&self, keys: &SealedKeys) -> bool {
        let Kept { first, second } = keys.kept();
        let in_order = self.first.same_as(&first) & self.second.same_as(&second);
        let swapped = self.first.same_as(&second) & self.second.same_as(&first);
        in_order | swapped
    }
}

fn hash(key: &SecretString) -> TokenHash {
    TokenHash::of(&readable_code::normalise(key.expose()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::SeededEntropy;

    #[test]
    fn both_are_needed_in_either_order() {
        let keys = SealedKeys::generate(&SeededEntropy::new(1));
        let kept = keys.kept();
        let text = |place: usize| keys.both()[place].expose().to_owned();
        let opens = |first: String, second: String| {
            kept.opened_by(&SealedKeys::typed(SecretString::new(first), SecretString::new(second)))
        };
        assert_eq!(text(0).len(), 52 + 12);
        assert!(opens(text(0), text(1)) && opens(text(1), text(0)));
        assert!(opens(text(0).to_lowercase().replace('-', " "), text(1)), "typing is forgiven");
        assert!(!opens(text(0), text(0)) && !opens(text(1), text(1)));
        assert!(!opens(text(0), String::new()) && !opens(String::new(), String::new()));
    }

    #[test]
    fn what_is_kept_opens_nothing() {
        let keys = SealedKeys::generate(&SeededEntropy::new(1));
        let kept = serde_json::to_string(&keys.kept()).unwrap();
        for key in keys.both() {
            assert!(!kept.contains(key.expose()));
        }
    }
}

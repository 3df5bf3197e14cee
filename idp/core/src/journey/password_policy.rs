//! What a new password must be. Every rule it breaks is named at once, so that nobody has to guess twice.

use zxcvbn::zxcvbn;

use crate::directory::profile::Profile;
use crate::policy::PasswordPolicy;
use crate::secret::SecretString;

/// A rule that a new password breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BrokenRule {
    /// Fewer characters than this.
    TooShort(u16),
    /// More characters than this.
    TooLong(u16),
    /// Easy to guess: a word, a pattern, a password that is known to be used.
    TooGuessable,
    /// Easy to guess by who knows its owner.
    OwnName,
    /// One of the last so many.
    Reused(u8),
    /// Typed differently the second time.
    Mismatch,
}

/// Words that are no secret of the password's owner.
#[derive(Clone, Debug)]
pub struct OwnWords(Vec<String>);

impl OwnWords {
    /// Names, user ID and email address, whole and in parts.
    #[must_use]
    pub fn of(profile: &Profile) -> Self {
        let texts = [
            profile.surname.as_str(),
            profile.other_names.as_str(),
            profile.user_id.as_str(),
            profile.participant.as_str(),
            profile.email.as_deref().unwrap_or_default(),
        ];
        Self::from_texts(&texts)
    }

    /// The texts themselves and the words in them; a single letter is no word.
    #[must_use]
    pub fn from_texts(texts: &[&str]) -> Self {
        let parts = texts.iter().flat_map(|text| text.split(|c: char| !c.is_alphanumeric()));
        let mut words: Vec<String> = texts
            .iter()
            .copied()
            .chain(parts)
            .filter(|word| word.chars().count() > 1)
            .map(str::to_lowercase)
            .collect();
        words.sort();
        words.dedup();
        Self(words)
    }
}

/// The rules that `candidate`, typed again as `confirmed`, breaks by itself. Whether it is one of the last few is
/// for those who can compare hashes to say.
#[must_use]
pub fn broken_rules(
    policy: &PasswordPolicy,
    candidate: &SecretString,
    confirmed: &SecretString,
    own: &OwnWords,
) -> Vec<BrokenRule> {
    let length = candidate.expose().chars().count();
    let mut broken = Vec::new();
    if length < usize::from(policy.min_length) {
        broken.push(BrokenRule::TooShort(policy.min_length));
    }
    if length > usize::from(policy.max_length) {
        broken.push(BrokenRule::TooLong(policy.max_length));
    } else {
        broken.extend(guessable(policy, candidate, own));
    }
    if !candidate.same_as(confirmed.expose()) {
        broken.push(BrokenRule::Mismatch);
    }
    broken
}

fn guessable(policy: &PasswordPolicy, candidate: &SecretString, own: &OwnWords) -> Option<BrokenRule> {
    let words: Vec<&str> = own.0.iter().map(String::as_str).collect();
    let enough = |score: zxcvbn::Score| u8::from(score) >= policy.min_score;
    if enough(zxcvbn(candidate.expose(), &words).score()) {
        None
    } else if enough(zxcvbn(candidate.expose(), &[]).score()) {
        Some(BrokenRule::OwnName)
    } else {
        Some(BrokenRule::TooGuessable)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(candidate: &str, confirmed: &str) -> Vec<BrokenRule> {
        let own = OwnWords::from_texts(&["Wong", "Siu Ming", "HKABC101", "siuming.wong@abc.example"]);
        let secret = |text: &str| SecretString::new(text.to_owned());
        broken_rules(&PasswordPolicy::default(), &secret(candidate), &secret(confirmed), &own)
    }

    #[test]
    fn a_good_password_breaks_nothing() {
        assert_eq!(check("mauve-otter-piano-73", "mauve-otter-piano-73"), []);
    }

    #[test]
    fn every_broken_rule_is_named_at_once() {
        assert_eq!(
            check("password", "passwort"),
            [BrokenRule::TooShort(10), BrokenRule::TooGuessable, BrokenRule::Mismatch]
        );
    }

    #[test]
    fn length_is_counted_in_characters() {
        let long = "龍".repeat(129);
        assert_eq!(check(&long, &long), [BrokenRule::TooLong(128)]);
        assert!(!check("龍鳳虎龜鶴麒麟鹿馬牛羊", "").contains(&BrokenRule::TooShort(10)));
    }

    #[test]
    fn own_names_are_no_secret() {
        assert_eq!(check("siuming.wong@abc.example", "siuming.wong@abc.example"), [BrokenRule::OwnName]);
    }

    #[test]
    fn patterns_are_guessable() {
        for weak in ["1234567890123", "qwertyuiop123", "aaaaaaaaaaaaaaaa", "Password1234"] {
            assert!(check(weak, weak).contains(&BrokenRule::TooGuessable), "{weak}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_judged(text in ".{0,200}") {
            let broken = check(&text, &text);
            prop_assert_eq!(text.chars().count() < 10, broken.contains(&BrokenRule::TooShort(10)));
            prop_assert_eq!(text.chars().count() > 128, broken.contains(&BrokenRule::TooLong(128)));
            prop_assert!(!broken.contains(&BrokenRule::Mismatch));
        }
    }
}

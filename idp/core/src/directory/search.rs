//! What a profile is found by: the words of its user ID, names and email address, each by its beginning.

use std::collections::BTreeSet;

use super::business_group::BusinessUserGroup;

/// Longest word that is kept or looked for, in bytes; a longer one is found by its beginning.
const LONGEST: usize = 64;

/// The words of a text: lower case, split at everything that is neither letter nor digit.
pub fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(|word| {
        let mut word = word.to_lowercase();
        word.truncate(word.floor_char_boundary(LONGEST));
        word
    })
}

/// The terms of a profile, from its texts and its business user groups.
pub fn terms<'a>(
    texts: impl IntoIterator<Item = &'a str>,
    groups: impl IntoIterator<Item = &'a BusinessUserGroup>,
) -> BTreeSet<String> {
    let words = texts.into_iter().flat_map(words);
    words.chain(groups.into_iter().map(|group| group_term(group.as_str()))).collect()
}

/// The term of a group. No word begins with a colon, so that no beginning of a word finds a group.
#[must_use]
pub fn group_term(group: &str) -> String {
    format!(":{group}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_is_a_word() {
        let found = terms(
            ["HKABC101", "O'Neil", "Tai Man", "tai.man@abc-clearing.example"],
            &["11".parse().unwrap()],
        );
        let expected =
            ["abc", "clearing", "example", ":11", "hkabc101", "man", "neil", "o", "tai"].map(String::from);
        assert_eq!(found, BTreeSet::from(expected));
    }

    #[test]
    fn a_long_word_is_cut_between_characters() {
        let word = words(&"é".repeat(100)).next().unwrap();
        assert_eq!((word.len(), word.chars().count()), (64, 32));
        assert_eq!(words("  @ . ").count(), 0);
    }
}

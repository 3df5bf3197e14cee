//! Codes that people read to one another and type: random bytes in letters and digits that nobody mistakes.

use crate::secret::SecretString;

/// Without `I`, `O`, `0` and `1`.
const ALPHABET: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
/// Characters between hyphens.
const GROUP: usize = 4;

/// One character of 5 bits for every one of `random`, in groups of four: `ABCD-EFGH-JKLM`.
#[must_use]
pub fn write(random: &[u8]) -> SecretString {
    let mut code = String::with_capacity(random.len() + random.len() / GROUP);
    for (position, byte) in random.iter().enumerate() {
        if position > 0 && position % GROUP == 0 {
            code.push('-');
        }
        // 32 divides 256: every character is equally likely.
        code.extend(ALPHABET.get(usize::from(*byte) % ALPHABET.len()).map(|letter| char::from(*letter)));
    }
    SecretString::new(code)
}

/// A code as compared: letters and digits alone, in capitals.
#[must_use]
pub fn normalise(typed: &str) -> String {
    typed.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_one_character_in_groups_of_four() {
        assert_eq!(write(&[0, 1, 2, 3, 31, 32, 255, 8, 9]).expose(), "ABCD-9A9J-K");
        assert_eq!(write(&[]).expose(), "");
    }

    #[test]
    fn every_character_is_equally_likely() {
        let all: Vec<u8> = (0..=255).collect();
        let code = normalise(write(&all).expose());
        for letter in ALPHABET {
            assert_eq!(code.bytes().filter(|byte| byte == letter).count(), 8, "{}", char::from(*letter));
        }
    }

    #[test]
    fn typing_is_forgiven() {
        assert_eq!(normalise(" abcd-efgh\u{2013}2345\n"), "ABCDEFGH2345");
    }
}

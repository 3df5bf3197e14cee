//! Proof Key for Code Exchange (RFC 7636): S256 and nothing else.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

/// A `code_challenge` made by S256.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CodeChallenge(String);

impl CodeChallenge {
    /// Reads a `code_challenge` (RFC 7636 §4.2): the base64url of a SHA-256.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let hash = URL_SAFE_NO_PAD.decode(text).ok()?;
        (hash.len() == 32).then(|| Self(text.to_owned()))
    }

    /// Whether `verifier` is what the challenge was made from, in constant time (RFC 7636 §4.6).
    #[must_use]
    pub fn is_met_by(&self, verifier: &str) -> bool {
        let computed = URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()).as_ref());
        well_formed(verifier) && verify_slices_are_equal(computed.as_bytes(), self.0.as_bytes()).is_ok()
    }
}

/// RFC 7636 §4.1: 43 to 128 unreserved characters.
fn well_formed(verifier: &str) -> bool {
    (43..=128).contains(&verifier.len())
        && verifier.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_appendix_b() {
        let challenge = CodeChallenge::parse("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM").unwrap();
        assert!(challenge.is_met_by("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"));
        assert!(!challenge.is_met_by("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXK"));
        assert!(!challenge.is_met_by("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"));
        assert!(!challenge.is_met_by(""));
    }

    #[test]
    fn a_verifier_of_the_wrong_form_never_matches() {
        for verifier in ["short", &"a".repeat(129), &"é".repeat(43)] {
            let hash = URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()).as_ref());
            assert!(!CodeChallenge::parse(&hash).unwrap().is_met_by(verifier));
        }
    }

    #[test]
    fn a_challenge_is_a_hash() {
        for text in [
            "",
            "x",
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM=",
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw",
        ] {
            assert_eq!(CodeChallenge::parse(text), None, "{text}");
        }
    }
}

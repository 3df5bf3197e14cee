use std::sync::Arc;

use super::{MasterKey, Purpose, Vault};
use crate::testing::SeededEntropy;

fn vault() -> Vault {
    Vault::new(&MasterKey::new([7; 32]), Arc::new(SeededEntropy::new(1))).unwrap()
}

#[test]
fn opens_what_it_sealed() {
    let vault = vault();
    let sealed = vault.seal(Purpose::SoftToken, b"HKABC101", b"secret").unwrap();
    assert_eq!(vault.open(Purpose::SoftToken, b"HKABC101", &sealed).unwrap().as_slice(), b"secret");
    assert!(!sealed.contains("secret"));
}

#[test]
fn opens_nothing_else() {
    let vault = vault();
    let sealed = vault.seal(Purpose::SoftToken, b"HKABC101", b"secret").unwrap();
    assert!(vault.open(Purpose::SoftToken, b"HKABC102", &sealed).is_none(), "bound to someone else");
    assert!(vault.open(Purpose::Outbox, b"HKABC101", &sealed).is_none(), "for another purpose");
    let other = Vault::new(&MasterKey::new([8; 32]), Arc::new(SeededEntropy::new(1))).unwrap();
    assert!(other.open(Purpose::SoftToken, b"HKABC101", &sealed).is_none(), "under another master key");
    for position in 0..sealed.len() {
        let mut bytes = sealed.clone().into_bytes();
        bytes[position] = if bytes[position] == b'A' { b'B' } else { b'A' };
        let tampered = String::from_utf8(bytes).unwrap();
        assert!(vault.open(Purpose::SoftToken, b"HKABC101", &tampered).is_none(), "changed at {position}");
    }
    for garbage in ["", "A", "====", "AAAAAAAAAAAAAAAA"] {
        assert!(vault.open(Purpose::SoftToken, b"HKABC101", garbage).is_none());
    }
}

#[test]
fn keyed_hashes_keep_parts_and_purposes_apart() {
    let vault = vault();
    let hash = vault.keyed_hash(Purpose::Counter, &[b"ab", b"c"]);
    assert_eq!(hash, vault.keyed_hash(Purpose::Counter, &[b"ab", b"c"]));
    assert_ne!(hash, vault.keyed_hash(Purpose::Counter, &[b"a", b"bc"]));
    assert_ne!(hash, vault.keyed_hash(Purpose::EmailOtp, &[b"ab", b"c"]));
}

#[test]
fn reads_the_master_key_that_openssl_prints() {
    assert!(MasterKey::parse("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n").is_ok());
    for wrong in ["", "short", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gIQ=="] {
        assert!(MasterKey::parse(wrong).is_err(), "{wrong:?}");
    }
}

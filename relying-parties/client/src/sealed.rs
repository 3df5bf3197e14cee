//! Small values that travel through the browser and come back unread and unchanged.
//!
//! A login that has begun costs this server nothing: its state sits sealed in the browser that began it. The key lives as long
//! as the process; a login that spans a restart begins again.

use aws_lc_rs::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Random, RandomError};

/// Seals and opens values under a key of this process.
pub(crate) struct Seal {
    key: LessSafeKey,
    random: Random,
}

impl Seal {
    pub(crate) fn new(random: Random) -> Result<Self, RandomError> {
        let key = UnboundKey::new(&CHACHA20_POLY1305, &random.bytes::<32>()?).map_err(|_| RandomError)?;
        Ok(Self { key: LessSafeKey::new(key), random })
    }

    /// Seals `value`; only [`open`](Self::open) with the same `purpose` reads it again.
    pub(crate) fn seal(&self, purpose: &str, value: &impl Serialize) -> Result<String, RandomError> {
        let nonce = self.random.bytes::<NONCE_LEN>()?;
        let mut sealed = serde_json::to_vec(value).map_err(|_| RandomError)?;
        self.key
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(purpose.as_bytes()),
                &mut sealed,
            )
            .map_err(|_| RandomError)?;
        Ok(BASE64_URL_SAFE_NO_PAD.encode([&nonce[..], &sealed].concat()))
    }

    /// The sealed value, or nothing for whatever was not sealed here for this purpose.
    pub(crate) fn open<T: DeserializeOwned>(&self, purpose: &str, sealed: &str) -> Option<T> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let (nonce, ciphertext) = bytes.split_first_chunk::<NONCE_LEN>()?;
        let mut buffer = ciphertext.to_vec();
        let plain = self
            .key
            .open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(purpose.as_bytes()), &mut buffer)
            .ok()?;
        serde_json::from_slice(plain).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::Seal;
    use crate::Random;

    #[test]
    fn opens_what_it_sealed_for_the_same_purpose_alone() {
        let seal = Seal::new(Random::system()).unwrap();
        let sealed = seal.seal("login", &"value").unwrap();
        assert_eq!(seal.open::<String>("login", &sealed).as_deref(), Some("value"));
        assert_eq!(seal.open::<String>("logout", &sealed), None);
        assert_eq!(Seal::new(Random::system()).unwrap().open::<String>("login", &sealed), None);
        assert_eq!(seal.open::<String>("login", ""), None);
    }
}

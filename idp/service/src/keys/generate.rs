//! Making keys. RSA takes its time, so none of it happens on an async thread.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign_core::oauth::client::SigningAlg;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::KeyError;
use super::signer::Pair;

/// A new key, before anyone knows it.
pub(super) struct NewKey {
    pub(super) kid: String,
    pub(super) public_jwk: String,
    pub(super) pkcs8: Zeroizing<Vec<u8>>,
}

/// Makes a key for `alg`.
pub(super) async fn generate(alg: SigningAlg) -> Result<NewKey, KeyError> {
    let made = tokio::task::spawn_blocking(move || make(alg)).await;
    made.map_err(|_| KeyError::Material("key generation stopped"))?
}

fn make(alg: SigningAlg) -> Result<NewKey, KeyError> {
    let pkcs8 = private_key(alg).ok_or(KeyError::Material("key generation failed"))?;
    let members = Pair::parse(alg, &pkcs8)?.public_members()?;
    let kid = thumbprint(&members);
    let Value::Object(mut jwk) = members else {
        return Err(KeyError::Material("the public JWK is no object"));
    };
    jwk.extend([
        ("kid".to_owned(), json!(kid)),
        ("use".to_owned(), json!("sig")),
        ("alg".to_owned(), json!(alg.as_str())),
    ]);
    Ok(NewKey { kid, public_jwk: Value::Object(jwk).to_string(), pkcs8 })
}

fn private_key(alg: SigningAlg) -> Option<Zeroizing<Vec<u8>>> {
    let pkcs8 = match alg {
        SigningAlg::Rs256 | SigningAlg::Ps256 => {
            let pair = RsaKeyPair::generate(KeySize::Rsa2048).ok()?;
            let der: Pkcs8V1Der<'_> = pair.as_der().ok()?;
            der.as_ref().to_vec()
        }
        SigningAlg::Es256 => {
            let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).ok()?;
            pair.to_pkcs8v1().ok()?.as_ref().to_vec()
        }
        SigningAlg::EdDsa => Ed25519KeyPair::generate().ok()?.to_pkcs8().ok()?.as_ref().to_vec(),
    };
    Some(Zeroizing::new(pkcs8))
}

/// RFC 7638 §3: the hash of the required members, which stand in lexicographic order already.
fn thumbprint(members: &Value) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, members.to_string().as_bytes()).as_ref())
}

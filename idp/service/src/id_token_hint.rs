//! ID tokens that come back as hints: ours, for one client, and possibly long expired.

use countersign_core::oauth::client::SigningAlg;
use countersign_core::oauth::client_auth::Audience;
use countersign_core::oauth::tokens::ID_TOKEN_TYP;
use serde::Deserialize;

use crate::Services;

/// What a hint says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hint {
    /// The client that it was made for.
    pub(crate) client_id: String,
    /// The user as that client knows them.
    pub(crate) sub: String,
    /// The session.
    pub(crate) sid: Option<String>,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: Audience,
    sub: String,
    #[serde(default)]
    sid: Option<String>,
}

/// Reads a hint. Its signature must be ours, by any key that is still published; its age does not matter
/// (RP-Initiated Logout 1.0 §2: the OP should accept expired tokens).
pub(crate) fn read(services: &Services, hint: &str) -> Option<Hint> {
    let ring = services.keyring.current();
    let claims: Claims = ring.verify(hint, ID_TOKEN_TYP, &SigningAlg::ALL, services.now())?;
    if claims.iss != services.issuer.as_str() {
        return None;
    }
    let Audience::One(client_id) = claims.aud else { return None };
    Some(Hint { client_id, sub: claims.sub, sid: claims.sid })
}

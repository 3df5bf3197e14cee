//! The relying party through which operators sign: `bootstrap` registers it, for there is nobody yet who could, and
//! `bootstrap --recover` puts it back, for without it nobody can.

use serde_json::Value;

use crate::oauth::client::{
    ApplicationType, AuthMethod, Client, ClientAuthentication, ClientKeys, ClientKind, ClientProblem,
    ClientStatus, GrantType, KeySet, KeySetFlaw, SubjectType,
};
use crate::oauth::scope::{Scope, ScopeToken};
use crate::secret::TokenHash;

/// What it is called by.
pub const CLIENT_ID: &str = "admin-console";

/// What it is called, for people.
const NAME: &str = "Admin console";

/// Where the console is, and how it proves that it is the console.
#[derive(Clone, Debug, PartialEq)]
pub struct Console {
    redirect_uris: Vec<String>,
    post_logout_redirect_uris: Vec<String>,
    keys: Option<KeySet>,
}

/// What was given is no console.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoConsole {
    /// An address that cannot be used, or none.
    #[error("the console cannot be registered: {0}")]
    Client(#[from] ClientProblem),
    /// Keys that cannot be used.
    #[error("the console's keys cannot be used: {0}")]
    Keys(#[from] KeySetFlaw),
}

impl Console {
    /// Reads where answers go, where logouts return to, and the JWK Set with the console's public keys. Without keys it
    /// proves itself by a secret.
    pub fn parse(
        redirect_uris: &[String],
        post_logout_redirect_uris: &[String],
        keys: Option<&Value>,
    ) -> Result<Self, NoConsole> {
        let console = Self {
            redirect_uris: redirect_uris.to_vec(),
            post_logout_redirect_uris: post_logout_redirect_uris.to_vec(),
            keys: keys.map(KeySet::parse).transpose()?,
        };
        console.client(&TokenHash::from_stored(String::new())).check()?;
        Ok(console)
    }

    /// How it proves who it is.
    #[must_use]
    pub fn method(&self) -> AuthMethod {
        if self.keys.is_some() { AuthMethod::PrivateKeyJwt } else { AuthMethod::ClientSecretBasic }
    }

    /// It as a relying party. `secret_hash` is of its secret, should it have one.
    #[must_use]
    pub fn client(&self, secret_hash: &TokenHash) -> Client {
        self.in_place_of(Client::new(CLIENT_ID, NAME, ClientAuthentication::None), secret_hash)
    }

    /// It in the place of what has become of it: whatever opens or closes it is as at first, and the rest stays.
    #[must_use]
    pub fn in_place_of(&self, former: Client, secret_hash: &TokenHash) -> Client {
        let authentication = match &self.keys {
            Some(keys) => ClientAuthentication::PrivateKeyJwt { keys: ClientKeys::Jwks(keys.to_value()) },
            None => ClientAuthentication::ClientSecretBasic { secret_hash: secret_hash.clone() },
        };
        Client {
            status: ClientStatus::Enabled,
            kind: ClientKind::FirstParty,
            application_type: ApplicationType::Web,
            redirect_uris: self.redirect_uris.clone(),
            post_logout_redirect_uris: self.post_logout_redirect_uris.clone(),
            authentication,
            grant_types: [GrantType::AuthorizationCode, GrantType::RefreshToken].into(),
            scope: Scope::from_iter([ScopeToken::Openid, ScopeToken::Profile, ScopeToken::Directory]),
            require_pkce: true,
            subject_type: SubjectType::Public,
            ..former
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::oauth::client::UriFlaw;

    const AT: &str = "https://console.example/callback";

    fn parse(uris: &[&str], logouts: &[&str], keys: Option<&Value>) -> Result<Console, NoConsole> {
        let owned = |uris: &[&str]| uris.iter().map(|uri| (*uri).to_owned()).collect::<Vec<_>>();
        Console::parse(&owned(uris), &owned(logouts), keys)
    }

    #[test]
    fn it_is_the_houses_own_and_keeps_a_secret() {
        let hash = TokenHash::from_stored("hash".into());
        let client = parse(&[AT], &["https://console.example/"], None).unwrap().client(&hash);
        assert_eq!((client.check(), client.kind), (Ok(()), ClientKind::FirstParty));
        assert!(client.needs_pkce() && !client.may_use(GrantType::ClientCredentials));
        assert_eq!(client.scope.to_string(), "openid profile directory");
        assert_eq!(
            client.authentication,
            ClientAuthentication::ClientSecretBasic { secret_hash: hash.clone() }
        );
        let keys = json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "x": "A".repeat(43), "kid": "1" }] });
        let client = parse(&[AT], &[], Some(&keys)).unwrap().client(&hash);
        assert_eq!(client.authentication.method(), AuthMethod::PrivateKeyJwt);
        assert_eq!(client.authentication.secret_hash(), None);
    }

    #[test]
    fn addresses_and_keys_are_as_strict_as_of_any_other() {
        assert_eq!(parse(&[], &[], None), Err(ClientProblem::NoRedirectUri.into()));
        let flaw = ClientProblem::RedirectUri(1, UriFlaw::NotHttps);
        assert_eq!(parse(&[AT, "http://console.example/"], &[], None), Err(flaw.into()));
        let flaw = ClientProblem::PostLogoutRedirectUri(0, UriFlaw::Wildcard);
        assert_eq!(parse(&[AT], &["https://*.example/"], None), Err(flaw.into()));
        let private = json!({ "keys": [{ "kty": "oct", "k": "AAAA" }] });
        assert_eq!(parse(&[AT], &[], Some(&private)), Err(KeySetFlaw::Private.into()));
    }

    #[test]
    fn what_closed_it_is_undone_and_the_rest_stays() {
        let hash = TokenHash::from_stored("new".into());
        let console = parse(&[AT], &[], None).unwrap();
        let former = Client {
            status: ClientStatus::Disabled,
            kind: ClientKind::ThirdParty,
            scope: ScopeToken::Openid.into_scope(),
            resources: vec!["https://api.example".into()],
            ..Client::new(CLIENT_ID, "Desk", ClientAuthentication::None)
        };
        let expected = Client {
            name: "Desk".into(),
            resources: vec!["https://api.example".into()],
            ..console.client(&hash)
        };
        assert_eq!(console.in_place_of(former, &hash), expected);
    }
}

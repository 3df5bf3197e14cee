//! The console, which is registered with the first operators and put back with those who are let in again.

use countersign_core::directory::console::{CLIENT_ID, Console};
use countersign_core::oauth::client::{Client, ClientMetadata};
use countersign_core::secret::{OpaqueToken, SecretString, TokenHash, TokenPrefix};
use countersign_store::{AuthorizationCodes, Clients, Grants, Revoked, Tx, Versioned, Versions};
use serde_json::Value;

use crate::Services;
use crate::clients::hash_secret;
use crate::login::Fault;

/// The console as it was registered.
pub(super) struct Registered {
    /// Its secret, if it has one.
    pub(super) secret: Option<SecretString>,
    /// What the audit trail says of it.
    pub(super) metadata: Value,
}

/// Registers it; `None` where there is one of its name.
pub(super) async fn register(
    services: &Services,
    tx: &Tx,
    console: &Console,
) -> Result<Option<Registered>, Fault> {
    let (secret, hash) = draw(services);
    let client = console.client(&hash);
    if !Clients::add(tx, &client, services.now()).await? {
        return Ok(None);
    }
    Ok(Some(registered(&client, secret)?))
}

/// Puts it back, whatever became of it. What was granted to it until now ends: who knows to whom.
pub(super) async fn put_back(services: &Services, tx: &Tx, console: &Console) -> Result<Registered, Fault> {
    let now = services.now();
    Versions::on(tx.connection()).bump(Versioned::Clients).await?;
    let former = Clients::on(tx.connection()).find(CLIENT_ID).await?;
    let (secret, hash) = draw(services);
    let client = match former {
        Some(former) => console.in_place_of(former.client, &hash),
        None => console.client(&hash),
    };
    Clients::save(tx, &client, now).await?;
    AuthorizationCodes::on(tx.connection()).forget_all_of(CLIENT_ID).await?;
    Grants::on(tx.connection()).revoke_all_of(CLIENT_ID, Revoked::ClientChanged, now).await?;
    registered(&client, secret)
}

fn registered(client: &Client, secret: SecretString) -> Result<Registered, Fault> {
    let has_secret = client.authentication.method().has_secret();
    let metadata = serde_json::to_value(ClientMetadata::from(client))?;
    Ok(Registered { secret: has_secret.then_some(secret), metadata })
}

fn draw(services: &Services) -> (SecretString, TokenHash) {
    let token = OpaqueToken::generate(TokenPrefix::ClientSecret, &*services.entropy);
    let secret = SecretString::new(token.expose().to_owned());
    let hash = hash_secret(&services.vault, CLIENT_ID, &secret);
    (secret, hash)
}

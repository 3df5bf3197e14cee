//! Secrets that an approved request makes: an enrolment code, a client's secret. Kept sealed, shown once, to one of the
//! two people who signed.

use chrono::TimeDelta;
use countersign_core::directory::actor::Actor;
use countersign_core::directory::change_request::State;
use countersign_core::ids::RequestId;
use countersign_core::secret::SecretString;
use countersign_store::{ChangeRequests, RequestSecrets, StoredRequest, Tx};

use super::trail;
use crate::idempotency::{IdempotencyError, NotFirst, Once};
use crate::login::{Fault, faults};
use crate::{Purpose, Services, audit};

/// How long a secret waits to be seen.
const LIFETIME: TimeDelta = TimeDelta::days(7);

/// Why a secret is not shown.
#[derive(Debug, thiserror::Error)]
pub enum RevealError {
    /// There is none, it was shown, its time is over, or they did not sign.
    #[error("nothing to show")]
    Nothing,
    /// It was shown under this key before, or is being shown.
    #[error(transparent)]
    NotFirst(#[from] NotFirst),
    /// On our side.
    #[error(transparent)]
    Fault(#[from] Fault),
}
faults!(RevealError);

impl From<IdempotencyError> for RevealError {
    fn from(error: IdempotencyError) -> Self {
        NotFirst::from(error).into()
    }
}

/// Keeps what `request` made, as part of the transaction in which it was made.
pub(super) async fn keep(
    services: &Services,
    tx: &Tx,
    request: &RequestId,
    secret: &SecretString,
) -> Result<(), Fault> {
    let bound_to = request.as_str().as_bytes();
    let sealed = services.vault.seal(Purpose::RequestSecret, bound_to, secret.expose().as_bytes())?;
    let expires_at = services.now() + LIFETIME;
    Ok(RequestSecrets::on(tx.connection()).add(request, &sealed, expires_at).await?)
}

/// Shows what an applied request made, once; again only to who asks again under the same key.
pub async fn reveal(
    services: &Services,
    reader: &Actor,
    id: &RequestId,
    source: &str,
    once: Option<&Once<'_, SecretString>>,
) -> Result<SecretString, RevealError> {
    let scope = reader.scope().ok_or(RevealError::Nothing)?;
    let tx = services.store.begin().await?;
    if let Some(once) = once {
        once.claim(services, &tx).await?;
    }
    let found = ChangeRequests::on(tx.connection()).look(&scope, id).await?;
    // Of one that somebody changed in the database there is nothing to show: who signed it is not known.
    let request = found.and_then(StoredRequest::sound).ok_or(RevealError::Nothing)?;
    let State::Applied { signature, .. } = &request.state else { return Err(RevealError::Nothing) };
    let signed = [&request.maker.profile_id, &signature.checker.profile_id];
    if !signed.contains(&&reader.profile_id) {
        return Err(RevealError::Nothing);
    }
    let secrets = RequestSecrets::on(tx.connection());
    let sealed = secrets.consume(id, &reader.profile_id, services.now()).await?;
    let sealed = sealed.ok_or(RevealError::Nothing)?;
    drop(secrets);
    let opened = services.vault.open(Purpose::RequestSecret, id.as_str().as_bytes(), &sealed);
    let opened = opened.and_then(|bytes| String::from_utf8(bytes.to_vec()).ok());
    let secret = opened.ok_or_else(|| Fault::internal("a request's secret cannot be opened"))?;
    audit::append(services, &tx, trail::secret_shown(reader, &request, source)).await?;
    let secret = SecretString::new(secret);
    if let Some(once) = once {
        once.complete(services, &tx, &secret).await?;
    }
    tx.commit().await?;
    Ok(secret)
}

//! Adopting: whom the command line named as the maker of a request says, logged in and with a second factor, that it is
//! theirs. Before that nobody can approve it: whoever has a shell and a checker's right would sign alone.

use countersign_core::directory::actor::Actor;
use countersign_core::directory::change_request::{ChangeRequest, DocumentHash};
use countersign_core::directory::signatures::Refusal;
use countersign_core::ids::RequestId;
use countersign_store::{ChangeRequests, Sessions};

use super::decide::{DecideError, OnceDecided, begin, deny, load, over};
use super::parties::signatory;
use super::trail;
use crate::{Services, audit};

/// Whether a request was asked for by somebody who had proved who they are.
pub(super) fn adopted(request: &ChangeRequest) -> Result<(), Refusal> {
    if request.maker.session.is_some() { Ok(()) } else { Err(Refusal::NotAdopted) }
}

/// Makes the request whose document has this hash the maker's own, as if they had submitted it here and now. One that is
/// theirs already stays as it is.
///
/// That they have just proved who they are is for the caller to see to, as for [`super::approve`].
pub async fn adopt(
    services: &Services,
    maker: &Actor,
    id: &RequestId,
    hash: &DocumentHash,
    source: &str,
    once: Option<&OnceDecided<'_>>,
) -> Result<ChangeRequest, DecideError> {
    let tx = begin(services, once).await?;
    let (tx, request) = load(services, tx, maker, id, source).await?;
    let session = maker.session().filter(|_| request.maker.profile_id == maker.profile_id);
    let Some(session) = session else {
        deny(services, tx, maker, &request, "not the maker", source).await?;
        return Err(DecideError::NotTheMaker);
    };
    if request.signed.hash() != hash {
        return Err(DecideError::AnotherDocument);
    }
    request.state.decidable(services.now())?;
    if adopted(&request).is_ok() {
        return Ok(request);
    }
    if let Some(once) = once {
        once.claim(services, &tx).await?;
    }
    let browser = Sessions::on(tx.connection()).browser_of(session).await?;
    if !ChangeRequests::on(tx.connection()).adopt(id, session, browser.as_ref()).await? {
        drop(tx);
        return Err(over(services, id).await?);
    }
    let request = ChangeRequest { maker: signatory(maker), ..request };
    audit::append(services, &tx, trail::adopted(maker, &request, source)).await?;
    if let Some(once) = once {
        once.complete(services, &tx, &request).await?;
    }
    tx.commit().await?;
    Ok(request)
}

//! What the page shows, and the sessions it lists.

use countersign_core::ids::SessionId;
use countersign_core::journey::steps::Means;
use countersign_core::oauth::session::{EndedBecause, Session};
use countersign_store::{SecondFactors, Sessions};

use crate::Services;
use crate::login::{Fault, Visit, means};
use crate::sessions::{self, Present};

/// What the page shows beyond the session and its user.
#[derive(Debug)]
pub struct Overview {
    /// What the user has to prove themselves with.
    pub means: Means,
    /// Sessions that hold, newest first.
    pub sessions: Vec<Session>,
}

/// What the page of the user of `present` shows.
pub async fn overview(services: &Services, present: &Present) -> Result<Overview, Fault> {
    let set_up = SecondFactors::on(services.store.read()).find(&present.profile.id).await?;
    let sessions = sessions::list(services, &present.profile.id).await?;
    Ok(Overview { means: means(&present.profile, &set_up), sessions })
}

/// Ends one of the user's own sessions; anybody else's stays.
pub async fn end_session(
    services: &Services,
    visit: &Visit,
    present: &Present,
    id: &SessionId,
) -> Result<(), Fault> {
    end_those(services, visit, present, |session| session.id == *id).await
}

/// Ends all of the user's sessions but this one.
pub async fn end_other_sessions(services: &Services, visit: &Visit, present: &Present) -> Result<(), Fault> {
    end_those(services, visit, present, |session| session.id != present.session.id).await
}

async fn end_those(
    services: &Services,
    visit: &Visit,
    present: &Present,
    meant: impl Fn(&Session) -> bool,
) -> Result<(), Fault> {
    let tx = services.store.begin().await?;
    let mut ended = Vec::new();
    // In the transaction: a second connection beside it could be one that everybody else waits for as well.
    let own = Sessions::on(tx.connection()).of_profile(&present.profile.id).await?;
    for session in own.into_iter().filter(meant) {
        if sessions::end(services, &tx, &session, EndedBecause::EndedByUser).await? {
            ended.push(session.id);
        }
    }
    if !ended.is_empty() {
        let source = Some(visit.address());
        sessions::record_ended(services, &tx, &present.profile, &ended, source).await?;
    }
    Ok(tx.commit().await?)
}

/// Ends this session.
pub async fn sign_out(services: &Services, visit: &Visit, present: &Present) -> Result<(), Fault> {
    Ok(sessions::sign_out(services, present, Some(visit.address())).await?)
}

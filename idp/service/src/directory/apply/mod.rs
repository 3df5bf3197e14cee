//! What an approved request does, in the transaction in which it was signed.
//!
//! Every effect is conditional on the version that the request was made for. Where one thing has changed since, the
//! whole request is a conflict and its transaction is dropped.

mod notice;
mod profile;

use countersign_core::directory::change_request::actions::{Forbidden, Stand, needed};
use countersign_core::directory::change_request::{Change, ChangeRequest, Jurisdiction, Subject};
use countersign_core::directory::clearing_house::ClearingHouse;
use countersign_core::directory::permission::{DaEmails, Office};
use countersign_core::directory::profile::UserKind;
use countersign_core::hong_kong_day;
use countersign_store::{CurrentPhases, Phases, Tx};

use crate::Services;
use crate::login::{Fault, faults};

/// Why a request was not applied.
#[derive(Debug, thiserror::Error)]
pub(super) enum ApplyError {
    /// This has changed since the request was made.
    #[error("conflict: {0}")]
    Conflict(String),
    /// On our side.
    #[error(transparent)]
    Fault(#[from] Fault),
}
faults!(ApplyError);

/// What every effect has at hand.
pub(super) struct Effect<'a> {
    services: &'a Services,
    tx: &'a Tx,
    request: &'a ChangeRequest,
    phases: CurrentPhases,
}

/// Puts `request` into effect.
pub(super) async fn apply(services: &Services, tx: &Tx, request: &ChangeRequest) -> Result<(), ApplyError> {
    let phases = Phases::on(tx.connection()).current().await?;
    let effect = Effect { services, tx, request, phases };
    let document = request.document();
    if let Change::MergeProfiles { keep, remove } = &document.change {
        return profile::merge(&effect, keep, remove).await;
    }
    for (change, subject) in document.change.lines().iter().zip(&document.subjects) {
        profile::apply(&effect, change, subject).await?;
    }
    Ok(())
}

impl Effect<'_> {
    /// Whether the phase still allows what was asked for: it may have moved since.
    fn allowed(
        &self,
        change: &Change,
        subject: &Subject,
        kind: UserKind,
        house: ClearingHouse,
    ) -> Result<(), ApplyError> {
        let office = match self.request.jurisdiction {
            Jurisdiction::Exchange => Office::Operator,
            Jurisdiction::Participant(_) => Office::DelegatedAdministrator,
        };
        let from = self.services.policy.migration.da_emails_from;
        let da_emails = DaEmails::on(hong_kong_day(self.services.now()), from);
        let stand = Stand { phase: self.phases.of(house), da_emails };
        for (field, action) in needed(change, kind, &subject.difference) {
            if let Err(Forbidden::ForOperators | Forbidden::NotInPhase) = stand.allows(office, action) {
                return Err(ApplyError::Conflict(format!(
                    "{}: the phase no longer allows {field}",
                    subject.target
                )));
            }
        }
        Ok(())
    }
}

/// A subject that is no longer what the request was made for.
fn changed(subject: &Subject) -> ApplyError {
    ApplyError::Conflict(format!("{} has changed since the request was made", subject.target))
}

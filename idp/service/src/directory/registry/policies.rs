//! Policies of the house: what their drafts are judged by, and what approved requests do to them.

use countersign_core::directory::actor::Actor;
use countersign_core::directory::change_request::registry::policies::{PolicyFacts, judge, named};
use countersign_core::directory::change_request::{Change, Draft, Judged, Subject};
use countersign_core::directory::clearing_house::ClearingHouse;
use countersign_core::directory::finding::Findings;
use countersign_core::directory::permission::Action;
use countersign_core::directory::phase::Phase;
use countersign_core::policy::overlaid;
use countersign_store::{Connection, Policies, Versioned, Versions};

use super::super::apply::{ApplyError, Effect, changed};
use super::super::prepare::Asked;
use super::asker;
use crate::Services;
use crate::login::Fault;
use crate::policies::overrides;

/// What came of a draft about a policy.
pub(super) async fn prepare<'c>(
    services: &Services,
    connection: &impl Fn() -> Connection<'c>,
    maker: &Actor,
    draft: &Draft,
    findings: &mut Findings,
) -> Result<Option<Asked>, Fault> {
    let Draft::ChangePolicy(draft) = draft else { return Ok(None) };
    let stored = Policies::on(connection()).all().await?;
    let name = named(&draft.name);
    let facts = PolicyFacts {
        configured: services.policy.configured(),
        overrides: &overrides(&stored),
        version: stored.iter().find(|stored| stored.name == name).map_or(0, |stored| stored.version),
    };
    // Policies are the whole installation's, which has no phase.
    let judged = judge(asker(services, maker, Phase::PreParallel), &facts, draft, findings);
    Ok(judged.map(|Judged { change, subject }| Asked { change, subjects: vec![subject], concerns: None }))
}

/// Puts a change of a policy into effect, if with all the others it still makes one that can be.
pub(super) async fn apply(effect: &Effect<'_>, change: &Change, subject: &Subject) -> Result<(), ApplyError> {
    effect.allows(subject, Action::MaintainPolicy, ClearingHouse::Exchange)?;
    let Change::ChangePolicy(signed) = change else {
        return Err(Fault::internal("not about a policy").into());
    };
    // One after the other: what is allowed together is judged together.
    Versions::on(effect.tx.connection()).bump(Versioned::Policies).await?;
    let value = (!signed.value.is_null()).then_some(&signed.value);
    if !Policies::put(effect.tx, &signed.name, value, subject.version, effect.services.now()).await? {
        return Err(changed(subject));
    }
    let all = overrides(&Policies::on(effect.tx.connection()).all().await?);
    match overlaid(effect.services.policy.configured(), &all) {
        Ok(_) => Ok(()),
        Err((name, why)) => Err(ApplyError::Conflict(format!("{}: {name} {why}", subject.target))),
    }
}

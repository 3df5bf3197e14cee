//! Policies of the house: what their drafts are judged by, and what approved requests do to them.

use countersign_core::directory::actor::Actor;
use countersign_core::directory::change_request::registry::policies::{
    PolicyFacts, difference, judge, named,
};
use countersign_core::directory::change_request::{Change, Draft, Judged, Subject};
use countersign_core::directory::clearing_house::ClearingHouse;
use countersign_core::directory::finding::Findings;
use countersign_core::directory::permission::Action;
use countersign_core::directory::phase::Phase;
use countersign_store::{Connection, Policies, Versioned, Versions};

use super::super::apply::{ApplyError, Effect, changed};
use super::super::prepare::Asked;
use super::asker;
use crate::Services;
use crate::login::Fault;
use crate::policies::signed;

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
        signed: &signed(&stored),
        version: stored.iter().find(|stored| stored.name == name).map_or(0, |stored| stored.version),
    };
    // Policies are the whole installation's, which has no phase.
    let judged = judge(asker(services, maker, Phase::PreParallel), &facts, draft, findings);
    Ok(judged.map(|Judged { change, subject }| Asked { change, subjects: vec![subject], concerns: None }))
}

/// Puts a change of a policy into effect, if beside all the others, and the configuration of this node, it still does what
/// was signed.
pub(super) async fn apply(effect: &Effect<'_>, change: &Change, subject: &Subject) -> Result<(), ApplyError> {
    effect.allows(subject, Action::MaintainPolicy, ClearingHouse::Exchange)?;
    let Change::ChangePolicy(change) = change else {
        return Err(Fault::internal("not about a policy").into());
    };
    // One after the other: what is allowed together is judged together.
    Versions::on(effect.tx.connection()).bump(Versioned::Policies).await?;
    let before = signed(&Policies::on(effect.tx.connection()).all().await?);
    match difference(effect.services.policy.configured(), &before, change) {
        Ok(difference) if difference == subject.difference => {}
        Ok(_) => return Err(changed(subject)),
        Err(code) => return Err(ApplyError::Conflict(format!("{}: {code:?}", subject.target))),
    }
    let value = (!change.value.is_null()).then_some(&change.value);
    if !Policies::put(effect.tx, &change.name, value, subject.version, effect.services.now()).await? {
        return Err(changed(subject));
    }
    Ok(())
}

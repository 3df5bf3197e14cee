//! Signing keys before their time: what their drafts are judged by, and what approved requests do to them.

use countersign_core::directory::actor::Actor;
use countersign_core::directory::change_request::registry::keys::{
    KeyFacts, difference, judge_retirement, judge_rotation,
};
use countersign_core::directory::change_request::{Change, Draft, Judged, Subject};
use countersign_core::directory::clearing_house::ClearingHouse;
use countersign_core::directory::finding::Findings;
use countersign_core::directory::permission::Action;
use countersign_core::directory::phase::Phase;
use countersign_core::oauth::key_schedule::{KeyLife, KeyStep, hand_over, withdraw};
use countersign_store::{Connection, SigningKeys, StoreError, Versioned, Versions};

use super::super::apply::{ApplyError, Effect, changed};
use super::super::prepare::Asked;
use super::asker;
use crate::login::Fault;
use crate::{Services, keys};

/// What came of a draft about keys.
pub(super) async fn prepare<'c>(
    services: &Services,
    connection: &impl Fn() -> Connection<'c>,
    maker: &Actor,
    draft: &Draft,
    findings: &mut Findings,
) -> Result<Option<Asked>, Fault> {
    // Read first: what changes between the two is a conflict later, never overlooked.
    let version = Versions::on(connection()).get(Versioned::SigningKeys).await?;
    let lives = lives(connection()).await?;
    let facts = KeyFacts { keys: &lives, version, policy: &services.policy.keys, now: services.now() };
    // Keys are the whole installation's, which has no phase.
    let asker = asker(services, maker, Phase::PreParallel);
    let judged = match draft {
        Draft::RotateKeys(draft) => judge_rotation(asker, &facts, draft, findings),
        Draft::RetireKey(draft) => judge_retirement(asker, &facts, draft, findings),
        _ => None,
    };
    Ok(judged.map(|Judged { change, subject }| Asked { change, subjects: vec![subject], concerns: None }))
}

/// Puts a change of keys into effect, if it still is what was signed: other keys, or another hour, may make it another.
pub(super) async fn apply(effect: &Effect<'_>, change: &Change, subject: &Subject) -> Result<(), ApplyError> {
    effect.allows(subject, Action::RotateKey, ClearingHouse::Exchange)?;
    let versions = Versions::on(effect.tx.connection());
    if !versions.advance_from(Versioned::SigningKeys, subject.version).await? {
        return Err(changed(subject));
    }
    drop(versions);
    let lives = lives(effect.tx.connection()).await?;
    let steps = steps(effect.services, &lives, change);
    if steps.is_empty() || difference(&lives, &steps, effect.services.now()) != subject.difference {
        return Err(changed(subject));
    }
    Ok(keys::carry_out(effect.services, effect.tx, steps).await.map_err(Fault::from)?)
}

/// Makes ready what takes time, before a transaction begins: nobody waits for primes.
pub(super) async fn make_ready(services: &Services, change: &Change) -> Result<(), Fault> {
    let lives = lives(services.store.read()).await?;
    for step in steps(services, &lives, change) {
        if let KeyStep::Add { alg, .. } = step {
            keys::make_spare(services, alg).await?;
        }
    }
    Ok(())
}

fn steps(services: &Services, lives: &[KeyLife], change: &Change) -> Vec<KeyStep> {
    let (policy, now) = (&services.policy.keys, services.now());
    match change {
        Change::RotateKeys(signed) => hand_over(lives, signed.algorithm, policy, now),
        Change::RetireKey(signed) => withdraw(lives, &signed.kid, policy, now),
        _ => Vec::new(),
    }
}

async fn lives(connection: Connection<'_>) -> Result<Vec<KeyLife>, StoreError> {
    let stored = SigningKeys::on(connection).all().await?;
    Ok(stored.into_iter().map(|key| key.life).collect())
}

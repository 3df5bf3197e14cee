//! A draft becomes a document that could be signed, or a list of everything that stands in its way. Nothing is written:
//! the same is done when a form is checked, when a batch is looked at, and when a request is submitted.

use std::collections::BTreeMap;

use countersign_core::directory::actor::Actor;
use countersign_core::directory::change_request::{
    Change, Document, Draft, Ground, Judged, Jurisdiction, Subject, judge, judge_merge,
};
use countersign_core::directory::finding::{Finding, FindingCode, Findings};
use countersign_core::ids::ParticipantKey;
use countersign_store::{ChangeRequests, Connection};

use super::entrance::Entrance;
use super::world::World;
use crate::Services;
use crate::login::Fault;

/// What came of a draft.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// The document, if nothing stands in its way.
    pub document: Option<Document>,
    /// Everything there is to say, warnings too.
    pub findings: Vec<Finding>,
    /// Whose checkers would sign.
    pub jurisdiction: Jurisdiction,
    /// Which participant it is about, where it is about one.
    pub concerns: Option<ParticipantKey>,
}

/// Prepares `draft`, which comes in by `entrance`, for `maker`, who gives `reason`.
pub async fn prepare<'c>(
    services: &Services,
    connection: impl Fn() -> Connection<'c>,
    maker: &Actor,
    draft: &Draft,
    reason: Option<String>,
    entrance: Entrance<'_>,
) -> Result<Prepared, Fault> {
    let scope = maker.scope().ok_or_else(|| Fault::internal("a maker who may not even look"))?;
    let mut findings = Findings::default();
    let most = entrance.most_lines(&services.policy);
    // Profiles rather than lines, so that no line brings more with it.
    if matches!(draft, Draft::Batch { .. }) && draft.user_ids().len() > most {
        findings.note("lines", FindingCode::TooMany { max: most });
        return Ok(refused(maker, findings));
    }
    let world = World::load(&connection, &scope, draft).await?;
    let ground = Ground {
        maker,
        grammar: &services.user_ids,
        groups: world.groups(),
        policy: &services.policy,
        now: services.now(),
    };
    let judged = judge_draft(&ground, &world, draft, &mut findings);
    note_pending(&connection, draft, &mut findings).await?;
    let Some((change, subjects)) = judged.filter(|_| !findings.stop()) else {
        return Ok(refused(maker, findings));
    };
    Ok(Prepared {
        concerns: concerns(&world, &change),
        document: Some(Document { change, subjects, reason }),
        findings: findings.into_vec(),
        jurisdiction: jurisdiction(maker),
    })
}

fn refused(maker: &Actor, findings: Findings) -> Prepared {
    Prepared {
        document: None,
        findings: findings.into_vec(),
        jurisdiction: jurisdiction(maker),
        concerns: None,
    }
}

fn jurisdiction(maker: &Actor) -> Jurisdiction {
    if maker.is_operator() {
        Jurisdiction::Exchange
    } else {
        Jurisdiction::Participant(maker.participant.clone())
    }
}

fn judge_draft(
    ground: &Ground<'_>,
    world: &World,
    draft: &Draft,
    findings: &mut Findings,
) -> Option<(Change, Vec<Subject>)> {
    match draft {
        Draft::Batch { lines } => judge_batch(ground, world, lines, findings),
        Draft::MergeProfiles { keep, remove } => {
            let about = |user_id: &str| {
                world.of_profile(&countersign_core::directory::user_id::normalise(user_id), None)
            };
            judge_merge(ground, [&about(keep), &about(remove)], findings)
        }
        single => {
            let Judged { change, subject } =
                judge(ground, &world.about(ground.maker, single), single, findings)?;
            Some((change, vec![subject]))
        }
    }
}

/// Every line is judged, also after one that is refused: people mend all of them at once.
fn judge_batch(
    ground: &Ground<'_>,
    world: &World,
    lines: &[Draft],
    findings: &mut Findings,
) -> Option<(Change, Vec<Subject>)> {
    if lines.is_empty() {
        findings.note("lines", FindingCode::Required);
    }
    let mut first_named: BTreeMap<String, usize> = BTreeMap::new();
    let (mut changes, mut subjects) = (Vec::new(), Vec::new());
    for (index, line) in lines.iter().enumerate() {
        let mut own = Findings::default();
        for user_id in line.user_ids() {
            if let Some(first) = first_named.get(&user_id) {
                own.note("user_id", FindingCode::Twice { line: *first });
            } else {
                first_named.insert(user_id, index + 1);
            }
        }
        if let Some(Judged { change, subject }) =
            judge(ground, &world.about(ground.maker, line), line, &mut own)
        {
            changes.push(change);
            subjects.push(subject);
        }
        findings.add(&format!("lines[{index}]"), own);
    }
    (!findings.stop()).then_some((Change::Batch { lines: changes }, subjects))
}

/// Says at which lines somebody else's request is waiting.
async fn note_pending<'c>(
    connection: impl Fn() -> Connection<'c>,
    draft: &Draft,
    findings: &mut Findings,
) -> Result<(), Fault> {
    use countersign_core::directory::change_request::Target;
    let targets: Vec<Target> = draft.user_ids().iter().map(|user_id| Target::profile(user_id)).collect();
    let held: BTreeMap<_, _> = ChangeRequests::on(connection()).held(&targets).await?.into_iter().collect();
    let (lines, in_batch) = match draft {
        Draft::Batch { lines } => (lines.as_slice(), true),
        single => (std::slice::from_ref(single), false),
    };
    for (index, line) in lines.iter().enumerate() {
        let field = if in_batch { format!("lines[{index}].user_id") } else { "user_id".to_owned() };
        for user_id in line.user_ids() {
            if let Some(request) = held.get(&Target::profile(&user_id)) {
                findings.note(&field, FindingCode::AlreadyPending { request: request.as_str().to_owned() });
            }
        }
    }
    Ok(())
}

/// The one participant that a change is about.
fn concerns(world: &World, change: &Change) -> Option<ParticipantKey> {
    let mut about = change.lines().iter().map(|line| match line {
        Change::CreateProfile { participant, .. } => world.named(participant).map(|own| own.key.clone()),
        other => other
            .targets()
            .first()
            .and_then(|target| world.record(&target.name))
            .map(|record| record.participant.clone()),
    });
    let first = about.next()??;
    about.all(|other| other.as_ref() == Some(&first)).then_some(first)
}

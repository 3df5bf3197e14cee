//! A draft becomes a document that could be signed, or a list of everything that stands in its way. Nothing is written:
//! the same is done when a form is checked, when a batch is looked at, and when a request is submitted.

use std::collections::BTreeMap;

use countersign_core::directory::actor::Actor;
use countersign_core::directory::change_request::{
    Change, Document, Draft, Ground, Judged, Jurisdiction, Subject, Target, judge, judge_merge,
};
use countersign_core::directory::finding::{Finding, FindingCode, Findings};
use countersign_core::directory::permission::Office;
use countersign_core::ids::ParticipantKey;
use countersign_store::{ChangeRequests, Connection};

use super::entrance::Entrance;
use super::world::World;
use super::{last_administrator, registry};
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
    let mut findings = Findings::default();
    let most = entrance.most_lines(&services.policy);
    // Profiles rather than lines, so that no line brings more with it.
    if matches!(draft, Draft::Batch { .. }) && draft.user_ids().len() > most {
        findings.note("lines", FindingCode::TooMany { max: most });
        return Ok(refused(maker, findings));
    }
    let asked = match registry::prepare(services, &connection, maker, draft, &mut findings).await? {
        // Who may not even ask learns nothing further.
        Some(None) if are_for_operators(&findings) => return Ok(refused(maker, findings)),
        Some(asked) => asked,
        None => of_people(services, &connection, maker, maker.office(), draft, &mut findings).await?,
    };
    note_pending(&connection, maker, draft, &mut findings).await?;
    let Some(Asked { change, subjects, concerns }) = asked.filter(|_| !findings.stop()) else {
        return Ok(refused(maker, findings));
    };
    Ok(Prepared {
        concerns,
        document: Some(Document { change, subjects, reason }),
        findings: findings.into_vec(),
        jurisdiction: jurisdiction(maker),
    })
}

/// A change that may be asked for, and the one participant that it is about.
pub(super) struct Asked {
    pub(super) change: Change,
    pub(super) subjects: Vec<Subject>,
    pub(super) concerns: Option<ParticipantKey>,
}

/// What there would be to say, if the exchange asked for it: of a form that `filer` files with it. They may file it about
/// themselves, for it is others who ask and sign.
pub(super) async fn as_the_exchange<'c>(
    services: &Services,
    connection: impl Fn() -> Connection<'c>,
    filer: &Actor,
    draft: &Draft,
) -> Result<Vec<Finding>, Fault> {
    let mut findings = Findings::default();
    of_people(services, &connection, filer, Office::Operator, draft, &mut findings).await?;
    let mut found = findings.into_vec();
    found.retain(|finding| finding.code != FindingCode::OwnProfile);
    Ok(found)
}

async fn of_people<'c>(
    services: &Services,
    connection: impl Fn() -> Connection<'c>,
    maker: &Actor,
    office: Office,
    draft: &Draft,
    findings: &mut Findings,
) -> Result<Option<Asked>, Fault> {
    let scope = maker.scope().ok_or_else(|| Fault::internal("a maker who may not even look"))?;
    let world = World::load(&connection, &scope, draft).await?;
    let ground = Ground {
        maker,
        office,
        grammar: &services.user_ids,
        groups: world.groups(),
        policy: &services.policy,
        now: services.now(),
    };
    let judged = judge_draft(&ground, &world, draft, findings).filter(|_| !findings.stop());
    let Some((change, subjects)) = judged else { return Ok(None) };
    last_administrator::note(&connection, &world, &change, services.now(), findings).await?;
    Ok(Some(Asked { concerns: concerns(&world, &change), change, subjects }))
}

fn are_for_operators(findings: &Findings) -> bool {
    findings.as_slice().iter().any(|finding| finding.code == FindingCode::ForOperators)
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

/// Says at which lines somebody else's request is waiting, and which, as far as the maker may see it. Of what they may not
/// ask for, they are not told whether anybody else has.
async fn note_pending<'c>(
    connection: impl Fn() -> Connection<'c>,
    maker: &Actor,
    draft: &Draft,
    findings: &mut Findings,
) -> Result<(), Fault> {
    let Some(scope) = maker.scope() else { return Ok(()) };
    let is_theirs_to_ask = !findings.stop();
    let named = draft.targets();
    let targets: Vec<Target> = named.iter().map(|(_, target)| target.clone()).collect();
    let held: BTreeMap<_, _> = ChangeRequests::on(connection()).held(&targets).await?.into_iter().collect();
    let mut seen = BTreeMap::new();
    for (field, target) in &named {
        let Some(request) = held.get(target) else { continue };
        let is_seen = match seen.get(request) {
            Some(is_seen) => *is_seen,
            None => ChangeRequests::on(connection()).look(&scope, request).await?.is_some(),
        };
        seen.insert(request, is_seen);
        if is_seen || is_theirs_to_ask {
            let request = is_seen.then(|| request.as_str().to_owned());
            findings.note(field, FindingCode::AlreadyPending { request });
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

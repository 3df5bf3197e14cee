//! Whether a change would leave people without a maker or without a checker: it may be meant so, and so it only warns.

use std::collections::{BTreeMap, BTreeSet};

use countersign_core::Timestamp;
use countersign_core::directory::capabilities::{AccessLevel, DaFunction};
use countersign_core::directory::change_request::{Change, merged};
use countersign_core::directory::finding::{FindingCode, Findings};
use countersign_core::directory::record::ProfileRecord;
use countersign_core::ids::ParticipantKey;
use countersign_store::{Connection, Directory, StoreError};

use super::world::World;

/// What a change makes of profiles: how each is afterwards, or nothing where it is deleted.
type After = BTreeMap<String, Option<ProfileRecord>>;

/// Warns where `change` takes away the last maker, or the last checker, of those whose profiles it is about.
pub(super) async fn note<'c>(
    connection: impl Fn() -> Connection<'c>,
    world: &World,
    change: &Change,
    now: Timestamp,
    findings: &mut Findings,
) -> Result<(), StoreError> {
    let after = after(world, change);
    let lessened = after.iter().filter_map(|(user_id, after)| {
        let before = world.record(user_id)?;
        let less = LEVELS.into_iter().any(|level| {
            holds(before, level, now) && !after.as_ref().is_some_and(|after| holds(after, level, now))
        });
        less.then(|| before.participant.clone())
    });
    let lessened: BTreeSet<ParticipantKey> = lessened.collect();
    for participant in lessened {
        let staff = Directory::on(connection()).of_participant(&participant).await?;
        let left = |record: &ProfileRecord| match after.get(&record.profile.user_id) {
            Some(after) => after.clone(),
            None => Some(record.clone()),
        };
        let then: Vec<ProfileRecord> = staff.iter().filter_map(left).collect();
        let had = |level| staff.iter().any(|record| holds(record, level, now));
        let has = |level| then.iter().any(|record| holds(record, level, now));
        if LEVELS.into_iter().any(|level| had(level) && !has(level)) {
            findings.note("request", FindingCode::LastAdministrator);
        }
    }
    Ok(())
}

const LEVELS: [AccessLevel; 2] = [AccessLevel::Maker, AccessLevel::Checker];

fn holds(record: &ProfileRecord, level: AccessLevel, now: Timestamp) -> bool {
    let profile = &record.profile;
    profile.usable(now).is_ok() && profile.capabilities.holds(DaFunction::SecurityManagement, level)
}

fn after(world: &World, change: &Change) -> After {
    let mut after = After::new();
    if let Change::MergeProfiles { keep, remove } = change {
        if let (Some(kept), Some(removed)) = (world.record(keep), world.record(remove)) {
            after.insert(keep.clone(), Some(merged(kept, removed)));
            after.insert(remove.clone(), None);
        }
        return after;
    }
    for line in change.lines() {
        match line {
            Change::ChangeProfile { user_id, fields } => {
                if let Some(record) = world.record(user_id) {
                    let mut changed = record.clone();
                    fields.apply_to(&mut changed);
                    after.insert(user_id.clone(), Some(changed));
                }
            }
            Change::DeleteProfile { user_id } => {
                after.insert(user_id.clone(), None);
            }
            _ => {}
        }
    }
    after
}

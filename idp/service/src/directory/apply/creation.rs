//! New profiles, in few statements however many there are: an installation's whole user list may be one request.

use std::collections::BTreeMap;

use countersign_core::directory::change_request::{Change, ParticipantName, Subject, belongs, blank};
use countersign_core::directory::participant::Participant;
use countersign_core::directory::record::ProfileRecord;
use countersign_core::ids::ProfileId;
use countersign_core::mail::News;
use countersign_store::Directory;

use super::{ApplyError, Effect, changed, notice};
use crate::directory::world::by_name;

/// Profiles that are in memory at once.
const AT_ONCE: usize = 1_000;

/// A line of a request, and what it is about.
type Line<'a> = (&'a Change, &'a Subject);

/// Puts lines that create profiles into effect.
pub(super) async fn apply(effect: &Effect<'_>, lines: &[Line<'_>]) -> Result<(), ApplyError> {
    if lines.is_empty() {
        return Ok(());
    }
    let open = by_name(effect.named.participants.values());
    let now = effect.services.now();
    for some in lines.chunks(AT_ONCE) {
        let records = some.iter().map(|line| record(effect, &open, *line)).collect::<Result<Vec<_>, _>>()?;
        if let Err(user_id) = Directory::on(effect.tx.connection()).add_all(&records, now).await? {
            return Err(ApplyError::Conflict(format!("{user_id} belongs to somebody by now")));
        }
        let profiles = records.iter().map(|record| &record.profile);
        notice::tell_all(effect, profiles, &News::ProfileChanged { at: now }).await?;
    }
    Ok(())
}

/// The profile that a line asks for, if everything that it names is still there.
fn record(
    effect: &Effect<'_>,
    open: &BTreeMap<ParticipantName, &Participant>,
    (change, subject): Line<'_>,
) -> Result<ProfileRecord, ApplyError> {
    let Change::CreateProfile { participant, user_id, fields } = change else { return Err(changed(subject)) };
    let house = participant.clearing_house;
    let participant = open.get(participant).ok_or_else(|| changed(subject))?;
    let kind = effect.services.user_ids.kind_in(house, user_id).map_err(|_| changed(subject))?;
    belongs(&effect.services.user_ids, house, kind, user_id, participant).map_err(|_| changed(subject))?;
    effect.allowed(change, subject, kind, house)?;
    let mut record = blank(user_id, kind, participant, effect.phases.of(house), effect.services.now());
    record.profile.id = ProfileId::generate(&*effect.services.entropy);
    fields.apply_to(&mut record);
    effect.still_there(subject, fields, &record)?;
    Ok(record)
}

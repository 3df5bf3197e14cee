//! Business user groups: made, renamed, and ended when nobody is in them.

use countersign_core::directory::actor::Actor;
use countersign_core::directory::business_group::BusinessUserGroup;
use countersign_core::directory::change_request::registry::groups::{
    About, GroupDraft, change, create, delete, normalise,
};
use countersign_core::directory::change_request::{Change, Draft, Judged, Subject};
use countersign_core::directory::clearing_house::ClearingHouse;
use countersign_core::directory::finding::Findings;
use countersign_core::directory::permission::Action;
use countersign_core::directory::phase::Phase;
use countersign_store::{Connection, Groups, StoredGroup};

use super::super::apply::{ApplyError, Effect, changed};
use super::super::prepare::Asked;
use super::asker;
use crate::Services;
use crate::login::Fault;

/// What came of a draft about a group.
pub(super) async fn prepare<'c>(
    services: &Services,
    connection: &impl Fn() -> Connection<'c>,
    maker: &Actor,
    draft: &Draft,
    findings: &mut Findings,
) -> Result<Option<Asked>, Fault> {
    let nothing = GroupDraft::default();
    let (code, fields) = match draft {
        Draft::CreateGroup { code, fields } | Draft::ChangeGroup { code, fields } => (code, fields),
        Draft::DeleteGroup { code } => (code, &nothing),
        _ => return Ok(None),
    };
    // Groups are the whole installation's, which has no phase.
    let asker = asker(services, maker, Phase::PreParallel);
    let groups = Groups::on(connection());
    let (found, members) = match normalise(code).parse::<BusinessUserGroup>() {
        Ok(code) => (groups.find(&code).await?, groups.members(&code).await?),
        Err(_) => (None, 0),
    };
    let about = About {
        group: found.as_ref().map(|found| &found.definition),
        version: found.as_ref().map_or(0, |found| found.version),
        members,
    };
    let judged = match draft {
        Draft::CreateGroup { .. } => create(asker, &about, code, fields, findings),
        Draft::ChangeGroup { .. } => change(asker, &about, code, fields, findings),
        _ => delete(asker, &about, code, findings),
    };
    Ok(judged.map(|Judged { change, subject }| Asked { change, subjects: vec![subject], concerns: None }))
}

/// Puts a change of a group into effect.
pub(super) async fn apply(effect: &Effect<'_>, change: &Change, subject: &Subject) -> Result<(), ApplyError> {
    effect.allows(subject, Action::MaintainBusinessUserGroup, ClearingHouse::Exchange)?;
    let groups = Groups::on(effect.tx.connection());
    let now = effect.services.now();
    let done = match change {
        Change::CreateGroup { group } => {
            let is_new = groups.find(&group.code).await?.is_none() && groups.members(&group.code).await? == 0;
            if is_new {
                groups.add(group, now).await?;
            }
            is_new
        }
        Change::ChangeGroup { group } => {
            groups.save(&StoredGroup { definition: group.clone(), version: subject.version }, now).await?
        }
        // Whoever was put into it meanwhile keeps it.
        Change::DeleteGroup { code } => {
            groups.remove(code, subject.version).await? && groups.members(code).await? == 0
        }
        _ => return Err(Fault::internal("not about a group").into()),
    };
    if done { Ok(()) } else { Err(changed(subject)) }
}

//! Relying parties: what their drafts are judged by, and what approved requests do to them.
//!
//! A secret is drawn here, in the transaction of the approval. The client keeps a keyed hash of it, the request keeps it
//! sealed until one of the two who signed has seen it, and nothing else ever holds it.

use countersign_core::directory::actor::{Actor, Scope};
use countersign_core::directory::change_request::registry::clients::{
    ClientFacts, SignedClient, blank, draw_name, is_console, judge_change, judge_deletion,
    judge_registration, judge_rotation, named, narrowed, stays_reachable, target,
};
use countersign_core::directory::change_request::{Change, Draft, Judged, Subject};
use countersign_core::directory::clearing_house::ClearingHouse;
use countersign_core::directory::finding::Findings;
use countersign_core::directory::permission::Action;
use countersign_core::directory::phase::Phase;
use countersign_core::oauth::client::Client;
use countersign_core::secret::{OpaqueToken, SecretString, TokenHash, TokenPrefix};
use countersign_store::{
    AuthorizationCodes, ChangeRequests, Clients, Connection, Grants, Groups, RequestFilter, Revoked,
    StoreError, StoredClient, Versioned, Versions,
};
use url::Url;

use super::super::apply::{ApplyError, Effect, changed};
use super::super::prepare::Asked;
use super::super::secrets;
use super::asker;
use crate::Services;
use crate::clients::hash_secret;
use crate::login::Fault;

/// What came of a draft about a relying party.
pub(super) async fn prepare<'c>(
    services: &Services,
    connection: &impl Fn() -> Connection<'c>,
    maker: &Actor,
    draft: &Draft,
    findings: &mut Findings,
) -> Result<Option<Asked>, Fault> {
    let drawn = draw_name(&*services.entropy);
    let client_id = match draft {
        Draft::RegisterClient(draft) => draft.client_id.as_deref().map_or_else(|| drawn.clone(), named),
        Draft::ChangeClient(draft) => named(&draft.client_id),
        Draft::RotateClientSecret(draft) | Draft::DeleteClient(draft) => named(&draft.client_id),
        _ => return Ok(None),
    };
    let all = Clients::on(connection()).stored().await?;
    let stored = all.iter().find(|stored| stored.client.client_id == client_id);
    let groups = Groups::on(connection()).all().await?;
    let facts = ClientFacts {
        client: stored.map(|stored| &stored.client),
        version: stored.map_or(0, |stored| stored.version),
        was_there: was_there(connection(), &client_id).await?,
        another_console: another_console(&all, &client_id),
        groups: &groups.into_iter().map(|group| group.definition.code).collect(),
        callable: &|uri| Url::parse(uri).is_ok_and(|uri| services.outbound.would_call(&uri)),
    };
    // Relying parties are the whole installation's, which has no phase.
    let asker = asker(services, maker, Phase::PreParallel);
    let judged = match draft {
        Draft::RegisterClient(draft) => judge_registration(asker, &facts, draft, &drawn, findings),
        Draft::ChangeClient(draft) => judge_change(asker, &facts, draft, findings),
        Draft::RotateClientSecret(_) => judge_rotation(asker, &facts, findings),
        _ => judge_deletion(asker, &facts, findings),
    };
    Ok(judged.map(|Judged { change, subject }| Asked { change, subjects: vec![subject], concerns: None }))
}

/// Whether there was a relying party of that name which was ended.
async fn was_there(connection: Connection<'_>, client_id: &str) -> Result<bool, StoreError> {
    let filter = RequestFilter {
        state: Some("applied".to_owned()),
        kind: Some("delete_client".to_owned()),
        target: Some(target(client_id)),
        ..RequestFilter::default()
    };
    Ok(ChangeRequests::on(connection).count(&Scope::of_the_installation(), &filter).await? > 0)
}

fn another_console(all: &[StoredClient], client_id: &str) -> bool {
    all.iter().any(|stored| stored.client.client_id != client_id && is_console(&stored.client))
}

/// Puts a change of a relying party into effect.
pub(super) async fn apply(effect: &Effect<'_>, change: &Change, subject: &Subject) -> Result<(), ApplyError> {
    effect.allows(subject, Action::MaintainRelyingParty, ClearingHouse::Exchange)?;
    // One after the other: of two who would each leave the other's console, the second finds none.
    Versions::on(effect.tx.connection()).bump(Versioned::Clients).await?;
    match change {
        Change::RegisterClient(signed) => register(effect, subject, signed).await,
        Change::ChangeClient(signed) => alter(effect, subject, signed).await,
        Change::RotateClientSecret(_) => rotate(effect, subject).await,
        Change::DeleteClient(_) => delete(effect, subject).await,
        _ => Err(Fault::internal("no change of a relying party").into()),
    }
}

async fn register(effect: &Effect<'_>, subject: &Subject, signed: &SignedClient) -> Result<(), ApplyError> {
    let (secret, hash) = draw(effect.services, &signed.client_id);
    let client = filled(subject, signed, &blank(&signed.client_id), &hash)?;
    groups_are_there(effect, subject, &client).await?;
    if !Clients::add(effect.tx, &client, effect.services.now()).await? {
        return Err(changed(subject));
    }
    if client.authentication.secret_hash().is_some() {
        keep(effect, &secret).await?;
    }
    Ok(())
}

async fn alter(effect: &Effect<'_>, subject: &Subject, signed: &SignedClient) -> Result<(), ApplyError> {
    let before = current(effect, subject).await?;
    let (secret, hash) = draw(effect.services, &signed.client_id);
    let after = filled(subject, signed, &before, &hash)?;
    groups_are_there(effect, subject, &after).await?;
    if is_console(&before) && !stays_reachable(&before, &after) {
        leave_a_console(effect, subject).await?;
    }
    if !Clients::replace(effect.tx, &after, subject.version, effect.services.now()).await? {
        return Err(changed(subject));
    }
    if narrowed(&before, &after) {
        end_what_was_granted(effect, &after.client_id).await?;
    }
    if after.authentication.secret_hash() == Some(&hash) {
        keep(effect, &secret).await?;
    }
    Ok(())
}

async fn rotate(effect: &Effect<'_>, subject: &Subject) -> Result<(), ApplyError> {
    let before = current(effect, subject).await?;
    if is_console(&before) {
        leave_a_console(effect, subject).await?;
    }
    let (secret, hash) = draw(effect.services, &before.client_id);
    let after = Client { authentication: before.authentication.with_secret(hash), ..before };
    if after.authentication.secret_hash().is_none()
        || !Clients::replace(effect.tx, &after, subject.version, effect.services.now()).await?
    {
        return Err(changed(subject));
    }
    keep(effect, &secret).await
}

async fn delete(effect: &Effect<'_>, subject: &Subject) -> Result<(), ApplyError> {
    let before = current(effect, subject).await?;
    if is_console(&before) {
        leave_a_console(effect, subject).await?;
    }
    if !Clients::remove(effect.tx, &before.client_id, subject.version).await? {
        return Err(changed(subject));
    }
    end_what_was_granted(effect, &before.client_id).await
}

async fn current(effect: &Effect<'_>, subject: &Subject) -> Result<Client, ApplyError> {
    let found = Clients::on(effect.tx.connection()).find(&subject.target.name).await?;
    let found = found.filter(|found| found.version == subject.version);
    found.map(|found| found.client).ok_or_else(|| changed(subject))
}

/// A fresh secret, and what is kept of it.
fn draw(services: &Services, client_id: &str) -> (SecretString, TokenHash) {
    let token = OpaqueToken::generate(TokenPrefix::ClientSecret, &*services.entropy);
    let secret = SecretString::new(token.expose().to_owned());
    let hash = hash_secret(&services.vault, client_id, &secret);
    (secret, hash)
}

/// The client as it was signed. What was judged sound is so still, or its base has changed.
fn filled(
    subject: &Subject,
    signed: &SignedClient,
    before: &Client,
    hash: &TokenHash,
) -> Result<Client, ApplyError> {
    let mut findings = Findings::default();
    let after = signed.fields.onto(before, hash, &mut findings);
    if findings.stop() || after.check().is_err() { Err(changed(subject)) } else { Ok(after) }
}

async fn groups_are_there(effect: &Effect<'_>, subject: &Subject, client: &Client) -> Result<(), ApplyError> {
    let named = &client.service_capabilities.business_user_groups;
    if named.is_empty() {
        return Ok(());
    }
    let there = Groups::on(effect.tx.connection()).all().await?;
    match named.iter().find(|group| !there.iter().any(|there| there.definition.code == **group)) {
        Some(group) => Err(ApplyError::Conflict(format!("{}: {group} is there no longer", subject.target))),
        None => Ok(()),
    }
}

/// People can still reach the management API without this one.
async fn leave_a_console(effect: &Effect<'_>, subject: &Subject) -> Result<(), ApplyError> {
    let all = Clients::on(effect.tx.connection()).stored().await?;
    if another_console(&all, &subject.target.name) {
        Ok(())
    } else {
        Err(ApplyError::Conflict(format!("{}: nobody could reach the management API", subject.target)))
    }
}

/// What users granted to a client ends, and codes on their way are worth nothing. Codes first: one that is being
/// redeemed at this moment has become a grant by then.
async fn end_what_was_granted(effect: &Effect<'_>, client_id: &str) -> Result<(), ApplyError> {
    AuthorizationCodes::on(effect.tx.connection()).forget_all_of(client_id).await?;
    let grants = Grants::on(effect.tx.connection());
    Ok(grants.revoke_all_of(client_id, Revoked::ClientChanged, effect.services.now()).await?)
}

async fn keep(effect: &Effect<'_>, secret: &SecretString) -> Result<(), ApplyError> {
    Ok(secrets::keep(effect.services, effect.tx, &effect.request.id, secret).await?)
}

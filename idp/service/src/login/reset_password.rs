//! The new password of a reset. It ends every session, unlocks nothing, and touches no second factor.

use chrono::TimeDelta;
use countersign_core::audit::Action;
use countersign_core::directory::profile::Profile;
use countersign_core::journey::password_policy::{BrokenRule, OwnWords, broken_rules};
use countersign_core::mail::{Mail, News};
use countersign_core::oauth::interaction::Interaction;
use countersign_core::oauth::session::EndedBecause;
use countersign_core::secret::{SecretString, TokenHash};
use countersign_store::{Activity, LoginFlows, Passwords, Profiles};

use super::fault::{Fault, faults};
use super::flow::State;
use super::visit::Visit;
use crate::event::{self, Event};
use crate::outbox::{self, Letter};
use crate::{Services, audit, sessions};

/// Why a new password was not set.
#[derive(Debug, thiserror::Error)]
pub enum SetPasswordError {
    /// No such reset in this browser, or it is over.
    #[error("no such reset")]
    Gone,
    /// It breaks these rules.
    #[error("rules are broken")]
    Broken(Vec<BrokenRule>),
    /// On our side.
    #[error(transparent)]
    Fault(#[from] Fault),
}
faults!(SetPasswordError);

/// What the page of the new password shows.
#[derive(Debug)]
pub struct NewPasswordPage {
    /// What is to follow.
    pub interaction: Interaction,
    /// Whose.
    pub user_id: String,
}

struct Found {
    token: TokenHash,
    interaction: Interaction,
    profile: Profile,
}

/// The page of the new password; none when there is no such reset in this browser, or it is over.
pub async fn new_password_page(
    services: &Services,
    visit: &Visit,
    token: &str,
) -> Result<Option<NewPasswordPage>, Fault> {
    let found = find(services, visit, token).await?;
    Ok(found.map(|found| NewPasswordPage { interaction: found.interaction, user_id: found.profile.user_id }))
}

/// Sets the new password; gives what is to follow.
pub async fn set_password(
    services: &Services,
    visit: &Visit,
    token: &str,
    candidate: &SecretString,
    confirmed: &SecretString,
) -> Result<Interaction, SetPasswordError> {
    let found = find(services, visit, token).await?.ok_or(SetPasswordError::Gone)?;
    let phc = accepted(services, &found.profile, candidate, confirmed).await?;
    let phc = phc.map_err(SetPasswordError::Broken)?;

    let now = services.now();
    let id = &found.profile.id;
    let tx = services.store.begin().await?;
    Activity::on(tx.connection()).hold(id).await?;
    if !LoginFlows::on(tx.connection()).consume(&found.token, now).await? {
        return Err(SetPasswordError::Gone);
    }
    let passwords = Passwords::on(tx.connection());
    passwords.set(id, &phc, services.policy.password.history, now, &*services.entropy).await?;
    LoginFlows::on(tx.connection()).consume_all(id, now).await?;
    sessions::end_all_for_profile(services, &tx, id, EndedBecause::PasswordChanged, None).await?;
    tell(services, &tx, visit, &found.profile).await?;
    audit::append(services, &tx, visit.acted(Action::PasswordSet, &found.profile)).await?;
    drop(passwords);
    tx.commit().await?;
    event::record(&Event::PasswordReset, Some(id), &visit.neighbourhood());
    Ok(found.interaction)
}

async fn find(services: &Services, visit: &Visit, token: &str) -> Result<Option<Found>, Fault> {
    let token = TokenHash::of(token);
    let flows = LoginFlows::on(services.store.read());
    let Some(flow) = flows.find(&token, &visit.browser_hash(), services.now()).await? else {
        return Ok(None);
    };
    let State::NewPassword { interaction } = serde_json::from_str(&flow.state)? else { return Ok(None) };
    let profile = Profiles::on(services.store.read()).find(&flow.profile).await?;
    Ok(profile.map(|profile| Found { token, interaction, profile }))
}

/// The hash of a new password that breaks no rule, or every rule that it breaks.
pub(crate) async fn accepted(
    services: &Services,
    profile: &Profile,
    candidate: &SecretString,
    confirmed: &SecretString,
) -> Result<Result<String, Vec<BrokenRule>>, Fault> {
    let policy = &services.policy.password;
    let mut broken = broken_rules(policy, candidate, confirmed, &OwnWords::of(profile));
    // Only what breaks no other rule is compared with former passwords: none of those broke one in its time. So to
    // ask whether a guess is the present password is to set it, should it not be, for its owner to hear of.
    if broken.is_empty() && reused(services, profile, candidate).await? {
        broken.push(BrokenRule::Reused(policy.history));
    }
    if broken.is_empty() { Ok(Ok(services.hasher.hash(candidate).await?)) } else { Ok(Err(broken)) }
}

/// Whether `candidate` is one of the last few passwords, the present one included.
pub(crate) async fn reused(
    services: &Services,
    profile: &Profile,
    candidate: &SecretString,
) -> Result<bool, Fault> {
    if candidate.is_empty() {
        return Ok(false);
    }
    let passwords = Passwords::on(services.store.read());
    for phc in passwords.recent(&profile.id, services.policy.password.history).await? {
        if services.hasher.verify(candidate, Some(&phc)).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Tells the owner that the password was changed.
pub(crate) async fn tell(
    services: &Services,
    tx: &countersign_store::Tx,
    visit: &Visit,
    profile: &Profile,
) -> Result<(), Fault> {
    let Some(to) = profile.email.as_deref() else { return Ok(()) };
    let now = services.now();
    let news = News::PasswordChanged { at: now, from: visit.source.to_canonical().to_string() };
    let mail = Mail { user_id: profile.user_id.clone(), news };
    let letter =
        Letter { to: Some(to), mail: &mail, locale: &visit.locale, expires_at: now + TimeDelta::days(3) };
    outbox::queue(services, tx, &letter).await?;
    Ok(())
}

//! Changing one's own password: the present one first, counted like any other try.

use countersign_core::audit::Action;
use countersign_core::journey::password_policy::BrokenRule;
use countersign_core::oauth::session::EndedBecause;
use countersign_core::secret::SecretString;
use countersign_store::{LoginFlows, Passwords};

use crate::event::{self, Event};
use crate::login::{Attempt, Fault, Proved, Visit, accepted, attempt, faults, tell};
use crate::sessions::{self, Present};
use crate::{Services, audit};

/// Why the password was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangePasswordError {
    /// The present password is not right.
    #[error("the present password is wrong")]
    Wrong,
    /// Tried too soon after wrong ones.
    #[error("tried too soon")]
    Wait {
        /// How long to wait.
        seconds: u32,
    },
    /// The new one breaks these rules.
    #[error("rules are broken")]
    Broken(Vec<BrokenRule>),
    /// On our side.
    #[error(transparent)]
    Fault(#[from] Fault),
}
faults!(ChangePasswordError);

/// Changes the password of the user of `present`. Their other sessions end.
pub async fn change_password(
    services: &Services,
    visit: &Visit,
    present: &Present,
    current: &SecretString,
    (candidate, confirmed): (&SecretString, &SecretString),
) -> Result<(), ChangePasswordError> {
    let profile = &present.profile;
    let proved = match attempt(services, visit, &profile.user_id, current).await? {
        Attempt::Right(proved) => proved,
        Attempt::Wrong => return Err(ChangePasswordError::Wrong),
        Attempt::Wait { seconds } => return Err(ChangePasswordError::Wait { seconds }),
    };
    let accepted = accepted(services, profile, candidate, confirmed).await?;
    replace(services, visit, present, &proved, accepted).await
}

/// Sets the new password, if it is accepted and the one that was `proved` is still the present one.
pub(crate) async fn replace(
    services: &Services,
    visit: &Visit,
    present: &Present,
    proved: &Proved,
    accepted: Result<String, Vec<BrokenRule>>,
) -> Result<(), ChangePasswordError> {
    let profile = &present.profile;
    let now = services.now();
    let tx = services.store.begin().await?;
    if !proved.stands(&tx).await? {
        return Err(ChangePasswordError::Wrong);
    }
    proved.give_back(&tx).await?;
    let phc = match accepted {
        Ok(phc) => phc,
        Err(broken) => {
            tx.commit().await?;
            return Err(ChangePasswordError::Broken(broken));
        }
    };
    let passwords = Passwords::on(tx.connection());
    passwords.set(&profile.id, &phc, services.policy.password.history, now, &*services.entropy).await?;
    drop(passwords);
    LoginFlows::on(tx.connection()).consume_all(&profile.id, now).await?;
    let keep = Some(&present.session.id);
    sessions::end_all_for_profile(services, &tx, &profile.id, EndedBecause::PasswordChanged, keep).await?;
    tell(services, &tx, visit, profile).await?;
    audit::append(services, &tx, visit.acted(Action::PasswordChanged, profile)).await?;
    tx.commit().await?;
    event::record(&Event::PasswordChanged, Some(&profile.id), &visit.neighbourhood());
    Ok(())
}

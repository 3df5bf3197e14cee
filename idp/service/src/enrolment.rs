//! Setting up what proves a person, on somebody else's authority: enrolment codes, and the demo's seed.
//!
//! What a person sets up alone goes through [`crate::login`] and [`crate::account`] instead.

use chrono::TimeDelta;
use countersign_core::ids::ProfileId;
use countersign_core::journey::otp::TotpSecret;
use countersign_core::secret::SecretString;
use countersign_core::{EntropyExt as _, readable_code};
use countersign_store::{Passwords, SecondFactors, Tx};

use crate::Services;
use crate::login::{Fault, enrolment_hash, seal_secret};

/// Characters of a code: 60 bits.
const LENGTH: usize = 12;

/// Issues a code against which `profile` may register its first soft token; an earlier one is void. It is shown
/// once, to the people who hand it over outside the mailbox: `ABCD-EFGH-JKLM`.
pub async fn issue_code(services: &Services, tx: &Tx, profile: &ProfileId) -> Result<SecretString, Fault> {
    let code = readable_code::write(&services.entropy.bytes::<LENGTH>());
    let lifetime = TimeDelta::seconds(services.policy.otp.enrolment_code_seconds.into());
    let hash = enrolment_hash(services, profile, &readable_code::normalise(code.expose()));
    SecondFactors::on(tx.connection()).issue_code(profile, &hash, services.now() + lifetime).await?;
    Ok(code)
}

/// Gives `profile` a password. Its PHC string comes from [`crate::PasswordHasher::hash`], before the transaction.
pub async fn set_password(services: &Services, tx: &Tx, profile: &ProfileId, phc: &str) -> Result<(), Fault> {
    let history = services.policy.password.history;
    let passwords = Passwords::on(tx.connection());
    Ok(passwords.set(profile, phc, history, services.now(), &*services.entropy).await?)
}

/// Gives `profile` the soft token of `secret`, as its channel.
pub async fn set_soft_token(
    services: &Services,
    tx: &Tx,
    profile: &ProfileId,
    secret: &TotpSecret,
) -> Result<(), Fault> {
    let sealed = seal_secret(services, profile, secret)?;
    Ok(SecondFactors::on(tx.connection()).register_soft_token(profile, &sealed, 0, services.now()).await?)
}

/// Gives `profile` email as its channel.
pub async fn set_email(services: &Services, tx: &Tx, profile: &ProfileId) -> Result<(), Fault> {
    SecondFactors::on(tx.connection()).use_email(profile, services.now()).await?;
    Ok(())
}

//! `credentials.json` of a demo: who can log in, and which applications are known.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use serde::Deserialize;
use totp_rs::{Builder, Secret, Totp};

use crate::ambient;

const STEP: u64 = 30;

/// The whole file.
#[derive(Clone, Debug, Deserialize)]
pub struct Credentials {
    /// The issuer's URL.
    pub issuer: String,
    /// Everyone with a profile.
    pub users: Vec<User>,
    /// Every registered application that has something to tell.
    pub clients: Vec<Client>,
}

/// One user of the demo. Clones share the memory of which TOTP step was used last.
#[derive(Clone, Debug, Deserialize)]
pub struct User {
    /// The User ID.
    pub user_id: String,
    /// `business_user`, `delegated_administrator` or `operator`.
    #[serde(default)]
    pub kind: String,
    /// Participant ID, absent for operators.
    pub participant: Option<String>,
    /// What the demo calls this user's duties.
    #[serde(default)]
    pub roles: Vec<String>,
    /// Absent while none was set up.
    pub password: Option<String>,
    /// Base32, absent without a soft token.
    pub totp_secret: Option<String>,
    /// For the first soft token of a Delegated Administrator or operator, absent once it was used.
    pub enrolment_code: Option<String>,
    /// Where mails go, absent when none is registered.
    pub email: Option<String>,
    /// What the demo says about this user.
    #[serde(default)]
    pub state: String,
    #[serde(skip)]
    last_step: Arc<Mutex<u64>>,
}

impl User {
    /// The password, or an error that names the user.
    pub fn password(&self) -> Result<&str> {
        self.password.as_deref().with_context(|| format!("{} has no password", self.user_id))
    }

    /// The email address, or an error that names the user.
    pub fn email(&self) -> Result<&str> {
        self.email.as_deref().with_context(|| format!("{} has no email", self.user_id))
    }

    /// A code that this user has not yet shown: the current step's, or the next one's (which clock skew allows).
    /// Waits when both are used, because a step is never accepted twice.
    pub async fn totp_code(&self) -> Result<String> {
        let totp = totp(
            self.totp_secret.as_deref().with_context(|| format!("{} has no soft token", self.user_id))?,
        )?;
        loop {
            let current = current_step();
            {
                let mut last = self.last_step.lock().unwrap_or_else(PoisonError::into_inner);
                let wanted = current.max(*last + 1);
                if wanted <= current + 1 {
                    *last = wanted;
                    return Ok(totp.generate(wanted * STEP).to_string());
                }
            }
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
    }
}

/// The TOTP of RFC 6238 as the product uses it: 6 digits, 30 s, SHA-1.
pub fn totp(base32: &str) -> Result<Totp> {
    let secret = Secret::try_from_base32(base32).map_err(|error| anyhow::anyhow!("TOTP secret: {error}"))?;
    Builder::new().with_secret(secret).build().map_err(|error| anyhow::anyhow!("TOTP: {error}"))
}

fn current_step() -> u64 {
    u64::try_from(ambient::now()).unwrap_or_default() / STEP
}

/// One registered application.
#[derive(Clone, Debug, Deserialize)]
pub struct Client {
    /// `client_id` of RFC 6749 §2.2.
    pub client_id: String,
    /// For the secret methods.
    pub client_secret: Option<String>,
    /// Where codes may go.
    #[serde(default)]
    pub redirect_uris: Vec<String>,
    /// How it authenticates at the token endpoint.
    #[serde(default)]
    pub token_endpoint_auth_method: String,
    /// PKCS #8, for `private_key_jwt`.
    pub private_key_pem: Option<String>,
}

//! What the page of a login under way shows.

use countersign_core::journey::steps::{Errand, Step};
use countersign_core::oauth::interaction::Interaction;
use countersign_core::secret::SecretString;

use super::email_otp;
use super::fault::Fault;
use super::flow::{self, Run};
use super::visit::Visit;
use crate::Services;

/// The page of a login under way.
#[derive(Debug)]
pub struct FlowPage {
    /// Who waits for it.
    pub interaction: Interaction,
    /// What it is for.
    pub errand: Errand,
    /// Whose login it is.
    pub user_id: String,
    /// Whether email is a way for this person.
    pub may_use_email: bool,
    /// The step, with what it shows.
    pub step: PageOf,
}

/// A step as its page needs it.
#[derive(Debug)]
pub enum PageOf {
    /// `register-device`.
    RegisterDevice,
    /// `enrolment-code`.
    EnrolmentCode,
    /// `scan-qr`.
    ScanQr {
        /// The `otpauth:` URI.
        uri: SecretString,
        /// The secret in base32.
        secret: SecretString,
    },
    /// `email-risk`.
    EmailRisk,
    /// `otp`.
    Otp(OtpPage),
}

/// The page `otp`.
#[derive(Debug)]
pub enum OtpPage {
    /// From the app.
    App,
    /// By email.
    Email {
        /// The address, masked.
        masked_address: String,
        /// For how long an OTP is good.
        valid_minutes: u32,
    },
}

/// The page of the login of that token in that browser; none when there is no such login, or it is over.
pub async fn page(services: &Services, visit: &Visit, token: &str) -> Result<Option<FlowPage>, Fault> {
    let Some(run) = Run::load(services, visit, || services.store.read(), token).await? else {
        return Ok(None);
    };
    let step = match &run.journey.step {
        Step::RegisterDevice => PageOf::RegisterDevice,
        Step::EnrolmentCode => PageOf::EnrolmentCode,
        Step::ScanQr { secret } => {
            let secret = flow::open_secret(services, &run.profile, secret)?;
            let uri = secret.uri(&services.policy.otp.issuer_label, &run.profile.user_id);
            PageOf::ScanQr { uri: uri.map_err(Fault::internal)?, secret: secret.to_base32() }
        }
        Step::EmailRisk => PageOf::EmailRisk,
        Step::ProveApp | Step::ProveNewApp { .. } => PageOf::Otp(OtpPage::App),
        Step::ProveEmail { .. } => PageOf::Otp(OtpPage::Email {
            masked_address: run.profile.email.as_deref().map(email_otp::masked).unwrap_or_default(),
            valid_minutes: services.policy.otp.email_seconds.div_ceil(60),
        }),
    };
    Ok(Some(FlowPage {
        errand: run.journey.errand,
        user_id: run.profile.user_id,
        may_use_email: run.profile.email.is_some(),
        interaction: run.journey.interaction,
        step,
    }))
}

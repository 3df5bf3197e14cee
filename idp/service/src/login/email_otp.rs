//! Mailing a one-time password, or seeming to.
//!
//! Mails are counted by user ID and purpose: a stranger who asks for resets all day uses up the mails of resets,
//! and leaves those of the second factor alone, which only a right password asks for. The browsers that the user ID
//! has logged in from have their own count between them, so that strangers leave them as many again, and a mailbox
//! gets no more than twice that.

use chrono::TimeDelta;
use countersign_core::directory::profile::Profile;
use countersign_core::ids::{ChallengeId, ProfileId};
use countersign_core::journey::otp;
use countersign_core::mail::{Code, CodePurpose, Mail, News};
use countersign_core::secret::{SecretString, TokenHash};
use countersign_core::{Timestamp, to_millis};
use countersign_store::{Challenge, Counters, OtpChallenges, Tx, Window};

use super::fault::{Fault, faults};
use super::known;
use super::visit::Visit;
use crate::outbox::{self, Letter};
use crate::{Purpose, Services};

/// Why no OTP was mailed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MailError {
    /// As many as an hour allows were mailed.
    #[error("no more mails this hour")]
    Limit,
    /// The last one is too recent.
    #[error("the last mail is too recent")]
    TooSoon {
        /// How long to wait.
        seconds: u32,
    },
    /// On our side.
    #[error(transparent)]
    Fault(#[from] Fault),
}
faults!(MailError);

/// Who is to receive an OTP, and for what.
pub(crate) struct Recipient<'a> {
    /// The user ID as typed, normalised: mails are counted by it.
    pub(crate) user_id: &'a str,
    /// Who it is; nobody, where only the appearance is kept up.
    pub(crate) profile: Option<&'a Profile>,
    /// What the OTP opens.
    pub(crate) purpose: CodePurpose,
}

impl Recipient<'_> {
    pub(crate) fn purpose_name(&self) -> &'static str {
        purpose_name(self.purpose)
    }
}

/// The purpose as stored.
pub(crate) fn purpose_name(purpose: CodePurpose) -> &'static str {
    match purpose {
        CodePurpose::Login => "login",
        CodePurpose::Reset => "reset",
    }
}

/// Mails a first OTP and remembers it.
pub(crate) async fn send(
    services: &Services,
    tx: &Tx,
    visit: &Visit,
    recipient: &Recipient<'_>,
) -> Result<ChallengeId, MailError> {
    let id = ChallengeId::generate(&*services.entropy);
    let otp = otp::email_otp(&*services.entropy);
    count(services, tx, visit, recipient).await?;
    let now = services.now();
    let challenge = Challenge {
        id: id.clone(),
        purpose: recipient.purpose_name(),
        profile: recipient.profile.map(|profile| profile.id.clone()),
        browser: visit.browser_hash(),
        code: code_hash(services, &id, &otp),
        created_at: now,
        expires_at: expiry(services, now),
    };
    OtpChallenges::on(tx.connection()).add(&challenge).await?;
    post(services, tx, visit, recipient, &otp, challenge.expires_at).await?;
    Ok(id)
}

/// Mails another OTP for the challenge `id`, last mailed at `sent_at`. The one before is void.
pub(crate) async fn renew(
    services: &Services,
    tx: &Tx,
    visit: &Visit,
    recipient: &Recipient<'_>,
    (id, sent_at): (&ChallengeId, Timestamp),
) -> Result<(), MailError> {
    let now = services.now();
    let wait = TimeDelta::seconds(services.policy.otp.resend_seconds.into());
    let left = to_millis(sent_at + wait) - to_millis(now);
    if left > 0 {
        return Err(MailError::TooSoon { seconds: u32::try_from((left + 999) / 1000).unwrap_or(u32::MAX) });
    }
    let otp = otp::email_otp(&*services.entropy);
    count(services, tx, visit, recipient).await?;
    let expires_at = expiry(services, now);
    OtpChallenges::on(tx.connection()).renew(id, &code_hash(services, id, &otp), now, expires_at).await?;
    post(services, tx, visit, recipient, &otp, expires_at).await
}

/// What is stored of an OTP: nobody without the master key can try all hundred million.
pub(crate) fn code_hash(services: &Services, id: &ChallengeId, otp: &SecretString) -> TokenHash {
    services.vault.keyed_hash(Purpose::EmailOtp, &[id.as_str().as_bytes(), otp.expose().as_bytes()])
}

fn expiry(services: &Services, now: Timestamp) -> Timestamp {
    now + TimeDelta::seconds(services.policy.otp.email_seconds.into())
}

async fn count(
    services: &Services,
    tx: &Tx,
    visit: &Visit,
    recipient: &Recipient<'_>,
) -> Result<(), MailError> {
    let asked: &[u8] =
        if known::knows(services, visit, recipient.user_id) { b"known browser" } else { b"stranger" };
    let parts = [b"mail", recipient.purpose_name().as_bytes(), recipient.user_id.as_bytes(), asked];
    let key = services.vault.keyed_hash(Purpose::Counter, &parts);
    let hour = Window::SinceFirst(TimeDelta::hours(1));
    let mailed = Counters::on(tx.connection()).count(&key, hour, services.now()).await?;
    if mailed > services.policy.otp.emails_per_hour.into() { Err(MailError::Limit) } else { Ok(()) }
}

async fn post(
    services: &Services,
    tx: &Tx,
    visit: &Visit,
    recipient: &Recipient<'_>,
    otp: &SecretString,
    expires_at: Timestamp,
) -> Result<(), MailError> {
    let news = News::OneTimePassword {
        code: Code(otp.expose().to_owned()),
        purpose: recipient.purpose,
        valid_minutes: services.policy.otp.email_seconds.div_ceil(60),
    };
    let mail = Mail { user_id: recipient.user_id.to_owned(), news };
    let to = recipient.profile.and_then(|profile| profile.email.as_deref());
    outbox::queue(services, tx, &Letter { to, mail: &mail, locale: &visit.locale, expires_at }).await?;
    Ok(())
}

/// An address as it may be shown after a right password: `s•••@abc.example`.
pub(crate) fn masked(address: &str) -> String {
    let (local, domain) = address.rsplit_once('@').unwrap_or((address, ""));
    let first: String = local.chars().take(1).collect();
    format!("{first}•••@{domain}")
}

/// What came of an OTP that was typed.
pub(crate) enum Typed {
    /// It is right, and used up.
    Right(Option<ProfileId>),
    /// It is not.
    Wrong {
        /// Tries left.
        left: u16,
    },
    /// It was used before.
    Used,
    /// Its time is over.
    TooOld,
    /// Too many were wrong.
    NoTries,
    /// There is no such challenge in this browser.
    Unknown,
}

/// Looks at an OTP that was typed. Counted before it is compared; used up by one conditional write.
pub(crate) async fn check(
    services: &Services,
    tx: &Tx,
    visit: &Visit,
    (id, purpose): (&ChallengeId, CodePurpose),
    typed: &SecretString,
) -> Result<Typed, Fault> {
    let now = services.now();
    let limit = services.policy.otp.email_tries;
    let challenges = OtpChallenges::on(tx.connection());
    let Some(found) = challenges.find(id, purpose_name(purpose), &visit.browser_hash()).await? else {
        return Ok(Typed::Unknown);
    };
    if !challenges.count_try(id, limit, now).await? {
        return Ok(match found {
            found if found.expires_at <= now && !found.consumed => Typed::TooOld,
            found if found.tries >= limit && !found.consumed => Typed::NoTries,
            _ => Typed::Used,
        });
    }
    if !found.code.same_as(&code_hash(services, id, typed)) {
        return Ok(Typed::Wrong { left: limit.saturating_sub(found.tries.saturating_add(1)) });
    }
    Ok(if challenges.consume(id, now).await? { Typed::Right(found.profile) } else { Typed::Used })
}

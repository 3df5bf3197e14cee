//! Proving the second factor, or the enrolment code before the first soft token.
//!
//! Wrong OTPs after a right password are counted before they are looked at, by one conditional write per guess:
//! however many arrive at once, no more than five are looked at before the profile locks.

use chrono::TimeDelta;
use countersign_core::audit::Action as AuditAction;
use countersign_core::journey::lockout::LockedBecause;
use countersign_core::journey::otp::{self, Refusal as OtpRefusal};
use countersign_core::journey::steps::{Action, Step, StepError};
use countersign_core::mail::{CodePurpose, Mail, News};
use countersign_core::secret::SecretString;
use countersign_store::{Activity, LoginFlows, SecondFactors, Tx};

use super::check::Refusal;
use super::email_otp::{self, MailError, Typed};
use super::fault::{Fault, faults};
use super::finish::{self, FinishError};
use super::flow::{self, Advance, Run};
use super::visit::Visit;
use crate::event::{self, Event};
use crate::outbox::{self, Letter};
use crate::{Purpose, Services, audit};

/// Why a proof did not lead on.
#[derive(Debug, thiserror::Error)]
pub enum ProofError {
    /// There is no such login in this browser, or it is over.
    #[error("no such login")]
    Gone,
    /// The login stands at another step by now: its page is to be shown.
    #[error("not at this step")]
    OutOfPlace,
    /// It is not right.
    #[error("wrong")]
    Wrong {
        /// Tries left, where the page may say so.
        left: Option<u16>,
    },
    /// It was used before.
    #[error("used before")]
    Used,
    /// The mail is too old.
    #[error("too old")]
    TooOld,
    /// Too many were wrong: a new mail is needed.
    #[error("no tries left")]
    NoTries,
    /// The next factor is a mail, and no more may be sent this hour.
    #[error("no more mails this hour")]
    MailLimit,
    /// All is proved, and yet they may not come in.
    #[error("refused: {0:?}")]
    Refused(Refusal),
    /// On our side.
    #[error(transparent)]
    Fault(#[from] Fault),
}
faults!(ProofError);

/// Proves an OTP, from the app or from a mail.
pub async fn prove_otp(
    services: &Services,
    visit: &Visit,
    token: &str,
    typed: &str,
) -> Result<Advance, ProofError> {
    let typed = otp::normalise(typed);
    let tx = services.store.begin().await?;
    let mut run = Run::hold(services, visit, &tx, token).await?.ok_or(ProofError::Gone)?;
    let step = run.journey.step.clone();
    if step.channel().is_none() {
        return Err(ProofError::OutOfPlace);
    }
    // The first OTP of a new token proves no more than that its secret arrived: there is nothing to guess.
    let guessable = !matches!(step, Step::ProveNewApp { .. });
    let limit = services.policy.lockout.lock_after_otps;
    if guessable && !Activity::on(tx.connection()).count_otp(&run.profile.id, limit).await? {
        return lock(services, tx, visit, &run).await;
    }
    match look(services, &tx, visit, &run, &step, &typed).await? {
        Looked::Right { step } => {
            if guessable {
                Activity::on(tx.connection()).uncount_otp(&run.profile.id).await?;
            }
            advance(services, tx, visit, &mut run, Action::OtpProved, step).await
        }
        Looked::Wrong { left } => {
            if guessable {
                let entry = visit.acted(AuditAction::OtpWrong, &run.profile).denied("wrong_otp");
                audit::append(services, &tx, entry).await?;
                event::record(&Event::WrongOtp, Some(&run.profile.id), &visit.neighbourhood());
            } else {
                event::tally(services, &Event::WrongOtp, Some(&run.profile.id), &visit.neighbourhood());
            }
            if guessable && Activity::on(tx.connection()).wrong_otps(&run.profile.id).await? >= limit {
                return lock(services, tx, visit, &run).await;
            }
            tx.commit().await?;
            Err(ProofError::Wrong { left })
        }
        Looked::NotAtAll(error) => {
            if guessable {
                Activity::on(tx.connection()).uncount_otp(&run.profile.id).await?;
            }
            if matches!(error, ProofError::Used) {
                event::tally(services, &Event::OtpReplayed, Some(&run.profile.id), &visit.neighbourhood());
            }
            tx.commit().await?;
            Err(error)
        }
    }
}

enum Looked {
    /// Right; for an app, the time step it belongs to.
    Right {
        step: u64,
    },
    Wrong {
        left: Option<u16>,
    },
    /// Neither: it says nothing about the secret.
    NotAtAll(ProofError),
}

async fn look(
    services: &Services,
    tx: &Tx,
    visit: &Visit,
    run: &Run,
    step: &Step,
    typed: &SecretString,
) -> Result<Looked, ProofError> {
    let skew = services.policy.otp.app_skew_steps;
    match step {
        Step::ProveApp => {
            let Some(token) = &run.set_up.soft_token else { return Ok(Looked::NotAtAll(ProofError::Gone)) };
            let secret = flow::open_secret(services, &run.profile, &token.secret_sealed)?;
            match secret.verify(typed, services.now(), skew, Some(token.last_step)) {
                Ok(step) => {
                    let factors = SecondFactors::on(tx.connection());
                    let first = factors.accept_step(&run.profile.id, step).await?;
                    Ok(if first { Looked::Right { step } } else { Looked::NotAtAll(ProofError::Used) })
                }
                Err(OtpRefusal::Used) => Ok(Looked::NotAtAll(ProofError::Used)),
                Err(OtpRefusal::Wrong) => Ok(Looked::Wrong { left: None }),
            }
        }
        Step::ProveNewApp { secret } => {
            let secret = flow::open_secret(services, &run.profile, secret)?;
            Ok(secret
                .verify(typed, services.now(), skew, None)
                .map_or(Looked::Wrong { left: None }, |step| Looked::Right { step }))
        }
        Step::ProveEmail { challenge } => {
            let typed = email_otp::check(services, tx, visit, (challenge, CodePurpose::Login), typed).await?;
            Ok(match typed {
                Typed::Right(profile) if profile.as_ref() == Some(&run.profile.id) => {
                    Looked::Right { step: 0 }
                }
                Typed::Right(_) | Typed::Unknown => Looked::NotAtAll(ProofError::Gone),
                Typed::Wrong { left } => Looked::Wrong { left: Some(left) },
                Typed::Used => Looked::NotAtAll(ProofError::Used),
                Typed::TooOld => Looked::NotAtAll(ProofError::TooOld),
                Typed::NoTries => Looked::NotAtAll(ProofError::NoTries),
            })
        }
        Step::RegisterDevice | Step::EnrolmentCode | Step::ScanQr { .. } | Step::EmailRisk => {
            Ok(Looked::NotAtAll(ProofError::OutOfPlace))
        }
    }
}

/// Proves the enrolment code that reached its owner outside the mailbox. It is not spent yet: who leaves off before the
/// soft token is registered gives it again.
pub async fn prove_code(
    services: &Services,
    visit: &Visit,
    token: &str,
    typed: &str,
) -> Result<Advance, ProofError> {
    let typed = countersign_core::readable_code::normalise(typed);
    let now = services.now();
    let tx = services.store.begin().await?;
    let mut run = Run::hold(services, visit, &tx, token).await?.ok_or(ProofError::Gone)?;
    if run.journey.step != Step::EnrolmentCode {
        return Err(ProofError::OutOfPlace);
    }
    let factors = SecondFactors::on(tx.connection());
    let given = enrolment_hash(services, &run.profile.id, &typed);
    let stored = factors.try_code(&run.profile.id, services.policy.otp.email_tries, now).await?;
    // There are few tries, so these can be recorded one by one.
    let looked_at = stored.is_some();
    if !stored.is_some_and(|stored| stored.same_as(&given)) {
        drop(factors);
        if looked_at {
            let entry = visit.acted(AuditAction::EnrolmentCodeWrong, &run.profile).denied("wrong_code");
            audit::append(services, &tx, entry).await?;
        }
        tx.commit().await?;
        event::tally(services, &Event::WrongEnrolmentCode, Some(&run.profile.id), &visit.neighbourhood());
        return Err(ProofError::Wrong { left: None });
    }
    factors.untry_code(&run.profile.id).await?;
    drop(factors);
    run.journey.code = Some(given);
    advance(services, tx, visit, &mut run, Action::CodeProved, 0).await
}

/// What is stored of an enrolment code.
pub(crate) fn enrolment_hash(
    services: &Services,
    profile: &countersign_core::ids::ProfileId,
    code: &str,
) -> countersign_core::secret::TokenHash {
    services.vault.keyed_hash(Purpose::EnrolmentCode, &[profile.as_str().as_bytes(), code.as_bytes()])
}

/// Takes the action that was proved, and commits.
async fn advance(
    services: &Services,
    tx: Tx,
    visit: &Visit,
    run: &mut Run,
    action: Action,
    totp_step: u64,
) -> Result<Advance, ProofError> {
    let next =
        run.journey.step.take(action, run.journey.errand, run.means()).map_err(|error| match error {
            StepError::OutOfPlace => ProofError::OutOfPlace,
            StepError::NoEmail | StepError::Unreachable => ProofError::Fault(Fault::internal(error)),
        })?;
    if let countersign_core::journey::steps::Next::Finish(finish) = next {
        return match finish::finish(services, tx, visit, run, finish, totp_step).await {
            Ok(arrival) => Ok(Advance::Done(Box::new(arrival))),
            Err(FinishError::Gone) => Err(ProofError::Gone),
            Err(FinishError::Refused(refusal)) => Err(ProofError::Refused(refusal)),
            Err(FinishError::Fault(fault)) => Err(fault.into()),
        };
    }
    let step =
        flow::prepare(services, &tx, visit, &run.profile, next).await.map_err(|error| match error {
            MailError::Limit | MailError::TooSoon { .. } => ProofError::MailLimit,
            MailError::Fault(fault) => fault.into(),
        })?;
    let step = step.ok_or(ProofError::OutOfPlace)?;
    if !run.save(&tx, step).await? {
        return Err(ProofError::OutOfPlace);
    }
    tx.commit().await?;
    Ok(Advance::Page)
}

/// Locks the profile after too many wrong OTPs, ends every login of it under way, and tells its owner.
async fn lock(services: &Services, tx: Tx, visit: &Visit, run: &Run) -> Result<Advance, ProofError> {
    let now = services.now();
    let locked = Activity::on(tx.connection()).lock(&run.profile.id, LockedBecause::Otps, now).await?;
    LoginFlows::on(tx.connection()).consume_all(&run.profile.id, now).await?;
    if locked {
        let mail = Mail { user_id: run.profile.user_id.clone(), news: News::AccountLocked { at: now } };
        let to = run.profile.email.as_deref();
        let letter = Letter { to, mail: &mail, locale: &visit.locale, expires_at: now + TimeDelta::days(3) };
        outbox::queue(services, &tx, &letter).await?;
        let entry = visit.acted(AuditAction::ProfileLocked, &run.profile).because("too many wrong OTPs");
        audit::append(services, &tx, entry).await?;
    }
    tx.commit().await?;
    if locked {
        event::record(&Event::Locked, Some(&run.profile.id), &visit.neighbourhood());
    }
    Err(ProofError::Refused(Refusal::Locked))
}

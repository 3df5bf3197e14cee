//! The end of an errand: one transaction in which the login is used up, a factor chosen on the way is kept, the
//! checks are made that follow the proof, and the session begins.

use chrono::TimeDelta;
use countersign_core::audit::Action as AuditAction;
use countersign_core::directory::phase::LoginMethod;
use countersign_core::directory::profile::LastAccess;
use countersign_core::journey::steps::{Adopt, Errand, Finish};
use countersign_core::mail::{Factor, Mail, News};
use countersign_core::oauth::acr::Acr;
use countersign_core::oauth::interaction::Interaction;
use countersign_core::secret::OpaqueToken;
use countersign_store::{Activity, Counters, LoginFlows, Phases, SecondFactors, Sessions, Tx};

use serde_json::json;

use super::attempt::user_id_key;
use super::check::{Refusal, check};
use super::fault::{Fault, faults};
use super::flow::Run;
use super::known;
use super::visit::Visit;
use crate::event::{self, Event};
use crate::outbox::{self, Letter};
use crate::sessions::{self, Login};
use crate::{Services, audit};

/// What a completed errand leaves in the browser, and where it goes on.
#[derive(Debug)]
pub struct Arrival {
    /// Who waits.
    pub interaction: Interaction,
    /// The new session's cookie; none for a change of settings.
    pub session: Option<OpaqueToken>,
    /// The cookie of a known browser.
    pub known: Option<String>,
    /// What changed in the settings.
    pub news: Option<SettingsNews>,
}

/// A change of settings, for the page that tells of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingsNews {
    /// A soft token was registered.
    DeviceRegistered,
    /// OTPs come by email from now on.
    EmailChosen,
}

/// Why an errand did not end well.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FinishError {
    /// The login, the session it was begun in, or the enrolment code that it rests on is over.
    #[error("over already")]
    Gone,
    /// All is proved, and yet they may not come in.
    #[error("refused")]
    Refused(Refusal),
    /// On our side.
    #[error(transparent)]
    Fault(#[from] Fault),
}
faults!(FinishError);

/// Ends `run` as `finish` says, and commits.
pub(crate) async fn finish(
    services: &Services,
    tx: Tx,
    visit: &Visit,
    run: &mut Run,
    finish: Finish,
    totp_step: u64,
) -> Result<Arrival, FinishError> {
    let now = services.now();
    if !LoginFlows::on(tx.connection()).consume(&run.token, now).await? {
        return Err(FinishError::Gone);
    }
    if !session_holds(services, &tx, run).await? {
        return Err(FinishError::Gone);
    }
    let phases = Phases::on(tx.connection()).current().await?;
    let known = known::knows(services, visit, &run.profile.user_id);
    let locked = Activity::on(tx.connection()).locked(&run.profile.id).await?;
    let barred = locked.is_some_and(|because| because.bars(known));
    if let Err(refusal) = check(&run.profile, barred, &phases, LoginMethod::TwoFactor, now) {
        let entry = visit.acted(AuditAction::LoginRefused, &run.profile).denied(refusal.name());
        audit::append(services, &tx, entry).await?;
        tx.commit().await?;
        event::record(&Event::Refused(refusal.name()), Some(&run.profile.id), &visit.neighbourhood());
        return Err(FinishError::Refused(refusal));
    }
    let mut arrival =
        Arrival { interaction: run.journey.interaction.clone(), session: None, known: None, news: None };
    let mut events = Vec::new();
    match finish {
        Finish::Session { acr, adopt } => {
            if let Some(adopt) = adopt {
                keep(services, &tx, visit, run, adopt, totp_step, &mut events).await?;
            }
            arrival.session = Some(come_in(services, &tx, visit, run, acr).await?);
            arrival.known = Some(known::remember(services, visit, &run.profile.user_id)?);
            events.push(Event::LoggedIn(acr));
        }
        Finish::Settings(adopt) => {
            arrival.news = Some(keep(services, &tx, visit, run, adopt, totp_step, &mut events).await?);
        }
    }
    tx.commit().await?;
    for event in &events {
        event::record(event, Some(&run.profile.id), &visit.neighbourhood());
    }
    Ok(arrival)
}

/// Whether the session in which a step-up or a change of channel was begun is still there, and is its owner's.
async fn session_holds(services: &Services, tx: &Tx, run: &Run) -> Result<bool, Fault> {
    let Some(id) = &run.journey.session else { return Ok(run.journey.errand == Errand::LogIn) };
    let session = Sessions::on(tx.connection()).find(id).await?;
    Ok(session.is_some_and(|session| {
        session.profile_id == run.profile.id && session.is_live(services.now(), &services.policy.session)
    }))
}

/// Begins the session; the access is the profile's last one from now on.
async fn come_in(
    services: &Services,
    tx: &Tx,
    visit: &Visit,
    run: &Run,
    acr: Acr,
) -> Result<OpaqueToken, FinishError> {
    let activity = Activity::on(tx.connection());
    let prior_access = activity.last_access(&run.profile.id).await?;
    let source = visit.source.to_canonical().to_string();
    let access = LastAccess { time: services.now(), method: acr.short().to_owned(), source: source.clone() };
    activity.record_access(&run.profile.id, &access).await?;
    // A new browser that has proved everything shows that the guesses were its owner's. In one that was known there
    // were none of theirs among them.
    if !known::knows(services, visit, &run.profile.user_id) {
        Counters::on(tx.connection()).forget(&[&user_id_key(services, &run.profile.user_id)]).await?;
    }
    let login = Login {
        profile_id: run.profile.id.clone(),
        acr,
        source,
        user_agent: visit.user_agent.clone(),
        browser: Some(visit.browser.clone()),
        prior_access,
    };
    let (session, token) = sessions::establish(services, tx, login, visit.session.as_deref()).await?;
    let known = json!({"method": acr.short(), "session": session.id.as_str()});
    audit::append(services, tx, visit.acted(AuditAction::LoggedIn, &run.profile).after(known)).await?;
    Ok(token)
}

/// Keeps the second factor that was chosen, and tells its owner.
async fn keep(
    services: &Services,
    tx: &Tx,
    visit: &Visit,
    run: &Run,
    adopt: Adopt,
    totp_step: u64,
    events: &mut Vec<Event>,
) -> Result<SettingsNews, FinishError> {
    let now = services.now();
    let factors = SecondFactors::on(tx.connection());
    // Whatever else is under way was begun with another set-up, and could replace or go round this one.
    LoginFlows::on(tx.connection()).consume_all(&run.profile.id, now).await?;
    let added = |factor| {
        let from = visit.source.to_canonical().to_string();
        News::FactorAdded { factor, at: now, from }
    };
    match adopt {
        Adopt::SoftToken(sealed) => {
            spend_code(services, &factors, run).await?;
            factors.register_soft_token(&run.profile.id, &sealed, totp_step, now).await?;
            tell(services, tx, visit, run, added(Factor::AuthenticatorApp)).await?;
            let entry = visit.acted(AuditAction::FactorAdded, &run.profile);
            audit::append(services, tx, entry.after(json!({"factor": "soft_token"}))).await?;
            events.push(Event::SoftTokenAdded);
            Ok(SettingsNews::DeviceRegistered)
        }
        Adopt::Email => {
            if factors.use_email(&run.profile.id, now).await? {
                let news = News::FactorRemoved { factor: Factor::AuthenticatorApp, at: now };
                tell(services, tx, visit, run, news).await?;
                let entry = visit.acted(AuditAction::FactorRemoved, &run.profile);
                audit::append(services, tx, entry.before(json!({"factor": "soft_token"}))).await?;
                events.push(Event::SoftTokenRemoved);
            }
            tell(services, tx, visit, run, added(Factor::Email)).await?;
            Ok(SettingsNews::EmailChosen)
        }
    }
}

/// Uses up the enrolment code, where one was given or has to be.
async fn spend_code(services: &Services, factors: &SecondFactors<'_>, run: &Run) -> Result<(), FinishError> {
    let spent = match &run.journey.code {
        Some(code) => factors.consume_code(&run.profile.id, code, services.now()).await?,
        None => !run.means().needs_enrolment_code,
    };
    if spent { Ok(()) } else { Err(FinishError::Gone) }
}

async fn tell(services: &Services, tx: &Tx, visit: &Visit, run: &Run, news: News) -> Result<(), Fault> {
    let Some(to) = run.profile.email.as_deref() else { return Ok(()) };
    let mail = Mail { user_id: run.profile.user_id.clone(), news };
    let expires_at = services.now() + TimeDelta::days(3);
    let letter = Letter { to: Some(to), mail: &mail, locale: &visit.locale, expires_at };
    outbox::queue(services, tx, &letter).await?;
    Ok(())
}

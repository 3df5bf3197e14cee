//! Reminders: before a scheduled day, makers and checkers are told by email which of their people are not ready.
//!
//! Each participant is reminded once in a period: its row and its mails are one transaction, so neither several nodes nor a
//! restart send twice.

use std::collections::BTreeMap;

use chrono::{NaiveDate, TimeDelta};
use countersign_core::directory::actor::Scope;
use countersign_core::directory::migration::{Due, HouseStand, PersonFacts, due};
use countersign_core::directory::participant::Participant;
use countersign_core::directory::phase::Phase;
use countersign_core::mail::{Mail, NamedFew, News};
use countersign_core::{hong_kong_day, hong_kong_instant};

use countersign_store::{Directory, MigrationFacts, Participants, PhaseReminders, Phases, StoreError};

use super::HOUSES;
use crate::Services;
use crate::login::Fault;
use crate::outbox::{self, Letter};

/// No reminder leaves before this hour of the day in Hong Kong.
const FROM_HOUR: TimeDelta = TimeDelta::hours(8);

/// How long such a mail is tried.
const LIFETIME: TimeDelta = TimeDelta::days(1);

/// User IDs that a mail names of each kind.
const NAMED: usize = 10;

/// A reminder of a house.
struct Reminder {
    stand: HouseStand,
    phase: Phase,
    day: NaiveDate,
    due: Due,
}

/// Sends the reminders that are due, and says to how many participants.
pub async fn remind(services: &Services) -> Result<usize, Fault> {
    let now = services.now();
    let today = hong_kong_day(now);
    if now < hong_kong_instant(today, FROM_HOUR) {
        return Ok(0);
    }
    let mut told = 0;
    for house in HOUSES {
        let stand = Phases::on(services.store.read()).stand(house).await?;
        let Some(phase) = ahead(stand.phase) else { continue };
        let Some(day) = stand.scheduled.get(&phase).copied() else { continue };
        let weeks = services.policy.migration.remind_weeks;
        let Some(due) = due(today, day, weeks) else { continue };
        let reminder = Reminder { stand, phase, day, due };
        for participant in waiting(services, &reminder).await? {
            if remind_one(services, &reminder, &participant).await? {
                told += 1;
            }
        }
    }
    Ok(told)
}

fn ahead(phase: Phase) -> Option<Phase> {
    match phase {
        Phase::PreParallel => Some(Phase::ParallelRun),
        Phase::ParallelRun => Some(Phase::Complete),
        Phase::Complete => None,
    }
}

/// The participants of a house that were not reminded in this period.
async fn waiting(services: &Services, reminder: &Reminder) -> Result<Vec<Participant>, StoreError> {
    let house = reminder.stand.clearing_house;
    let reminders = PhaseReminders::on(services.store.read());
    let done = reminders.reminded(house, reminder.phase, &reminder.due.period).await?;
    let mut participants =
        Participants::on(services.store.read()).within(&Scope::of_the_installation()).await?;
    participants.retain(|participant| {
        participant.clearing_house == house
            && participant.closed_at.is_none()
            && !done.contains(&participant.key)
    });
    Ok(participants)
}

/// Reminds one participant; says whether anybody was written to. Who is ready is noted as well, and not looked at again.
async fn remind_one(
    services: &Services,
    reminder: &Reminder,
    participant: &Participant,
) -> Result<bool, Fault> {
    let now = services.now();
    let house = reminder.stand.clearing_house;
    let tx = services.store.begin().await?;
    let reminders = PhaseReminders::on(tx.connection());
    if !reminders.claim(house, &participant.key, reminder.phase, &reminder.due.period, now).await? {
        return Ok(false);
    }
    let people = MigrationFacts::on(tx.connection()).people(&participant.key, now).await?;
    let news = |no_email, no_password| News::PhaseAhead {
        at: now,
        clearing_house: house.as_str().to_owned(),
        participant: participant.participant.to_string(),
        phase: reminder.phase,
        day: reminder.day,
        days_left: reminder.due.days_left,
        no_email,
        no_password,
    };
    let mut written = false;
    if let Some(news) = unready(&people, reminder.phase, news) {
        for (mailbox, (user_id, locale)) in administrators(services, &tx, participant).await? {
            let mail = Mail { user_id, news: news.clone() };
            let letter =
                Letter { to: Some(&mailbox), mail: &mail, locale: &locale, expires_at: now + LIFETIME };
            outbox::queue(services, &tx, &letter).await?;
            written = true;
        }
    }
    tx.commit().await?;
    Ok(written)
}

/// What there is to tell, if anybody is not ready. Passwords cannot be set before the parallel run, so before it nobody
/// lacks one.
fn unready(
    people: &[PersonFacts],
    phase: Phase,
    news: impl FnOnce(NamedFew, NamedFew) -> News,
) -> Option<News> {
    let usable = || people.iter().filter(|person| person.usable);
    let few = |found: Vec<&PersonFacts>| NamedFew {
        count: u32::try_from(found.len()).unwrap_or(u32::MAX),
        first: found.iter().take(NAMED).map(|person| person.user_id.clone()).collect(),
    };
    let no_email = few(usable().filter(|person| !person.standing.has_email).collect());
    let lacks_password = |person: &&PersonFacts| {
        phase == Phase::Complete && person.standing.has_email && !person.standing.has_password
    };
    let no_password = few(usable().filter(lacks_password).collect());
    (no_email.count + no_password.count > 0).then(|| news(no_email, no_password))
}

/// The mailboxes of the makers and checkers, each once, with the user ID and the language it is written to in.
async fn administrators(
    services: &Services,
    tx: &countersign_store::Tx,
    participant: &Participant,
) -> Result<BTreeMap<String, (String, String)>, StoreError> {
    let now = services.now();
    let everyone = Directory::on(tx.connection()).of_participant(&participant.key).await?;
    let mut mailboxes = BTreeMap::new();
    for record in everyone {
        let profile = record.profile;
        let signs = countersign_core::directory::migration::Holds::of(&profile.capabilities).any();
        let Some(email) = profile.email.clone().filter(|_| signs && profile.usable(now).is_ok()) else {
            continue;
        };
        let locale = profile.claims.get("locale").and_then(|locale| locale.as_str()).unwrap_or("en");
        mailboxes.entry(email).or_insert((profile.user_id, locale.to_owned()));
    }
    Ok(mailboxes)
}

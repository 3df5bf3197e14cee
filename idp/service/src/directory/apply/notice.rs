//! Telling people what was changed about them: in the transaction of the change, so that neither happens alone.

use std::sync::atomic::{AtomicU32, Ordering};

use chrono::TimeDelta;
use countersign_core::Timestamp;
use countersign_core::directory::profile::Profile;
use countersign_core::mail::{Mail, News, Reader};

use super::{ApplyError, Effect};
use crate::outbox::{self, Letter};

/// How long such a mail is tried.
const LIFETIME: TimeDelta = TimeDelta::days(3);

/// Letters of one request that leave at once.
const AT_ONCE: u32 = 1_000;
/// Those after them leave so far apart: an OTP that somebody waits for must not stand in line behind a user list.
const APART: TimeDelta = TimeDelta::milliseconds(100);

/// How many letters a request has written.
#[derive(Default)]
pub(super) struct Told(AtomicU32);

impl Told {
    /// When the next one may leave.
    fn next(&self, now: Timestamp) -> Timestamp {
        let before = self.0.fetch_add(1, Ordering::Relaxed);
        let waits = i32::try_from((before + 1).saturating_sub(AT_ONCE)).unwrap_or(i32::MAX);
        now + APART * waits
    }
}

/// Tells the owner of `profile`, if they have a mailbox.
pub(super) async fn tell(effect: &Effect<'_>, profile: &Profile, news: News) -> Result<(), ApplyError> {
    match &profile.email {
        Some(mailbox) => write(effect, profile, mailbox, news).await,
        None => Ok(()),
    }
}

/// Tells both mailboxes that one has taken the other's place.
pub(super) async fn tell_of_move(
    effect: &Effect<'_>,
    before: &Profile,
    after: &Profile,
) -> Result<(), ApplyError> {
    let at = effect.services.now();
    let new_address = after.email.as_deref().map(masked).unwrap_or_default();
    for (mailbox, reader) in [(&before.email, Reader::OldAddress), (&after.email, Reader::NewAddress)] {
        if let Some(mailbox) = mailbox {
            let news = News::EmailChanged { at, new_address: new_address.clone(), reader };
            write(effect, after, mailbox, news).await?;
        }
    }
    Ok(())
}

/// Tells the same to the owners of several profiles, as far as they have mailboxes.
pub(super) async fn tell_all(
    effect: &Effect<'_>,
    profiles: impl Iterator<Item = &Profile>,
    news: &News,
) -> Result<(), ApplyError> {
    let told: Vec<(&Profile, Mail)> = profiles
        .filter(|profile| profile.email.is_some())
        .map(|profile| (profile, Mail { user_id: profile.user_id.clone(), news: news.clone() }))
        .collect();
    let letters = told.iter().filter_map(|(profile, mail)| {
        profile.email.as_deref().map(|mailbox| letter(effect, profile, mailbox, mail))
    });
    outbox::queue_all(effect.services, effect.tx, letters).await?;
    Ok(())
}

async fn write(effect: &Effect<'_>, profile: &Profile, to: &str, news: News) -> Result<(), ApplyError> {
    let mail = Mail { user_id: profile.user_id.clone(), news };
    outbox::queue_all(effect.services, effect.tx, [letter(effect, profile, to, &mail)]).await?;
    Ok(())
}

/// A letter, and when it may leave.
fn letter<'a>(
    effect: &Effect<'_>,
    profile: &'a Profile,
    to: &'a str,
    mail: &'a Mail,
) -> (Letter<'a>, Timestamp) {
    let due_at = effect.told.next(effect.services.now());
    let locale = profile.claims.get("locale").and_then(|locale| locale.as_str()).unwrap_or("en");
    (Letter { to: Some(to), mail, locale, expires_at: due_at + LIFETIME }, due_at)
}

/// The first letter and the domain: enough to recognise one's own address, too little to learn another's.
fn masked(mailbox: &str) -> String {
    match mailbox.split_once('@') {
        Some((local, domain)) => {
            format!("{}•••@{domain}", local.chars().next().map(String::from).unwrap_or_default())
        }
        None => "•••".to_owned(),
    }
}

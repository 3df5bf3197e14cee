//! Telling people what was changed about them: in the transaction of the change, so that neither happens alone.

use chrono::TimeDelta;
use countersign_core::directory::profile::Profile;
use countersign_core::mail::{Mail, News, Reader};

use super::{ApplyError, Effect};
use crate::outbox::{self, Letter};

/// How long such a mail is tried.
const LIFETIME: TimeDelta = TimeDelta::days(3);

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

async fn write(effect: &Effect<'_>, profile: &Profile, to: &str, news: News) -> Result<(), ApplyError> {
    let mail = Mail { user_id: profile.user_id.clone(), news };
    let expires_at = effect.services.now() + LIFETIME;
    let locale = profile.claims.get("locale").and_then(|locale| locale.as_str()).unwrap_or("en");
    let letter = Letter { to: Some(to), mail: &mail, locale, expires_at };
    outbox::queue(effect.services, effect.tx, &letter).await?;
    Ok(())
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

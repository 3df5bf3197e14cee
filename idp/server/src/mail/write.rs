//! From facts to words.

use askama::Template;
use countersign_core::directory::phase::Phase;
use countersign_core::mail::{CodePurpose, Factor, Mail, NamedFew, News, Reader};

use crate::http::locale::Locale;
use crate::http::pages::{Arg, Texts, shown_moment};

/// A mail ready to be sent, but for its addresses.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    /// The subject. It never holds a one-time password: subjects show on locked screens.
    pub subject: String,
    /// The plain text, which says everything.
    pub text: String,
    /// The same as HTML, without pictures, links or anything to load.
    pub html: String,
}

/// Writes a mail in a language.
pub fn write(mail: &Mail, locale: Locale) -> Result<Message, askama::Error> {
    let letter = Letter::of(mail, locale);
    let html = letter.render()?;
    Ok(Message { text: letter.text(), html, subject: letter.subject })
}

/// What both forms of a mail show.
#[derive(Template)]
#[template(path = "mail/letter.html")]
struct Letter {
    locale: Locale,
    subject: String,
    greeting: String,
    opening: String,
    code: Option<String>,
    facts: Vec<(String, String)>,
    advice: String,
    closing: String,
}

impl Letter {
    fn of(mail: &Mail, locale: Locale) -> Self {
        let texts = Texts(locale);
        let key = key(&mail.news);
        let args = args(&mail.news, texts, &mail.user_id);
        let mut facts = vec![(texts.get("mail-fact-user-id"), mail.user_id.clone())];
        facts.extend(facts_of(&mail.news).into_iter().map(|(key, value)| (texts.get(key), value)));
        Self {
            locale,
            subject: texts.with(&format!("{key}-subject"), &args),
            greeting: texts.get("mail-greeting"),
            opening: texts.with(&format!("{key}-opening"), &args),
            code: match &mail.news {
                News::OneTimePassword { code, .. } => Some(code.0.clone()),
                _ => None,
            },
            facts,
            advice: texts.with(&format!("{key}-advice"), &args),
            closing: texts.get("mail-closing"),
        }
    }

    fn text(&self) -> String {
        let mut paragraphs = vec![self.greeting.clone(), self.opening.clone()];
        paragraphs.extend(self.code.iter().map(|code| format!("    {code}")));
        let line = |(name, value): &(String, String)| {
            Texts(self.locale).with("mail-fact-line", &[("name", name.into()), ("value", value.into())])
        };
        let facts: Vec<String> = self.facts.iter().map(line).collect();
        paragraphs.push(facts.join("\n"));
        paragraphs.extend([self.advice.clone(), self.closing.clone()]);
        paragraphs.join("\n\n") + "\n"
    }
}

fn key(news: &News) -> &'static str {
    match news {
        News::OneTimePassword { purpose: CodePurpose::Login, .. } => "mail-otp-login",
        News::OneTimePassword { purpose: CodePurpose::Reset, .. } => "mail-otp-reset",
        News::PasswordChanged { .. } => "mail-password-changed",
        News::FactorAdded { .. } => "mail-factor-added",
        News::FactorRemoved { .. } => "mail-factor-removed",
        News::AccountLocked { .. } => "mail-account-locked",
        News::ProfileChanged { .. } => "mail-profile-changed",
        News::ProfileSuspended { .. } => "mail-profile-suspended",
        News::ApprovalCodeRevoked { .. } => "mail-approval-code-revoked",
        News::PhaseAhead { phase: Phase::PreParallel | Phase::ParallelRun, .. } => "mail-parallel-run-ahead",
        News::PhaseAhead { phase: Phase::Complete, .. } => "mail-complete-ahead",
        News::OperatorInvited { .. } => "mail-operator-invited",
        News::RecoveryUsed { .. } => "mail-recovery-used",
        News::RequestFiledForYou { .. } => "mail-request-filed",
        News::EmailChanged { reader: Reader::OldAddress, .. } => "mail-email-changed-old",
        News::EmailChanged { reader: Reader::NewAddress, .. } => "mail-email-changed-new",
    }
}

fn args(news: &News, texts: Texts, user_id: &str) -> Vec<(&'static str, Arg)> {
    let mut args = vec![("user", Arg::from(user_id))];
    match news {
        News::OneTimePassword { valid_minutes, .. } => args.push(("minutes", (*valid_minutes).into())),
        News::FactorAdded { factor, .. } | News::FactorRemoved { factor, .. } => {
            args.push(("factor", texts.get(factor_key(*factor)).into()));
        }
        News::PhaseAhead { clearing_house, day, days_left, .. } => args.extend([
            ("house", clearing_house.as_str().into()),
            ("day", shown_day(*day).into()),
            ("days", (*days_left).into()),
        ]),
        News::PasswordChanged { .. }
        | News::AccountLocked { .. }
        | News::ProfileChanged { .. }
        | News::ProfileSuspended { .. }
        | News::ApprovalCodeRevoked { .. }
        | News::OperatorInvited { .. }
        | News::RecoveryUsed { .. }
        | News::RequestFiledForYou { .. }
        | News::EmailChanged { .. } => {}
    }
    args
}

fn factor_key(factor: Factor) -> &'static str {
    match factor {
        Factor::AuthenticatorApp => "factor-app",
        Factor::Email => "factor-email",
        Factor::Passkey => "factor-passkey",
        Factor::Smartcard => "factor-smartcard",
    }
}

/// The lines under a mail: keys of their names, and values.
fn facts_of(news: &News) -> Vec<(&'static str, String)> {
    match news {
        News::OneTimePassword { .. } => Vec::new(),
        News::PasswordChanged { at, from } | News::FactorAdded { at, from, .. } => {
            vec![("mail-fact-time", shown_moment(*at)), ("mail-fact-from", from.clone())]
        }
        News::FactorRemoved { at, .. }
        | News::AccountLocked { at }
        | News::ProfileChanged { at }
        | News::RequestFiledForYou { at } => {
            vec![("mail-fact-time", shown_moment(*at))]
        }
        News::OperatorInvited { at, address } => {
            vec![("mail-fact-time", shown_moment(*at)), ("mail-fact-address", address.clone())]
        }
        News::ProfileSuspended { at, by }
        | News::ApprovalCodeRevoked { at, by }
        | News::RecoveryUsed { at, by } => {
            vec![("mail-fact-time", shown_moment(*at)), ("mail-fact-by", by.clone())]
        }
        News::PhaseAhead { at, participant, no_email, no_password, .. } => {
            let mut facts = vec![
                ("mail-fact-participant", participant.clone()),
                ("mail-fact-time", shown_moment(*at)),
                ("mail-fact-no-email", few(no_email)),
            ];
            facts.extend((no_password.count > 0).then(|| ("mail-fact-no-password", few(no_password))));
            facts
        }
        News::EmailChanged { at, new_address, .. } => {
            vec![("mail-fact-time", shown_moment(*at)), ("mail-fact-new-address", new_address.clone())]
        }
    }
}

/// A day as people of the clearing houses write it: `DD-MMM-YY`.
fn shown_day(day: chrono::NaiveDate) -> String {
    day.format("%d-%b-%y").to_string()
}

/// How many, and who the first of them are, in every language.
fn few(named: &NamedFew) -> String {
    let more = usize::try_from(named.count).unwrap_or(usize::MAX).saturating_sub(named.first.len());
    let more = if more > 0 { format!(" (+{more})") } else { String::new() };
    if named.first.is_empty() {
        named.count.to_string()
    } else {
        format!("{} — {}{more}", named.count, named.first.join(", "))
    }
}

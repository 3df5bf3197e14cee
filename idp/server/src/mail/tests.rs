//! Every mail in every language says what it must, and nothing it must not.

use std::path::PathBuf;

use countersign_core::directory::phase::Phase;
use countersign_core::mail::{Code, CodePurpose, Factor, Mail, NamedFew, News, Reader};

use super::{Message, write};
use crate::http::locale::Locale;

fn moment() -> chrono::DateTime<chrono::Utc> {
    chrono::DateTime::from_timestamp(1_670_997_304, 0).unwrap()
}

fn every_news(from: &str) -> Vec<(&'static str, News)> {
    let (at, from) = (moment(), from.to_owned());
    let code = Code("27788148".into());
    vec![
        (
            "otp-login",
            News::OneTimePassword { code: code.clone(), purpose: CodePurpose::Login, valid_minutes: 5 },
        ),
        ("otp-reset", News::OneTimePassword { code, purpose: CodePurpose::Reset, valid_minutes: 1 }),
        ("password-changed", News::PasswordChanged { at, from: from.clone() }),
        ("factor-added", News::FactorAdded { factor: Factor::AuthenticatorApp, at, from: from.clone() }),
        ("factor-added-email", News::FactorAdded { factor: Factor::Email, at, from: from.clone() }),
        ("factor-removed", News::FactorRemoved { factor: Factor::Passkey, at }),
        ("account-locked", News::AccountLocked { at }),
        ("profile-changed", News::ProfileChanged { at }),
        ("profile-suspended", News::ProfileSuspended { at, by: from.clone() }),
        (
            "operator-invited",
            News::OperatorInvited { at, address: "http://localhost:8080/account".to_owned() },
        ),
        ("recovery-used", News::RecoveryUsed { at, by: from.clone() }),
        ("request-filed", News::RequestFiledForYou { at }),
        ("approval-code-revoked", News::ApprovalCodeRevoked { at, by: from.clone() }),
        ("parallel-run-ahead", phase_ahead(Phase::ParallelRun, &from)),
        ("complete-ahead", phase_ahead(Phase::Complete, &from)),
        (
            "email-changed-old",
            News::EmailChanged { at, new_address: from.clone(), reader: Reader::OldAddress },
        ),
        ("email-changed-new", News::EmailChanged { at, new_address: from, reader: Reader::NewAddress }),
    ]
}

fn phase_ahead(phase: Phase, named: &str) -> News {
    let few = |count| NamedFew { count, first: vec![named.to_owned()] };
    News::PhaseAhead {
        at: moment(),
        clearing_house: "HKCC".into(),
        participant: "ABC".into(),
        phase,
        day: chrono::NaiveDate::from_ymd_opt(2023, 6, 30).unwrap(),
        days_left: 14,
        no_email: few(12),
        no_password: few(1),
    }
}

fn every_mail(user_id: &str, from: &str) -> Vec<(String, News, Message)> {
    let mut messages = Vec::new();
    for locale in Locale::ALL {
        for (name, news) in every_news(from) {
            let mail = Mail { user_id: user_id.to_owned(), news };
            messages.push((
                format!("{name}.{}", locale.tag()),
                mail.news.clone(),
                write(&mail, locale).unwrap(),
            ));
        }
    }
    messages
}

#[test]
fn every_mail_names_the_profile_and_the_moment_in_both_forms() {
    for (name, news, message) in every_mail("HKABC101", "203.0.113.7") {
        for form in [&message.text, &message.html] {
            assert!(form.contains("HKABC101"), "{name}");
            if !matches!(news, News::OneTimePassword { .. }) {
                assert!(form.contains("14-Dec-22 13:55"), "{name}");
            }
        }
        assert!(!message.subject.is_empty() && !message.subject.contains(['\n', '\r']), "{name}");
        assert!(
            !message.text.contains("mail-") && !message.html.contains("mail-"),
            "{name}: a key without a text"
        );
        assert!(
            !message.html.contains("<a ") && !message.html.contains("<img"),
            "{name}: nothing to click or load"
        );
    }
}

#[test]
fn a_one_time_password_stands_alone_on_its_line_and_never_in_the_subject() {
    for (name, news, message) in every_mail("HKABC101", "203.0.113.7") {
        let asked = matches!(news, News::OneTimePassword { .. });
        assert!(!message.subject.contains("27788148"), "{name}");
        assert_eq!(message.text.lines().any(|line| line.trim() == "27788148"), asked, "{name}");
        assert_eq!(message.html.contains(">27788148<"), asked, "{name}");
    }
}

#[test]
fn a_factor_is_named_in_the_reader_s_language() {
    let email = [Locale::English, Locale::TraditionalChinese, Locale::SimplifiedChinese].map(|locale| {
        let news = News::FactorAdded { factor: Factor::Email, at: moment(), from: "203.0.113.7".to_owned() };
        (write(&Mail { user_id: "HKABC101".into(), news }, locale).unwrap(), locale)
    });
    for ((message, locale), (factor, advice)) in email.into_iter().zip([
        ("one-time passwords by email", "at once"),
        ("以電郵接收一次性密碼", "請立即通知"),
        ("通过电子邮件接收一次性密码", "请立即通知"),
    ]) {
        for form in [&message.text, &message.html] {
            assert!(form.contains(factor) && form.contains(advice), "{}: {form}", locale.tag());
        }
    }
}

#[test]
fn a_reminder_says_until_when_and_names_the_first_of_many() {
    let mail = Mail { user_id: "HKABC1X1".into(), news: phase_ahead(Phase::Complete, "HKABC101") };
    for locale in Locale::ALL {
        let text = write(&mail, locale).unwrap().text;
        for said in ["30-Jun-23", "14", "HKCC", "ABC", "12 — HKABC101 (+11)", "1 — HKABC101"] {
            assert!(text.contains(said), "{said}: {text}");
        }
        assert!(text.lines().count() < 20, "no more than a screen: {text}");
    }
}

#[test]
fn one_minute_is_one_minute() {
    let news =
        News::OneTimePassword { code: Code("1".into()), purpose: CodePurpose::Reset, valid_minutes: 1 };
    let message = write(&Mail { user_id: "HKABC101".into(), news }, Locale::English).unwrap();
    assert!(message.text.contains("for 1 minute and"), "{}", message.text);
}

#[test]
fn markup_in_a_fact_stays_text() {
    for (name, _, message) in every_mail("<b>x</b>", "<script>alert(1)</script>") {
        assert!(!message.html.contains("<script>") && !message.html.contains("<b>"), "{name}");
    }
}

#[test]
fn facts_survive_the_outbox_and_codes_do_not_print() {
    for (name, news) in every_news("203.0.113.7") {
        let mail = Mail { user_id: "HKABC101".into(), news };
        let stored = serde_json::to_string(&mail).unwrap();
        assert_eq!(serde_json::from_str::<Mail>(&stored).unwrap(), mail, "{name}");
        assert!(!format!("{mail:?}").contains("27788148"), "{name}");
    }
}

/// `COUNTERSIGN_GALLERY=dir` leaves the files to be looked at.
#[test]
fn gallery_shows_every_mail() {
    let spare = tempfile::tempdir().unwrap();
    let room = std::env::var_os("COUNTERSIGN_GALLERY").map_or_else(|| spare.path().to_owned(), PathBuf::from);
    let room = room.join("mail");
    std::fs::create_dir_all(&room).unwrap();
    for (name, _, message) in every_mail("HKABC101", "203.0.113.7") {
        std::fs::write(room.join(format!("{name}.html")), message.html).unwrap();
        std::fs::write(room.join(format!("{name}.txt")), format!("{}\n\n{}", message.subject, message.text))
            .unwrap();
    }
    assert_eq!(std::fs::read_dir(&room).unwrap().count(), 2 * 17 * Locale::ALL.len());
}

//! Sample data: one entry per page and state.

use std::sync::Arc;

use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Duration, Utc};
use countersign_core::oauth::interaction::Purpose;
use countersign_core::{Clock, Entropy};

use super::super::*;
use crate::http::cookies::Cookies;
use crate::http::locale::Locale;
use crate::http::visitor::Visitors;

struct Noon;

impl Clock for Noon {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000, 0).unwrap()
    }
}

struct Sevens;

impl Entropy for Sevens {
    fn fill(&self, buffer: &mut [u8]) {
        buffer.fill(7);
    }
}

/// The layer of tests.
pub(crate) fn visitors(https: bool) -> Visitors {
    Visitors {
        cookies: Cookies { https },
        clock: Arc::new(Noon),
        entropy: Arc::new(Sevens),
        csrf: Arc::new(|browser| format!("token-of-{}", browser.len())),
    }
}

/// A frame in a language.
pub(crate) fn context(locale: Locale) -> PageContext {
    let address: Uri = "/login/?i=sealed".parse().unwrap();
    let mut headers = HeaderMap::new();
    headers.insert("accept-language", locale.tag().parse().unwrap());
    headers.insert("x-request-id", "01JD3Z5T7M".parse().unwrap());
    let (visitor, _) = visitors(false).meet(&axum::http::Method::GET, &address, &headers);
    PageContext::of(&visitor).on_behalf_of(Some("CCMS Terminal"), None, Noon.now())
}

/// A page in a state.
pub(crate) struct Sample {
    pub(crate) name: &'static str,
    pub(crate) step: &'static str,
    pub(crate) response: Response,
}

/// Texts that a stranger, a client or a configuration can put into pages.
pub(crate) struct Words {
    pub(crate) user_id: String,
    pub(crate) name: String,
    pub(crate) text: String,
    pub(crate) address: String,
}

impl Words {
    pub(crate) fn ordinary() -> Self {
        Self {
            user_id: "HKABC101".into(),
            name: "Settlement Desk".into(),
            text: "Chan Tai Man".into(),
            address: "/login/?i=sealed".into(),
        }
    }

    /// The same word everywhere.
    pub(crate) fn all(word: &str) -> Self {
        Self { user_id: word.into(), name: word.into(), text: word.into(), address: word.into() }
    }
}

/// Every page in every state, in one language.
pub(crate) fn all(locale: Locale, words: &Words) -> Vec<Sample> {
    let mut samples = journey(locale, words);
    samples.extend(reset(locale, words));
    samples.extend(endings(locale, words));
    samples.extend(accounts(locale, words));
    samples
}

fn sample(name: &'static str, step: &'static str, view: impl IntoResponse) -> Sample {
    Sample { name, step, response: view.into_response() }
}

fn journey(locale: Locale, words: &Words) -> Vec<Sample> {
    let mut page = context(locale);
    page.application =
        page.application.map(|name| if words.name == "Settlement Desk" { name } else { words.name.clone() });
    let password = |user_id: &str, error| Password {
        page: page.clone(),
        user_id: user_id.to_owned(),
        notice: None,
        forgot_password: words.address.clone(),
        other_method: Some(words.address.clone()),
        error,
    };
    let email = OtpChannel::Email { masked_address: words.text.clone(), valid_minutes: 5 };
    let otp = |channel: OtpChannel, resent, error| Otp {
        page: page.clone(),
        channel,
        user_id: words.user_id.clone(),
        resent,
        error,
    };
    let secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
    let uri = format!("otpauth://totp/Countersign:{}?secret={secret}&issuer=Countersign", words.user_id);
    vec![
        sample(
            "choose-method",
            "choose-method",
            ChooseMethod { page: page.clone(), notice: None, error: None },
        ),
        sample(
            "choose-method-notice",
            "choose-method",
            ChooseMethod { page: page.clone(), notice: Some(words.text.clone()), error: None },
        ),
        sample("password", "password", password("", None)),
        sample(
            "password-wrong",
            "password",
            password(&words.user_id, Some(PageError::new(ErrorCode::WrongCredentials))),
        ),
        sample(
            "password-required",
            "password",
            password(&words.user_id, Some(PageError::new(ErrorCode::Required).at("password"))),
        ),
        sample("password-own", "password", {
            let mut view = password("", None);
            view.page.application = None;
            view.other_method = None;
            view
        }),
        sample("register-device", "register-device", RegisterDevice { page: page.clone(), may_skip: true }),
        sample(
            "register-device-must",
            "register-device",
            RegisterDevice { page: page.clone(), may_skip: false },
        ),
        sample("scan-qr", "scan-qr", ScanQr::new(page.clone(), &uri, secret, &words.user_id)),
        sample("email-risk", "email-risk", EmailRisk { page: page.clone() }),
        sample("otp-app", "otp", otp(OtpChannel::App, false, None)),
        sample(
            "otp-app-wrong",
            "otp",
            otp(OtpChannel::App, false, Some(PageError::new(ErrorCode::WrongOtp).with("tries", 4).at("otp"))),
        ),
        sample("otp-email", "otp", otp(email.clone(), false, None)),
        sample("otp-email-resent", "otp", otp(email.clone(), true, None)),
        sample(
            "otp-email-soon",
            "otp",
            otp(email, false, Some(PageError::new(ErrorCode::ResendTooSoon).with("seconds", 42))),
        ),
        sample("otp-step-up", "otp", {
            let mut view = otp(OtpChannel::App, false, None);
            view.page = view.page.with_purpose(Purpose::StepUp);
            view
        }),
        sample("enrolment-code", "enrolment-code", EnrolmentCode { page: page.clone(), error: None }),
        sample(
            "enrolment-code-wrong",
            "enrolment-code",
            EnrolmentCode { page, error: Some(PageError::new(ErrorCode::WrongCode).at("code")) },
        ),
    ]
}

fn reset(locale: Locale, words: &Words) -> Vec<Sample> {
    let page = context(locale);
    let user = |user_id: &str, error| ResetUserId {
        page: page.clone(),
        user_id: user_id.to_owned(),
        back: words.address.clone(),
        error,
    };
    let code = |resent, error| ResetOtp {
        page: page.clone(),
        user_id: words.user_id.clone(),
        valid_minutes: 5,
        resent,
        error,
    };
    let password = |broken| ResetPassword::new(page.clone(), &words.user_id, 10, 8, broken);
    vec![
        sample("reset-user-id", "reset-user-id", user("", None)),
        sample(
            "reset-user-id-required",
            "reset-user-id",
            user("", Some(PageError::new(ErrorCode::Required).at("user_id"))),
        ),
        sample("reset-otp", "reset-otp", code(false, None)),
        sample(
            "reset-otp-wrong",
            "reset-otp",
            code(true, Some(PageError::new(ErrorCode::WrongOtp).at("otp"))),
        ),
        sample("reset-password", "reset-password", password(vec![])),
        sample(
            "reset-password-broken",
            "reset-password",
            password(vec![
                BrokenRule::TooShort(10),
                BrokenRule::TooGuessable,
                BrokenRule::OwnName,
                BrokenRule::Reused(8),
                BrokenRule::Mismatch,
            ]),
        ),
        sample("reset-password-mismatch", "reset-password", password(vec![BrokenRule::Mismatch])),
        sample("reset-done", "reset-done", ResetDone { page: page.clone() }),
    ]
}

fn endings(locale: Locale, words: &Words) -> Vec<Sample> {
    let page = context(locale);
    let mut settlement = page.clone();
    settlement.application = Some(words.name.clone());
    let error = |code| ErrorPage::new(page.clone(), PageError::new(code)).with_next(words.address.clone());
    vec![
        sample(
            "consent",
            "consent",
            Consent {
                page: settlement.clone(),
                client_name: words.name.clone(),
                client_host: Some(words.text.clone()),
                user_id: words.user_id.clone(),
                scopes: ConsentScope::ALL.to_vec(),
            },
        ),
        sample(
            "signed-out",
            "signed-out",
            SignedOut { page: settlement, return_to: Some(words.address.clone()) },
        ),
        sample(
            "confirm-sign-out",
            "confirm-sign-out",
            ConfirmSignOut { page: page.clone(), user_id: words.user_id.clone() },
        ),
        sample(
            "form-post",
            "form-post",
            FormPost {
                page: page.clone(),
                action: words.address.clone(),
                fields: vec![("code".into(), words.text.clone()), (words.name.clone(), "state".into())],
            },
        ),
        sample("error-internal", "error", error(ErrorCode::Internal)),
        sample("error-locked", "error", error(ErrorCode::Locked)),
        sample(
            "error-redirect-uri",
            "error",
            ErrorPage::new(page.clone(), PageError::new(ErrorCode::InvalidRedirectUri)),
        ),
        sample("error-expired", "error", error(ErrorCode::Expired)),
        sample("error-phase", "error", error(ErrorCode::PhaseNoPassword)),
    ]
}

fn accounts(locale: Locale, words: &Words) -> Vec<Sample> {
    let mut page = context(locale);
    page.application = None;
    let now = Noon.now();
    let session = |id: &str, hours: i64, current| SessionLine {
        id: format!("{id}{}", if words.name == "Settlement Desk" { "" } else { &words.name }),
        began_at: now - Duration::hours(hours),
        seen_at: now - Duration::minutes(hours),
        from: words.text.clone(),
        browser: if words.name == "Settlement Desk" {
            "Microsoft Edge, Windows".into()
        } else {
            words.name.clone()
        },
        current,
    };
    let account = |channel: ChannelChoice, broken: Vec<BrokenRule>, news, error| Account {
        page: page.clone(),
        user_id: words.user_id.clone(),
        name: words.text.clone(),
        participant: words.name.clone(),
        email: Some(words.text.clone()),
        groups: vec!["11".into(), "ZW".into(), words.text.chars().take(40).collect()],
        last_access: Some(LastAccess {
            at: now - Duration::days(1),
            from: words.text.clone(),
            method: Method::PasswordApp,
        }),
        channel,
        sessions: vec![session("s1", 1, true), session("s2", 30, false)],
        min_length: 10,
        history: 8,
        broken,
        news,
        error,
    };
    let app = ChannelChoice {
        current: Some(Channel::App),
        may_use_email: true,
        may_use_app: false,
        may_register: false,
    };
    let email = ChannelChoice {
        current: Some(Channel::Email),
        may_use_email: false,
        may_use_app: true,
        may_register: true,
    };
    vec![
        sample("account", "account", account(app.clone(), vec![], None, None)),
        sample(
            "account-email",
            "account",
            account(email.clone(), vec![], Some(AccountNews::PasswordChanged), None),
        ),
        sample(
            "account-wrong-password",
            "account",
            account(
                app.clone(),
                vec![],
                None,
                Some(PageError::new(ErrorCode::WrongPassword).at("current_password")),
            ),
        ),
        sample(
            "account-broken",
            "account",
            account(
                app,
                vec![BrokenRule::TooShort(10), BrokenRule::Mismatch],
                None,
                Some(PageError::new(ErrorCode::PasswordPolicy)),
            ),
        ),
        sample("account-first", "account", {
            let mut view = account(email, vec![], Some(AccountNews::DeviceRegistered), None);
            view.last_access = None;
            view.email = None;
            view.groups = vec![];
            view.channel.current = None;
            view.sessions.truncate(1);
            view
        }),
    ]
}

/// The markup of a response.
pub(crate) async fn markup(response: Response) -> String {
    let body = response.into_response().into_body();
    let bytes = axum::body::to_bytes(body, 1 << 22).await.unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

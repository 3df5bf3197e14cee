//! Showing the page: who one is, what one has set up, where one is logged in.

use axum::response::{IntoResponse as _, Response};
use countersign_core::directory::profile::LastAccess;
use countersign_core::journey::steps::Channel;
use countersign_core::oauth::interaction::{Interaction, Reason, Requirement};
use countersign_core::oauth::session::Session;
use countersign_service::login::Fault;
use countersign_service::sessions::{self, Present};
use countersign_service::{account, interaction};

use crate::http::login::{Door, onward};
use crate::http::pages::{
    Account, AccountNews, BrokenRule, Channel as ShownChannel, ChannelChoice, LastAccess as ShownAccess,
    Method, PageError, SessionLine,
};

/// Shows it, or asks for a login first.
pub(super) async fn get(door: Door) -> Response {
    let present = match present(&door).await {
        Ok(present) => present,
        Err(response) => return *response,
    };
    let news = match door.parameter("news") {
        "device-registered" => Some(AccountNews::DeviceRegistered),
        "channel-changed" => Some(AccountNews::ChannelChanged),
        "password-changed" => Some(AccountNews::PasswordChanged),
        "session-ended" => Some(AccountNews::SessionEnded),
        "others-ended" => Some(AccountNews::OthersEnded),
        _ => None,
    };
    page(&door, &present, Said { news, ..Said::default() }).await
}

/// What the page says beside what it always says.
#[derive(Default)]
pub(super) struct Said {
    pub(super) news: Option<AccountNews>,
    pub(super) error: Option<PageError>,
    pub(super) broken: Vec<BrokenRule>,
}

/// The session of this browser and its user; otherwise the way to one.
pub(super) async fn present(door: &Door) -> Result<Present, Box<Response>> {
    let present = match door.visit.session.as_deref() {
        Some(cookie) => sessions::load(&door.services, cookie).await,
        None => Ok(None),
    };
    match present {
        Ok(Some(present)) => Ok(present),
        Ok(None) => Err(Box::new(log_in_first(door))),
        Err(error) => Err(Box::new(door.fault(&Fault::from(error)))),
    }
}

fn log_in_first(door: &Door) -> Response {
    match interaction::seal(&door.services, &own_interaction(door), &door.visit.browser) {
        Ok(sealed) => onward(&format!("/login/?i={sealed}")),
        Err(error) => door.fault(&Fault::Internal(error.to_string())),
    }
}

/// An interaction that ends on this page.
pub(super) fn own_interaction(door: &Door) -> Interaction {
    let requirement = Requirement { reason: Reason::NoSession, acr: None, subject: None };
    interaction::for_account(&door.services, requirement)
}

/// The page.
pub(super) async fn page(door: &Door, present: &Present, said: Said) -> Response {
    let overview = match account::overview(&door.services, present).await {
        Ok(overview) => overview,
        Err(fault) => return door.fault(&fault),
    };
    let profile = &present.profile;
    let means = overview.means;
    let mut sessions: Vec<SessionLine> =
        overview.sessions.iter().map(|session| line(session, &present.session)).collect();
    sessions.sort_by_key(|session| !session.current);
    let policy = &door.services.policy.password;
    Account {
        page: door.page.clone(),
        user_id: profile.user_id.clone(),
        name: format!("{} {}", profile.other_names, profile.surname).trim().to_owned(),
        participant: format!("{} · {}", profile.participant, profile.clearing_house),
        email: profile.email.clone(),
        groups: profile.capabilities.business_user_groups.iter().map(ToString::to_string).collect(),
        last_access: present.session.prior_access.as_ref().and_then(last_access),
        channel: ChannelChoice {
            current: means.channel.map(|channel| match channel {
                Channel::App => ShownChannel::App,
                Channel::Email => ShownChannel::Email,
            }),
            may_use_email: means.soft_token && means.email,
            // A soft token that is given up for email is gone: there is none to come back to.
            may_use_app: false,
            may_register: !means.soft_token,
        },
        sessions,
        min_length: policy.min_length.into(),
        history: policy.history.into(),
        broken: said.broken,
        news: said.news,
        error: said.error,
    }
    .into_response()
}

fn line(session: &Session, present: &Session) -> SessionLine {
    SessionLine {
        id: session.id.as_str().to_owned(),
        began_at: session.created_at,
        seen_at: session.last_used_at,
        from: session.source.clone(),
        browser: browser_in_words(&session.user_agent),
        current: session.id == present.id,
    }
}

fn last_access(access: &LastAccess) -> Option<ShownAccess> {
    let method = match access.method.as_str() {
        "otp-app" => Method::PasswordApp,
        "otp-email" => Method::PasswordEmail,
        "smartcard" => Method::Smartcard,
        "passkey" => Method::Passkey,
        _ => return None,
    };
    Some(ShownAccess { at: access.time, from: access.source.clone(), method })
}

/// A browser's own words about itself, shortened to what people recognise.
fn browser_in_words(user_agent: &str) -> String {
    let named = |marks: &[(&str, &'static str)]| {
        marks.iter().find(|(mark, _)| user_agent.contains(mark)).map(|(_, name)| *name)
    };
    // In this order: most browsers also claim to be the ones after them.
    let browser = named(&[
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ]);
    let system = named(&[
        ("Windows", "Windows"),
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser}, {system}"),
        (Some(name), None) | (None, Some(name)) => name.to_owned(),
        (None, None) if user_agent.is_empty() => "—".to_owned(),
        (None, None) => user_agent.chars().take(60).collect(),
    }
}

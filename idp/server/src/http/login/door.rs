//! Who stands at the door of a login page, and the ways all of them are answered.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::cookie::{Cookie, CookieJar};
use countersign_core::oauth::interaction::{Interaction, Target};
use countersign_service::login::{self, Arrival, Fault, Refusal, SettingsNews, Visit};
use countersign_service::{Services, interaction};
use url::form_urlencoded;

use crate::http::cookies::{Cookies, Name};
use crate::http::csrf::{FormRefusal, PageForm};
use crate::http::pages::{ErrorCode, ErrorPage, PageContext, PageError};
use crate::http::state::AppState;
use crate::http::visitor::Visitor;
use crate::serve::ClientAddress;

/// Seconds after which somebody who was turned away may come back.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("5");

/// A browser at the door.
pub(crate) struct Door {
    /// The use cases' state.
    pub(crate) services: Arc<Services>,
    /// The configured notice above the login button.
    pub(crate) notice: Option<String>,
    /// The browser, as use cases see it.
    pub(crate) visit: Visit,
    /// The frame of whatever page it is shown.
    pub(crate) page: PageContext,
    cookies: Cookies,
    query: Vec<(String, String)>,
}

impl Door {
    /// A parameter of the query; empty when it is missing.
    pub(crate) fn parameter(&self, name: &str) -> &str {
        self.query.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// The interaction in `i`, and the frame of its pages; otherwise the page that says that it is over.
    pub(crate) fn interaction(&mut self) -> Result<Interaction, Box<Response>> {
        let sealed = self.parameter("i");
        match interaction::open(&self.services, sealed, &self.visit.browser) {
            Some(interaction) => {
                self.act_for(&interaction);
                Ok(interaction)
            }
            None => Err(Box::new(self.error(ErrorCode::Expired))),
        }
    }

    /// Shows pages on behalf of who waits for `interaction`, in the language they wished for.
    pub(crate) fn act_for(&mut self, interaction: &Interaction) {
        let application = match &interaction.target {
            Target::Application { client_name, .. } => Some(client_name.as_str()),
            Target::Account => None,
        };
        let locales = interaction.ui_locales.as_deref();
        self.page = self
            .page
            .clone()
            .on_behalf_of(application, locales, interaction.created_at)
            .with_purpose(interaction.requirement.purpose());
        self.page.locale.tag().clone_into(&mut self.visit.locale);
    }

    /// The fields of a form that was posted, or the page that says why it is not answered. From here on whatever is
    /// shown or mailed is in the language that the application wished for.
    pub(crate) async fn posted<T>(
        &mut self,
        form: Result<PageForm<T>, FormRefusal>,
    ) -> Result<T, Box<Response>> {
        self.act_as_asked().await;
        match form {
            Ok(PageForm(fields)) => Ok(fields),
            Err(refusal) => Err(Box::new(self.error(refusal.code()))),
        }
    }

    /// Shows pages on behalf of who waits, if that can be found: by the interaction in `i`, or by the login in `f`,
    /// which may be over by now.
    pub(crate) async fn act_as_asked(&mut self) {
        let found = match interaction::open(&self.services, self.parameter("i"), &self.visit.browser) {
            Some(interaction) => Some(interaction),
            None if self.parameter("f").is_empty() => None,
            None => {
                login::asked(&self.services, &self.visit, self.parameter("f")).await.unwrap_or_else(|error| {
                    tracing::warn!(%error, "the language of a login was not found");
                    None
                })
            }
        };
        if let Some(interaction) = found {
            self.act_for(&interaction);
        }
    }

    /// One of our own pages, for the interaction at hand.
    pub(crate) fn at(&self, path: &str) -> String {
        // Sealed values are base64url; an `i` that opened needs no escaping.
        format!("{path}?i={}", self.parameter("i"))
    }

    /// A page for an error.
    pub(crate) fn error(&self, code: ErrorCode) -> Response {
        ErrorPage::new(self.page.clone(), PageError::new(code)).into_response()
    }

    /// A page for an error, with a link to start again at.
    pub(crate) fn error_with_next(&self, code: ErrorCode, next: &str) -> Response {
        ErrorPage::new(self.page.clone(), PageError::new(code)).with_next(next).into_response()
    }

    /// A page for what went wrong on our side. Its text is for the log.
    pub(crate) fn fault(&self, fault: &Fault) -> Response {
        match fault {
            Fault::Busy => {
                let mut response = self.error(ErrorCode::Busy);
                response.headers_mut().insert(header::RETRY_AFTER, RETRY_AFTER);
                response
            }
            Fault::Internal(error) => {
                tracing::error!(%error, "a login page could not be served");
                self.error(ErrorCode::Internal)
            }
        }
    }

    /// A page for somebody who proved who they are and may not come in.
    pub(crate) fn refusal(&self, refusal: Refusal) -> Response {
        self.error(match refusal {
            Refusal::Locked => ErrorCode::Locked,
            Refusal::Disabled => ErrorCode::Disabled,
            Refusal::OutsideDates => ErrorCode::NotInForce,
            Refusal::Phase => ErrorCode::PhaseRefused,
        })
    }

    /// On to who waited, with the cookies of the new session.
    pub(crate) fn arrive(&self, arrival: &Arrival) -> Response {
        let location = match &arrival.interaction.target {
            Target::Account => account_url(arrival.news),
            Target::Application { .. } => {
                match interaction::seal(&self.services, &arrival.interaction, &self.visit.browser) {
                    Ok(sealed) => format!("/authorize/resume?i={sealed}"),
                    Err(error) => return self.fault(&Fault::Internal(error.to_string())),
                }
            }
        };
        let mut response = onward(&location);
        let session = arrival.session.as_ref().map(|token| (Name::Session, token.expose().to_owned()));
        let known = arrival.known.clone().map(|known| (Name::Known, known));
        for (name, value) in session.into_iter().chain(known) {
            add_cookie(response.headers_mut(), &self.cookies.set(name, value));
        }
        response
    }

    /// Forgets the session's cookie along with `response`.
    pub(crate) fn forget_session(&self, mut response: Response) -> Response {
        add_cookie(response.headers_mut(), &self.cookies.clear(Name::Session));
        response
    }
}

/// On to another page.
pub(crate) fn onward(location: &str) -> Response {
    no_store(Redirect::to(location))
}

fn account_url(news: Option<SettingsNews>) -> String {
    match news {
        None => "/account".to_owned(),
        Some(SettingsNews::DeviceRegistered) => "/account?news=device-registered".to_owned(),
        Some(SettingsNews::EmailChosen) => "/account?news=channel-changed".to_owned(),
    }
}

fn add_cookie(headers: &mut HeaderMap, cookie: &Cookie<'static>) {
    if let Ok(value) = HeaderValue::from_str(&cookie.to_string()) {
        headers.append(header::SET_COOKIE, value);
    }
}

fn no_store(response: impl IntoResponse) -> Response {
    let mut response = response.into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

impl FromRequestParts<AppState> for Door {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Self::Rejection> {
        let visitor = Visitor::from_request_parts(parts, state).await?;
        let source = ClientAddress::from_request_parts(parts, state).await?.0;
        let jar = CookieJar::from_headers(&parts.headers);
        let user_agent = parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
        let page = PageContext::of(&visitor);
        let query = form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes());
        Ok(Self {
            services: Arc::clone(&state.services),
            notice: state.notice.as_deref().map(ToOwned::to_owned),
            visit: Visit {
                browser: visitor.browser.id().to_owned(),
                source,
                user_agent: user_agent.unwrap_or_default().to_owned(),
                known: state.cookies.read(&jar, Name::Known),
                session: state.cookies.read(&jar, Name::Session),
                locale: page.locale.tag().to_owned(),
            },
            page,
            cookies: state.cookies,
            query: query.into_owned().collect(),
        })
    }
}

//! A browser for tests: it keeps cookies, follows redirects when told, and fills in forms as they stand.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use countersign_core::directory::phase::Phase;
use countersign_core::ids::{InteractionId, ProfileId};
use countersign_core::journey::otp::TotpSecret;
use countersign_core::mail::News;
use countersign_core::oauth::interaction::{Interaction, Reason, Requirement, Target};
use countersign_core::secret::SecretString;
use countersign_service::testing::{TestNode, sqlite_node};
use countersign_service::{Services, enrolment, interaction, outbox};
use scraper::{Html, Selector};
use tower::ServiceExt as _;
use url::form_urlencoded;

use super::router::router;
use super::state::AppState;
use crate::serve::ClientAddress;

pub(crate) const PASSWORD: &str = "mauve-otter-piano-73";
pub(crate) const SECRET: &str = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";

/// A node in the parallel run, and its router.
pub(crate) struct House {
    pub(crate) node: TestNode,
    router: Router,
}

/// A page as a browser shows it.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) status: StatusCode,
    pub(crate) headers: axum::http::HeaderMap,
    pub(crate) text: String,
}

/// A browser. A clone has its cookies.
#[derive(Clone)]
pub(crate) struct TestBrowser {
    router: Router,
    pub(crate) cookies: BTreeMap<String, String>,
    /// Where it is.
    pub(crate) url: String,
    csrf: String,
}

impl House {
    pub(crate) async fn open() -> Self {
        let node = sqlite_node().await;
        let services = Arc::clone(&node.services);
        node.set_phase(Phase::ParallelRun).await;
        let router = router(AppState::new(services, None));
        Self { node, router }
    }

    pub(crate) fn services(&self) -> &Services {
        &self.node.services
    }

    pub(crate) fn browser(&self) -> TestBrowser {
        TestBrowser {
            router: self.router.clone(),
            cookies: BTreeMap::new(),
            url: String::new(),
            csrf: String::new(),
        }
    }

    /// A person with a password.
    pub(crate) async fn person(&self, user_id: &str) -> ProfileId {
        let id = self.node.add_user(user_id).await;
        let phc = self.services().hasher.hash(&SecretString::new(PASSWORD.to_owned())).await.unwrap();
        let tx = self.services().store.begin().await.unwrap();
        enrolment::set_password(self.services(), &tx, &id, &phc).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    /// A person with a password and a soft token.
    pub(crate) async fn app_person(&self, user_id: &str) -> ProfileId {
        let id = self.person(user_id).await;
        let tx = self.services().store.begin().await.unwrap();
        let secret = TotpSecret::from_base32(SECRET).unwrap();
        enrolment::set_soft_token(self.services(), &tx, &id, &secret).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    /// What an app with `secret` shows now.
    pub(crate) fn otp(&self, secret: &str) -> String {
        let secret = TotpSecret::from_base32(secret).unwrap();
        secret.otp_at(self.services().now()).unwrap().expose().to_owned()
    }

    /// The OTP of the newest mail.
    pub(crate) async fn mailed_otp(&self) -> String {
        let claimed = outbox::claim(self.services(), 100, chrono::TimeDelta::days(1)).await.unwrap();
        let otp = claimed.iter().rev().find_map(|claimed| match &claimed.mail.news {
            News::OneTimePassword { code, .. } if claimed.to.is_some() => Some(code.0.clone()),
            _ => None,
        });
        otp.expect("a mail with an OTP")
    }

    /// What an application's request would bring to `/login/`.
    pub(crate) fn application(&self, reason: Reason) -> Interaction {
        Interaction {
            id: InteractionId::generate(&*self.services().entropy),
            created_at: self.services().now(),
            target: Target::Application {
                client_id: "dms".into(),
                client_name: "DMS".into(),
                parameters: BTreeMap::new(),
            },
            requirement: Requirement { reason, acr: None, subject: None },
            best_reached: false,
            login_hint: Some("HKABC101".into()),
            ui_locales: None,
        }
    }
}

impl TestBrowser {
    /// Goes to an address, without following where it leads.
    pub(crate) async fn get(&mut self, url: &str) -> Page {
        self.url = url.to_owned();
        self.send(Request::get(url), Body::empty()).await
    }

    /// Goes to an address and on to where it leads, within the pages.
    pub(crate) async fn visit(&mut self, url: &str) -> Page {
        let page = self.get(url).await;
        self.follow(page).await
    }

    /// Goes where a page leads, until it is one to look at or outside these tests.
    pub(crate) async fn follow(&mut self, mut page: Page) -> Page {
        while let Some(location) = page.location() {
            if location.starts_with("/authorize") {
                self.url = location;
                break;
            }
            page = self.get(&location).await;
        }
        page
    }

    /// Fills in the form of the page it is on and follows where it leads.
    pub(crate) async fn submit(&mut self, action: &str, fields: &[(&str, &str)]) -> Page {
        let csrf = self.csrf.clone();
        let page = self.post(&csrf, action, fields).await;
        self.follow(page).await
    }

    /// Posts to the address it is on.
    pub(crate) async fn post(&mut self, csrf: &str, action: &str, fields: &[(&str, &str)]) -> Page {
        let body = form_urlencoded::Serializer::new(String::new())
            .append_pair("csrf", csrf)
            .append_pair("action", action)
            .extend_pairs(fields)
            .finish();
        let request =
            Request::post(self.url.clone()).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request, Body::from(body)).await
    }

    /// The address of `/login/` for an interaction of this browser, which must have seen a page before.
    pub(crate) fn sealed(&self, house: &House, interaction: &Interaction) -> String {
        let browser = self.cookies.get("cs_browser").expect("a browser that has seen a page");
        interaction::seal(house.services(), interaction, browser).unwrap()
    }

    async fn send(&mut self, request: axum::http::request::Builder, body: Body) -> Page {
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let address = ClientAddress(IpAddr::V4(Ipv4Addr::new(203, 0, 113, 7)));
        let request = request
            .header(header::COOKIE, cookies.join("; "))
            .header(header::USER_AGENT, "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0")
            .extension(address)
            .body(body)
            .unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        for cookie in parts.headers.get_all(header::SET_COOKIE) {
            let cookie = cookie.to_str().unwrap();
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            if cookie.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let bytes = axum::body::to_bytes(body, 1 << 20).await.unwrap();
        let page = Page {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8(bytes.to_vec()).unwrap(),
        };
        if let Some(csrf) = page.attribute("input[name=csrf]", "value") {
            self.csrf = csrf;
        }
        page
    }
}

impl Page {
    pub(crate) fn location(&self) -> Option<String> {
        self.headers.get(header::LOCATION).map(|location| location.to_str().unwrap().to_owned())
    }

    /// The value of an attribute of the first element that fits.
    pub(crate) fn attribute(&self, selector: &str, name: &str) -> Option<String> {
        let html = Html::parse_document(&self.text);
        let selector = Selector::parse(selector).unwrap();
        html.select(&selector).next()?.attr(name).map(ToOwned::to_owned)
    }

    /// The text of the first element that fits.
    pub(crate) fn text_of(&self, selector: &str) -> Option<String> {
        let html = Html::parse_document(&self.text);
        let selector = Selector::parse(selector).unwrap();
        html.select(&selector).next().map(|element| element.text().collect())
    }

    pub(crate) fn step(&self) -> String {
        self.attribute("main", "data-step").unwrap_or_default()
    }

    pub(crate) fn error(&self) -> Option<String> {
        self.attribute("[role=alert][data-error]", "data-error")
    }

    /// Asserts which page this is, and that it says nothing went wrong.
    #[track_caller]
    pub(crate) fn is(&self, step: &str) -> &Self {
        assert_eq!((self.step().as_str(), self.error()), (step, None), "{} {}", self.status, self.text);
        self
    }

    /// Asserts which page this is, and what it says went wrong.
    #[track_caller]
    pub(crate) fn refuses(&self, step: &str, error: &str) -> &Self {
        assert_eq!((self.step().as_str(), self.error().as_deref()), (step, Some(error)), "{}", self.status);
        self
    }
}

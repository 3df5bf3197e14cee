//! A browser without JavaScript: cookies, redirects, forms.

use std::sync::Arc;

use anyhow::{Context, Result, bail};
use reqwest::cookie::{CookieStore, Jar};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue, LOCATION, ORIGIN};
use reqwest::{Client, Request, redirect::Policy};
use url::{Origin, Url};

use crate::mail::MailCatcher;
use crate::page::{Form, Hop, Page};

const MOST_REDIRECTS: usize = 20;

/// One person's browser. Its current page is there after the first [`Browser::open`].
#[derive(Debug)]
pub struct Browser {
    http: Client,
    jar: Arc<Jar>,
    headers: HeaderMap,
    within: Vec<Origin>,
    home: Url,
    mail: Option<MailCatcher>,
    page: Option<Page>,
}

impl Browser {
    /// A browser with no cookies that follows redirects among these addresses only. The first is its home.
    pub fn new<'a>(within: impl IntoIterator<Item = &'a String>) -> Result<Self> {
        let within = within.into_iter().map(|address| Url::parse(address)).collect::<Result<Vec<_>, _>>()?;
        let jar = Arc::new(Jar::default());
        let http = Client::builder()
            .no_proxy()
            .redirect(Policy::none())
            .cookie_provider(Arc::clone(&jar))
            .build()?;
        Ok(Self {
            http,
            jar,
            headers: HeaderMap::new(),
            home: within.first().context("nowhere to go")?.clone(),
            within: within.iter().map(Url::origin).collect(),
            mail: None,
            page: None,
        })
    }

    pub(crate) fn with_mail(mut self, base: String) -> Result<Self> {
        self.mail = Some(MailCatcher::new(base)?);
        Ok(self)
    }

    pub(crate) fn mail(&self) -> Result<&MailCatcher> {
        self.mail.as_ref().context("no mailbox to look into")
    }

    /// Sends this header with every request from now on (`accept-language`, say).
    pub fn set_header(&mut self, name: &str, value: &str) -> Result<()> {
        let name: HeaderName = name.parse()?;
        self.headers.insert(name, HeaderValue::from_str(value)?);
        Ok(())
    }

    /// The current page.
    pub fn page(&self) -> Result<&Page> {
        self.page.as_ref().context("no page opened yet")
    }

    /// `data-step` of the current page.
    #[must_use]
    pub fn step(&self) -> Option<String> {
        self.page.as_ref().and_then(Page::step)
    }

    /// `data-error` of the current page.
    #[must_use]
    pub fn error_code(&self) -> Option<String> {
        self.page.as_ref().and_then(Page::error_code)
    }

    /// Goes to an address (absolute, or a path at home) and follows redirects.
    pub async fn open(&mut self, address: &str) -> Result<&Page> {
        let url = self.home.join(address)?;
        let request = self.http.get(url).headers(self.headers.clone()).build()?;
        self.navigate(request).await
    }

    /// Fills in the form with this action, keeps its hidden inputs, and presses the button.
    pub async fn fill_and_submit(&mut self, action: &str, fields: &[(&str, &str)]) -> Result<&Page> {
        let mut form = self.page()?.form(action)?;
        for (name, value) in fields {
            form.set(name, value);
        }
        self.submit(form).await
    }

    /// Sends a form as it is.
    pub async fn submit(&mut self, form: Form) -> Result<&Page> {
        let request = if form.post {
            let origin = form.action.origin().ascii_serialization();
            self.http.post(form.action).header(ORIGIN, origin).form(&form.fields)
        } else {
            self.http.get(form.action).query(&form.fields)
        };
        let request = request.headers(self.headers.clone()).build()?;
        self.navigate(request).await
    }

    /// Posts a form that stands on somebody else's site: `SameSite=Lax` cookies stay at home on the first request, and
    /// go along again on the redirects that follow it.
    pub async fn submit_from_elsewhere(&mut self, form: Form) -> Result<&Page> {
        let stranger = Client::builder().no_proxy().redirect(Policy::none()).build()?;
        let answer = stranger
            .post(form.action.clone())
            .header(ORIGIN, "https://elsewhere.example")
            .form(&form.fields)
            .send()
            .await?;
        for cookie in answer.headers().get_all("set-cookie") {
            self.jar.add_cookie_str(cookie.to_str()?, &form.action.clone());
        }
        self.follow(answer).await
    }

    /// The cookies this browser would send to an address, as `name=value` pairs.
    #[must_use]
    pub fn cookies(&self, url: &Url) -> Vec<(String, String)> {
        let header = self.jar.cookies(url);
        let text = header.as_ref().and_then(|value| value.to_str().ok()).unwrap_or_default();
        text.split("; ")
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }

    /// One cookie at home by name.
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies(&self.home).into_iter().find_map(|(held, value)| (held == name).then_some(value))
    }

    /// Plants a cookie at home, in the syntax of `Set-Cookie`.
    pub fn plant_cookie(&self, cookie: &str) {
        self.jar.add_cookie_str(cookie, &self.home);
    }

    async fn navigate(&mut self, request: Request) -> Result<&Page> {
        let answer = self.http.execute(request).await?;
        self.follow(answer).await
    }

    async fn follow(&mut self, mut answer: reqwest::Response) -> Result<&Page> {
        let mut trail = Vec::new();
        loop {
            let url = answer.url().clone();
            let status = answer.status();
            let headers = answer.headers().clone();
            let target = match headers.get(LOCATION) {
                Some(location) if status.is_redirection() => Some(url.join(location.to_str()?)?),
                _ => None,
            };
            match target {
                Some(target) if self.within.contains(&target.origin()) => {
                    if matches!(status.as_u16(), 307 | 308) {
                        bail!("{status} at {url} would send a form on to {target}");
                    }
                    trail.push(Hop { url, status: status.as_u16(), headers });
                    if trail.len() > MOST_REDIRECTS {
                        bail!("redirects without end: {trail:?}");
                    }
                    let request = self.http.get(target).headers(self.headers.clone());
                    answer = request.send().await?;
                }
                left => {
                    let page = Page {
                        url,
                        status: status.as_u16(),
                        headers,
                        body: answer.text().await?,
                        left,
                        trail,
                    };
                    return Ok(self.page.insert(page));
                }
            }
        }
    }
}

//! A real Chromium, driven by `thirtyfour`, and the few things a person does with a page.
//!
//! Every browser has its own chromedriver on its own free port and its own empty profile, so that journeys share
//! nothing and may run side by side. The pair lives in one process group which is ended as a whole, also when a
//! test panics halfway.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;
use tempfile::TempDir;
use thirtyfour::prelude::*;
use thirtyfour::{ChromeCapabilities, ChromiumLikeCapabilities};

/// How long a page may take before a journey gives up; generous, because the machine is shared with compilers.
const PATIENCE: Duration = Duration::from_secs(20);

/// What kind of person sits in front of the browser.
#[derive(Clone)]
pub(crate) struct Person {
    /// Whether pages may run scripts.
    pub(crate) javascript: bool,
    /// The languages their browser asks for, as in `Accept-Language`.
    pub(crate) languages: &'static str,
    /// Width and height of the viewport in CSS pixels.
    pub(crate) viewport: (u32, u32),
}

impl Default for Person {
    fn default() -> Self {
        Self { javascript: true, languages: "en-GB,en", viewport: (1280, 900) }
    }
}

/// One running browser.
pub(crate) struct Chrome {
    pub(crate) driver: WebDriver,
    _process: DriverProcess,
    _profile: TempDir,
}

impl Chrome {
    /// A browser as most people have it.
    pub(crate) async fn start() -> Self {
        Self::start_as(Person::default()).await
    }

    /// A browser for one kind of person.
    pub(crate) async fn start_as(person: Person) -> Self {
        let process = DriverProcess::start();
        let profile = tempfile::tempdir().expect("a place for the profile");
        let capabilities = capabilities(&person, &profile);
        let driver = WebDriver::builder(format!("http://127.0.0.1:{}", process.port), capabilities)
            .request_timeout(Duration::from_mins(1))
            .await
            .expect("chromedriver opens a session");
        let chrome = Self { driver, _process: process, _profile: profile };
        chrome.resize(person.viewport).await;
        chrome
    }

    /// Give the page a viewport; narrower than any desktop window may become.
    pub(crate) async fn resize(&self, (width, height): (u32, u32)) {
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.driver
            .cdp()
            .send_raw("Emulation.setDeviceMetricsOverride", metrics)
            .await
            .expect("the viewport can be set");
    }

    /// Open an address.
    pub(crate) async fn go(&self, address: impl AsRef<str>) {
        let address = address.as_ref();
        self.driver.goto(address).await.unwrap_or_else(|error| panic!("{address} does not open: {error}"));
    }

    /// Where the browser is.
    pub(crate) async fn address(&self) -> String {
        self.driver.current_url().await.expect("the browser has an address").to_string()
    }

    /// The step named by the page's `<main>`, if it is one of the login pages.
    pub(crate) async fn step(&self) -> Option<String> {
        self.attribute("main", "data-step").await
    }

    /// Wait until the page is the step `expected`.
    pub(crate) async fn expect_step(&self, expected: &str) {
        let arrived = self.until(async || self.step().await.as_deref() == Some(expected)).await;
        assert!(arrived, "expected the step `{expected}`; {}", self.describe().await);
    }

    /// Wait until the page shows the error `code`, and give its words.
    pub(crate) async fn expect_error(&self, code: &str) -> String {
        let selector = format!("[role=alert][data-error='{code}']");
        let shown = self.until(async || self.has(&selector).await).await;
        assert!(shown, "expected the error `{code}`; {}", self.describe().await);
        self.text_of(&selector).await
    }

    /// Wait until the browser's address starts with `prefix`, query aside.
    pub(crate) async fn expect_address(&self, prefix: &str) {
        let arrived = self.until(async || self.address().await.starts_with(prefix)).await;
        assert!(arrived, "expected to be at {prefix}; {}", self.describe().await);
    }

    /// Wait until an element is there.
    pub(crate) async fn expect(&self, selector: &str) {
        let there = self.until(async || self.has(selector).await).await;
        assert!(there, "expected `{selector}`; {}", self.describe().await);
    }

    /// Wait until the page's text has these words in it.
    pub(crate) async fn expect_text(&self, words: &str) {
        let there = self.until(async || self.text().await.contains(words)).await;
        assert!(there, "expected the words “{words}”; {}", self.describe().await);
    }

    /// The codes of every error on the page, in order.
    pub(crate) async fn errors(&self) -> Vec<String> {
        let mut codes = Vec::new();
        for element in self.driver.find_all(By::Css("[data-error]")).await.unwrap_or_default() {
            codes.extend(element.attr("data-error").await.ok().flatten());
        }
        codes
    }

    /// Type into the input with this id, after emptying it.
    pub(crate) async fn fill(&self, id: &str, value: &str) {
        let input = self.element(&format!("#{id}")).await;
        input.clear().await.expect("an input can be emptied");
        input.send_keys(value).await.expect("an input can be typed into");
    }

    /// Press the submit button of an action (`id="action-VALUE"`) and wait for the page to be replaced.
    pub(crate) async fn press(&self, action: &str) {
        self.click(&format!("#action-{action}")).await;
    }

    /// Follow a link or press a button, and wait for the page to be replaced.
    pub(crate) async fn click(&self, selector: &str) {
        let before = self.element("html").await;
        self.element(selector).await.click().await.unwrap_or_else(|error| panic!("`{selector}`: {error}"));
        // The old document's nodes become stale when a new document takes its place.
        self.until(async || before.tag_name().await.is_err()).await;
    }

    /// Whether the page has such an element.
    pub(crate) async fn has(&self, selector: &str) -> bool {
        self.driver.find(By::Css(selector.to_owned())).await.is_ok()
    }

    /// The element, or a panic that says what the page was instead.
    pub(crate) async fn element(&self, selector: &str) -> WebElement {
        self.until(async || self.has(selector).await).await;
        match self.driver.find(By::Css(selector.to_owned())).await {
            Ok(element) => element,
            Err(error) => panic!("no `{selector}` on the page ({error}); {}", self.describe().await),
        }
    }

    /// An attribute of the first such element, if both are there.
    pub(crate) async fn attribute(&self, selector: &str, name: &str) -> Option<String> {
        let element = self.driver.find(By::Css(selector.to_owned())).await.ok()?;
        element.attr(name.to_owned()).await.ok().flatten()
    }

    /// The visible words of the first such element.
    pub(crate) async fn text_of(&self, selector: &str) -> String {
        self.element(selector).await.text().await.unwrap_or_default()
    }

    /// The visible words of the whole page.
    pub(crate) async fn text(&self) -> String {
        match self.driver.find(By::Tag("body")).await {
            Ok(body) => body.text().await.unwrap_or_default(),
            Err(_) => String::new(),
        }
    }

    /// Run a script in the page (possible through the debugger even where pages may not run their own).
    pub(crate) async fn evaluate(&self, script: &str) -> serde_json::Value {
        let value = self.driver.execute(script, Vec::new()).await.expect("the script runs");
        value.json().clone()
    }

    /// End the browser properly.
    pub(crate) async fn close(self) {
        self.driver.quit().await.expect("the browser closes");
    }

    /// Ask again and again until it is so, or patience ends.
    pub(crate) async fn until(&self, mut so: impl AsyncFnMut() -> bool) -> bool {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if so().await {
                return true;
            }
            if Instant::now() >= deadline {
                return false;
            }
            tokio::time::sleep(Duration::from_millis(40)).await;
        }
    }

    /// What is on the screen, for the message of a failure.
    async fn describe(&self) -> String {
        let (address, step, errors) = (self.address().await, self.step().await, self.errors().await);
        format!("it is at {address}, step {step:?}, errors {errors:?}, and reads:\n{}", self.text().await)
    }
}

fn capabilities(person: &Person, profile: &TempDir) -> ChromeCapabilities {
    let mut capabilities = DesiredCapabilities::chrome();
    capabilities.set_binary("/usr/bin/chromium").expect("a binary");
    let (width, height) = person.viewport;
    let own = [
        format!("--user-data-dir={}", profile.path().display()),
        format!("--window-size={width},{height}"),
        format!("--accept-lang={}", person.languages),
    ];
    let common = [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--no-default-browser-check",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-default-apps",
        "--disable-extensions",
        "--hide-scrollbars",
    ];
    for argument in own.iter().map(String::as_str).chain(common) {
        capabilities.add_arg(argument).expect("an argument");
    }
    let mut preferences = json!({
        "intl.accept_languages": person.languages,
        "credentials_enable_service": false,
        "profile.password_manager_enabled": false,
        "profile.password_manager_leak_detection": false,
    });
    if !person.javascript {
        preferences["profile.managed_default_content_settings.javascript"] = json!(2);
    }
    capabilities.add_experimental_option("prefs", preferences).expect("preferences");
    capabilities
}

/// chromedriver with the Chromium it started: one process group, ended together.
struct DriverProcess {
    child: Child,
    port: u16,
}

impl DriverProcess {
    fn start() -> Self {
        (0..10).find_map(|_| Self::try_start()).expect("chromedriver names its port")
    }

    /// `None` when chromedriver ended: the free port that it chose by IPv4 was taken by IPv6.
    fn try_start() -> Option<Self> {
        let mut child = Command::new("/usr/bin/chromedriver")
            .args(["--port=0", "--log-level=SEVERE"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("chromedriver (Debian: chromium-driver) is installed");
        let lines = BufReader::new(child.stdout.take().expect("its output is ours")).lines();
        let port = lines.map_while(Result::ok).find_map(|line| {
            line.rsplit_once("started successfully on port ")?.1.trim_end_matches('.').parse().ok()
        });
        if port.is_none() {
            let _ = child.wait();
        }
        Some(Self { child, port: port? })
    }
}

impl Drop for DriverProcess {
    fn drop(&mut self) {
        let group = format!("-{}", self.child.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
        let _ = self.child.wait();
    }
}

//! The cookies we set.

use std::time::Duration;

pub(crate) use axum_extra::extract::cookie::CookieJar;

use crate::login::{COOKIE_PATH, PendingLogin};

/// How the cookies of an application are called and protected.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cookies {
    pub(crate) slug: &'static str,
    pub(crate) https: bool,
}

impl Cookies {
    /// `dms_session`, with the prefix that binds it to this host where https allows it (RFC 6265bis §4.1.3.2).
    pub(crate) fn session_name(self) -> String {
        format!("{}{}_session", self.host_prefix(), self.slug)
    }

    /// The value of the session cookie of a request.
    pub(crate) fn session_value(self, jar: &CookieJar) -> Option<String> {
        jar.get(&self.session_name()).map(|cookie| cookie.value().to_owned())
    }

    /// A session cookie: it lives as long as the browser, the session itself is limited here.
    pub(crate) fn session(self, value: &str) -> String {
        self.build(&self.session_name(), value, "/", None)
    }

    pub(crate) fn without_session(self) -> String {
        self.removal(&self.session_name(), "/")
    }

    pub(crate) fn login(self, state: &str, value: &str, lifetime: Duration) -> Option<String> {
        let name = PendingLogin::cookie_name(self.slug, self.https, state)?;
        Some(self.build(&name, value, COOKIE_PATH, Some(lifetime)))
    }

    pub(crate) fn without_login(self, name: &str) -> String {
        self.removal(name, COOKIE_PATH)
    }

    /// Holds the `state` of a logout until the browser is back.
    pub(crate) fn logout_name(self) -> String {
        format!("{}{}_logout", self.host_prefix(), self.slug)
    }

    pub(crate) fn logout(self, value: &str, lifetime: Duration) -> String {
        self.build(&self.logout_name(), value, "/", Some(lifetime))
    }

    pub(crate) fn without_logout(self) -> String {
        self.removal(&self.logout_name(), "/")
    }

    fn host_prefix(self) -> &'static str {
        if self.https { "__Host-" } else { "" }
    }

    fn removal(self, name: &str, path: &'static str) -> String {
        self.build(name, "", path, Some(Duration::ZERO))
    }

    /// One `Set-Cookie` line; names and values are ours and hold nothing that would need quoting.
    fn build(self, name: &str, value: &str, path: &str, lifetime: Option<Duration>) -> String {
        let secure = if self.https { "; Secure" } else { "" };
        let age = lifetime.map(|lifetime| format!("; Max-Age={}", lifetime.as_secs())).unwrap_or_default();
        format!("{name}={value}; Path={path}; HttpOnly; SameSite=Lax{secure}{age}")
    }
}

//! The names and attributes of every cookie of the issuer, in one place.
//!
//! All are `HttpOnly`, `SameSite=Lax` and for the whole path. On https they are Secure and carry the `__Host-` prefix
//! (RFC 6265bis §4.1.3.2), so that no neighbour of the domain can plant one. Cookies ignore ports: applications
//! on the same host use names of their own.

use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};

/// A cookie of the issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Name {
    /// `cs_browser`: a random id of the browser, from the first page on.
    Browser,
    /// `cs_session`: the session, opaque.
    Session,
    /// `cs_known`: which user IDs have logged in from this browser, sealed.
    Known,
    /// `cs_locale`: the language chosen on a page.
    Locale,
}

impl Name {
    const fn plain(self) -> &'static str {
        match self {
            Self::Browser => "cs_browser",
            Self::Session => "cs_session",
            Self::Known => "cs_known",
            Self::Locale => "cs_locale",
        }
    }

    /// Whether the cookie outlives the browser. The session does not, and the server ends it sooner.
    const fn lasts(self) -> bool {
        match self {
            Self::Session => false,
            Self::Browser | Self::Known | Self::Locale => true,
        }
    }
}

/// Builds and reads cookies as the issuer's scheme demands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cookies {
    /// Whether the issuer is reached over https.
    pub https: bool,
}

impl Cookies {
    /// The full name, prefix included.
    #[must_use]
    pub fn name(self, name: Name) -> String {
        if self.https { format!("__Host-{}", name.plain()) } else { name.plain().to_owned() }
    }

    /// The value of a cookie the browser sent; an empty one counts as none.
    #[must_use]
    pub fn read(self, jar: &CookieJar, name: Name) -> Option<String> {
        jar.get(&self.name(name)).map(|cookie| cookie.value().to_owned()).filter(|value| !value.is_empty())
    }

    /// A cookie to set.
    #[must_use]
    pub fn set(self, name: Name, value: impl Into<String>) -> Cookie<'static> {
        let mut cookie = Cookie::build((self.name(name), value.into()))
            .path("/")
            .http_only(true)
            .same_site(SameSite::Lax)
            .secure(self.https)
            .build();
        if name.lasts() {
            cookie.make_permanent();
        }
        cookie
    }

    /// The same cookie, to be forgotten at once.
    #[must_use]
    pub fn clear(self, name: Name) -> Cookie<'static> {
        let mut cookie = self.set(name, "");
        cookie.make_removal();
        cookie
    }
}

//! What an application may ask of a login.

use serde::Deserialize;
use url::Url;

/// `prompt` (OIDC Core §3.1.2.1).
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum Prompt {
    /// Show nothing: succeed from the issuer's session or fail.
    None,
    /// Prove again who you are.
    Login,
    /// Ask again for consent.
    Consent,
    /// Choose another identity.
    SelectAccount,
}

/// The wishes of one login.
#[derive(Clone, Debug, Default)]
pub struct LoginRequest {
    /// Where in this application to go on afterwards; anything but a path of our own leads to `/`.
    pub next: Option<String>,
    /// Authentication contexts in order of preference.
    pub acr_values: Vec<String>,
    /// What the issuer shows.
    pub prompt: Option<Prompt>,
    /// The proof may be this many seconds old.
    pub max_age: Option<u32>,
    /// Languages in order of preference.
    pub ui_locales: Vec<String>,
    /// The User ID that will probably log in.
    pub login_hint: Option<String>,
}

/// The query of `GET /login`, where lists are separated by spaces as at the issuer.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct LoginQuery {
    next: Option<String>,
    acr_values: Option<String>,
    prompt: Option<Prompt>,
    max_age: Option<u32>,
    ui_locales: Option<String>,
    login_hint: Option<String>,
}

impl From<LoginQuery> for LoginRequest {
    fn from(query: LoginQuery) -> Self {
        let words = |text: Option<String>| {
            text.unwrap_or_default().split_ascii_whitespace().map(str::to_owned).collect()
        };
        Self {
            next: query.next,
            acr_values: words(query.acr_values),
            prompt: query.prompt,
            max_age: query.max_age,
            ui_locales: words(query.ui_locales),
            login_hint: query.login_hint,
        }
    }
}

/// A path of ours, or `/`: what came from a query must never lead to another site.
pub(crate) fn local_path(base: &Url, wanted: Option<&str>) -> String {
    wanted.and_then(|path| own_path(base, path)).unwrap_or_else(|| "/".to_owned())
}

fn own_path(base: &Url, path: &str) -> Option<String> {
    let url = path.starts_with('/').then(|| base.join(path).ok()).flatten()?;
    // A path that itself begins with `//` would be read as another host when it is followed.
    let own = url.origin() == base.origin() && !url.path().starts_with("//");
    own.then(|| match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::local_path;

    #[test]
    fn only_paths_of_our_own_survive() {
        let base = Url::parse("http://localhost:8082").unwrap();
        for (wanted, expected) in [
            (None, "/"),
            (Some("/listings/users?page=2"), "/listings/users?page=2"),
            (Some("https://evil.example"), "/"),
            (Some("//evil.example/x"), "/"),
            (Some("/\\evil.example"), "/"),
            (Some("/\t/evil.example"), "/"),
            (Some("javascript:alert(1)"), "/"),
            (Some("/a/..//evil.example"), "/"),
            (Some("/a\r\nSet-Cookie: x"), "/aSet-Cookie:%20x"),
        ] {
            assert_eq!(local_path(&base, wanted), expected, "{wanted:?}");
        }
    }
}

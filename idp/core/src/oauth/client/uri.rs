//! Addresses that a client registers: where browsers are sent, and what we call ourselves.

use serde::{Deserialize, Serialize};
use url::Url;

use super::ApplicationType;
use super::redirect::is_loopback;

/// Longest address, in bytes.
pub const LONGEST_URI: usize = 2_000;

/// What is wrong with an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum UriFlaw {
    /// Longer than makes sense.
    #[error("it is longer than 2000 characters")]
    TooLong,
    /// No address by itself.
    #[error("it is not absolute")]
    NotAbsolute,
    /// Written otherwise than it is sent: an answer would go to another address than the one that people read.
    #[error("it is not written as it is sent")]
    NotPlain,
    /// Something to be filled in.
    #[error("it has a wildcard")]
    Wildcard,
    /// RFC 6749 §3.1.2.
    #[error("it has a fragment")]
    Fragment,
    /// A user name or a password.
    #[error("it has credentials")]
    Credentials,
    /// Neither https nor, on the user's own machine, http.
    #[error("its scheme is not https, or http on loopback")]
    NotHttps,
}

/// What keeps `text` from being where a browser is sent (RFC 6749 §3.1.2, RFC 8252 §7, RFC 9700 §4.1).
pub(super) fn redirect_flaw(text: &str, application_type: ApplicationType) -> Option<UriFlaw> {
    let uri = match read(text) {
        Ok(uri) => uri,
        Err(flaw) => return Some(flaw),
    };
    match (uri.scheme(), application_type) {
        ("https", _) => None,
        ("http", _) if is_loopback(&uri) => None,
        // RFC 8252 §7.1: a domain name in reverse, which `javascript` and its like are not.
        (scheme, ApplicationType::Native) if scheme.contains('.') => None,
        _ => Some(UriFlaw::NotHttps),
    }
}

/// What keeps `text` from being an address that we call. Plain http is for whoever runs us to allow, where calls are
/// made.
pub(super) fn called_flaw(text: &str) -> Option<UriFlaw> {
    match read(text) {
        Ok(uri) if matches!(uri.scheme(), "https" | "http") => None,
        Ok(_) => Some(UriFlaw::NotHttps),
        Err(flaw) => Some(flaw),
    }
}

/// The address that `text` is.
fn read(text: &str) -> Result<Url, UriFlaw> {
    if text.len() > LONGEST_URI {
        return Err(UriFlaw::TooLong);
    }
    let uri = Url::parse(text).map_err(|_| UriFlaw::NotAbsolute)?;
    if uri.fragment().is_some() {
        return Err(UriFlaw::Fragment);
    }
    if !uri.username().is_empty() || uri.password().is_some() {
        return Err(UriFlaw::Credentials);
    }
    if text.contains('*') {
        return Err(UriFlaw::Wildcard);
    }
    // The parser forgives much: capital letters, backslashes, line breaks. Only the path of a bare host may be missing.
    let plain = uri.as_str() == text || uri.as_str().strip_suffix('/') == Some(text) && uri.path() == "/";
    if plain { Ok(uri) } else { Err(UriFlaw::NotPlain) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_sent_to_plain_https_or_to_itself() {
        use UriFlaw::{Credentials, Fragment, NotAbsolute, NotHttps, NotPlain, TooLong, Wildcard};
        let long = format!("https://shop.example/{}", "x".repeat(2_000));
        let cases = [
            ("https://shop.example/cb", None),
            ("https://shop.example", None),
            ("https://shop.example/cb?tenant=1", None),
            ("https://[2001:db8::1]/cb", None),
            ("http://localhost:8081/cb", None),
            ("http://127.0.0.1/cb", None),
            ("http://[::1]:8081/cb", None),
            ("http://[::ffff:127.0.0.1]/cb", Some(NotPlain)),
            ("http://[::ffff:7f00:1]/cb", Some(NotHttps)),
            ("http://[2001:db8::1]/cb", Some(NotHttps)),
            ("http://shop.example/cb", Some(NotHttps)),
            ("http://localhost.shop.example/cb", Some(NotHttps)),
            ("http://10.0.0.1/cb", Some(NotHttps)),
            ("javascript:alert(1)", Some(NotHttps)),
            ("data:text/html,x", Some(NotHttps)),
            ("vbscript:x", Some(NotHttps)),
            ("file:///etc/passwd", Some(NotHttps)),
            ("blob:https://shop.example/x", Some(NotHttps)),
            ("myapp:/cb", Some(NotHttps)),
            ("/cb", Some(NotAbsolute)),
            ("//shop.example/cb", Some(NotAbsolute)),
            ("shop.example/cb", Some(NotAbsolute)),
            ("", Some(NotAbsolute)),
            ("https://", Some(NotAbsolute)),
            ("https://shop.example/cb#", Some(Fragment)),
            ("https://shop.example/#x", Some(Fragment)),
            ("https://user@shop.example/cb", Some(Credentials)),
            ("https://user:pw@shop.example/cb", Some(Credentials)),
            ("https://shop.example@evil.example/cb", Some(Credentials)),
            ("https://*.shop.example/cb", Some(Wildcard)),
            ("https://shop.example/*", Some(Wildcard)),
            ("HTTPS://shop.example/cb", Some(NotPlain)),
            ("https://Shop.example/cb", Some(NotPlain)),
            ("https://shop.example/a/../cb", Some(NotPlain)),
            ("https://shop.example\\cb", Some(NotPlain)),
            ("https:shop.example/cb", Some(NotPlain)),
            ("https://shop.example:443/cb", Some(NotPlain)),
            ("https://2130706433/cb", Some(NotPlain)),
            (" https://shop.example/cb", Some(NotPlain)),
            ("https://shop.example/c\nb", Some(NotPlain)),
            ("https://bücher.example/cb", Some(NotPlain)),
            (long.as_str(), Some(TooLong)),
        ];
        for (uri, flaw) in cases {
            assert_eq!(redirect_flaw(uri, ApplicationType::Web), flaw, "{uri}");
        }
    }

    #[test]
    fn only_a_native_application_has_a_scheme_of_its_own_and_none_that_runs() {
        for (uri, flaw) in [
            ("com.example.app:/cb", None),
            ("javascript:alert(1)", Some(UriFlaw::NotHttps)),
            ("data:text/html,x", Some(UriFlaw::NotHttps)),
            ("myapp:/cb", Some(UriFlaw::NotHttps)),
            ("http://shop.example/cb", Some(UriFlaw::NotHttps)),
        ] {
            assert_eq!(redirect_flaw(uri, ApplicationType::Native), flaw, "{uri}");
        }
    }
}

//! Where an answer may go.

use url::{Host, Url};

pub(super) fn same_but_for_port(registered: &str, presented: &str) -> bool {
    let (Ok(mut registered), Ok(mut presented_uri)) = (Url::parse(registered), Url::parse(presented)) else {
        return false;
    };
    // What is parsed must be what was sent: no normalisation on the way to a match.
    if !is_loopback(&registered) || registered.scheme() != "http" || presented_uri.as_str() != presented {
        return false;
    }
    registered.set_port(None).is_ok() && presented_uri.set_port(None).is_ok() && registered == presented_uri
}

pub(super) fn is_loopback(uri: &Url) -> bool {
    match uri.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

//! Who is at the other end, behind how many proxies soever.

use std::net::{IpAddr, SocketAddr};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};

use crate::config::Network;

/// The client's address: the peer's, or what trusted proxies say of it. Every request that is served carries it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

/// The address of the connection's other end, a proxy perhaps.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peer(pub(super) SocketAddr);

impl ClientAddress {
    /// The rightmost address that is not a trusted proxy's. What stands further left anyone could have written.
    pub(super) fn find(peer: IpAddr, headers: &HeaderMap, trusted: &[Network]) -> Self {
        let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
        let mut client = peer.to_canonical();
        for hop in forwarded(headers).iter().rev() {
            if !is_trusted(client) {
                break;
            }
            match hop {
                Some(address) => client = *address,
                None => break,
            }
        }
        Self(client)
    }
}

/// The hops of `X-Forwarded-For`, first to last; `None` where one is not an address.
fn forwarded(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    let lines = headers.get_all("x-forwarded-for").into_iter();
    let lines = lines.map(|line| line.to_str().unwrap_or("unreadable"));
    lines.flat_map(|line| line.split(',')).map(|hop| parse(hop.trim())).collect()
}

/// An address, with or without a port.
fn parse(hop: &str) -> Option<IpAddr> {
    let address = hop.parse::<IpAddr>().ok();
    address.or_else(|| hop.parse::<SocketAddr>().ok().map(|socket| socket.ip())).map(|ip| ip.to_canonical())
}

impl<S: Send + Sync> FromRequestParts<S> for ClientAddress {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        parts.extensions.get::<Self>().copied().ok_or_else(|| {
            tracing::error!("a request reached an endpoint without its client's address");
            StatusCode::INTERNAL_SERVER_ERROR
        })
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue};

    use super::ClientAddress;

    fn find(peer: &str, forwarded: &[&'static str]) -> String {
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append("x-forwarded-for", HeaderValue::from_static(line));
        }
        let trusted = ["10.0.0.0/8".parse().unwrap(), "::1".parse().unwrap()];
        ClientAddress::find(peer.parse().unwrap(), &headers, &trusted).0.to_string()
    }

    #[test]
    fn a_stranger_is_not_believed() {
        assert_eq!(find("203.0.113.9", &["198.51.100.1"]), "203.0.113.9");
    }

    #[test]
    fn a_trusted_proxy_is() {
        assert_eq!(find("10.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(find("10.0.0.1", &[]), "10.0.0.1");
        assert_eq!(find("::ffff:10.0.0.1", &["2001:db8::7"]), "2001:db8::7");
        assert_eq!(find("::1", &["198.51.100.1:4711"]), "198.51.100.1");
    }

    #[test]
    fn what_a_client_prepends_is_passed_over() {
        assert_eq!(find("10.0.0.1", &["1.1.1.1, 198.51.100.1, 10.0.0.2"]), "198.51.100.1");
        assert_eq!(find("10.0.0.1", &["1.1.1.1", "198.51.100.1"]), "198.51.100.1");
    }

    #[test]
    fn nonsense_ends_the_trail() {
        assert_eq!(find("10.0.0.1", &["198.51.100.1, unknown, 10.0.0.2"]), "10.0.0.2");
        assert_eq!(find("10.0.0.1", &["unknown"]), "10.0.0.1");
    }
}

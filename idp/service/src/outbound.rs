//! Calls that we make at addresses which clients registered: their keys, and their back-channel logout.
//!
//! Such an address must not be a way into our own network (RFC 9700 §4.15 names the danger). So private addresses
//! are refused, after the name is resolved and for the very address that is connected to, unless configured
//! otherwise; redirects are not followed; there is a limit on time and on size; and no proxy stands between.

mod address;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Client, RequestBuilder, Response, redirect};
use url::{Host, Url};

use self::address::is_public;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
const TIMEOUT: Duration = Duration::from_secs(6);
const MAX_BODY: usize = 64 * 1024;

/// Whether private addresses may be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Public addresses, by https.
    Public,
    /// Loopback and private networks too, and plain http: for the demo, and for houses that live in one network.
    Private,
}

/// Makes calls within these limits.
#[derive(Clone)]
pub struct Outbound {
    client: Client,
    reach: Reach,
}

impl Outbound {
    /// A caller with `reach`.
    pub fn new(reach: Reach) -> Result<Self, OutboundError> {
        let client = Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TIMEOUT)
            .redirect(redirect::Policy::none())
            .no_proxy()
            .https_only(reach == Reach::Public)
            .user_agent("countersign")
            .dns_resolver(Arc::new(Resolver { reach }))
            .build()?;
        Ok(Self { client, reach })
    }

    /// Whether `url` may be called, as far as it says by itself: a name is judged once more by what it resolves to.
    #[must_use]
    pub fn would_call(&self, url: &Url) -> bool {
        let by = match self.reach {
            Reach::Public => url.scheme() == "https",
            Reach::Private => matches!(url.scheme(), "https" | "http"),
        };
        // The resolver never sees an address that is written as one.
        let literal = match url.host() {
            Some(Host::Ipv4(address)) => Some(address.into()),
            Some(Host::Ipv6(address)) => Some(address.into()),
            Some(Host::Domain(_)) => None,
            None => return false,
        };
        by && (self.reach == Reach::Private || literal.is_none_or(is_public))
    }

    /// The body at `url`, if the answer is 200 and no longer than 64 KiB.
    pub async fn get(&self, url: &Url) -> Result<Vec<u8>, OutboundError> {
        let response = self.send(url, self.client.get(url.clone())).await?;
        match response.status().as_u16() {
            200 => read(response).await,
            status => Err(OutboundError::Status(status)),
        }
    }

    /// The status that `url` answers to a form. The body is not read.
    pub async fn post_form(&self, url: &Url, fields: &[(&str, &str)]) -> Result<u16, OutboundError> {
        let response = self.send(url, self.client.post(url.clone()).form(fields)).await?;
        Ok(response.status().as_u16())
    }

    async fn send(&self, url: &Url, request: RequestBuilder) -> Result<Response, OutboundError> {
        if !self.would_call(url) {
            return Err(OutboundError::Refused);
        }
        Ok(request.send().await?)
    }
}

async fn read(mut response: Response) -> Result<Vec<u8>, OutboundError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len().saturating_add(chunk.len()) > MAX_BODY {
            return Err(OutboundError::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// The system's resolver, which leaves out what may not be called.
struct Resolver {
    reach: Reach,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.reach;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let open = |address: &SocketAddr| reach == Reach::Private || is_public(address.ip());
            let open: Vec<SocketAddr> = found.filter(open).collect();
            if open.is_empty() {
                Err(OutboundError::Refused.into())
            } else {
                Ok(Box::new(open.into_iter()) as Addrs)
            }
        })
    }
}

/// A call did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum OutboundError {
    /// The address is one that we do not call.
    #[error("the address is private, and private addresses are not configured to be called")]
    Refused,
    /// The answer is longer than it may be.
    #[error("the answer is longer than 64 KiB")]
    TooLong,
    /// The answer is not 200.
    #[error("the answer has status {0}")]
    Status(u16),
    /// No answer.
    #[error("no answer: {0}")]
    Failed(#[from] reqwest::Error),
}

#[cfg(test)]
mod tests;

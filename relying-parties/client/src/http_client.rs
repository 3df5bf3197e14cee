//! The one door to the issuer: no redirects, a deadline, a size limit.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use url::Url;

use crate::ConfigError;
use crate::config::is_loopback;

const CONNECT: Duration = Duration::from_secs(5);
const WHOLE: Duration = Duration::from_secs(15);
/// Discovery documents, key sets and tokens are a few kilobytes.
const LARGEST_BODY: usize = 512 * 1024;

/// An HTTP client for requests to the issuer.
#[derive(Clone, Debug)]
pub(crate) struct HttpClient(reqwest::Client);

/// Why a request to the issuer failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HttpError {
    /// Connecting, sending or receiving failed, or took too long.
    #[error("no answer")]
    Request(#[from] reqwest::Error),
    /// The answer is larger than any honest answer.
    #[error("response larger than {LARGEST_BODY} bytes")]
    TooLarge,
    /// The answer could not be represented.
    #[error("malformed response")]
    Malformed(#[from] http::Error),
}

impl HttpClient {
    /// A client for `issuer`. Following a redirect could carry credentials elsewhere (and lead to private addresses), so none is.
    pub(crate) fn new(issuer: &Url) -> Result<Self, ConfigError> {
        let builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT)
            .timeout(WHOLE)
            .user_agent(concat!("countersign-relying-party/", env!("CARGO_PKG_VERSION")));
        let builder = if is_loopback(issuer) { builder.no_proxy() } else { builder };
        Ok(Self(builder.build().map_err(ConfigError::HttpClient)?))
    }

    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let mut answer = self.0.execute(request.try_into()?).await?;
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await? {
            if body.len() + chunk.len() > LARGEST_BODY {
                return Err(HttpError::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        let mut response = http::Response::builder().status(answer.status());
        if let Some(headers) = response.headers_mut() {
            headers.clone_from(answer.headers());
        }
        Ok(response.body(body)?)
    }
}

impl<'c> AsyncHttpClient<'c> for HttpClient {
    type Error = HttpError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}

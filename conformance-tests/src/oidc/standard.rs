//! The `openidconnect` crate over the harness's HTTP client.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::pin::Pin;

use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};

/// A plain client without redirects, in the shape that `openidconnect` asks for.
#[derive(Clone, Debug)]
pub struct Http(pub reqwest::Client);

/// Why a request did not come back.
#[derive(Debug)]
pub struct HttpError(String);

impl fmt::Display for HttpError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Error for HttpError {}

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = HttpError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move { self.send(request).await.map_err(HttpError) })
    }
}

impl Http {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, String> {
        let request = request.try_into().map_err(|error: reqwest::Error| error.to_string())?;
        let answer = self.0.execute(request).await.map_err(|error| error.to_string())?;
        let mut response = HttpResponse::new(Vec::new());
        *response.status_mut() = answer.status();
        *response.headers_mut() = answer.headers().clone();
        *response.body_mut() = answer.bytes().await.map_err(|error| error.to_string())?.to_vec();
        Ok(response)
    }
}

//! What an endpoint that speaks JSON answered, and parameters as they stand in a URL.

use anyhow::{Context, Result, ensure};
use reqwest::{Response, header::HeaderMap};
use serde_json::Value;
use url::Url;

/// One HTTP answer, read to its end.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The status code.
    pub status: u16,
    /// Every header.
    pub headers: HeaderMap,
    /// The body, as text.
    pub body: String,
}

impl Reply {
    /// Reads a response to its end.
    pub async fn read(response: Response) -> Result<Self> {
        Ok(Self {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: response.text().await?,
        })
    }

    /// The body as JSON, `null` when it is something else.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or(Value::Null)
    }

    /// One header as text, empty when absent.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The `error` of RFC 6749 §5.2, empty when there is none.
    #[must_use]
    pub fn error(&self) -> String {
        self.text("error").unwrap_or_default()
    }

    /// A member of the JSON body that must be a string.
    pub fn text(&self, member: &str) -> Result<String> {
        self.json()
            .get(member)
            .and_then(Value::as_str)
            .map(str::to_owned)
            .with_context(|| format!("no `{member}` in {self:?}"))
    }

    /// The reply itself when it is a 200, else an error that shows it.
    pub fn granted(self) -> Result<Self> {
        ensure!(self.status == 200, "refused with {}: {}", self.status, self.body);
        Ok(self)
    }

    /// The access token of a token response.
    pub fn access_token(&self) -> Result<String> {
        self.text("access_token")
    }

    /// The refresh token of a token response.
    pub fn refresh_token(&self) -> Result<String> {
        self.text("refresh_token")
    }

    /// The ID token of a token response.
    pub fn id_token(&self) -> Result<String> {
        self.text("id_token")
    }
}

/// Name and value pairs in order, duplicates kept.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Parameters(pub Vec<(String, String)>);

impl Parameters {
    /// The query of a URL.
    #[must_use]
    pub fn of_query(url: &Url) -> Self {
        Self(url.query_pairs().into_owned().collect())
    }

    /// The first value with this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The first value with this name, or an error that shows what there is.
    pub fn require(&self, name: &str) -> Result<&str> {
        self.get(name).with_context(|| format!("no `{name}` in {self:?}"))
    }
}

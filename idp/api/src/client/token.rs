//! Where access tokens come from.

use std::error::Error;
use std::future::Future;

/// Gives an access token with the scope `directory`, fresh enough to be sent now.
pub trait TokenSource: Send + Sync {
    /// The token.
    fn token(&self) -> impl Future<Output = Result<String, TokenError>> + Send;
}

/// No token could be had.
#[derive(Debug, thiserror::Error)]
#[error("no access token could be had")]
pub struct TokenError(#[source] pub Box<dyn Error + Send + Sync>);

/// A token that does not change.
impl TokenSource for String {
    async fn token(&self) -> Result<String, TokenError> {
        Ok(self.clone())
    }
}

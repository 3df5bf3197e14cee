//! The parts of a relying party, put together once.

use std::future::Future;
use std::sync::Arc;

use axum::Router;
use openidconnect::{AuthType, ClientId, ClientSecret, IssuerUrl, RedirectUrl};
use tokio::net::TcpListener;

use crate::client_authentication::{ASSERTION_TYPE, Authenticator};
use crate::http_client::HttpClient;
use crate::issuer::{Issuer, OidcClient, Provider};
use crate::logout::SeenLogouts;
use crate::sealed::Seal;
use crate::session::{Cookies, SessionStore};
use crate::{Application, Config, ConfigError, Environment, LoginError};

/// An application's side of OpenID Connect. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct RelyingParty(Arc<Inner>);

struct Inner {
    config: Config,
    application: Application,
    environment: Environment,
    issuer: Issuer,
    authenticator: Authenticator,
    seal: Seal,
    sessions: SessionStore,
    seen_logouts: SeenLogouts,
}

impl RelyingParty {
    /// Checks the configuration and puts the parts together; the issuer need not be there yet.
    pub fn new(config: Config, application: Application) -> Result<Self, ConfigError> {
        Self::with(config, application, Environment::system())
    }

    /// [`new`](Self::new) under a clock and a randomness of the caller's.
    pub fn with(
        config: Config,
        application: Application,
        environment: Environment,
    ) -> Result<Self, ConfigError> {
        config.validate()?;
        let http = HttpClient::new(&config.issuer_url()?)?;
        let issuer =
            IssuerUrl::new(config.issuer.clone()).map_err(|_| ConfigError::Issuer(config.issuer.clone()))?;
        Ok(Self(Arc::new(Inner {
            application,
            issuer: Issuer::new(issuer, http, environment.clock.clone()),
            authenticator: config.client_authentication.prepare()?,
            seal: Seal::new(environment.random.clone())?,
            sessions: SessionStore::new(config.session.clone()),
            seen_logouts: SeenLogouts::default(),
            environment,
            config,
        })))
    }

    /// The issuer this application trusts.
    #[must_use]
    pub fn issuer(&self) -> &Issuer {
        &self.0.issuer
    }

    /// What the application says about itself.
    #[must_use]
    pub fn application(&self) -> &Application {
        &self.0.application
    }

    /// What the installer decided.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    /// Time and randomness.
    #[must_use]
    pub fn environment(&self) -> &Environment {
        &self.0.environment
    }

    pub(crate) fn now(&self) -> chrono::DateTime<chrono::Utc> {
        self.0.environment.clock.now()
    }

    pub(crate) fn seal(&self) -> &Seal {
        &self.0.seal
    }

    pub(crate) fn sessions(&self) -> &SessionStore {
        &self.0.sessions
    }

    pub(crate) fn seen_logouts(&self) -> &SeenLogouts {
        &self.0.seen_logouts
    }

    pub(crate) fn cookies(&self) -> Cookies {
        Cookies { slug: self.0.application.slug, https: self.0.config.is_https() }
    }

    /// Scopes to ask for, beside `openid`.
    pub(crate) fn scopes(&self) -> impl Iterator<Item = &str> {
        let configured = self.0.config.scopes.as_deref();
        let own = if configured.is_some() { &[][..] } else { self.0.application.scopes };
        configured.unwrap_or_default().iter().map(String::as_str).chain(own.iter().copied())
    }

    /// RFC 8707: ourselves, where our own API takes the access tokens.
    pub(crate) fn resource(&self) -> Option<String> {
        self.0.application.is_resource.then(|| self.0.config.origin())
    }

    pub(crate) fn oidc_client(&self, provider: &Provider) -> Result<OidcClient, LoginError> {
        let config = &self.0.config;
        let redirect_uri = RedirectUrl::new(config.redirect_uri())
            .map_err(|_| LoginError::Malformed("redirect URI is not an address"))?;
        let client = provider.client(ClientId::new(config.client_id.clone())).set_redirect_uri(redirect_uri);
        Ok(match &self.0.authenticator {
            Authenticator::SharedSecret(secret) => client
                .set_auth_type(AuthType::BasicAuth)
                .set_client_secret(ClientSecret::new(secret.expose().to_owned())),
            Authenticator::Assertion(_) => client.set_auth_type(AuthType::RequestBody),
        })
    }

    /// What every request to the token endpoint carries beside its grant: the resource, and the client's assertion, which
    /// `openidconnect` does not know (RFC 7523 §2.2).
    pub(crate) fn token_parameters(&self) -> Result<Vec<(&'static str, String)>, LoginError> {
        let mut parameters: Vec<_> =
            self.resource().map(|resource| ("resource", resource)).into_iter().collect();
        if let Authenticator::Assertion(signer) = &self.0.authenticator {
            let assertion = signer
                .assertion(
                    &self.0.config.client_id,
                    self.0.issuer.identifier(),
                    self.now(),
                    &self.0.environment.random,
                )
                .map_err(|error| LoginError::TokenEndpoint(error.to_string()))?;
            parameters.push(("client_assertion_type", ASSERTION_TYPE.to_owned()));
            parameters.push(("client_assertion", assertion.expose().to_owned()));
        }
        Ok(parameters)
    }
}

/// Why an application stopped serving.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The configuration cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The application's own data contradict themselves.
    #[error("{0}")]
    Data(String),
    /// The listener failed.
    #[error("serving failed: {0}")]
    Io(#[from] std::io::Error),
}

/// Serves an application's router until `shutdown`, looking for the issuer in the background meanwhile.
pub async fn serve_until(
    party: &RelyingParty,
    router: Router,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServeError> {
    let looking = {
        let party = party.clone();
        tokio::spawn(async move { party.issuer().discover_until_found().await })
    };
    let served = axum::serve(listener, router).with_graceful_shutdown(shutdown).await;
    looking.abort();
    Ok(served?)
}

//! The protocol by specification: one file for each section that the product answers for, each test named after what
//! the section demands.
//!
//! | File | Specification |
//! |---|---|
//! | `access_token` | RFC 9068, RFC 8707 |
//! | `assertion` | RFC 7523 |
//! | `authorize` | RFC 6749 §3.1 and §4.1.1, OpenID Connect Core §3.1.2 |
//! | `backchannel` | OpenID Connect Back-Channel Logout |
//! | `claims` | OpenID Connect Core §5.4 and §5.5 |
//! | `client_authentication` | RFC 6749 §2.3 |
//! | `client_credentials` | RFC 6749 §4.4 |
//! | `code` | RFC 6749 §4.1.2 and §4.1.3 |
//! | `consent` | OpenID Connect Core §3.1.2.4 |
//! | `discovery` | OpenID Connect Discovery, RFC 8414, RFC 7517 |
//! | `hints` | OpenID Connect Core §3.1.2.1: `id_token_hint`, `login_hint`, `ui_locales`, `acr_values` |
//! | `id_token` | OpenID Connect Core §2 and §3.1.3.6, §8 |
//! | `introspection` | RFC 7662 |
//! | `issuer` | RFC 9207 |
//! | `lifetimes` | of codes, tokens and sessions |
//! | `logout` | OpenID Connect RP-Initiated Logout |
//! | `pkce` | RFC 7636 |
//! | `prompt` | OpenID Connect Core §3.1.2.1: `prompt`, `max_age` |
//! | `redirect_uri` | RFC 6749 §3.1.2 |
//! | `refresh` | RFC 6749 §6, OpenID Connect Core §11 and §12 |
//! | `response_mode` | OAuth 2.0 Form Post Response Mode |
//! | `revocation` | RFC 7009 |
//! | `standard_client` | the `openidconnect` crate, by each way of client authentication |
//! | `token` | RFC 6749 §3.2, §5.1 and §5.2 |
//! | `userinfo` | OpenID Connect Core §5.3, RFC 6750 |

mod access_token;
mod assertion;
mod authorize;
mod backchannel;
mod claims;
mod client_authentication;
mod client_credentials;
mod code;
mod consent;
mod discovery;
mod hints;
mod id_token;
mod introspection;
mod issuer;
mod lifetimes;
mod logout;
mod pkce;
mod prompt;
mod redirect_uri;
mod refresh;
mod response_mode;
mod revocation;
mod standard_client;
mod token;
mod userinfo;

use anyhow::Result;
use conformance_tests::{AuthorizationRequest, Browser, Demo, Parameters, RelyingParty, Reply, User, shared};

/// The client that most tests speak as.
const BASIC: &str = "conformance-basic";

/// A client of the shared demo.
async fn party(client_id: &str) -> Result<RelyingParty> {
    shared().await?.relying_party(client_id)
}

/// What the callback gets when a browser without any session is sent to this request.
async fn refused(request: &AuthorizationRequest) -> Result<Parameters> {
    let mut browser = shared().await?.browser()?;
    browser.open(request.url()?.as_str()).await?.callback()
}

/// Asserts that a request goes back to the client with this error, its own state and the issuer, and without a code.
async fn assert_refused(request: &AuthorizationRequest, error: &str) -> Result<()> {
    let answer = refused(request).await?;
    assert_refusal(&answer, request, error);
    Ok(())
}

fn assert_refusal(answer: &Parameters, request: &AuthorizationRequest, error: &str) {
    assert_eq!(answer.get("error"), Some(error), "{answer:?}");
    assert_eq!(answer.get("state"), Some(request.get("state")), "{answer:?}");
    assert!(answer.get("iss").is_some(), "{answer:?}");
    assert_eq!(answer.get("code"), None, "{answer:?}");
}

/// Asserts that a request ends on the issuer's own error page and is never sent anywhere.
async fn assert_error_page(request: &AuthorizationRequest) -> Result<()> {
    let mut browser = shared().await?.browser()?;
    let page = browser.open(request.url()?.as_str()).await?;
    assert_eq!(page.left, None, "redirected on {:?}", request.parameters);
    assert_eq!(page.step().as_deref(), Some("error"), "{}", page.body);
    assert_eq!(page.status, 400);
    assert!(page.error_code().is_some());
    Ok(())
}

/// A user of one's own, logged in at one client, with the code still unspent.
struct Login {
    demo: &'static Demo,
    party: RelyingParty,
    user: User,
    browser: Browser,
    request: AuthorizationRequest,
    callback: Parameters,
}

impl Login {
    /// With this scope.
    async fn new(client_id: &str, scope: &str) -> Result<Self> {
        let party = party(client_id).await?;
        let request = party.authorization().scope(scope);
        Self::by(party, request).await
    }

    /// By this request, with a soft token.
    async fn by(party: RelyingParty, request: AuthorizationRequest) -> Result<Self> {
        let demo = shared().await?;
        let user = demo.draw_user()?;
        Self::of(user, party, request).await
    }

    /// Of this user.
    async fn of(user: User, party: RelyingParty, request: AuthorizationRequest) -> Result<Self> {
        Self::at(shared().await?, user, party, request).await
    }

    /// At this demo.
    async fn at(
        demo: &'static Demo,
        user: User,
        party: RelyingParty,
        request: AuthorizationRequest,
    ) -> Result<Self> {
        let mut browser = demo.browser()?;
        let callback = browser.authorize(&request, &user).await?;
        Ok(Self { demo, party, user, browser, request, callback })
    }

    fn code(&self) -> Result<&str> {
        self.callback.require("code")
    }

    /// Exchanges the code.
    async fn tokens(&self) -> Result<Reply> {
        self.party.exchange(&self.request, self.code()?).await?.granted()
    }

    /// What the same browser gets for another request, when no page comes between.
    async fn again(&mut self, request: &AuthorizationRequest) -> Result<Parameters> {
        self.browser.open(request.url()?.as_str()).await?.callback()
    }

    /// As [`Self::again`], and the code exchanged.
    async fn tokens_again(&mut self, request: &AuthorizationRequest) -> Result<Reply> {
        let answer = self.again(request).await?;
        self.party.exchange(request, answer.require("code")?).await?.granted()
    }
}

/// Asserts an error of RFC 6749 §5.2: status, code, JSON, never cached, no token beside it.
fn assert_token_error(reply: &Reply, status: u16, error: &str) {
    assert_eq!((reply.status, reply.error().as_str()), (status, error), "{}", reply.body);
    assert!(reply.header("content-type").starts_with("application/json"));
    assert!(reply.header("cache-control").contains("no-store"));
    assert!(reply.access_token().is_err());
    if status == 401 {
        assert!(!reply.header("www-authenticate").is_empty());
    }
}

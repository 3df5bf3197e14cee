//! The harness of the black-box tests: it starts the real binary and speaks to it as browsers and applications do.
//!
//! Nothing here knows how the server is built inside. A test starts (or shares) a [`Demo`], draws a [`User`] of its own
//! from it, walks pages with a [`Browser`], and speaks OpenID Connect as a [`RelyingParty`]:
//!
//! ```no_run
//! # async fn example() -> anyhow::Result<()> {
//! let demo = conformance_tests::shared().await?;
//! let party = demo.relying_party("conformance-basic")?;
//! let user = demo.draw_user()?;
//! let mut browser = demo.browser()?;
//! let request = party.authorization().scope("openid profile");
//! let callback = browser.authorize(&request, &user).await?;
//! let tokens = party.exchange(&request, callback.require("code")?).await?.granted()?;
//! let identity = party.verify_id_token(&tokens.id_token()?).await?;
//! assert!(identity.claims["sub"].is_string());
//! # Ok(()) }
//! ```

pub mod ambient;
pub mod browser;
pub mod credentials;
pub mod demo;
pub mod login;
pub mod mail;
pub mod oidc;
pub mod page;
mod pool;
mod process;
pub mod reply;

pub use browser::Browser;
pub use credentials::{Client, Credentials, User};
pub use demo::{Demo, Options, shared};
pub use mail::MailCatcher;
pub use oidc::{AuthorizationRequest, RelyingParty};
pub use page::{Form, Page};
pub use reply::{Parameters, Reply};

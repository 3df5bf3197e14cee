//! The way through the login pages, for tests that are about what lies behind them.

use anyhow::{Context, Result, bail};

use crate::browser::Browser;
use crate::credentials::User;
use crate::oidc::AuthorizationRequest;
use crate::page::Page;
use crate::reply::Parameters;

/// No login takes more pages than this.
const MOST_STEPS: usize = 12;

impl Browser {
    /// Sends the user to `/authorize`, logs in as far as asked, and gives what came back to the client.
    pub async fn authorize(&mut self, request: &AuthorizationRequest, user: &User) -> Result<Parameters> {
        self.open(request.url()?.as_str()).await?;
        self.log_in(user).await
    }

    /// Walks on from the current page until the browser is sent to a client, and gives what the client got.
    pub async fn log_in(&mut self, user: &User) -> Result<Parameters> {
        self.walk(user).await?.callback()
    }

    /// Walks on from the current page until it is no page of the login.
    pub async fn walk(&mut self, user: &User) -> Result<&Page> {
        for _ in 0..MOST_STEPS {
            let page = self.page()?;
            let Some(step) = page.step().filter(|_| page.left.is_none()) else {
                return self.page();
            };
            if let Some(code) = page.error_code() {
                bail!("{} at step {step}: {code}", user.user_id);
            }
            match step.as_str() {
                "choose-method" => self.fill_and_submit("otp", &[]).await?,
                "password" => self.give_password(user).await?,
                "register-device" => self.fill_and_submit("skip", &[]).await?,
                "email-risk" => self.accept_email_risk(user).await?,
                "otp" => self.give_otp(user, None).await?,
                "consent" => self.fill_and_submit("allow", &[]).await?,
                _ => return self.page(),
            };
        }
        bail!("{} never arrived: {:?}", user.user_id, self.step())
    }

    /// Gives user ID and password, and the email OTP that this may set off.
    async fn give_password(&mut self, user: &User) -> Result<&Page> {
        let before = self.mails(user).await?;
        let fields = [("user_id", user.user_id.as_str()), ("password", user.password()?)];
        self.fill_and_submit("log-in", &fields).await?;
        self.give_otp_of_email(user, before).await
    }

    async fn accept_email_risk(&mut self, user: &User) -> Result<&Page> {
        let before = self.mails(user).await?;
        self.fill_and_submit("accept", &[]).await?;
        self.give_otp_of_email(user, before).await
    }

    async fn give_otp_of_email(&mut self, user: &User, before: usize) -> Result<&Page> {
        let page = self.page()?;
        let asked = page.step().as_deref() == Some("otp")
            && page.main_attribute("data-channel").as_deref() == Some("email");
        if asked { self.give_otp(user, Some(before)).await } else { self.page() }
    }

    /// Gives the OTP that the page asks for. `before` is how many mails the user had before this one was set off.
    async fn give_otp(&mut self, user: &User, before: Option<usize>) -> Result<&Page> {
        let channel = self.page()?.main_attribute("data-channel");
        let code = match channel.as_deref() {
            Some("app") => user.totp_code().await?,
            Some("email") => {
                let before = before.context("the mail with the OTP was set off elsewhere")?;
                self.mail()?.otp_after(user.email()?, before).await?
            }
            other => bail!("an OTP by {other:?}"),
        };
        self.fill_and_submit("submit", &[("otp", &code)]).await
    }

    async fn mails(&self, user: &User) -> Result<usize> {
        match &user.email {
            Some(email) if user.totp_secret.is_none() => Ok(self.mail()?.messages_to(email).await?.len()),
            _ => Ok(0),
        }
    }
}

//! The clients' own books: each line does one kind of work until the server dies, remembers what was acknowledged to
//! it, and audits the server that comes back.
//!
//! A request that was on its way when the server died is *in doubt*: it may have happened or not. Everything before
//! it must have happened, exactly once.

use anyhow::{Context as _, Result, bail, ensure};
use conformance_tests::{AuthorizationRequest, Browser, Demo, RelyingParty, Reply, User, ambient};

use crate::abuse::setup::{
    active, at_otp, at_password, expect_step, give_otp, give_password, has_session, let_in, log_in, tokens,
};

/// One kind of work.
pub(crate) enum Line {
    Refreshes(Box<Refreshes>),
    Exchanges(Box<Exchanges>),
    Logins(Box<Logins>),
    Passwords(Box<Passwords>),
}

impl Line {
    /// Work until the server is gone.
    pub(crate) async fn work(&mut self, demo: &Demo) -> Result<()> {
        loop {
            let done = match self {
                Self::Refreshes(line) => line.once().await,
                Self::Exchanges(line) => line.once().await,
                Self::Logins(line) if line.spent() => return Ok(()),
                Self::Logins(line) => line.once(demo).await,
                Self::Passwords(line) => line.once().await,
            };
            match done {
                Ok(()) => {}
                // Nobody answers any more: that is what this is about.
                Err(error) if error.chain().any(|cause| cause.downcast_ref::<reqwest::Error>().is_some()) => {
                    return Ok(());
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Hold the server to everything it acknowledged; how many facts that were.
    pub(crate) async fn audit(&mut self, demo: &Demo) -> Result<usize> {
        match self {
            Self::Refreshes(line) => line.audit().await.context("refreshes"),
            Self::Exchanges(line) => line.audit().await.context("code exchanges"),
            Self::Logins(line) => line.audit(demo).await.context("logins"),
            Self::Passwords(line) => line.audit(demo).await.context("password changes"),
        }
    }
}

/// Refreshes one family of tokens over and over.
pub(crate) struct Refreshes {
    party: RelyingParty,
    browser: Browser,
    user: User,
    current: String,
    spent: Vec<String>,
}

impl Refreshes {
    pub(crate) async fn open(demo: &Demo) -> Result<Line> {
        let user = demo.draw_user()?;
        let (login, first) = tokens(demo, &user).await?;
        let current = first.refresh_token()?;
        let line = Self { party: login.party, browser: login.browser, user, current, spent: Vec::new() };
        Ok(Line::Refreshes(Box::new(line)))
    }

    /// A new family, by the session of the first: the same login for every round.
    async fn begin_anew(&mut self) -> Result<()> {
        let request = self.party.authorization().scope("openid offline_access").with("prompt", "consent");
        let callback = self.browser.authorize(&request, &self.user).await.context("the session")?;
        let tokens = self.party.exchange(&request, callback.require("code")?).await?.granted()?;
        self.current = tokens.refresh_token()?;
        self.spent.clear();
        Ok(())
    }

    async fn once(&mut self) -> Result<()> {
        let reply = self.party.refresh(&self.current).await?.granted()?;
        self.spent.push(std::mem::replace(&mut self.current, reply.refresh_token()?));
        Ok(())
    }

    /// The last acknowledged token works: by itself, or, when its use was in doubt, as a retry. No earlier one does.
    async fn audit(&mut self) -> Result<usize> {
        let facts = self.spent.len() + 1;
        let next = self.party.refresh(&self.current).await?.granted().context("the acknowledged token")?;
        let Some(spent) = self.spent.get(self.spent.len() / 2) else {
            return self.begin_anew().await.map(|()| facts);
        };
        let again = self.party.refresh(spent).await?;
        ensure!(again.error() == "invalid_grant", "a spent refresh token works again: {again:?}");
        let family = self.party.refresh(&next.refresh_token()?).await?;
        ensure!(family.error() == "invalid_grant", "reuse after the restart did not end the family");
        self.begin_anew().await?;
        Ok(facts)
    }
}

/// Gets code after code with one session, and exchanges each.
pub(crate) struct Exchanges {
    party: RelyingParty,
    browser: Browser,
    user: User,
    exchanged: Vec<(AuthorizationRequest, String, Reply)>,
}

impl Exchanges {
    pub(crate) async fn open(demo: &Demo) -> Result<Line> {
        let user = demo.draw_user()?;
        let login = log_in(demo, &user, "openid").await?;
        let line = Self { party: login.party, browser: login.browser, user, exchanged: Vec::new() };
        Ok(Line::Exchanges(Box::new(line)))
    }

    async fn once(&mut self) -> Result<()> {
        let request = self.party.authorization();
        self.browser.open(request.url()?.as_str()).await?;
        let code = self.browser.page()?.callback()?.require("code")?.to_owned();
        let tokens = self.party.exchange(&request, &code).await?.granted()?;
        self.exchanged.push((request, code, tokens));
        Ok(())
    }

    /// The session still gives codes; the latest tokens are active; none of the latest codes works again.
    async fn audit(&mut self) -> Result<usize> {
        let facts = self.exchanged.len();
        self.once().await.with_context(|| format!("the session of {}", self.user.user_id))?;
        for (request, code, tokens) in self.exchanged.drain(..).rev().take(12) {
            ensure!(
                active(&self.party, &tokens.access_token()?).await?,
                "an acknowledged token is not active"
            );
            let again = self.party.exchange(&request, &code).await?;
            ensure!(again.error() == "invalid_grant", "a spent code works again: {again:?}");
            ensure!(!active(&self.party, &tokens.access_token()?).await?, "the replay took nothing back");
        }
        Ok(facts)
    }
}

/// Logs fresh users in, one after the other, as many as it was given for a round.
pub(crate) struct Logins {
    left: usize,
    per_round: usize,
    held: Vec<(Browser, User, String, i64)>,
}

impl Logins {
    pub(crate) fn open(per_round: usize) -> Line {
        Line::Logins(Box::new(Self { left: per_round, per_round, held: Vec::new() }))
    }

    fn spent(&self) -> bool {
        self.left == 0
    }

    async fn once(&mut self, demo: &Demo) -> Result<()> {
        self.left = self.left.saturating_sub(1);
        let user = demo.draw_user()?;
        let mut browser = at_otp(demo, &user).await?;
        let otp = user.totp_code().await?;
        let given_at = ambient::now();
        give_otp(&mut browser, &otp).await?;
        ensure!(let_in(&browser)?, "{} was not let in: {:?}", user.user_id, browser.error_code());
        self.held.push((browser, user, otp, given_at));
        Ok(())
    }

    /// Every acknowledged login is a session; its one-time password is used up.
    async fn audit(&mut self, demo: &Demo) -> Result<usize> {
        let facts = self.held.len();
        for (mut browser, user, otp, _) in self.held.drain(..) {
            ensure!(has_session(demo, &mut browser).await?, "the login of {} is forgotten", user.user_id);
            let mut other = at_otp(demo, &user).await?;
            give_otp(&mut other, &otp).await?;
            expect_step(&other, "otp").context("a TOTP step works again")?;
        }
        self.left = self.per_round;
        Ok(facts)
    }
}

/// Changes one user's password over and over.
pub(crate) struct Passwords {
    user: User,
    browser: Browser,
    current: String,
    previous: Option<String>,
    in_doubt: Option<String>,
    changes: usize,
}

impl Passwords {
    pub(crate) async fn open(demo: &Demo) -> Result<Line> {
        let user = demo.draw_user()?;
        let current = user.password()?.to_owned();
        let browser = log_in(demo, &user, "openid").await?.browser;
        let line = Self { user, browser, current, previous: None, in_doubt: None, changes: 0 };
        Ok(Line::Passwords(Box::new(line)))
    }

    async fn once(&mut self) -> Result<()> {
        let next = format!("quarry {} Mistral", ambient::random(9)?);
        self.in_doubt = Some(next.clone());
        self.browser.open("/account").await?;
        let fields = [
            ("current_password", self.current.as_str()),
            ("new_password", next.as_str()),
            ("confirm_password", next.as_str()),
        ];
        self.browser.fill_and_submit("change-password", &fields).await?;
        let page = self.browser.page()?;
        ensure!(page.count("[data-news=news-password-changed]") == 1, "no change: {:?}", page.error_code());
        self.previous = Some(std::mem::replace(&mut self.current, next));
        self.in_doubt = None;
        self.changes += 1;
        Ok(())
    }

    /// The acknowledged password works, or the one in doubt; the one before does not.
    async fn audit(&mut self, demo: &Demo) -> Result<usize> {
        let facts = std::mem::take(&mut self.changes);
        if let Some(doubtful) = self.in_doubt.take()
            && self.works(demo, &doubtful).await?
        {
            self.previous = Some(std::mem::replace(&mut self.current, doubtful));
        }
        ensure!(self.works(demo, &self.current).await?, "the password of {} was lost", self.user.user_id);
        if let Some(previous) = self.previous.take() {
            ensure!(!self.works(demo, &previous).await?, "an old password works again");
        }
        Ok(facts)
    }

    async fn works(&self, demo: &Demo, password: &str) -> Result<bool> {
        let mut browser = at_password(demo).await?;
        give_password(&mut browser, &self.user.user_id, password).await?;
        match (browser.step().as_deref(), browser.error_code().as_deref()) {
            (Some("otp"), _) => Ok(true),
            (Some("password"), Some("wrong-credentials")) => Ok(false),
            (step, error) => bail!("{} at {step:?}: {error:?}", self.user.user_id),
        }
    }
}

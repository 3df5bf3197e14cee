//! A login under way, from its first right factor on: a row, bound to the browser it began in.

use chrono::TimeDelta;
use countersign_core::directory::profile::Profile;
use countersign_core::ids::{ProfileId, SessionId};
use countersign_core::journey::otp::TotpSecret;
use countersign_core::journey::steps::{Errand, Means, Next, SealedSecret, Step};
use countersign_core::mail::CodePurpose;
use countersign_core::oauth::interaction::Interaction;
use countersign_core::secret::{OpaqueToken, TokenHash, TokenPrefix};
use countersign_store::{
    Activity, Connection, FoundFlow, LoginFlows, NewFlow, Profiles, SecondFactors, SetUp, Tx,
};
use serde::{Deserialize, Serialize};

use super::email_otp::{self, MailError, Recipient};
use super::fault::Fault;
use super::finish::Arrival;
use super::visit::Visit;
use crate::{Purpose, Services};

/// What the browser holds of a login under way.
pub type FlowToken = OpaqueToken;

/// Where a step led.
#[derive(Debug)]
pub enum Advance {
    /// To another page of the same login.
    Page,
    /// To its end.
    Done(Box<Arrival>),
}

/// What a row remembers.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum State {
    /// The steps of a login, a step-up, or a change of channel.
    Journey(Journey),
    /// A reset whose OTP was right.
    NewPassword {
        /// What is to follow.
        interaction: Interaction,
    },
}

/// A walk through the steps.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Journey {
    /// Who waits for it.
    pub(crate) interaction: Interaction,
    /// What it is walked for.
    pub(crate) errand: Errand,
    /// Where it stands.
    pub(crate) step: Step,
    /// The session it was begun in: of a step-up or a change of channel.
    pub(crate) session: Option<SessionId>,
    /// The enrolment code that was given, as stored. It is spent when the soft token is registered.
    #[serde(default)]
    pub(crate) code: Option<TokenHash>,
}

/// On whose behalf the login of that token in that browser is or was walked: what is said of one that is over is said
/// in the same language.
pub async fn asked(services: &Services, visit: &Visit, token: &str) -> Result<Option<Interaction>, Fault> {
    let flows = LoginFlows::on(services.store.read());
    let Some(state) = flows.state(&TokenHash::of(token), &visit.browser_hash()).await? else {
        return Ok(None);
    };
    Ok(Some(match serde_json::from_str(&state)? {
        State::Journey(journey) => journey.interaction,
        State::NewPassword { interaction } => interaction,
    }))
}

/// A journey that was found again, with whom it is about.
pub(crate) struct Run {
    pub(crate) token: TokenHash,
    pub(crate) found: FoundFlow,
    pub(crate) journey: Journey,
    pub(crate) profile: Profile,
    pub(crate) set_up: SetUp,
}

impl Run {
    /// The journey of that token in that browser, unless it is over.
    pub(crate) async fn load<'c>(
        services: &Services,
        visit: &Visit,
        connection: impl Fn() -> Connection<'c>,
        token: &str,
    ) -> Result<Option<Self>, Fault> {
        let token = TokenHash::of(token);
        let flows = LoginFlows::on(connection());
        let Some(found) = flows.find(&token, &visit.browser_hash(), services.now()).await? else {
            return Ok(None);
        };
        let State::Journey(journey) = serde_json::from_str(&found.state)? else { return Ok(None) };
        let Some(profile) = Profiles::on(connection()).find(&found.profile).await? else { return Ok(None) };
        let set_up = SecondFactors::on(connection()).find(&profile.id).await?;
        Ok(Some(Self { token, found, journey, profile, set_up }))
    }

    /// The same, to be moved on in `tx`: its owner is held first, as by all who write for them.
    pub(crate) async fn hold(
        services: &Services,
        visit: &Visit,
        tx: &Tx,
        token: &str,
    ) -> Result<Option<Self>, Fault> {
        let flows = LoginFlows::on(tx.connection());
        let found = flows.find(&TokenHash::of(token), &visit.browser_hash(), services.now()).await?;
        let Some(found) = found else { return Ok(None) };
        Activity::on(tx.connection()).hold(&found.profile).await?;
        // Whoever held them before may have moved it on, or ended it.
        Self::load(services, visit, || tx.connection(), token).await
    }

    pub(crate) fn means(&self) -> Means {
        means(&self.profile, &self.set_up)
    }

    /// Moves on to `step`; says whether nobody else moved it meanwhile.
    pub(crate) async fn save(&mut self, tx: &Tx, step: Step) -> Result<bool, Fault> {
        self.journey.step = step;
        let state = serde_json::to_string(&State::Journey(self.journey.clone()))?;
        Ok(LoginFlows::on(tx.connection()).save(&self.token, &self.found, state).await?)
    }
}

/// What a profile has to prove itself with.
pub(crate) fn means(profile: &Profile, set_up: &SetUp) -> Means {
    Means {
        channel: set_up.channel,
        soft_token: set_up.soft_token.is_some(),
        email: profile.email.is_some(),
        // Rights count as much as the kind: whoever may administer others is asked for the code.
        needs_enrolment_code: profile.kind.needs_enrolment_code() || profile.capabilities.holds_da_rights(),
    }
}

/// The page that `next` asks for, once what it needs is done. A finish is not a page: `None`.
pub(crate) async fn prepare(
    services: &Services,
    tx: &Tx,
    visit: &Visit,
    profile: &Profile,
    next: Next,
) -> Result<Option<Step>, MailError> {
    Ok(match next {
        Next::Show(step) => Some(step),
        Next::SendEmail => {
            let recipient = login_recipient(profile);
            Some(Step::ProveEmail { challenge: email_otp::send(services, tx, visit, &recipient).await? })
        }
        Next::DrawSecret => {
            let secret = TotpSecret::generate(&*services.entropy);
            Some(Step::ScanQr { secret: seal_secret(services, &profile.id, &secret)? })
        }
        Next::Finish(_) => None,
    })
}

/// The owner of `profile`, as the recipient of a second factor.
pub(crate) fn login_recipient(profile: &Profile) -> Recipient<'_> {
    Recipient { user_id: &profile.user_id, profile: Some(profile), purpose: CodePurpose::Login }
}

/// Begins a journey at the page that `next` asks for.
pub(crate) async fn begin(
    services: &Services,
    tx: &Tx,
    visit: &Visit,
    profile: &Profile,
    (interaction, errand, session): (Interaction, Errand, Option<SessionId>),
    next: Next,
) -> Result<FlowToken, MailError> {
    let step = prepare(services, tx, visit, profile, next).await?;
    let step = step.ok_or_else(|| Fault::internal("an errand that ends before it begins"))?;
    let journey = Journey { interaction, errand, step, session, code: None };
    remember(services, tx, visit, profile, &State::Journey(journey)).await
}

/// Writes the row of a login that has just had its first right factor.
pub(crate) async fn remember(
    services: &Services,
    tx: &Tx,
    visit: &Visit,
    profile: &Profile,
    state: &State,
) -> Result<FlowToken, MailError> {
    let token = OpaqueToken::generate(TokenPrefix::Flow, &*services.entropy);
    let now = services.now();
    let flow = NewFlow {
        token: &token.hash(),
        browser: &visit.browser_hash(),
        profile: &profile.id,
        state: serde_json::to_string(state)?,
        created_at: now,
        expires_at: now + TimeDelta::seconds(services.policy.session.interaction_seconds.into()),
    };
    LoginFlows::on(tx.connection()).add(flow).await?;
    Ok(token)
}

/// Seals a soft token's secret for its owner.
pub(crate) fn seal_secret(
    services: &Services,
    profile: &ProfileId,
    secret: &TotpSecret,
) -> Result<SealedSecret, Fault> {
    Ok(services.vault.seal(Purpose::SoftToken, profile.as_str().as_bytes(), secret.expose())?)
}

/// Opens what [`seal_secret`] sealed.
pub(crate) fn open_secret(services: &Services, profile: &Profile, sealed: &str) -> Result<TotpSecret, Fault> {
    let opened = services.vault.open(Purpose::SoftToken, profile.id.as_str().as_bytes(), sealed);
    let bytes = opened.ok_or_else(|| Fault::internal("a soft token's secret cannot be opened"))?;
    TotpSecret::from_bytes(bytes.to_vec()).map_err(Fault::internal)
}

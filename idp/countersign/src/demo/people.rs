//! People set up as their state says, written as login itself would have written them.

use chrono::TimeDelta;
use countersign_core::directory::label::Label;
use countersign_core::directory::options::{
    ClearingHouseOptions, LimitTooHigh, TransactionLimit, TransactionLimits,
};
use countersign_core::directory::participant::{Participant, ParticipantCode};
use countersign_core::directory::phase::Phase;
use countersign_core::directory::profile::{Profile, UserKind};
use countersign_core::ids::{ParticipantKey, ProfileId};
use countersign_core::journey::otp::TotpSecret;
use countersign_core::secret::SecretString;
use countersign_core::{EntropyExt as _, Timestamp};
use countersign_service::{Services, enrolment};
use countersign_store::{DirectoryDetails, Participants, Profiles, Tx};
use serde_json::{Map, Value, json};

use super::cast::{Firm, Person};
use super::credentials::{State, User};

/// Characters of generated passwords: none that looks like another.
const UNAMBIGUOUS: &[u8] = b"23456789abcdefghjkmnpqrstuvwxyz";

/// A password with what is stored of it.
#[derive(Clone)]
pub(crate) struct Password {
    pub(crate) text: String,
    pub(crate) phc: String,
}

/// Draws a password of some 99 random bits, and hashes it.
pub(crate) async fn password(services: &Services) -> anyhow::Result<Password> {
    let text = groups(services, 4, 5);
    let phc = services.hasher.hash(&SecretString::new(text.clone())).await?;
    Ok(Password { text, phc })
}

/// Writes people into the directory, as part of `tx`.
pub(crate) struct Registrar<'a> {
    pub(crate) services: &'a Services,
    pub(crate) tx: &'a Tx,
    pub(crate) now: Timestamp,
}

impl Registrar<'_> {
    pub(crate) async fn enter_firm(&self, firm: &Firm) -> anyhow::Result<ParticipantKey> {
        let code = ParticipantCode::parse(firm.house, &firm.participant)?;
        let participant = Participant {
            key: ParticipantKey::generate(&*self.services.entropy),
            clearing_house: firm.house,
            participant: code.clone(),
            kind: firm.kind,
            name: Label::parse(&firm.name)?,
            customer_codes: vec![code],
            sole_administrator: None,
            closed_at: None,
            version: 1,
        };
        Participants::on(self.tx.connection()).add(&participant, self.now).await?;
        Ok(participant.key)
    }

    /// Enters a person, with `password` where their state has one, and returns what they need to log in.
    pub(crate) async fn enter(
        &self,
        firm: &Firm,
        key: &ParticipantKey,
        person: &Person,
        password: Option<&Password>,
    ) -> anyhow::Result<User> {
        let profile = self.profile(firm, person);
        let details = DirectoryDetails {
            options: options(person)?,
            srn: person.card.then(|| srn(&person.user_id)),
            certificate_expiry: person.card.then(|| self.now + TimeDelta::days(365)),
            merged_from: Vec::new(),
        };
        Profiles::on(self.tx.connection()).add(&profile, key, &details).await?;
        if let Some(password) = password {
            enrolment::set_password(self.services, self.tx, &profile.id, &password.phc).await?;
        }
        Ok(User {
            totp_secret: self.second_factor(&profile.id, person.state).await?,
            enrolment_code: self.enrolment_code(&profile.id, person.state).await?,
            kind: person.kind.as_str().to_owned(),
            participant: (person.kind != UserKind::Operator).then(|| profile.participant.clone()),
            roles: person.roles.iter().map(|role| (*role).to_owned()).collect(),
            password: password.map(|password| password.text.clone()),
            email: profile.email,
            srn: details.srn,
            state: person.state,
            user_id: profile.user_id,
        })
    }

    fn profile(&self, firm: &Firm, person: &Person) -> Profile {
        let email = format!("{}@{}", person.user_id.to_lowercase(), firm.domain);
        Profile {
            id: ProfileId::generate(&*self.services.entropy),
            user_id: person.user_id.clone(),
            kind: person.kind,
            clearing_house: firm.house,
            participant: firm.participant.clone(),
            enabled: person.state != State::Disabled,
            surname: person.surname.clone(),
            other_names: person.other_names.clone(),
            email: (person.state != State::SmartcardOnly).then_some(email),
            enable_from: None,
            disable_after: None,
            created_in: Phase::PreParallel,
            settlement_agent: person.settlement_agent.map(str::to_owned),
            capabilities: person.capabilities.clone(),
            claims: claims(&firm.name),
            locked: false,
            updated_at: self.now,
            version: 1,
        }
    }

    /// The soft token's secret in base32, where the state has one.
    async fn second_factor(&self, profile: &ProfileId, state: State) -> anyhow::Result<Option<String>> {
        match state {
            State::ReadyApp | State::Disabled => {
                let secret = TotpSecret::generate(&*self.services.entropy);
                enrolment::set_soft_token(self.services, self.tx, profile, &secret).await?;
                Ok(Some(secret.to_base32().expose().to_owned()))
            }
            State::ReadyEmail => {
                enrolment::set_email(self.services, self.tx, profile).await?;
                Ok(None)
            }
            State::NeverSetUp | State::SmartcardOnly | State::NeedsEnrolmentCode => Ok(None),
        }
    }

    async fn enrolment_code(&self, profile: &ProfileId, state: State) -> anyhow::Result<Option<String>> {
        if state != State::NeedsEnrolmentCode {
            return Ok(None);
        }
        let code = enrolment::issue_code(self.services, self.tx, profile).await?;
        Ok(Some(code.expose().to_owned()))
    }
}

/// Whether a person in this state has a password.
pub(crate) fn has_password(state: State) -> bool {
    match state {
        State::ReadyApp | State::ReadyEmail | State::Disabled | State::NeedsEnrolmentCode => true,
        State::NeverSetUp | State::SmartcardOnly => false,
    }
}

/// Random groups of characters, joined by hyphens.
fn groups(services: &Services, count: usize, length: usize) -> String {
    let size = u32::try_from(UNAMBIGUOUS.len()).unwrap_or(1);
    let character = || {
        let at = usize::try_from(services.entropy.below(size)).unwrap_or(0);
        UNAMBIGUOUS.get(at).copied().map_or('x', char::from)
    };
    let group = || (0..length).map(|_| character()).collect::<String>();
    (0..count).map(|_| group()).collect::<Vec<_>>().join("-")
}

/// Clearing-house options of a business user.
fn options(person: &Person) -> Result<ClearingHouseOptions, LimitTooHigh> {
    if person.kind != UserKind::BusinessUser {
        return Ok(ClearingHouseOptions::default());
    }
    let limit = |dollars: u64| TransactionLimit::try_from(dollars).map(Some);
    Ok(ClearingHouseOptions {
        cash: true,
        transaction_limits: TransactionLimits {
            default: limit(9_999_999)?,
            di: limit(5_000_000)?,
            si_isi: limit(5_000_000)?,
            ..TransactionLimits::default()
        },
        cash_prepayment: true,
        ..ClearingHouseOptions::default()
    })
}

/// Standard claims beyond names and email (OIDC Core §5.1).
fn claims(firm: &str) -> Map<String, Value> {
    let claims = json!({
        "zoneinfo": "Asia/Hong_Kong",
        "locale": "en-HK",
        "phone_number": "+852 5550 0100",
        "phone_number_verified": false,
        "address": {
            "formatted": format!("{firm}\n1 Harbour Road\nHong Kong"),
            "street_address": "1 Harbour Road",
            "locality": "Hong Kong",
            "country": "HK",
        },
    });
    claims.as_object().cloned().unwrap_or_default()
}

/// A serial number that follows from the user ID: the card is the demo's invention too.
fn srn(user_id: &str) -> String {
    let sum = user_id.bytes().fold(0_u64, |sum, byte| (sum * 31 + u64::from(byte)) % 100_000_000);
    format!("SRN{sum:08}")
}

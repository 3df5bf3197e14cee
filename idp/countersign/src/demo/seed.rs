//! Seeding: a fresh database gets its people and applications in one transaction, an existing one keeps them.
//!
//! Credentials are written down before the commit and published after it, so that a crash at any moment leaves either
//! nothing, or both.

use anyhow::{Context as _, bail};
use countersign_core::directory::clearing_house::ClearingHouse;
use countersign_core::directory::phase::Phase;
use countersign_core::ids::ParticipantKey;
use countersign_service::Services;
use countersign_store::{Appointments, Clients, CurrentPhases, Installation, Phases, Tx};

use super::addresses::Addresses;
use super::applications::{Application, applications};
use super::cast::{AGENT, Firm, PRINCIPAL, Person, cast};
use super::credentials::{Credentials, User};
use super::crowd::{MOST, crowd};
use super::data::DataDirectory;
use super::groups;
use super::people::{Password, Registrar, has_password, password};
use crate::node;

/// The houses that have phases.
const HOUSES: [ClearingHouse; 3] = [ClearingHouse::Hkcc, ClearingHouse::Seoch, ClearingHouse::Hkscc];

/// A firm, and its people with the passwords they get.
type Staff = (Firm, Vec<(Person, Option<Password>)>);

/// Makes the database and the credentials what the demo needs, and returns the credentials.
pub(crate) async fn prepare(
    services: &Services,
    data: &DataDirectory,
    addresses: &Addresses,
    phase: Phase,
    further: usize,
) -> anyhow::Result<Credentials> {
    if !node::is_demo(&services.store).await? {
        return seed(services, data, addresses, phase, further).await;
    }
    let kept = match data.credentials()? {
        Some(kept) => Some(kept),
        // The last seed was committed, and then something happened.
        None => data.draft()?,
    };
    let Some(kept) = kept else {
        bail!(
            "{} is missing, and the database was seeded with it: remove {} to begin anew",
            data.credentials_path().display(),
            data.path().display()
        );
    };
    refresh(services, data, addresses, kept).await
}

/// Seeds a fresh database.
async fn seed(
    services: &Services,
    data: &DataDirectory,
    addresses: &Addresses,
    phase: Phase,
    further: usize,
) -> anyhow::Result<Credentials> {
    if further > MOST {
        bail!("--seed-users: there is room for {MOST} at most");
    }
    refuse_strangers(services).await?;
    let known = applications(services, addresses, None)?;
    let named = with_passwords(services, cast()).await?;
    // One password for all of them, and one hash of it: to stretch a key thousands of times would take minutes. In a
    // demo's database, and nowhere else, that is no loss.
    let shared = password(services).await?;

    let tx = services.store.begin().await?;
    let users = {
        let registrar = Registrar { services, tx: &tx, now: services.now() };
        let mut users = enter_named(&registrar, &named).await?;
        for (firm, people) in crowd(further) {
            let key = registrar.enter_firm(&firm).await?;
            for person in &people {
                users.push(registrar.enter(&firm, &key, person, Some(&shared)).await?);
            }
        }
        users
    };
    groups::enter(&tx, services.now()).await?;
    for house in HOUSES {
        Phases::on(tx.connection()).set(house, phase, services.now()).await?;
    }
    save(services, &tx, &known).await?;
    {
        let connection = tx.connection();
        Installation::on(&connection).set(Installation::DEMO, "yes").await?;
    }

    let credentials = Credentials {
        issuer: addresses.issuer.clone(),
        users,
        clients: known.into_iter().map(|application| application.known).collect(),
    };
    data.write_draft(&credentials)?;
    tx.commit().await?;
    data.publish_draft()?;
    Ok(credentials)
}

/// A database without the mark must be empty: it may be somebody's.
async fn refuse_strangers(services: &Services) -> anyhow::Result<()> {
    let clients = Clients::on(services.store.read()).all().await?;
    let phases = Phases::on(services.store.read()).current().await?;
    let keys = countersign_service::keys::list(services).await?;
    if clients.is_empty() && keys.is_empty() && phases == CurrentPhases::default() {
        return Ok(());
    }
    bail!("this database belongs to an installation; the demo makes one of its own")
}

/// A password of their own for everyone who has one.
async fn with_passwords(services: &Services, firms: Vec<(Firm, Vec<Person>)>) -> anyhow::Result<Vec<Staff>> {
    let mut all = Vec::new();
    for (firm, people) in firms {
        let mut ready = Vec::new();
        for person in people {
            let password = if has_password(person.state) { Some(password(services).await?) } else { None };
            ready.push((person, password));
        }
        all.push((firm, ready));
    }
    Ok(all)
}

async fn enter_named(registrar: &Registrar<'_>, named: &[Staff]) -> anyhow::Result<Vec<User>> {
    let mut users = Vec::new();
    let mut keys: Vec<(&str, ParticipantKey)> = Vec::new();
    for (firm, people) in named {
        let key = registrar.enter_firm(firm).await?;
        for (person, password) in people {
            users.push(registrar.enter(firm, &key, person, password.as_ref()).await?);
        }
        keys.push((&firm.participant, key));
    }
    let key = |participant: &str| keys.iter().find(|(name, _)| *name == participant).map(|(_, key)| key);
    let principal = key(PRINCIPAL).context("the principal is not in the cast")?;
    let agent = key(AGENT).context("the settlement agent is not in the cast")?;
    Appointments::on(registrar.tx.connection()).add(principal, agent, registrar.now).await?;
    Ok(users)
}

/// Keeps what is there; applications that have moved to other ports are registered where they are now.
async fn refresh(
    services: &Services,
    data: &DataDirectory,
    addresses: &Addresses,
    kept: Credentials,
) -> anyhow::Result<Credentials> {
    let known = applications(services, addresses, Some(&kept))?;
    let stored = Clients::on(services.store.read()).all().await?;
    let moved = known.iter().any(|application| !stored.contains(&application.client));
    if moved {
        let tx = services.store.begin().await?;
        save(services, &tx, &known).await?;
        tx.commit().await?;
    }
    let credentials = Credentials {
        issuer: addresses.issuer.clone(),
        users: kept.users,
        clients: known.into_iter().map(|application| application.known).collect(),
    };
    data.write_draft(&credentials)?;
    data.publish_draft()?;
    Ok(credentials)
}

async fn save(services: &Services, tx: &Tx, known: &[Application]) -> anyhow::Result<()> {
    for application in known {
        Clients::save(tx, &application.client, services.now()).await?;
    }
    Ok(())
}

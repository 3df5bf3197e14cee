//! An existing user list, filed from the command line as one request in the name of a maker. It writes no profile: a
//! checker approves it like any other.
//!
//! The list is judged outside a transaction, for that takes seconds and others write meanwhile. What changes in between
//! is found when the request is kept (somebody else's waits) or when it is approved (everything else).

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use countersign_core::directory::actor::{Actor, Scope};
use countersign_core::directory::batch_file::{self, FileKind, NotUtf8, Reading};
use countersign_core::directory::capabilities::AccessLevel;
use countersign_core::directory::change_request::{Change, Draft, ParticipantName};
use countersign_core::directory::finding::{Finding, FindingCode};
use countersign_core::directory::profile::UserKind;
use countersign_core::directory::service_hours::ClosedUntil;
use countersign_core::directory::user_id::normalise;
use countersign_core::ids::RequestId;
use countersign_core::mail::{Mail, News};
use countersign_store::{Directory, Tx};

use super::entrance::{Entrance, LONGEST_IMPORT};
use super::prepare::{Prepared, prepare};
use super::submit::{SubmitError, Submitted, file, open_for, ready};
use crate::Services;
use crate::login::{Fault, faults};
use crate::outbox::{self, Letter};

/// What a list holds besides its drafts, and where in the file all of it stands.
struct Places {
    /// What is wrong with the form of its lines.
    flaws: Vec<batch_file::Flaw>,
    /// At which line of the file each line after the first begins.
    lines: Vec<u64>,
    /// At which line of the file each draft stands.
    drafts: Vec<u64>,
}

impl Places {
    fn of(Reading { lines, flaws, numbers }: Reading) -> (Self, Vec<Draft>) {
        let (places, drafts) = lines.into_iter().map(|line| (line.number, line.draft)).unzip();
        (Self { flaws, lines: numbers, drafts: places }, drafts)
    }
}

/// Something to say about a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Remark {
    /// At which line of the file, from 1; none for the list as a whole.
    pub line: Option<u64>,
    /// In which column; empty for the line as a whole.
    pub column: String,
    /// What there is to say.
    pub what: What,
}

/// What there is to say.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// Of the form.
    Form(batch_file::Fault),
    /// Of the content.
    Found(FindingCode),
}

impl Remark {
    /// Whether it only warns.
    #[must_use]
    pub fn is_warning(&self) -> bool {
        matches!(&self.what, What::Found(code) if code.is_warning())
    }
}

/// What a list asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Census {
    /// Profiles by participant and kind.
    pub profiles: BTreeMap<(ParticipantName, &'static str), u64>,
    /// How many of them have an email address.
    pub with_email: u64,
    /// How many of them have a smartcard.
    pub with_card: u64,
}

/// A list that can be filed, or was.
#[derive(Clone, Debug)]
pub struct Imported {
    /// What it asks for.
    pub census: Census,
    /// Warnings.
    pub warnings: Vec<Remark>,
    /// The request that waits for its checker; none when it was only tried.
    pub request: Option<RequestId>,
}

/// Whether a list is filed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// It is.
    File,
    /// It is only judged.
    DryRun,
}

/// Why a list is not filed.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// Nobody has that user ID, or their profile may not be used now.
    #[error("{0} is nobody who may use their profile now")]
    NoSuchMaker(String),
    /// They do not hold the maker's right.
    #[error("{0} does not hold the maker's right (MK)")]
    NotAMaker(String),
    /// Change User Profile keeps hours.
    #[error(transparent)]
    Closed(#[from] ClosedUntil),
    /// It is no text.
    #[error(transparent)]
    NotUtf8(#[from] NotUtf8),
    /// Everything that stands in the way, and the warnings among it, in the order of the lines.
    #[error("the list cannot be filed")]
    Refused(Vec<Remark>),
    /// On our side.
    #[error(transparent)]
    Fault(#[from] Fault),
}
faults!(ImportError);

/// Files the list in `bytes` in the name of `maker`, who gives `reason`.
pub async fn import(
    services: &Services,
    maker: &str,
    bytes: &[u8],
    reason: Option<String>,
    mode: Mode,
) -> Result<Imported, ImportError> {
    let maker = find_maker(services, maker).await?;
    let (places, drafts) =
        Places::of(batch_file::read(FileKind::Creations, batch_file::text(bytes)?, LONGEST_IMPORT));
    let draft = Draft::Batch { lines: drafts };
    if places.lines.is_empty() && !places.flaws.is_empty() {
        return Err(ImportError::Refused(remarks(&places, Vec::new())));
    }
    let read = || services.store.read();
    let prepared = prepare(services, read, &maker, &draft, reason, Entrance::CommandLine).await?;
    if prepared.document.is_none() || !places.flaws.is_empty() {
        return Err(ImportError::Refused(remarks(&places, prepared.findings)));
    }
    // What is wrong with a list can be learnt at any hour.
    if mode == Mode::File {
        open_for(services, &draft)?;
    }
    drop(draft);
    let census = census(services, &prepared);
    let (request, findings) = submit(services, &maker, prepared, mode, &places).await?;
    Ok(Imported { census, warnings: remarks(&places, findings), request })
}

async fn submit(
    services: &Services,
    maker: &Actor,
    prepared: Prepared,
    mode: Mode,
    places: &Places,
) -> Result<(Option<RequestId>, Vec<Finding>), ImportError> {
    let refused = |error| match error {
        SubmitError::NotAMaker => ImportError::NotAMaker(maker.user_id.clone()),
        SubmitError::Closed(closed) => closed.into(),
        SubmitError::Refused(findings) => ImportError::Refused(remarks(places, findings)),
        SubmitError::Fault(fault) => fault.into(),
    };
    let tx = services.store.begin().await?;
    let ready = ready(services, &tx, maker, prepared).await.map_err(refused)?;
    if mode == Mode::DryRun {
        return Ok((None, ready.findings));
    }
    let filed = file(services, &tx, maker, ready, Entrance::CommandLine).await.map_err(refused)?;
    let Submitted { request, findings } = filed;
    tell(services, &tx, maker).await?;
    tx.commit().await?;
    Ok((Some(request.id), findings))
}

/// The maker, by what the directory says now. Nobody has proved to be them.
async fn find_maker(services: &Services, user_id: &str) -> Result<Actor, ImportError> {
    let user_id = normalise(user_id);
    let everything = Scope::of_the_installation();
    let found = Directory::on(services.store.read()).find(&everything, &user_id).await?;
    let usable = |profile: &countersign_core::directory::profile::Profile| {
        profile.usable(services.now()).is_ok() && !profile.locked
    };
    let record = found.filter(|record| usable(&record.profile));
    let Some(record) = record else { return Err(ImportError::NoSuchMaker(user_id)) };
    let profile = record.profile;
    let maker = Actor {
        profile_id: profile.id,
        user_id: profile.user_id,
        clearing_house: profile.clearing_house,
        participant: record.participant,
        participant_id: profile.participant,
        capabilities: profile.capabilities,
        email: profile.email,
        proof: None,
    };
    if maker.holds(AccessLevel::Maker) { Ok(maker) } else { Err(ImportError::NotAMaker(user_id)) }
}

/// Tells the maker what was filed in their name: whoever runs the command line need not be them.
async fn tell(services: &Services, tx: &Tx, maker: &Actor) -> Result<(), Fault> {
    let Some(mailbox) = &maker.email else { return Ok(()) };
    let mail = Mail { user_id: maker.user_id.clone(), news: News::RequestFiledForYou { at: services.now() } };
    let expires_at = services.now() + TimeDelta::days(3);
    outbox::queue(services, tx, &Letter { to: Some(mailbox), mail: &mail, locale: "en", expires_at }).await?;
    Ok(())
}

fn census(services: &Services, prepared: &Prepared) -> Census {
    let mut census = Census::default();
    let changes = prepared.document.iter().flat_map(|document| document.change.lines());
    for change in changes {
        let Change::CreateProfile { participant, user_id, fields } = change else { continue };
        let kind = services.user_ids.kind_in(participant.clearing_house, user_id);
        let kind = kind.map_or("", UserKind::as_str);
        *census.profiles.entry((participant.clone(), kind)).or_default() += 1;
        census.with_email += u64::from(matches!(fields.email, Some(Some(_))));
        census.with_card += u64::from(matches!(fields.srn, Some(Some(_))));
    }
    census
}

/// What is wrong with the form, and what was found, by lines of the file.
fn remarks(places: &Places, findings: Vec<Finding>) -> Vec<Remark> {
    let mut remarks: Vec<Remark> = places
        .flaws
        .iter()
        .map(|flaw| Remark {
            line: Some(flaw.index.map_or(1, |index| places.lines.get(index).copied().unwrap_or(0))),
            column: flaw.column.clone(),
            what: What::Form(flaw.fault),
        })
        .collect();
    let told: BTreeSet<(Option<u64>, String)> =
        remarks.iter().map(|remark| (remark.line, remark.column.clone())).collect();
    let found = findings.into_iter().map(|finding| found(places, finding));
    remarks.extend(found.filter(|remark| !told.contains(&(remark.line, remark.column.clone()))));
    remarks.sort_by_key(|remark| remark.line);
    remarks
}

/// A finding at `lines[3].email` is one at the line of the file that the fourth draft came from.
fn found(places: &Places, Finding { field, code }: Finding) -> Remark {
    let number_of = |index: usize| places.drafts.get(index).copied();
    let code = match code {
        FindingCode::Twice { line } => {
            let number = line.checked_sub(1).and_then(number_of);
            let line = number.and_then(|number| usize::try_from(number).ok()).unwrap_or(line);
            FindingCode::Twice { line }
        }
        other => other,
    };
    let place = field.strip_prefix("lines[").and_then(|rest| rest.split_once("]."));
    let place = place.and_then(|(index, column)| Some((number_of(index.parse().ok()?)?, column)));
    let (line, column) =
        place.map_or((None, String::new()), |(line, column)| (Some(line), column.to_owned()));
    Remark { line, column, what: What::Found(code) }
}

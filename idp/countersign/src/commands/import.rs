//! `countersign import`.

use anyhow::{Context as _, anyhow, bail};
use countersign_core::directory::change_request::ParticipantName;
use countersign_core::directory::service_hours::ClosedUntil;
use countersign_server::http::management::sentence;
use countersign_server::http::pages::shown_moment;
use countersign_service::directory::import::{Census, ImportError, Imported, Mode, Remark, import};

use crate::cli::UserList;
use crate::node;

/// So much is said of what stands in the way, or may; what more there is, is counted.
const SAID: usize = 100;

/// Files a list of users, or says what stands in its way.
#[expect(clippy::print_stdout, reason = "the command line speaks to its user")]
pub(crate) async fn users(list: UserList) -> anyhow::Result<()> {
    let config = super::configuration(&list.config)?;
    let bytes = std::fs::read(&list.list).with_context(|| format!("reading {}", list.list.display()))?;
    let services = node::for_command(&config).await?;
    let mode = if list.dry_run { Mode::DryRun } else { Mode::File };
    match import(&services, &list.maker, &bytes, list.reason, mode).await {
        Ok(imported) => {
            println!("{}", report(&imported).join("\n"));
            Ok(())
        }
        Err(ImportError::Refused(remarks)) => {
            println!("{}", said(&remarks).join("\n"));
            let wrong = remarks.iter().filter(|remark| !remark.is_warning()).count();
            bail!("nothing was filed: {wrong} things stand in the way")
        }
        Err(ImportError::Closed(ClosedUntil(until))) => {
            let until = until.map_or("further notice".to_owned(), |until| {
                format!("{}, Hong Kong time", shown_moment(until))
            });
            bail!(
                "nothing was filed: Change User Profile is closed until {until}; --dry-run works at any hour"
            )
        }
        Err(ImportError::Fault(fault)) => Err(anyhow!(fault).context("nothing was filed")),
        Err(error) => Err(anyhow!(error).context("nothing was filed")),
    }
}

/// What is wrong and what is warned of, each at its line and column.
fn said(remarks: &[Remark]) -> Vec<String> {
    let mut lines: Vec<String> = remarks.iter().take(SAID).map(line).collect();
    if remarks.len() > SAID {
        lines.push(format!("… and {} more", remarks.len() - SAID));
    }
    lines
}

fn line(remark: &Remark) -> String {
    let place = match (remark.line, remark.column.as_str()) {
        (None, _) => "the list".to_owned(),
        (Some(line), "") => format!("line {line}"),
        (Some(line), column) => format!("line {line}, {column}"),
    };
    let warning = if remark.is_warning() { "warning: " } else { "" };
    format!("{place}: {warning}{}", sentence(&remark.what))
}

fn report(imported: &Imported) -> Vec<String> {
    let mut lines = said(&imported.warnings);
    let Census { profiles, with_email, with_card } = &imported.census;
    let of_kind = |((participant, kind), count): (&(ParticipantName, &str), &u64)| {
        format!("{participant}: {count} × {}", kind.replace('_', " "))
    };
    lines.extend(profiles.iter().map(of_kind));
    let all: u64 = profiles.values().sum();
    lines.push(format!("{all} profiles, {with_email} with an email address, {with_card} with a smartcard."));
    lines.push(match &imported.request {
        Some(request) => {
            format!(
                "Filed as change request {request}. Its maker has to adopt it, and then a checker to approve it; no \
                 profile is written yet."
            )
        }
        None => "The list can be filed. Nothing was written.".to_owned(),
    });
    lines
}

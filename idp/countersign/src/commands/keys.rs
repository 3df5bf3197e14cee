//! `countersign keys`.

use countersign_service::keys::KeyListing;

use crate::cli::ConfigFile;
use crate::node;

#[expect(clippy::print_stdout, reason = "the command line speaks to its user")]
pub(crate) async fn list(file: ConfigFile) -> anyhow::Result<()> {
    let config = super::configuration(&file)?;
    let services = node::for_command(&config).await?;
    let keys = countersign_service::keys::list(&services).await?;
    if keys.is_empty() {
        println!("No keys yet: the first `countersign serve` makes them.");
        return Ok(());
    }
    println!(
        "{:<45} {:<6} {:<8} {:<21} {:<21} REMOVED",
        "KEY ID", "ALG", "STATE", "SIGNS FROM", "SIGNS UNTIL"
    );
    for key in keys {
        println!("{}", line(&key));
    }
    Ok(())
}

fn line(key: &KeyListing) -> String {
    let moment = |at: countersign_core::Timestamp| at.format("%Y-%m-%dT%H:%M:%SZ").to_string();
    let maybe = |at: Option<countersign_core::Timestamp>| at.map_or_else(|| "-".to_owned(), moment);
    let life = &key.life;
    let state = format!("{:?}", key.state).to_lowercase();
    format!(
        "{:<45} {:<6} {:<8} {:<21} {:<21} {}",
        life.kid,
        life.alg.as_str(),
        state,
        moment(life.activates_at),
        maybe(life.retires_at),
        maybe(life.removed_at)
    )
}

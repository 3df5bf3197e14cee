//! `countersign migrate`.

use anyhow::Context as _;

use crate::cli::ConfigFile;

#[expect(clippy::print_stdout, reason = "the command line speaks to its user")]
pub(crate) async fn run(file: ConfigFile) -> anyhow::Result<()> {
    let config = super::configuration(&file)?;
    let url = config.database.url.expose();
    let pending = countersign_migrations::pending(url).await.context("connecting to the database")?;
    countersign_migrations::migrate(url).await.context("migrating the database")?;
    match pending {
        0 => println!("The database is up to date."),
        1 => println!("1 migration applied."),
        more => println!("{more} migrations applied."),
    }
    Ok(())
}

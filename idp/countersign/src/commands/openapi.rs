//! `countersign openapi`.

/// Prints the document.
#[expect(clippy::print_stdout, reason = "the command line speaks to its user")]
pub(crate) fn run() -> anyhow::Result<()> {
    print!("{}", countersign_server::http::management::document()?);
    Ok(())
}

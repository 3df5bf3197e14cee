//! What the demo says when it starts: where everything is, who can log in, what to try first.

use std::fmt::Write as _;

use super::addresses::Addresses;
use super::cast::cast;
use super::credentials::{Credentials, State, User};
use super::data::DataDirectory;

#[expect(clippy::print_stdout, reason = "the command line speaks to its user")]
pub(crate) fn print(addresses: &Addresses, credentials: &Credentials, data: &DataDirectory) {
    println!("{}", guide(addresses, credentials, &data.credentials_path().display().to_string()));
}

pub(super) fn guide(addresses: &Addresses, credentials: &Credentials, file: &str) -> String {
    let mut text =
        String::from("\nCountersign demo: everything on this machine, for this machine alone.\n\n");
    for (what, address) in [
        ("CCMS Terminal", addresses.ccms.as_str()),
        ("DMS", &addresses.dms),
        ("Settlement agent's system", &addresses.settlement_agent),
        ("Mail catcher", &addresses.mail),
        ("Issuer", &addresses.issuer),
    ] {
        let _ = writeln!(text, "  {what:<26} {address}");
    }
    for (what, address) in
        [("Admin console", addresses.console.as_str()), ("Card agent", &addresses.card_agent)]
    {
        let _ =
            writeln!(text, "  {what:<26} {address} (reserved for a later version; nothing listens there)");
    }
    let _ = write!(text, "\n  {:<10} {:<24} {:<24} Second factor\n", "User ID", "Password", "What it is");
    // The crowd is for scripts: it is counted, not listed.
    let listed: usize = cast().iter().map(|(_, people)| people.len()).sum();
    for user in credentials.users.iter().take(listed) {
        let password = user.password.as_deref().unwrap_or("-");
        let _ = writeln!(
            text,
            "  {:<10} {password:<24} {:<24} {}",
            user.user_id,
            user.roles.join(", "),
            factor(user)
        );
    }
    if let Some(more) = credentials.users.len().checked_sub(listed).filter(|more| *more > 0) {
        let _ = writeln!(text, "  … and {more} more");
    }
    let _ = write!(
        text,
        "\nAll of it, with the applications' secrets, is in {file}\n\n{}",
        first_thing(addresses, credentials)
    );
    text
}

fn factor(user: &User) -> String {
    match user.state {
        State::ReadyApp => format!("app: {}", user.totp_secret.as_deref().unwrap_or("-")),
        State::ReadyEmail => "by email".to_owned(),
        State::NeverSetUp => "never set up: begin with Forgot/reset password".to_owned(),
        State::SmartcardOnly => "smartcard only".to_owned(),
        State::Disabled => "disabled".to_owned(),
        State::NeedsEnrolmentCode => {
            format!("needs enrolment code {}", user.enrolment_code.as_deref().unwrap_or("-"))
        }
    }
}

fn first_thing(addresses: &Addresses, credentials: &Credentials) -> String {
    let password = credentials.user("HKABC103").and_then(|user| user.password.as_deref()).unwrap_or("-");
    format!(
        "Try this first: open {}, choose Login with OTP, and log in as HKABC103 with {password}.\n\
         The one-time password arrives at {}. Ctrl-C stops everything.\n",
        addresses.ccms, addresses.mail
    )
}

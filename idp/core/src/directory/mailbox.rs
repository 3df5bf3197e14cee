//! Email addresses on entry: one form, and warnings about those that are no individual's or no firm's.

use std::fmt;

use email_address::{EmailAddress, Options};
use serde::{Deserialize, Serialize};

crate::settings! {
    /// Which email addresses are warned about on entry; none is refused for it.
    #[derive(Clone, Debug, PartialEq, Serialize)]
    pub struct MailboxPolicy {
        /// Domains at which anybody can have an address; their subdomains count too.
        pub free_mail_domains: Vec<String> = owned(&[
            "126.com", "163.com", "aol.com", "foxmail.com", "gmail.com", "gmx.com", "googlemail.com", "hotmail.com",
            "icloud.com", "live.com", "live.hk", "mail.com", "me.com", "msn.com", "netvigator.com", "outlook.com",
            "proton.me", "protonmail.com", "qq.com", "sina.com", "yahoo.com", "yahoo.com.hk", "yeah.net", "ymail.com",
        ]),
        /// What stands before the `@` of an address that several people read.
        pub shared_names: Vec<String> = owned(&[
            "accounts", "admin", "backoffice", "clearing", "compliance", "contact", "cs", "enquiry", "finance", "group",
            "helpdesk", "hello", "info", "it", "mail", "noreply", "office", "operations", "ops", "sales", "service",
            "settlement", "settlements", "support", "team", "treasury",
        ]),
    }
}

/// An email address that mail can be sent to: `name@domain`, in ASCII, without a display name or comments. Names keep
/// their case, domains are in small letters.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Mailbox(String);

/// The text is no such address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an email address has the form name@company.example, in plain letters, digits and signs")]
pub struct BadMailbox;

/// What is said to whoever enters an address, and never stops them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MailboxWarning {
    /// Anybody can have an address there: a firm's own is recommended.
    FreeMail,
    /// Its name is that of a desk: an individual's is recommended.
    SharedName,
    /// Other profiles have it too.
    AlsoOf {
        /// How many.
        profiles: u64,
    },
}

/// Longest address (RFC 5321 §4.5.3.1.3, without the brackets).
const LONGEST: usize = 254;

impl Mailbox {
    /// Reads an address; space around it is dropped.
    pub fn parse(typed: &str) -> Result<Self, BadMailbox> {
        let typed = typed.trim();
        if typed.len() > LONGEST || !typed.is_ascii() {
            return Err(BadMailbox);
        }
        let options = Options::default().with_required_tld().without_display_text().without_domain_literal();
        let address = EmailAddress::parse_with_options(typed, options).map_err(|_| BadMailbox)?;
        let (name, domain) = (address.local_part(), address.domain().to_ascii_lowercase());
        // A quoted name may hold whatever it likes; nobody has one.
        if name.contains('"') { Err(BadMailbox) } else { Ok(Self(format!("{name}@{domain}"))) }
    }

    /// As written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether both reach one mailbox, as far as anybody outside can tell.
    #[must_use]
    pub fn reaches_same(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }

    /// What to say of it, where `others` more profiles have it.
    #[must_use]
    pub fn warnings(&self, policy: &MailboxPolicy, others: u64) -> Vec<MailboxWarning> {
        let (name, domain) = self.0.split_once('@').unwrap_or((&self.0, ""));
        let within = |free: &String| {
            let rest = domain.strip_suffix(free.to_ascii_lowercase().as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        };
        let free = policy.free_mail_domains.iter().any(within);
        let shared = policy.shared_names.iter().any(|shared| shared.eq_ignore_ascii_case(name));
        let warnings = [
            free.then_some(MailboxWarning::FreeMail),
            shared.then_some(MailboxWarning::SharedName),
            (others > 0).then_some(MailboxWarning::AlsoOf { profiles: others }),
        ];
        warnings.into_iter().flatten().collect()
    }
}

impl TryFrom<String> for Mailbox {
    type Error = BadMailbox;

    fn try_from(typed: String) -> Result<Self, Self::Error> {
        Self::parse(&typed)
    }
}

impl From<Mailbox> for String {
    fn from(mailbox: Mailbox) -> Self {
        mailbox.0
    }
}

impl fmt::Display for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn owned(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(typed: &str) -> Result<String, BadMailbox> {
        Mailbox::parse(typed).map(|mailbox| mailbox.0)
    }

    #[test]
    fn one_form_is_accepted() {
        assert_eq!(read(" Tai.Man+1@ABC.Example\n"), Ok("Tai.Man+1@abc.example".to_owned()));
        assert_eq!(read("o'neill@a-b.example"), Ok("o'neill@a-b.example".to_owned()));
        for bad in [
            "",
            "abc",
            "@abc.example",
            "chan@",
            "chan@abc",
            "chan@@abc.example",
            "a@b@abc.example",
            "chan@abc.",
            "chan@.example",
            "chan@[192.0.2.1]",
            "Chan <chan@abc.example>",
            "\"a b\"@abc.example",
            "\"@\"@abc.example",
            "chan @abc.example",
            "chan@abc .example",
            "chan@abc.example, b@abc.example",
            "chan@abc.example\r\nBcc: x@abc.example",
            "ch\u{0}an@abc.example",
            "陳@abc.example",
            "chan@例子.example",
            "chan@аbc.example",
            ".chan@abc.example",
            "ch..an@abc.example",
        ] {
            assert_eq!(read(bad), Err(BadMailbox), "{bad:?}");
        }
        let long = format!("{}@{}.example", "a".repeat(64), ["b".repeat(60).as_str(); 4].join("."));
        assert_eq!(read(&long), Err(BadMailbox));
    }

    #[test]
    fn a_warning_for_every_reason() {
        use MailboxWarning::{AlsoOf, FreeMail, SharedName};
        let policy = MailboxPolicy::default();
        let warned = |typed, others| Mailbox::parse(typed).unwrap().warnings(&policy, others);
        assert_eq!(warned("chan@abc.example", 0), []);
        assert_eq!(warned("chan@Gmail.com", 0), [FreeMail]);
        assert_eq!(warned("chan@mail.yahoo.com.hk", 0), [FreeMail]);
        assert_eq!(warned("chan@notgmail.com", 0), []);
        assert_eq!(warned("chan@gmail.com.example", 0), []);
        assert_eq!(warned("Settlement@abc.example", 0), [SharedName]);
        assert_eq!(warned("settlement.chan@abc.example", 0), []);
        assert_eq!(warned("ops@qq.com", 2), [FreeMail, SharedName, AlsoOf { profiles: 2 }]);
    }

    #[test]
    fn case_makes_no_other_mailbox() {
        let read = |typed| Mailbox::parse(typed).unwrap();
        assert!(read("Chan@abc.example").reaches_same(&read("chan@ABC.example")));
        assert!(!read("chan@abc.example").reaches_same(&read("chang@abc.example")));
    }

    proptest! {
        #[test]
        fn what_is_read_is_one_line_and_read_again_as_the_same(typed in "\\PC{0,8}@?[a-zA-Z0-9.\\-\r\n ]{0,12}") {
            if let Ok(mailbox) = Mailbox::parse(&typed) {
                prop_assert_eq!(mailbox.as_str().matches('@').count(), 1);
                prop_assert!(mailbox.as_str().bytes().all(|byte| byte.is_ascii_graphic()));
                prop_assert_eq!(Mailbox::parse(mailbox.as_str()), Ok(mailbox));
            }
        }
    }
}

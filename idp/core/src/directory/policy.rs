//! What the house has decided about the directory: one document, changed by operators' requests like everything else.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::mailbox::Mailbox;

/// How approval codes work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CodeMode {
    /// One code a checker and month.
    Monthly,
    /// One code a checker and request, for one use.
    PerRequest,
    /// No codes: everything goes through the queue.
    Off,
}

/// The directory's policy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DirectoryPolicy {
    /// Approval codes.
    pub approval_codes: CodeMode,
    /// Days until a request that nobody decides expires.
    pub request_days: u16,
    /// A step-up is fresh for this many seconds.
    pub step_up_seconds: u32,
    /// Most lines of a batch.
    pub batch_lines: usize,
    /// A profile not used for this many days is dormant.
    pub dormant_days: u16,
    /// Days that a profile stays quarantined after the end of the parallel run before it is removed.
    pub quarantine_days: u16,
    /// The day from which operators register the email addresses of Delegated Administrators.
    pub da_email_from: Option<NaiveDate>,
    /// Domains at which anybody gets a mailbox: such an address warns.
    pub free_mail_domains: Vec<String>,
}

impl Default for DirectoryPolicy {
    fn default() -> Self {
        let free = ["gmail.com", "hotmail.com", "icloud.com", "outlook.com", "qq.com", "163.com", "yahoo.com", "yahoo.com.hk"];
        Self {
            approval_codes: CodeMode::Monthly,
            request_days: 14,
            step_up_seconds: 300,
            batch_lines: 5000,
            dormant_days: 90,
            quarantine_days: 90,
            da_email_from: None,
            free_mail_domains: free.map(str::to_owned).to_vec(),
        }
    }
}

impl DirectoryPolicy {
    /// Whether anybody gets a mailbox at that domain.
    #[must_use]
    pub fn is_free_mail(&self, mailbox: &Mailbox) -> bool {
        self.free_mail_domains.iter().any(|domain| domain.eq_ignore_ascii_case(mailbox.domain()))
    }
}

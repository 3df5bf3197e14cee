//! The ways by which a request comes in, and what differs between them: the rules are the same for all.

use countersign_core::policy::Policy;

/// Most profiles of one import: an installation's whole user list.
pub const LONGEST_IMPORT: usize = 100_000;

/// How a request comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entrance<'a> {
    /// By the management API, from this address, in a session of the maker's.
    Api(&'a str),
    /// By the command line: whoever runs it says in whose name.
    CommandLine,
}

impl Entrance<'_> {
    /// From where, for the audit.
    pub(super) fn source(&self) -> &str {
        match self {
            Self::Api(address) => address,
            Self::CommandLine => "command line",
        }
    }

    /// Most profiles of a batch.
    pub(super) fn most_lines(self, policy: &Policy) -> usize {
        match self {
            Self::Api(_) => usize::try_from(policy.requests.batch_lines).unwrap_or(usize::MAX),
            Self::CommandLine => LONGEST_IMPORT,
        }
    }
}

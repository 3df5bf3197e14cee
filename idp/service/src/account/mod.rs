//! The user's own page: what is known of them, and what they may change alone.

mod change_channel;
mod change_password;
mod overview;

pub use change_channel::{ChangeChannelError, begin_change};
#[cfg(test)]
pub(crate) use change_password::replace;
pub use change_password::{ChangePasswordError, change_password};
pub use overview::{Overview, end_other_sessions, end_session, overview, sign_out};

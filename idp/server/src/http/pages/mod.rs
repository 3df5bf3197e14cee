//! The pages people see: one view per step of a login, and the user's own page.
//!
//! A view holds what its template shows and nothing else: no store, no use case. A handler fills one in and
//! returns it as its response. Every view carries a [`PageContext`], which handlers take as an extractor.
//! Names of steps, inputs and actions are fixed: people script against them.

mod account;
mod consent;
mod context;
mod errors;
mod form_post;
mod journey;
mod otp;
mod qr;
mod reset;
mod texts;
mod view;

pub use account::{Account, AccountNews, Channel, ChannelChoice, LastAccess, Method, SessionLine};
pub use consent::{Consent, ConsentScope};
pub use context::{LanguageLink, PageContext};
pub use errors::{BrokenRule, ErrorCode, PageError};
pub use form_post::FormPost;
pub use journey::{
    ChooseMethod, ConfirmSignOut, EmailRisk, EnrolmentCode, ErrorPage, Password, RegisterDevice, ScanQr,
    SignedOut,
};
pub use otp::{Otp, OtpChannel};
pub use reset::{ResetDone, ResetOtp, ResetPassword, ResetUserId};
pub use texts::{Arg, Texts, shown_moment};
pub use view::View;

#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) use tests::sample_visitors;

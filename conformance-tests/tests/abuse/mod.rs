//! What hostile or broken clients do. Each file is one way to be hostile.

mod codes;
mod csrf;
mod enumeration;
mod fixation;
mod floods;
mod forms;
mod lockout;
mod mails;
mod open_redirect;
mod otp;
mod refresh;
mod sealed;
pub(crate) mod setup;
mod slow_down;
mod totp;

//! Logging in: password, second factor, reset, and what both leave behind.
//!
//! A stranger's login lives in the sealed interaction. [`log_in`] checks the password and begins a row; [`act`],
//! [`prove_otp`], [`prove_code`] and [`resend`] move it on; at its end there is a session. A user ID that is not
//! there takes the same way as one that is, statement by statement, for as long as nothing was proved.

mod act;
mod attempt;
mod check;
mod email_otp;
pub(crate) mod fault;
mod finish;
mod flow;
mod known;
mod methods;
mod page;
mod password;
mod prove;
mod reset;
mod reset_password;
mod source;
mod step_up;
mod unlock;
mod visit;

pub use act::{ActError, act, resend};
pub(crate) use attempt::{Attempt, Proved, attempt};
pub use check::Refusal;
pub use fault::Fault;
pub(crate) use fault::faults;
pub use finish::{Arrival, SettingsNews};
pub use flow::{Advance, FlowToken, asked};
pub(crate) use flow::{means, seal_secret};
pub use methods::offers_smartcard;
pub use page::{FlowPage, OtpPage, PageOf, page};
pub use password::{LogInError, log_in};
pub(crate) use prove::enrolment_hash;
pub use prove::{ProofError, prove_code, prove_otp};
pub use reset::{
    ProveResetError, RequestResetError, ResetPage, prove_reset, request_reset, resend_reset, reset_page,
};
pub use reset_password::{NewPasswordPage, SetPasswordError, new_password_page, set_password};
pub(crate) use reset_password::{accepted, tell};
pub(crate) use step_up::begin_errand;
pub use step_up::{StepUpError, begin_step_up};
pub use unlock::unlock;
pub use visit::Visit;

#[cfg(test)]
mod tests;

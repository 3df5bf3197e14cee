//! Logging out: begun here (RP-Initiated Logout), or by the issuer behind the browser's back (Back-Channel Logout).

mod back_channel;
mod rp_initiated;
mod seen;

pub(crate) use back_channel::LogoutTokenError;
pub(crate) use rp_initiated::PendingLogout;
pub(crate) use seen::SeenLogouts;

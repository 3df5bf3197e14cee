//! Logging in: the steps of the journey, why each is asked for, and what a password and an OTP must be.

pub mod lockout;
pub mod otp;
pub mod password_policy;
pub mod steps;

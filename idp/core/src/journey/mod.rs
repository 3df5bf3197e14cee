//! Logging in: the steps of the journey, why each is asked for, and what a password and an OTP must be.

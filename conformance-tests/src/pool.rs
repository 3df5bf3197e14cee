//! Users handed out once each, so that no test meets another's counters or used TOTP steps.

use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result};

use crate::credentials::User;

/// The users that no interface names, by how they log in.
#[derive(Debug)]
pub(crate) struct Pool {
    app: Mutex<Vec<User>>,
    email: Mutex<Vec<User>>,
}

impl Pool {
    /// Sorts those of `users` that can log in and whose ID begins with none of `cast`.
    pub(crate) fn new(users: &[User], cast: &[&str]) -> Self {
        let free = users.iter().filter(|user| {
            let of_cast = cast.iter().any(|prefix| user.user_id.starts_with(prefix));
            user.password.is_some() && !of_cast
        });
        let (app, email) = free.cloned().partition(|user| user.totp_secret.is_some());
        Self { app: Mutex::new(app), email: Mutex::new(email) }
    }

    pub(crate) fn draw_with_app(&self) -> Result<User> {
        draw(&self.app).context("no user with a soft token left: raise `seed_users`")
    }

    pub(crate) fn draw_with_email(&self) -> Result<User> {
        draw(&self.email).context("no user with email OTP left: raise `seed_users`")
    }
}

fn draw(pile: &Mutex<Vec<User>>) -> Option<User> {
    pile.lock().unwrap_or_else(PoisonError::into_inner).pop()
}

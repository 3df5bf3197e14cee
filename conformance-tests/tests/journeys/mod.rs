//! What people do, in a real Chromium: one file per journey. They take the pictures of the documentation on the way.

mod account;
mod chrome;
mod first_login;
mod languages;
mod later_login;
mod logout;
mod narrow;
mod refusals;
mod reset;
mod shots;
mod steps;
mod without_javascript;

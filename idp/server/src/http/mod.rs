//! Everything that speaks HTTP.

mod account;
pub mod assets;
pub mod cookies;
pub mod csrf;
pub mod headers;
pub mod locale;
mod login;
pub mod management;
pub mod oauth;
pub mod pages;
pub mod router;
pub mod state;
pub mod visitor;

#[cfg(test)]
mod test_browser;
#[cfg(test)]
mod tests;

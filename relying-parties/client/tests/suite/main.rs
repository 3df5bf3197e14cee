//! The relying party against a small fake issuer with real keys: every rule once kept and once broken.

#[cfg(test)]
#[path = "../fake_issuer/mod.rs"]
mod fake_issuer;

#[cfg(test)]
mod back_channel;
#[cfg(test)]
mod client_authentication;
#[cfg(test)]
mod id_token;
#[cfg(test)]
mod issuer;
#[cfg(test)]
mod login;
#[cfg(test)]
mod logout;
#[cfg(test)]
mod probe;
#[cfg(test)]
mod refresh;
#[cfg(test)]
mod sessions;

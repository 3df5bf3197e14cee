//! Mails in words: text and HTML, in three languages, from the facts of [`countersign_core::mail`].

#[cfg(test)]
mod tests;
mod write;

pub use write::{Message, write};

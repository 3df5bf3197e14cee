//! Mails in words: text and HTML, in three languages, from the facts of [`countersign_core::mail`].

mod write;

pub use write::{Message, write};

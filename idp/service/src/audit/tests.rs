//! What is written is found, by those who may read it, and nothing is written of what did not happen.

mod append;
mod support;

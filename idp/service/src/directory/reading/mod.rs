//! Reading the directory. Every question carries the scope of who asks, down to the query.

pub mod cursor;
pub mod page;
pub mod participants;
pub mod profiles;

#[cfg(test)]
mod tests;

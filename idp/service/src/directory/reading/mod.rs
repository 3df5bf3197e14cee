//! Reading the directory. Every question carries the scope of who asks, down to the query.

pub mod audit;
pub mod clients;
pub mod cursor;
pub mod forms;
pub mod groups;
pub mod page;
pub mod participants;
pub mod phases;
pub mod policies;
pub mod profiles;
pub mod requests;

#[cfg(test)]
mod tests;

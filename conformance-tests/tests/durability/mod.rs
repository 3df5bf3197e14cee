//! What was acknowledged is true for good: `kill -9` under load, restart, and compare with the clients' own books.

mod kill;
mod ledger;

//! Every way through the login, on every database at hand.

mod account;
mod attacks;
mod audit;
mod first_time;
mod later;
mod lockout;
mod measure;
mod parity;
mod races;
mod refusals;
mod rehash;
mod reset;
mod support;

//! The whole way with the `openidconnect` crate as the client, by each way of client authentication: what a standard
//! library accepts, an application owner's library will accept.

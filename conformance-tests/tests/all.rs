//! Every black-box test of the product, in one binary so that it links once.
//!
//! Tests share the demo of [`conformance_tests::shared`] unless they need one of their own. Long ones run only with
//! `COUNTERSIGN_SOAK=1`.

#[cfg(test)] // so that its helpers may index and panic as tests do
mod abuse;
mod architecture;
#[cfg(test)] // as above
mod durability;
#[cfg(test)] // so that its helpers may expect and panic as tests do
mod journeys;
mod management;
mod protocol;

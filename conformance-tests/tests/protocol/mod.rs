//! The protocol by specification section.

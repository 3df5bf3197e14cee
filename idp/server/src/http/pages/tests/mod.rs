//! Every page in every state, rendered alone: held to the rules here, and written out to be looked at.

mod contrast;
mod gallery;
mod markup;
mod samples;
mod texts;

pub(crate) use samples::visitors as sample_visitors;

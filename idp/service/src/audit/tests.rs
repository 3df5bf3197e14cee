//! What is written is found by those who may read it; what is touched afterwards is found by everybody.

mod append;
mod export;
mod measure;
mod sealing;
mod support;
mod tally;
mod tampering;

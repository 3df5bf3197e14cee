//! What the house has decided about change requests.

use serde::Serialize;

crate::settings! {
    /// Change requests.
    #[derive(Clone, Debug, PartialEq, Serialize)]
    pub struct RequestPolicy {
        /// Days until a request that nobody decides expires.
        pub days_to_sign: u16 = 14,
        /// Most lines of a batch.
        pub batch_lines: u32 = 5000,
    }
}

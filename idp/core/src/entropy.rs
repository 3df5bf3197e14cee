//! Randomness as the rules see it: passed in.

/// A cryptographically secure source of random bytes. The real one lives in the composition root.
pub trait Entropy: Send + Sync {
    /// Fills `buffer` with unpredictable bytes.
    fn fill(&self, buffer: &mut [u8]);
}

/// What is commonly drawn from an [`Entropy`].
pub trait EntropyExt: Entropy {
    /// `N` random bytes.
    fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut buffer = [0; N];
        self.fill(&mut buffer);
        buffer
    }

    /// A number below `bound`, each equally likely; 0 when `bound` is 0.
    fn below(&self, bound: u32) -> u32 {
        if bound == 0 {
            return 0;
        }
        // Rejection sampling: values past the last whole multiple of `bound` would favour the small ones.
        let limit = u32::MAX - u32::MAX % bound;
        loop {
            let value = u32::from_be_bytes(self.bytes());
            if value < limit {
                return value % bound;
            }
        }
    }
}

impl<E: Entropy + ?Sized> EntropyExt for E {}

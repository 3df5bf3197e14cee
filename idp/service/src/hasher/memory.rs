//! The memory that hashes fill: handed from one hash to the next while passwords are waiting, given back to the system
//! when none is.
//!
//! A general allocator would keep 19 MiB for every thread that ever hashed, some hundreds in all. Blocks past its
//! largest threshold (32 MiB in glibc) it maps and unmaps instead, so that is what is asked for; pages that are never
//! touched cost nothing.

use std::sync::{Mutex, PoisonError};

use argon2::Block;

/// Blocks of one KiB, more than any allocator keeps.
const ALWAYS_MAPPED: usize = 33 * 1024;

/// Memory between two hashes.
#[derive(Debug, Default)]
pub(super) struct Memory(Mutex<Vec<Vec<Block>>>);

impl Memory {
    /// Does `work` in `count` blocks.
    pub(super) fn lend<T>(&self, count: usize, work: impl FnOnce(&mut [Block]) -> T) -> T {
        let kept = self.idle().pop();
        let mut blocks = kept.unwrap_or_else(|| Vec::with_capacity(count.max(ALWAYS_MAPPED)));
        blocks.resize(count, Block::new());
        let outcome = work(&mut blocks);
        self.idle().push(blocks);
        outcome
    }

    /// Gives everything back that is not lent.
    pub(super) fn release(&self) {
        self.idle().clear();
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Vec<Block>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

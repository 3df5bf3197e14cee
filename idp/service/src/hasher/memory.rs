//! The memory that a thread's hashes fill: kept from one hash to the next while passwords are waiting, given back to
//! the system when none is.
//!
//! A general allocator would keep what is freed. Blocks past its largest threshold (32 MiB in glibc) it maps and unmaps
//! instead, so that is what is asked for; pages that are never touched cost nothing.

use argon2::Block;

/// Blocks of one KiB, more than any allocator keeps.
const ALWAYS_MAPPED: usize = 33 * 1024;

/// The memory of one thread.
#[derive(Debug, Default)]
pub(super) struct Memory(Vec<Block>);

impl Memory {
    /// So many blocks, whatever is in them.
    pub(super) fn blocks(&mut self, count: usize) -> &mut [Block] {
        if self.0.capacity() < count {
            self.0 = Vec::with_capacity(count.max(ALWAYS_MAPPED));
        }
        self.0.resize(count, Block::new());
        &mut self.0
    }

    /// Gives it back.
    pub(super) fn release(&mut self) {
        self.0 = Vec::new();
    }
}

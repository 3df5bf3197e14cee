//! The threads that hash: each takes the next job by itself, so that none waits for another part of the house between
//! two hashes, and all stand back for whatever else is to be done on the machine.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use thread_priority::{ThreadPriority, set_current_thread_priority};

use super::memory::Memory;

/// Something to be done with a thread's memory.
pub(super) type Job = Box<dyn FnOnce(&mut Memory) + Send>;

/// How long a thread keeps its memory when nothing is to be done: the next password may be on its way.
const LINGER: Duration = Duration::from_millis(100);

/// In per cent of the priorities there are: nice 9 on Linux. A tenth of what others get where all cores are wanted,
/// so that a flood of other requests slows logins down and does not stop them.
const PRIORITY: u8 = 25;

/// Starts so many threads, and returns where their jobs go. They end when that is dropped.
pub(super) fn start(threads: usize, queue: usize) -> std::io::Result<Sender<Job>> {
    let (jobs, next) = bounded(queue);
    for number in 0..threads {
        let next = next.clone();
        std::thread::Builder::new().name(format!("password-{number}")).spawn(move || work(&next))?;
    }
    Ok(jobs)
}

fn work(next: &Receiver<Job>) {
    stand_back();
    let mut memory = Memory::default();
    loop {
        let job = match next.recv_timeout(LINGER) {
            Ok(job) => job,
            Err(RecvTimeoutError::Disconnected) => return,
            Err(RecvTimeoutError::Timeout) => {
                memory.release();
                let Ok(job) = next.recv() else { return };
                job
            }
        };
        // Whoever waits for the outcome learns that there is none; the thread goes on.
        if catch_unwind(AssertUnwindSafe(|| job(&mut memory))).is_err() {
            memory.release();
        }
    }
}

fn stand_back() {
    let lowered = ThreadPriority::try_from(PRIORITY)
        .map_err(ToString::to_string)
        .and_then(|priority| set_current_thread_priority(priority).map_err(|error| error.to_string()));
    if let Err(error) = lowered {
        tracing::warn!(%error, "password hashing runs at the priority of everything else");
    }
}

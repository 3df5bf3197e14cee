//! The bounded pool that hashes passwords (Argon2id, RFC 9106).
//!
//! One hash fills 19 MiB and a core for some 20 ms. Under a flood that must queue and then shed: at most `workers`
//! hash at once, at most `queue` wait, everyone else is told at once to come back. So logins may slow down, but
//! they never eat the machine that also serves tokens.

mod memory;
mod threads;

use std::sync::Arc;

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Params, Version};
use countersign_core::policy::HashingPolicy;
use countersign_core::secret::SecretString;
use countersign_core::{Entropy, EntropyExt as _};
use crossbeam_channel::Sender;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use memory::Memory;
use threads::Job;

/// Hashes and verifies passwords, a bounded number at a time.
#[derive(Clone)]
pub struct PasswordHasher {
    argon2: Argon2<'static>,
    entropy: Arc<dyn Entropy>,
    /// Everyone inside, hashing or waiting.
    admitted: Arc<Semaphore>,
    capacity: usize,
    /// To the threads that hash. It has room for everyone admitted.
    jobs: Sender<Job>,
    /// What a password is compared with when there is none to compare with, so that it takes as long.
    decoy: Arc<str>,
}

/// A place in the pool.
#[derive(Debug)]
pub struct Admitted {
    _place: OwnedSemaphorePermit,
}

/// Too many passwords are being checked. Nothing was done; try again shortly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the password pool is full")]
pub struct Busy;

/// Why a password was not hashed or verified.
#[derive(Debug, thiserror::Error)]
pub enum HashError {
    /// The pool is full.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// The parameters or a stored hash are unusable.
    #[error("password hashing: {0}")]
    Unusable(String),
}

impl PasswordHasher {
    /// A pool as `policy` says.
    ///
    /// # Errors
    /// When Argon2 does not take the parameters, or there are no more threads.
    pub fn new(policy: &HashingPolicy, entropy: Arc<dyn Entropy>) -> Result<Self, HashError> {
        let params = Params::new(policy.memory_kib, policy.iterations, 1, None).map_err(unusable)?;
        let argon2 = with(params);
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let workers = if policy.workers == 0 { cores } else { usize::from(policy.workers) };
        let capacity = workers + usize::from(policy.queue);
        let decoy = hash(&argon2, &mut Memory::default(), &entropy.bytes::<32>(), &entropy.bytes())?.into();
        let jobs = threads::start(workers, capacity).map_err(unusable)?;
        Ok(Self { argon2, entropy, admitted: Arc::new(Semaphore::new(capacity)), capacity, jobs, decoy })
    }

    /// The PHC string to store for `password`.
    ///
    /// # Errors
    /// [`HashError::Busy`] at once when the queue is full.
    pub async fn hash(&self, password: &SecretString) -> Result<String, HashError> {
        let (argon2, password, salt) = (self.argon2.clone(), password.clone(), self.entropy.bytes());
        let work = move |memory: &mut Memory| hash(&argon2, memory, password.expose().as_bytes(), &salt);
        self.run(self.admit()?, work).await?
    }

    /// A place in the pool, taken before anything else is done for a password that is to be verified.
    ///
    /// # Errors
    /// When the queue is full.
    pub fn admit(&self) -> Result<Admitted, Busy> {
        Arc::clone(&self.admitted)
            .try_acquire_owned()
            .map(|place| Admitted { _place: place })
            .map_err(|_| Busy)
    }

    /// Whether `password` is the one behind `phc`. Without a `phc` the answer is no, after the same work.
    ///
    /// # Errors
    /// [`HashError::Busy`] at once when the queue is full.
    pub async fn verify(&self, password: &SecretString, phc: Option<&str>) -> Result<bool, HashError> {
        self.verify_admitted(self.admit()?, password, phc).await
    }

    /// As [`Self::verify`], in a place taken before.
    ///
    /// # Errors
    /// When the worker died.
    pub async fn verify_admitted(
        &self,
        admitted: Admitted,
        password: &SecretString,
        phc: Option<&str>,
    ) -> Result<bool, HashError> {
        let (known, phc) = (phc.is_some(), phc.map_or_else(|| Arc::clone(&self.decoy), Arc::from));
        let (argon2, password) = (self.argon2.clone(), password.clone());
        let work = move |memory: &mut Memory| matches(&argon2, memory, password.expose().as_bytes(), &phc);
        let matches = self.run(admitted, work).await?;
        Ok(known & matches)
    }

    /// Whether `phc` was made under the parameters of today. Another still verifies.
    #[must_use]
    pub fn is_current(&self, phc: &str) -> bool {
        let costs = |params: &Params| (params.m_cost(), params.t_cost(), params.p_cost());
        let Ok(stored) = PasswordHash::new(phc) else { return false };
        let under = Params::try_from(&stored);
        is_argon2id(&stored) && under.is_ok_and(|params| costs(&params) == costs(self.argon2.params()))
    }

    /// How many are inside, hashing or waiting.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.capacity - self.admitted.available_permits()
    }

    /// Has `work` done by the next free thread. Its place is given back after it, even when nobody waits for the
    /// outcome any more.
    async fn run<T: Send + 'static>(
        &self,
        admitted: Admitted,
        work: impl FnOnce(&mut Memory) -> T + Send + 'static,
    ) -> Result<T, HashError> {
        let (done, outcome) = oneshot::channel();
        let job = move |memory: &mut Memory| {
            let outcome = work(memory);
            drop(admitted);
            // Whoever went away is not waiting for an answer.
            let _gone = done.send(outcome);
        };
        self.jobs.try_send(Box::new(job)).map_err(|_| Busy)?;
        outcome.await.map_err(unusable)
    }
}

fn hash(
    argon2: &Argon2<'_>,
    memory: &mut Memory,
    password: &[u8],
    salt: &[u8; 16],
) -> Result<String, HashError> {
    let phc = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(argon2.params()).map_err(unusable)?,
        salt: Some(Salt::new(salt).map_err(unusable)?),
        hash: Some(compute(argon2, memory, password, salt)?),
    };
    Ok(phc.to_string())
}

/// Whether `password` is the one behind `phc`, which may have been made under former parameters.
fn matches(argon2: &Argon2<'_>, memory: &mut Memory, password: &[u8], phc: &str) -> bool {
    let Ok(stored) = PasswordHash::new(phc) else { return false };
    let (Some(salt), Some(expected)) = (&stored.salt, &stored.hash) else { return false };
    let Ok(params) = Params::try_from(&stored) else { return false };
    let under = if params == *argon2.params() { argon2.clone() } else { with(params) };
    // `Output` compares in constant time.
    is_argon2id(&stored)
        && compute(&under, memory, password, salt).is_ok_and(|computed| computed == *expected)
}

fn is_argon2id(stored: &PasswordHash) -> bool {
    stored.algorithm == Algorithm::Argon2id.ident() && stored.version == Some(Version::V0x13.into())
}

fn with(params: Params) -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

fn compute(
    argon2: &Argon2<'_>,
    memory: &mut Memory,
    password: &[u8],
    salt: &[u8],
) -> Result<Output, HashError> {
    let mut output = [0; Params::DEFAULT_OUTPUT_LEN];
    let blocks = memory.blocks(argon2.params().block_count());
    argon2.hash_password_into_with_memory(password, salt, &mut output, blocks).map_err(unusable)?;
    Output::new(&output).map_err(unusable)
}

fn unusable(error: impl std::fmt::Display) -> HashError {
    HashError::Unusable(error.to_string())
}

#[cfg(test)]
mod tests;

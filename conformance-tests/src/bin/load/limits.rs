//! What this machine can do at all, measured in the same run as what is held against it.
//!
//! H is an empty axum POST handler under the same `wrk`; S are raw signatures on one core; A are raw Argon2id hashes
//! on all cores. A ratio to these says how much of the machine is the product's own overhead, on any machine.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, anyhow};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{self, EcdsaKeyPair, RsaKeyPair};
use axum::Router;
use axum::routing::post;

use crate::wrk::Wrk;

/// The limits of this machine, each per second.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Requests to an empty handler.
    pub(crate) empty_post: f64,
    /// ES256 signatures on one core.
    pub(crate) es256: f64,
    /// RS256 signatures (2048 bits) on one core.
    pub(crate) rs256: f64,
    /// Argon2id hashes (19 MiB, 2 passes, 1 lane) on all cores.
    pub(crate) argon2: f64,
}

impl Limits {
    /// Measure all of them.
    pub(crate) async fn measure(span: Duration) -> Result<Self> {
        let empty_post = empty_post(span).await?;
        let (es256, rs256, argon2) = tokio::task::spawn_blocking(move || -> Result<_> {
            Ok((es256(span)?, rs256(span)?, argon2_on_all_cores(span)?))
        })
        .await??;
        Ok(Self { empty_post, es256, rs256, argon2 })
    }

    /// The rate at which one could handle `requests` empty requests and make these signatures, one after the other:
    /// 1/(requests/H + es256/S₁ + rs256/S₂).
    pub(crate) fn of_work(&self, requests: f64, es256: f64, rs256: f64) -> f64 {
        1.0 / (requests / self.empty_post + es256 / self.es256 + rs256 / self.rs256)
    }
}

/// A once more: logins take so long that the machine may be another by then.
pub(crate) async fn argon2_again(span: Duration) -> Result<f64> {
    tokio::task::spawn_blocking(move || argon2_on_all_cores(span)).await?
}

async fn empty_post(span: Duration) -> Result<f64> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let router = Router::new().route("/", post(|| async {}));
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    let script = "wrk.method = 'POST'\nwrk.body = 'a=b'\n";
    let run = Wrk::new(&format!("http://{address}/"), script).span(span).run().await;
    server.abort();
    Ok(run?.per_second())
}

fn es256(span: Duration) -> Result<f64> {
    let algorithm = &signature::ECDSA_P256_SHA256_FIXED_SIGNING;
    let random = SystemRandom::new();
    let document = EcdsaKeyPair::generate_pkcs8(algorithm, &random).context("an EC key")?;
    let key = EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref()).map_err(|error| anyhow!("{error}"))?;
    repeat(span, || key.sign(&random, &MESSAGE).map(drop).context("an ES256 signature"))
}

fn rs256(span: Duration) -> Result<f64> {
    let key = RsaKeyPair::generate(KeySize::Rsa2048).context("an RSA key")?;
    let random = SystemRandom::new();
    let mut signature = vec![0; key.public_modulus_len()];
    repeat(span, || {
        key.sign(&signature::RSA_PKCS1_SHA256, &random, &MESSAGE, &mut signature)
            .context("an RS256 signature")
    })
}

/// About the size of a token's signing input.
const MESSAGE: [u8; 800] = [b'x'; 800];

fn argon2_on_all_cores(span: Duration) -> Result<f64> {
    let cores = std::thread::available_parallelism()?.get();
    let rates: Result<Vec<f64>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..cores).map(|_| scope.spawn(move || argon2_on_one_core(span))).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().map_err(|_| anyhow!("a hashing thread died"))?)
            .collect()
    });
    Ok(rates?.iter().sum())
}

fn argon2_on_one_core(span: Duration) -> Result<f64> {
    let parameters = Params::new(19 * 1024, 2, 1, Some(32)).map_err(|error| anyhow!("{error}"))?;
    let mut memory = vec![Block::default(); parameters.block_count()];
    let hasher = Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters);
    let mut hash = [0; 32];
    repeat(span, || {
        hasher
            .hash_password_into_with_memory(
                b"correct horse battery staple",
                b"sixteen byte salt",
                &mut hash,
                &mut memory,
            )
            .map_err(|error| anyhow!("{error}"))
    })
}

/// How often per second something can be done, one after the other.
fn repeat(span: Duration, mut act: impl FnMut() -> Result<()>) -> Result<f64> {
    let start = Instant::now();
    let mut done = 0_u32;
    while start.elapsed() < span {
        act()?;
        done += 1;
    }
    Ok(f64::from(done) / start.elapsed().as_secs_f64())
}

//! Hashing passwords, and verifying them, as many at a time as there are processors.
//!
//! A hash takes 19 MiB and tens of milliseconds of a processor on purpose. Without a bound a few hundred log-ins at
//! once would take the memory and all the processors from everything else.

use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use api_types::codes;
use argon2::password_hash::phc;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use domain::Password;
use http_kit::ApiProblem;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::credential_store::PasswordHash;

/// OWASP Password Storage Cheat Sheet, argon2id with 19 MiB: in KiB.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Random salt, random digest: the hash of no password, for handles that nobody has. Its parameters are the ones above,
/// so that verifying it takes as long as verifying a real one.
const DUMMY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$ESLTGYCyF+jmBF9ibwB/Sw$NYRPdt6SUh65dO3AWtqSynideR4mIpXvAfTPTKUmSfs";

/// How many may wait, per processor: few enough that the last one still gets an answer in a few seconds.
const WAITING_PER_PROCESSOR: usize = 64;

#[derive(Debug)]
pub(crate) struct Passwords {
    /// Everybody who hashes or waits.
    admitted: Arc<Semaphore>,
    /// Those who hash.
    hashing: Arc<Semaphore>,
    work: Arc<Work>,
}

/// The right to hash once.
#[derive(Debug)]
pub(crate) struct HashPermit {
    admitted: OwnedSemaphorePermit,
    hashing: Arc<Semaphore>,
    work: Arc<Work>,
}

/// What the threads share.
#[derive(Debug, Default)]
struct Work {
    verifications: AtomicU64,
}

impl Passwords {
    pub(crate) fn new() -> Self {
        let processors = std::thread::available_parallelism().map_or(1, NonZero::get);
        Self::with_bounds(processors, processors * WAITING_PER_PROCESSOR)
    }

    fn with_bounds(hashing: usize, waiting: usize) -> Self {
        Self {
            admitted: Arc::new(Semaphore::new(hashing + waiting)),
            hashing: Arc::new(Semaphore::new(hashing)),
            work: Arc::default(),
        }
    }

    /// # Errors
    /// `overloaded` when too many wait already.
    pub(crate) fn admit(&self) -> Result<HashPermit, ApiProblem> {
        let admitted = Arc::clone(&self.admitted).try_acquire_owned();
        let admitted = admitted.map_err(|_full| ApiProblem::new(codes::OVERLOADED))?;
        Ok(HashPermit { admitted, hashing: Arc::clone(&self.hashing), work: Arc::clone(&self.work) })
    }

    /// # Errors
    /// `overloaded` when too many wait already.
    pub(crate) async fn hash(&self, password: Password) -> Result<PasswordHash, ApiProblem> {
        self.admit()?.hash(password).await
    }

    /// How many passwords were held against a hash, a real one or the dummy.
    #[cfg(test)]
    pub(crate) fn verifications(&self) -> u64 {
        self.work.verifications.load(Ordering::Relaxed)
    }
}

impl HashPermit {
    pub(crate) async fn hash(self, password: Password) -> Result<PasswordHash, ApiProblem> {
        self.run(move |_work| hash(&password)).await
    }

    /// Without a hash the password is held against the dummy, so that the answer takes as long.
    pub(crate) async fn verify(
        self,
        password: Password,
        hash: Option<PasswordHash>,
    ) -> Result<bool, ApiProblem> {
        self.run(move |work| work.verify(&password, hash.as_ref())).await
    }

    async fn run<T: Send + 'static>(
        self,
        work: impl FnOnce(&Work) -> Result<T, ApiProblem> + Send + 'static,
    ) -> Result<T, ApiProblem> {
        let hashing = self.hashing.acquire_owned().await.map_err(ApiProblem::internal)?;
        let (admitted, shared) = (self.admitted, self.work);
        let task = tokio::task::spawn_blocking(move || {
            // Held until the work is done, whether or not the caller still waits for it.
            let _permits = (admitted, hashing);
            work(&shared)
        });
        task.await.map_err(ApiProblem::internal)?
    }
}

impl Work {
    fn verify(&self, password: &Password, hash: Option<&PasswordHash>) -> Result<bool, ApiProblem> {
        self.verifications.fetch_add(1, Ordering::Relaxed);
        let known = hash.map_or(DUMMY, PasswordHash::expose);
        // The parser's words could quote the hash.
        let known = phc::PasswordHash::new(known)
            .map_err(|_malformed| ApiProblem::internal("a stored password hash is malformed"))?;
        let is_right = argon2()?.verify_password(password.expose().as_bytes(), &known).is_ok();
        Ok(is_right && hash.is_some())
    }
}

fn hash(password: &Password) -> Result<PasswordHash, ApiProblem> {
    let hash = argon2()?.hash_password(password.expose().as_bytes()).map_err(ApiProblem::internal)?;
    Ok(PasswordHash::new(hash.to_string()))
}

fn argon2() -> Result<Argon2<'static>, ApiProblem> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(ApiProblem::internal)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_fits_its_own_hash_alone() {
        let passwords = Passwords::new();
        let permit = || passwords.admit().expect("nobody else is here");
        let typed = Password::guess;
        let hash = permit().hash(typed("caf\u{e9} au lait")).await.expect("it hashes");
        let parameters = |phc: &str| phc.split('$').take(4).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(parameters(hash.expose()), parameters(DUMMY), "the dummy takes as long as a real one");
        assert!(
            permit().verify(typed("cafe\u{301} au lait"), Some(hash.clone())).await.expect("it verifies")
        );
        assert!(!permit().verify(typed("cafe au lait"), Some(hash)).await.expect("it verifies"));
        assert!(
            !permit().verify(typed("caf\u{e9} au lait"), None).await.expect("it verifies"),
            "nobody's password"
        );
        assert_eq!(passwords.verifications(), 3, "also where there is no hash");
        assert!(permit().verify(typed("x"), Some(PasswordHash::new("nonsense"))).await.is_err());
    }

    #[tokio::test]
    async fn more_than_may_wait_are_refused() {
        let passwords = Passwords::with_bounds(1, 1);
        let permits = [passwords.admit(), passwords.admit()];
        assert!(permits.iter().all(Result::is_ok));
        let refusal = passwords.admit().expect_err("two are there");
        assert_eq!(refusal.code(), "overloaded");
        drop(permits);
        assert!(passwords.admit().is_ok());
    }
}

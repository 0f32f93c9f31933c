//! Hashing passwords, and verifying them.
//!
//! Those who register and those who log in wait in queues of their own, so that neither shuts the other out.

use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use argon2::password_hash::phc;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use domain::Password;
use http_kit::{ApiProblem, ClientAddress};

use crate::credential_store::PasswordHash;

use super::hash_queue::{HashPermit, HashQueue};
use super::strength;

/// OWASP Password Storage Cheat Sheet, argon2id with 19 MiB: in KiB.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Random salt, random digest: the hash of no password, for handles that nobody has. Its parameters are the ones above,
/// so that verifying it takes as long as verifying a real one.
const DUMMY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$ESLTGYCyF+jmBF9ibwB/Sw$NYRPdt6SUh65dO3AWtqSynideR4mIpXvAfTPTKUmSfs";

/// How many may wait in each queue, per processor: few enough that the last one still gets an answer in a few seconds.
const WAITING_PER_PROCESSOR: usize = 64;

#[derive(Debug)]
pub(crate) struct Passwords {
    log_ins: HashQueue,
    new: HashQueue,
    work: Arc<Work>,
}

/// The right to verify a password once.
#[derive(Debug)]
pub(crate) struct LogInPermit {
    permit: HashPermit,
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
        Self {
            log_ins: HashQueue::new(processors, processors * WAITING_PER_PROCESSOR),
            // They are rarer, and may not take all processors.
            new: HashQueue::new(processors.div_ceil(2), processors * WAITING_PER_PROCESSOR),
            work: Arc::default(),
        }
    }

    /// Of somebody who says that an account is theirs.
    ///
    /// # Errors
    /// As of [`HashQueue::admit`].
    pub(crate) fn admit_log_in(&self, address: Option<ClientAddress>) -> Result<LogInPermit, ApiProblem> {
        Ok(LogInPermit { permit: self.log_ins.admit(address)?, work: Arc::clone(&self.work) })
    }

    /// Hashes a password that shall be an account's. `about`: what others know of its owner.
    ///
    /// # Errors
    /// As of [`HashQueue::admit`], and `password-too-weak`.
    pub(crate) async fn hash(
        &self,
        password: Password,
        about: Vec<String>,
        address: Option<ClientAddress>,
    ) -> Result<PasswordHash, ApiProblem> {
        let work = move || {
            strength::require(&password, &about)?;
            hash(&password)
        };
        self.new.admit(address)?.run(work).await
    }

    /// How many passwords were held against a hash, a real one or the dummy.
    #[cfg(test)]
    pub(crate) fn verifications(&self) -> u64 {
        self.work.verifications.load(Ordering::Relaxed)
    }
}

impl LogInPermit {
    /// Without a hash the password is held against the dummy, so that the answer takes as long.
    pub(crate) async fn verify(
        self,
        password: Password,
        hash: Option<PasswordHash>,
    ) -> Result<bool, ApiProblem> {
        let work = self.work;
        self.permit.run(move || work.verify(&password, hash.as_ref())).await
    }
}

impl Work {
    fn verify(&self, password: &Password, hash: Option<&PasswordHash>) -> Result<bool, ApiProblem> {
        self.verifications.fetch_add(1, Ordering::Relaxed);
        let hash = hash.filter(|hash| hash.is_of_password());
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
        let permit = || passwords.admit_log_in(None).expect("nobody else is here");
        let typed = Password::guess;
        let hash = passwords.hash(typed("caf\u{e9} au lait"), Vec::new(), None).await.expect("it hashes");
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
        let of_nothing = Some(PasswordHash::of_nothing("somebody"));
        assert!(!permit().verify(typed("!somebody"), of_nothing).await.expect("it verifies"));
        assert_eq!(passwords.verifications(), 4, "also where there is no hash");
        assert!(permit().verify(typed("x"), Some(PasswordHash::new("nonsense"))).await.is_err());
    }

    #[tokio::test]
    async fn sign_ups_that_wait_shut_no_log_in_out() {
        let passwords = Passwords::new();
        let mut waiting = Vec::new();
        while let Ok(permit) = passwords.new.admit(None) {
            waiting.push(permit);
        }
        assert!(waiting.len() > WAITING_PER_PROCESSOR);
        let refused =
            passwords.hash(Password::guess("x"), Vec::new(), None).await.expect_err("the queue is full");
        assert_eq!(refused.code(), "overloaded");
        let permit = passwords.admit_log_in(None).expect("that queue is empty");
        assert!(!permit.verify(Password::guess("x"), None).await.expect("it verifies"));
    }
}

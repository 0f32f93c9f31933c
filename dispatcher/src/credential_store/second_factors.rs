//! Second factors by account: a secret that an authenticator shares (RFC 6238), and codes for when it is lost.
//!
//! A code is checked and used up in one write, so it is good once, however many show it at the same moment.

use std::fmt;
use std::sync::Arc;

use domain::AccountId;
use event_store::buckets::{self, Bucket, BucketError, Change};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use totp_rs::{Algorithm, Builder, Secret, Totp, TotpError};

use super::sessions::SecretHash;

/// RFC 4226 §4 recommends 160 bits.
pub const SECRET_BYTES: usize = 20;
pub const RECOVERY_CODES: usize = 10;
/// The codes before and after the present one are good, too: clocks differ, and typing takes time.
const STEPS_AROUND: u16 = 1;
const STEP_SECONDS: u64 = 30;
const DIGITS: u8 = 6;

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct SecondFactor {
    /// Readable, because codes follow from it.
    secret: [u8; SECRET_BYTES],
    /// From when on it is asked for: once a code has shown that the authenticator has it.
    is_on: bool,
    /// Of the last code that was accepted.
    last_step: u64,
    recovery: Vec<SecretHash>,
}

/// What an account has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Factor {
    Off,
    On { recovery_codes_left: usize },
}

#[derive(Clone)]
pub struct RecoveryCodes(pub Vec<String>);

#[derive(Debug, Clone)]
pub struct SecondFactors {
    bucket: Arc<dyn Bucket>,
}

impl SecondFactors {
    pub fn new(bucket: Arc<dyn Bucket>) -> Self {
        Self { bucket }
    }

    pub async fn get(&self, account: AccountId) -> Result<Factor, BucketError> {
        let known: Option<SecondFactor> = buckets::get(&*self.bucket, &key(account)).await?;
        Ok(match known.filter(|known| known.is_on) {
            Some(known) => Factor::On { recovery_codes_left: known.recovery.len() },
            None => Factor::Off,
        })
    }

    /// Keeps a secret that is not asked for yet. Whether that was possible: one that is on stays.
    pub async fn enrol(&self, account: AccountId, secret: [u8; SECRET_BYTES]) -> Result<bool, BucketError> {
        buckets::change(&*self.bucket, &key(account), |known: Option<SecondFactor>| {
            if known.is_some_and(|known| known.is_on) {
                return Change::Keep(false);
            }
            Change::Put(SecondFactor { secret, is_on: false, last_step: 0, recovery: Vec::new() }, true)
        })
        .await
    }

    /// Asks for it from now on, if the code is one of the secret that was kept. `now`: seconds since 1970.
    pub async fn confirm(
        &self,
        account: AccountId,
        code: &str,
        recovery: &RecoveryCodes,
        now: u64,
    ) -> Result<bool, BucketError> {
        let hashes: Vec<SecretHash> = recovery.0.iter().map(|code| hash(code)).collect();
        buckets::change(&*self.bucket, &key(account), |known: Option<SecondFactor>| {
            let Some(known) = known.filter(|known| !known.is_on) else { return Change::Keep(false) };
            let Some(step) = known.step_of(code, now) else { return Change::Keep(false) };
            Change::Put(
                SecondFactor { is_on: true, last_step: step, recovery: hashes.clone(), ..known },
                true,
            )
        })
        .await
    }

    /// Uses up a code of the authenticator, or a recovery code. Whether it was good.
    pub async fn accept(&self, account: AccountId, code: &str, now: u64) -> Result<bool, BucketError> {
        let hashed = hash(code);
        buckets::change(&*self.bucket, &key(account), |known: Option<SecondFactor>| {
            let Some(mut known) = known.filter(|known| known.is_on) else { return Change::Keep(false) };
            if let Some(step) = known.step_of(code, now) {
                known.last_step = step;
                return Change::Put(known, true);
            }
            let before = known.recovery.len();
            known.recovery.retain(|recovery| *recovery != hashed);
            if known.recovery.len() < before { Change::Put(known, true) } else { Change::Keep(false) }
        })
        .await
    }

    pub async fn forget(&self, account: AccountId) -> Result<(), BucketError> {
        buckets::delete(&*self.bucket, &key(account)).await
    }
}

impl SecondFactor {
    /// The step of a code that is good now and was not used.
    fn step_of(&self, code: &str, now: u64) -> Option<u64> {
        totp(self.secret)?.check(code, now).filter(|step| *step > self.last_step)
    }
}

impl RecoveryCodes {
    /// New ones, of 80 random bits each.
    pub fn draw() -> Self {
        const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
        let code = || {
            let mut random = [0_u8; 16];
            rand::fill(&mut random);
            let letters: Vec<char> =
                random.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect();
            letters.chunks(4).map(|four| four.iter().collect::<String>()).collect::<Vec<_>>().join("-")
        };
        Self((0..RECOVERY_CODES).map(|_| code()).collect())
    }
}

impl fmt::Debug for RecoveryCodes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryCodes(..)")
    }
}

impl fmt::Debug for SecondFactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecondFactor").field("is_on", &self.is_on).finish_non_exhaustive()
    }
}

/// What all authenticators know: SHA-1, six digits, half a minute. `None`: the parameters are refused.
pub fn totp(secret: [u8; SECRET_BYTES]) -> Option<Totp> {
    let builder = Builder::new().with_algorithm(Algorithm::SHA1).with_digits(DIGITS).with_secret(secret);
    builder.with_skew(STEPS_AROUND).with_step_duration(STEP_SECONDS).build().ok()
}

/// What an authenticator takes: the secret in base32, and the address that a QR code holds.
///
/// # Errors
/// Never with the parameters above.
pub fn authenticator(secret: [u8; SECRET_BYTES], account: AccountId) -> Result<(String, String), TotpError> {
    let builder = Builder::new().with_algorithm(Algorithm::SHA1).with_digits(DIGITS).with_secret(secret);
    let builder = builder.with_skew(STEPS_AROUND).with_step_duration(STEP_SECONDS);
    let totp = builder.with_issuer(Some("Rookery")).with_account_name(account.to_string()).build()?;
    Ok((Secret::from(secret).to_base32(), totp.to_url()?))
}

/// Recovery codes are random and long, so a fast hash without salt will do.
fn hash(code: &str) -> SecretHash {
    let plain: String = code.chars().filter(|letter| letter.is_ascii_alphanumeric()).collect();
    SecretHash::new(Sha256::digest(plain.to_ascii_lowercase()).into())
}

fn key(account: AccountId) -> String {
    format!("{account}.second-factor")
}

//! Remembers which tokens were found good.
//!
//! Verifying a signature takes a hundred times as long as hashing the token, and callers send the same token for an
//! hour. A table of fixed size with one place per slot needs no eviction: a newer token replaces an older one, which
//! then merely costs a verification again. It belongs to one set of keys and goes with it.

use std::fmt;
use std::sync::RwLock;

use crate::subject::TokenSubject;

/// A power of two, so that the slot is a mask; about 400 KiB in all.
const SLOTS: usize = 4_096;
const _: () = assert!(SLOTS.is_power_of_two() && SLOTS <= 1 << 16);

/// What a good token said.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Verified {
    pub(crate) subject: TokenSubject,
    /// Seconds since 1970.
    pub(crate) expires: u64,
}

pub(crate) struct TokenCache {
    /// Keyed by the SHA-256 of the whole token, signature included. A lock per slot is practically never contended.
    slots: Box<[Slot]>,
}

type Slot = RwLock<Option<([u8; 32], Verified)>>;

impl TokenCache {
    pub(super) fn new() -> Self {
        Self { slots: (0..SLOTS).map(|_| RwLock::new(None)).collect() }
    }

    /// The subject of a token that was good and has not expired. Leeway is for the full verification to grant.
    pub(crate) fn get(&self, sha256: &[u8; 32], now: u64) -> Option<TokenSubject> {
        let slot = self.slot(sha256).try_read().ok()?;
        let (known, verified) = slot.as_ref()?;
        (known == sha256 && now < verified.expires).then_some(verified.subject)
    }

    pub(crate) fn put(&self, sha256: [u8; 32], verified: Verified) {
        // Losing the race for a slot only means that this token is verified once more.
        if let Ok(mut slot) = self.slot(&sha256).try_write() {
            *slot = Some((sha256, verified));
        }
    }

    fn slot(&self, sha256: &[u8; 32]) -> &Slot {
        &self.slots[usize::from(u16::from_le_bytes([sha256[0], sha256[1]])) & (SLOTS - 1)]
    }
}

impl fmt::Debug for TokenCache {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("TokenCache").finish_non_exhaustive()
    }
}

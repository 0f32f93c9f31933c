//! How full the log is.

use std::sync::atomic::{AtomicU64, Ordering};

/// Of the bytes that the log may hold, one in so many is kept back.
const RESERVE_SHARE: u64 = 20;
/// A large log needs no more than this to be tidied up, and a small one would have been filled by appends that are
/// under way before anybody looks again. A quarter of the log at most.
const RESERVE_BYTES_MAX: u64 = 1 << 30;
const RESERVE_BYTES_MIN: u64 = 8 << 20;

/// What the log holds, and what it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    pub used: u64,
    pub bytes_max: u64,
}

impl Room {
    /// What is kept back for deletions, deactivations and admins.
    pub fn reserve(self) -> u64 {
        (self.bytes_max / RESERVE_SHARE).clamp(RESERVE_BYTES_MIN, RESERVE_BYTES_MAX).min(self.bytes_max / 4)
    }

    pub fn left(self) -> u64 {
        self.bytes_max.saturating_sub(self.used)
    }

    pub fn is_down_to_reserve(self) -> bool {
        self.left() <= self.reserve()
    }
}

/// The last that was seen of it, with what this process has appended since.
#[derive(Debug, Default)]
pub(super) struct RoomCell {
    used: AtomicU64,
    /// 0: not seen yet.
    bytes_max: AtomicU64,
}

impl RoomCell {
    pub(super) fn get(&self) -> Option<Room> {
        let bytes_max = self.bytes_max.load(Ordering::Relaxed);
        (bytes_max > 0).then(|| Room { used: self.used.load(Ordering::Relaxed), bytes_max })
    }

    pub(super) fn set(&self, room: Room) {
        self.used.store(room.used, Ordering::Relaxed);
        self.bytes_max.store(room.bytes_max, Ordering::Relaxed);
    }

    pub(super) fn add(&self, bytes: u64) {
        self.used.fetch_add(bytes, Ordering::Relaxed);
    }
}

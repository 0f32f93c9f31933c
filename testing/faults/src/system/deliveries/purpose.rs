//! What goes wrong on purpose, by the event: whoever takes it, fails and hangs alike.

use std::time::Duration;

use domain::SHARD_BITS;

/// Of an event, before it is parked.
pub const TRIES: u32 = 2;
/// Of whoever does not fail: long enough to be killed in its middle.
pub const WORK: Duration = Duration::from_millis(20);
/// Longer than a try may take.
pub const HANGING: Duration = Duration::from_secs(30);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    Do,
    Fail,
    Hang,
}

/// `is_first`: it was not tried before.
pub fn of(position: i64, is_first: bool) -> Purpose {
    let sequence = position >> SHARD_BITS;
    let is_every = |period: i64| sequence % period == period / 2;
    if is_every(149) || (is_first && is_every(47)) {
        Purpose::Fail
    } else if is_first && is_every(131) {
        Purpose::Hang
    } else {
        Purpose::Do
    }
}

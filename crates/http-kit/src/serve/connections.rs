//! The connections that are open: how many there may be, how many of one peer, and which make room for others.
//!
//! A peer cannot take them all: over its share it is turned away at once. Many peers can; then those connections are
//! closed that have been idle longest, which costs their owners nothing but a new one. A connection is idle while none
//! of its requests waits for the head of an answer, so one that dawdles over a head or a handshake is idle, too.

mod answer;
mod pulse;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

pub(super) use answer::Answer;
pub(super) use pulse::Pulse;

use crate::client_address::ClientAddress;
use crate::limits::Limits;

/// Of the idle connections, the part that makes room at once, so that looking for them is worth its while.
const PART_CLOSED: usize = 64;
/// When all are busy, one may become idle without anybody being told.
const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// Longer than anything that is sent says nothing: an answer's next part, or the end of one.
const SILENCE_MAX: Duration = Duration::from_secs(60);
const SWEEP_PERIOD_MAX: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(super) struct Connections {
    max: usize,
    /// Unlimited where all come from a proxy of ours.
    per_peer: usize,
    idle_max: Duration,
    open: Mutex<Open>,
    /// Told when a connection ends.
    ended: Notify,
}

#[derive(Debug, Default)]
struct Open {
    next_id: u64,
    by_id: HashMap<u64, Arc<Pulse>>,
    by_peer: HashMap<ClientAddress, usize>,
}

/// The place of one connection, given back when it is dropped.
#[derive(Debug)]
pub(super) struct Opened {
    connections: Arc<Connections>,
    id: u64,
    peer: ClientAddress,
    pub(super) pulse: Arc<Pulse>,
}

impl Connections {
    pub(super) fn new(max: usize, limits: &Limits) -> Arc<Self> {
        metrics::describe_gauge!("http_connections", "Connections that are open.");
        // What descriptors leave may be less than what was asked for, and one address still gets a part of it alone.
        let is_less = max < limits.connections_max;
        let per_peer = if is_less { (max / 4).max(1) } else { max };
        Arc::new(Self {
            max,
            per_peer: if limits.trusted_proxy_hops > 0 {
                max
            } else {
                per_peer.min(limits.connections_per_address)
            },
            idle_max: limits.head_timeout,
            open: Mutex::default(),
            ended: Notify::new(),
        })
    }

    /// Waits until there is room for one more, and makes it where it can. `None` at once where the peer has its share.
    pub(super) async fn admit(self: &Arc<Self>, peer: ClientAddress) -> Option<Opened> {
        if self.open().by_peer.get(&peer).is_some_and(|of_peer| *of_peer >= self.per_peer) {
            return None;
        }
        let mut has_waited = false;
        loop {
            let ended = self.ended.notified();
            if self.open().by_id.len() < self.max {
                return self.enter(peer);
            }
            self.close_longest_idle(has_waited);
            // A busy one that becomes idle tells nobody.
            has_waited = tokio::time::timeout(LOOK_AGAIN, ended).await.is_err();
        }
    }

    fn enter(self: &Arc<Self>, peer: ClientAddress) -> Option<Opened> {
        let mut open = self.open();
        let of_peer = open.by_peer.entry(peer).or_default();
        if *of_peer >= self.per_peer {
            return None;
        }
        *of_peer += 1;
        let id = open.next_id;
        open.next_id += 1;
        let pulse = Arc::new(Pulse::new());
        open.by_id.insert(id, Arc::clone(&pulse));
        metrics::gauge!("http_connections").increment(1);
        Some(Opened { connections: Arc::clone(self), id, peer, pulse })
    }

    /// Closes what has been idle for too long, until the token is cancelled. Only HTTP/1 has such a limit of its own.
    pub(super) async fn sweep(self: Arc<Self>, token: CancellationToken) {
        let period = (self.idle_max / 4).min(SWEEP_PERIOD_MAX);
        while token.run_until_cancelled(tokio::time::sleep(period)).await.is_some() {
            for pulse in self.open().by_id.values() {
                if pulse.is_silent(self.idle_max, SILENCE_MAX) {
                    pulse.close("idle");
                }
            }
        }
    }

    /// Where some are closing already, these make the room, unless they were waited for.
    fn close_longest_idle(&self, has_waited: bool) {
        let open = self.open();
        if !has_waited && open.by_id.values().any(|pulse| pulse.is_closing()) {
            return;
        }
        let mut idle: Vec<(u64, &Pulse)> = open
            .by_id
            .values()
            .filter(|pulse| pulse.is_idle() && !pulse.is_closing())
            .map(|pulse| (pulse.moved(), &**pulse))
            .collect();
        let closed = idle.len().div_ceil(PART_CLOSED);
        let Some(last) = closed.checked_sub(1) else { return };
        idle.select_nth_unstable_by_key(last, |(moved, _)| *moved);
        idle[..closed].iter().for_each(|(_, pulse)| pulse.close("room"));
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        let mut open = self.connections.open();
        open.by_id.remove(&self.id);
        if let Some(of_peer) = open.by_peer.get_mut(&self.peer) {
            *of_peer -= 1;
            if *of_peer == 0 {
                open.by_peer.remove(&self.peer);
            }
        }
        drop(open);
        metrics::gauge!("http_connections").decrement(1);
        self.connections.ended.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(last: u8) -> ClientAddress {
        ClientAddress::of([192, 0, 2, last].into())
    }

    fn connections(max: usize, per_address: usize) -> Arc<Connections> {
        let limits =
            Limits { connections_max: max, connections_per_address: per_address, ..Limits::for_testing() };
        Connections::new(max, &limits)
    }

    #[test]
    fn a_peer_gets_its_share_and_no_more() {
        let connections = connections(10, 2);
        let held = [connections.enter(peer(7)), connections.enter(peer(7))];
        assert!(held.iter().all(Option::is_some));
        assert!(connections.enter(peer(7)).is_none());
        assert!(connections.enter(peer(8)).is_some());
        drop(held);
        assert!(connections.enter(peer(7)).is_some());
        assert!(connections.open().by_peer.is_empty(), "nobody is connected");
    }

    #[test]
    fn a_proxy_of_ours_may_have_all_connections() {
        let limits = Limits { connections_max: 4, connections_per_address: 1, ..Limits::for_testing() };
        let connections = Connections::new(4, &Limits { trusted_proxy_hops: 1, ..limits });
        let held: Vec<_> = (0..4).map(|_| connections.enter(peer(7))).collect();
        assert!(held.iter().all(Option::is_some));
    }

    #[test]
    fn fewer_descriptors_are_a_smaller_share() {
        let limits = Limits { connections_max: 1_000, connections_per_address: 256, ..Limits::for_testing() };
        assert_eq!(Connections::new(100, &limits).per_peer, 25);
        assert_eq!(Connections::new(1_000, &limits).per_peer, 256);
    }

    #[test]
    fn the_longest_idle_makes_room_and_the_busy_do_not() {
        let connections = connections(3, 3);
        let opened: Vec<_> =
            (0..3).map(|last| connections.enter(peer(last)).expect("there is room")).collect();
        opened[2].pulse.has_moved_at(1);
        opened[0].pulse.has_moved_at(2);
        opened[1].pulse.has_moved_at(3);
        let busy = opened[2].pulse.begin();
        connections.close_longest_idle(false);
        connections.close_longest_idle(false);
        assert!(!opened[2].pulse.is_closing(), "it is at work");
        assert!(opened[0].pulse.is_closing() && !opened[1].pulse.is_closing(), "one is enough for one");
        connections.close_longest_idle(true);
        assert!(opened[1].pulse.is_closing() && !opened[2].pulse.is_closing());
        drop(busy);
    }
}

//! The streams that are told what happens, and up to where they were told.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use data_set::Pool;
use data_set::read::{self, ChangeKey, ReadError};
use http::HeaderMap;
use tokio::sync::mpsc::{self, error::TrySendError};
use tokio::sync::watch;
use tokio::time::Instant;

use super::candidates::Index;
use super::event;
use super::filter::Filter;

/// What waits for one reader: so many times something happened,
const ITEMS_MAX: usize = 128;
/// and so many bytes, unless there is nothing else.
const QUEUED_BYTES_MAX: usize = 256 * 1024;

pub(super) struct Hub {
    pub(super) pool: Pool,
    told: Mutex<Told>,
    /// Up to where all were told.
    pub(super) moved: watch::Sender<i64>,
}

#[derive(Default)]
pub(super) struct Told {
    /// All seats were told what happened up to here. `None` while nobody follows the data.
    frontier: Option<ChangeKey>,
    /// Of the next seat. Those from an earlier number on were there before.
    next: u64,
    seats: HashMap<u64, Listener>,
    pub(super) index: Index,
    /// How often all were sent away.
    generation: u64,
    has_ended: bool,
}

/// What is known of one seat here.
pub(super) struct Listener {
    pub(super) filter: Arc<Filter>,
    pub(super) viewer: i64,
    queue: mpsc::Sender<Item>,
    queued: Arc<AtomicUsize>,
    credential: Arc<HeaderMap>,
    opened_at: Instant,
}

/// What happened between two cursors, for one stream.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) before: ChangeKey,
    pub(super) end: ChangeKey,
    /// `None`: it has to read for itself.
    pub(super) content: Option<Bytes>,
}

/// A place among those that are told; given up when it is dropped.
pub(super) struct Seat {
    id: u64,
    hub: Arc<Hub>,
    /// What happened up to here is not in the queue.
    pub(super) frontier: ChangeKey,
    queue: mpsc::Receiver<Item>,
    queued: Arc<AtomicUsize>,
}

/// Whom a stream is for, and what it is about.
#[derive(Debug, Clone)]
pub(super) struct Guest {
    pub(super) viewer: i64,
    pub(super) filter: Arc<Filter>,
    /// By which it was let in.
    pub(super) credential: Arc<HeaderMap>,
    pub(super) opened_at: Instant,
    pub(super) generation: u64,
}

impl Hub {
    pub(super) fn new(pool: Pool) -> Self {
        Self { pool, told: Mutex::default(), moved: watch::Sender::default() }
    }

    pub(super) fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn generation(&self) -> u64 {
        self.told().generation
    }

    /// Takes a seat; `None` where all were sent away meanwhile. Whether somebody follows the data is said in the second
    /// part: if not, it is for the caller to do.
    pub(super) async fn join(self: &Arc<Self>, guest: &Guest) -> Result<Option<(Seat, bool)>, ReadError> {
        if let Some(seat) = self.sit_down(guest, None) {
            return Ok(seat.map(|(seat, _)| (seat, false)));
        }
        let position = read::changes_position(&self.pool).await?;
        Ok(self.sit_down(guest, Some(position)).flatten())
    }

    /// `None` where it is not known what position the first seat begins at.
    fn sit_down(self: &Arc<Self>, guest: &Guest, position: Option<i64>) -> Option<Option<(Seat, bool)>> {
        let mut told = self.told();
        if told.has_ended || told.generation != guest.generation {
            return Some(None);
        }
        let is_first = told.frontier.is_none();
        let frontier = told.frontier.or(position.map(ChangeKey::behind))?;
        told.frontier = Some(frontier);
        let id = told.next;
        told.next += 1;
        let (sender, queue) = mpsc::channel(ITEMS_MAX);
        let queued = Arc::new(AtomicUsize::new(0));
        let Guest { viewer, filter, credential, opened_at, .. } = guest.clone();
        told.index.add(id, viewer, &filter);
        let known =
            Listener { filter, viewer, queue: sender, queued: Arc::clone(&queued), credential, opened_at };
        told.seats.insert(id, known);
        Some(Some((Seat { id, hub: Arc::clone(self), frontier, queue, queued }, is_first)))
    }

    /// Sends all away that are there.
    pub(super) fn end(&self, reason: &'static str) {
        let mut told = self.told();
        told.generation += 1;
        told.has_ended |= reason == "shutdown";
        let ids: Vec<u64> = told.seats.keys().copied().collect();
        ids.into_iter().for_each(|id| told.send_away(id, reason));
    }

    pub(super) fn end_one(&self, id: u64, reason: &'static str) {
        self.told().send_away(id, reason);
    }

    /// When and by what each was let in.
    pub(super) fn credentials(&self) -> Vec<(u64, Instant, Arc<HeaderMap>)> {
        let told = self.told();
        let of = |(id, seat): (&u64, &Listener)| (*id, seat.opened_at, Arc::clone(&seat.credential));
        told.seats.iter().map(of).collect()
    }
}

impl Told {
    /// Up to where all were told; `None`, and the end of following, where there is nobody.
    pub(super) fn go_on(&mut self) -> Option<ChangeKey> {
        if self.seats.is_empty() {
            self.frontier = None;
        }
        self.frontier
    }

    pub(super) fn frontier(&self) -> Option<ChangeKey> {
        self.frontier
    }

    pub(super) fn next(&self) -> u64 {
        self.next
    }

    pub(super) fn reached(&mut self, end: ChangeKey) {
        self.frontier = Some(end);
    }

    pub(super) fn seat(&self, id: u64) -> Option<&Listener> {
        self.seats.get(&id)
    }

    pub(super) fn ids(&self) -> impl Iterator<Item = u64> {
        self.seats.keys().copied()
    }

    /// Tells one. Whoever has not read what it was told before goes: it comes again, and reads what it missed.
    pub(super) fn tell(&mut self, id: u64, item: Item) {
        let Some(seat) = self.seats.get(&id) else { return };
        let bytes = item.content.as_ref().map_or(0, Bytes::len);
        let waiting = seat.queued.load(Ordering::Relaxed);
        let fits = waiting == 0 || waiting + bytes <= QUEUED_BYTES_MAX;
        if fits {
            seat.queued.fetch_add(bytes, Ordering::Relaxed);
            match seat.queue.try_send(item) {
                Ok(()) | Err(TrySendError::Closed(_)) => return,
                Err(TrySendError::Full(_)) => {}
            }
        }
        self.send_away(id, "slow-reader");
    }

    fn send_away(&mut self, id: u64, reason: &'static str) {
        let Some(seat) = self.seats.remove(&id) else { return };
        self.index.remove(id, seat.viewer, &seat.filter);
        metrics::counter!("query_streams_ended_total", "reason" => reason).increment(1);
        if let Some(frontier) = self.frontier {
            let content = Some(event::ending(reason));
            // Where there is no room, its end says enough.
            let _told = seat.queue.try_send(Item { before: frontier, end: frontier, content });
        }
    }
}

impl Seat {
    /// What comes next; `None` where it was sent away.
    pub(super) async fn next(&mut self) -> Option<Item> {
        let item = self.queue.recv().await?;
        self.queued.fetch_sub(item.content.as_ref().map_or(0, Bytes::len), Ordering::Relaxed);
        Some(item)
    }

    pub(super) fn end(self, reason: &'static str) {
        self.hub.end_one(self.id, reason);
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut told = self.hub.told();
        if let Some(seat) = told.seats.remove(&self.id) {
            told.index.remove(self.id, seat.viewer, &seat.filter);
        }
    }
}

impl std::fmt::Debug for Hub {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Hub").field("seats", &self.told().seats.len()).finish_non_exhaustive()
    }
}

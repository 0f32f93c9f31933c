//! The streams that are told what happens, and up to where they were told.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use data_set::Pool;
use data_set::read::{self, ChangeKey, ReadError};
use http::HeaderMap;
use service_kit::SingleTask;
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
    /// Follows the data as long as there are seats.
    pub(super) following: SingleTask,
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
    is_waiter: bool,
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
    /// It is told that something happened, and not what.
    pub(super) is_waiter: bool,
}

impl Hub {
    pub(super) fn new(pool: Pool) -> Self {
        let (told, moved, following) = (Mutex::default(), watch::Sender::default(), SingleTask::default());
        Self { pool, told, moved, following }
    }

    pub(super) fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn generation(&self) -> u64 {
        self.told().generation
    }

    /// Takes a seat; `None` where all were sent away meanwhile.
    pub(super) async fn join(self: &Arc<Self>, guest: &Guest) -> Result<Option<Seat>, ReadError> {
        if let Some(seat) = self.sit_down(guest, None) {
            return Ok(seat);
        }
        let position = read::changes_position(&self.pool).await?;
        Ok(self.sit_down(guest, Some(position)).flatten())
    }

    /// `None` where it is not known what position the first seat begins at.
    fn sit_down(self: &Arc<Self>, guest: &Guest, position: Option<i64>) -> Option<Option<Seat>> {
        let mut told = self.told();
        if told.has_ended || told.generation != guest.generation {
            return Some(None);
        }
        let frontier = told.frontier.or(position.map(ChangeKey::behind))?;
        told.frontier = Some(frontier);
        let id = told.next;
        told.next += 1;
        let Guest { viewer, filter, credential, opened_at, is_waiter, .. } = guest.clone();
        // One piece of news says as much as many.
        let (sender, queue) = mpsc::channel(if is_waiter { 1 } else { ITEMS_MAX });
        let queued = Arc::new(AtomicUsize::new(0));
        let seat = Seat { id, hub: Arc::clone(self), frontier, queue, queued: Arc::clone(&queued) };
        told.index.add(id, viewer, &filter);
        let known = Listener { filter, viewer, is_waiter, queue: sender, queued, credential, opened_at };
        told.seats.insert(id, known);
        Some(Some(seat))
    }

    /// For who follows the data: up to where all were told; `None`, and the end of following, where there is nobody.
    pub(super) fn go_on(&self) -> Option<ChangeKey> {
        let is_over = self.following.is_over(|| {
            let mut told = self.told();
            if told.seats.is_empty() {
                told.frontier = None;
            }
            told.frontier.is_some()
        });
        if is_over { None } else { self.told().frontier }
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
    pub(super) fn tell(&mut self, id: u64, mut item: Item) {
        let Some(seat) = self.seats.get(&id) else { return };
        if seat.is_waiter {
            item.content = None;
        }
        let bytes = item.content.as_ref().map_or(0, Bytes::len);
        let waiting = seat.queued.load(Ordering::Relaxed);
        let fits = waiting == 0 || waiting + bytes <= QUEUED_BYTES_MAX;
        if fits {
            seat.queued.fetch_add(bytes, Ordering::Relaxed);
            match seat.queue.try_send(item) {
                Ok(()) | Err(TrySendError::Closed(_)) => return,
                Err(TrySendError::Full(_)) if seat.is_waiter => return,
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
        self.took(&item);
        Some(item)
    }

    /// Takes all that waits, for whoever reads it from the data set; that has to be done up to what is answered.
    pub(super) fn drain(&mut self, mut end: ChangeKey) -> ChangeKey {
        while let Ok(item) = self.queue.try_recv() {
            self.took(&item);
            end = end.max(item.end);
        }
        end
    }

    fn took(&self, item: &Item) {
        self.queued.fetch_sub(item.content.as_ref().map_or(0, Bytes::len), Ordering::Relaxed);
    }

    /// Up to where the others were told, where this one has taken all that it was told until then.
    pub(super) fn told_to(&self) -> Option<ChangeKey> {
        let told = self.hub.told();
        let has_all = self.queue.is_empty() && told.seats.contains_key(&self.id);
        told.frontier.filter(|_| has_all)
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

//! Sends the events of one webhook, as long as it holds the lease.

mod attempt;

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use consumers::Filter;
use event_store::{BucketError, ReadError};
use futures::StreamExt;
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use time::OffsetDateTime;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use self::attempt::{Tried, pause, try_once};
use super::sender::{Sender, Sent};
use super::webhook::Webhook;
use super::window::{Item, Owner, Window};
use super::work::{Lost, PARKED_MAX, Parked, Progress, Stopped, Work, Works};
use super::{WebhookSettings, gauges};
use crate::AppState;
use crate::events::{Bounds, Chunk, History};
use crate::state::Opened;

/// Tries under way, of one webhook.
const UNDER_WAY_MAX: usize = 8;
/// Of what is read at once.
const BYTES_MAX: usize = 256 << 10;
/// Between two notes of the position: what comes again after a crash.
const SAVE_PERIOD: Duration = Duration::from_secs(1);
/// Beats of a lease.
const BEATS: u32 = 3;
/// Before what failed for the log or the bucket is tried again.
const RETRY_PERIOD: Duration = Duration::from_millis(500);
/// How long others who read far back in the log wait for this.
const TURN_MAX: Duration = Duration::from_secs(2);
/// Webhooks read far back as one account would that nobody has: one at a time.
const READER: i64 = 0;
/// At the end.
const RELEASE_MAX: Duration = Duration::from_secs(2);

type Saved = Result<Result<Work, Lost>, BucketError>;

pub(super) struct Worker {
    state: AppState,
    opened: Opened,
    works: Works,
    settings: WebhookSettings,
    webhook: watch::Receiver<Arc<Webhook>>,
    sender: Arc<Sender>,
    /// As it was written last.
    work: Work,
    progress: Progress,
    window: Window,
    under_way: FuturesUnordered<BoxFuture<'static, (Owner, Item, Tried)>>,
    reading: Option<BoxFuture<'static, Result<Chunk, ReadError>>>,
    saving: Option<BoxFuture<'static, Saved>>,
    saved_at: Instant,
    /// Until then the lease holds for certain.
    held_until: Instant,
    /// Nothing is read before.
    read_from: Instant,
}

impl Worker {
    /// Of a claim that was made at a moment.
    pub(super) fn new(
        state: AppState,
        opened: Opened,
        works: Works,
        webhook: watch::Receiver<Arc<Webhook>>,
        sender: Sender,
        work: Work,
        claimed_at: Instant,
    ) -> Self {
        let settings = *state.webhooks().settings();
        Self {
            opened,
            works,
            settings,
            webhook,
            sender: Arc::new(sender),
            progress: work.progress.clone(),
            window: Window::behind(work.progress.position),
            work,
            under_way: FuturesUnordered::new(),
            reading: None,
            saving: None,
            saved_at: claimed_at,
            held_until: claimed_at + settings.lease,
            read_from: claimed_at,
            state,
        }
    }

    /// Until the token is cancelled, or the lease is lost.
    pub(super) async fn run(mut self, token: CancellationToken) {
        let id = self.webhook.borrow().id;
        match token.run_until_cancelled(self.work_on()).await {
            Some(Lost) => {
                tracing::warn!(webhook = %id, "the lease is over: another relay may send in the place of this one");
            }
            None => self.release(id).await,
        }
        gauges::clear(id);
    }

    async fn work_on(&mut self) -> Lost {
        let mut news = self.opened.recent.subscribe();
        loop {
            let now = Instant::now();
            if now >= self.held_until {
                return Lost;
            }
            if self.progress.stopped.is_none() {
                self.read_on(now);
                self.try_next(now);
            }
            self.save_if_due(now);
            let until = self.wakes_at();
            tokio::select! {
                Some((owner, item, tried)) = self.under_way.next() => self.settle(owner, item, tried),
                read = ready(&mut self.reading) => {
                    self.reading = None;
                    self.take_in(read);
                }
                saved = ready(&mut self.saving) => {
                    self.saving = None;
                    if self.was_saved(saved).is_err() {
                        return Lost;
                    }
                }
                _ = news.changed() => {}
                () = sleep_until(until) => {}
            }
        }
    }

    /// Takes in what is in memory, or begins to read what is further back.
    fn read_on(&mut self, now: Instant) {
        let after = self.window.through();
        let is_behind = self.opened.recent.end() > after;
        if !is_behind || self.reading.is_some() || !self.window.has_room() || now < self.read_from {
            return;
        }
        let Some(filter) = self.webhook.borrow().filter() else {
            self.read_from = now + RETRY_PERIOD;
            return;
        };
        let bounds = Bounds { events_max: self.window.room(), bytes_max: BYTES_MAX };
        match self.opened.recent.read(after, &filter, &bounds) {
            Some(chunk) => self.window.take_in(&chunk),
            None => {
                let (state, opened) = (self.state.clone(), self.opened.clone());
                self.reading = Some(Box::pin(read_back(state, opened, after, filter, bounds)));
            }
        }
    }

    fn take_in(&mut self, read: Result<Chunk, ReadError>) {
        let now = Instant::now();
        match read {
            Ok(chunk) if chunk.through > self.window.through() => self.window.take_in(&chunk),
            // The log gave nothing in time.
            Ok(_) => self.read_from = now + RETRY_PERIOD,
            Err(error) => {
                tracing::debug!(%error, "events for a webhook cannot be read");
                self.read_from = now + RETRY_PERIOD;
            }
        }
    }

    fn try_next(&mut self, now: Instant) {
        while self.under_way.len() < UNDER_WAY_MAX {
            let Some((owner, item)) = self.window.next(now) else { return };
            let (log, sender) = (Arc::clone(&self.opened.log), Arc::clone(&self.sender));
            let webhook = Arc::clone(&self.webhook.borrow());
            self.under_way.push(Box::pin(async move {
                let tried = try_once(&*log, &sender, &webhook, item).await;
                (owner, item, tried)
            }));
        }
    }

    fn settle(&mut self, owner: Owner, item: Item, tried: Tried) {
        let id = self.webhook.borrow().id;
        match tried {
            Tried::LeftOut => self.window.done(owner),
            Tried::Sent(Sent::Taken) => {
                gauges::count(id, "taken");
                self.window.done(owner);
            }
            Tried::Sent(Sent::Gone) => {
                gauges::count(id, "failed");
                self.stop(Stopped::Gone);
            }
            Tried::Sent(Sent::Failed(reason)) => self.failed(owner, item, reason),
            Tried::LogAway(error) => {
                tracing::debug!(%error, "an event for a webhook cannot be read again");
                self.window.retry(owner, Instant::now() + RETRY_PERIOD);
            }
        }
    }

    fn failed(&mut self, owner: Owner, item: Item, reason: String) {
        let id = self.webhook.borrow().id;
        gauges::count(id, "failed");
        let tries = self.window.failed(owner, &reason);
        if tries < self.settings.tries_max {
            return self.window.retry(owner, Instant::now() + pause(&self.settings, tries));
        }
        if self.progress.parked.len() >= PARKED_MAX {
            return self.stop(Stopped::TooManyParked);
        }
        gauges::count(id, "parked");
        tracing::warn!(webhook = %id, position = %item.position, reason, "an event is parked");
        let (position, at) = (item.position.get(), OffsetDateTime::now_utc());
        self.progress.parked.push(Parked { position, id: item.id, tries, reason, at });
        self.window.done(owner);
    }

    /// What is under way is given up: whoever goes on begins behind the position.
    fn stop(&mut self, why: Stopped) {
        tracing::warn!(webhook = %self.webhook.borrow().id, reason = why.as_str(), "a webhook stops");
        self.note();
        self.progress.stopped = Some(why);
        self.begin_behind(self.progress.position);
    }

    fn begin_behind(&mut self, position: i64) {
        self.under_way.clear();
        self.reading = None;
        self.window = Window::behind(position);
    }

    fn save_if_due(&mut self, now: Instant) {
        if self.saving.is_some() || now < self.save_due() {
            return;
        }
        self.note();
        gauges::tell(self.webhook.borrow().id, &self.progress, &self.window, self.opened.recent.end());
        self.saved_at = now;
        let (works, id) = (self.works.clone(), self.webhook.borrow().id);
        let (work, progress) = (self.work.clone(), self.progress.clone());
        self.saving = Some(Box::pin(async move { works.save(id, &work, &progress, false).await }));
    }

    /// A stopped webhook keeps the position at which it stopped.
    fn note(&mut self) {
        if self.progress.stopped.is_none() {
            self.progress.position = self.window.position();
        }
        self.progress.failing = self.window.worst();
    }

    fn save_due(&self) -> Instant {
        let is_moved =
            self.progress.stopped.is_none() && self.window.position() != self.work.progress.position;
        let is_new = is_moved || self.progress.stopped != self.work.progress.stopped;
        let is_parked = self.progress.parked.len() != self.work.progress.parked.len();
        self.saved_at + if is_new || is_parked { SAVE_PERIOD.min(self.beat()) } else { self.beat() }
    }

    fn beat(&self) -> Duration {
        self.settings.lease / BEATS
    }

    fn was_saved(&mut self, saved: Saved) -> Result<(), Lost> {
        match saved {
            Ok(Ok(work)) => {
                self.held_until = self.saved_at + self.settings.lease;
                let is_other_turn = work.turn != self.work.turn;
                self.work = work;
                if is_other_turn {
                    self.progress = self.work.progress.clone();
                    self.begin_behind(self.progress.position);
                }
                Ok(())
            }
            Ok(Err(lost)) => Err(lost),
            Err(error) => {
                tracing::debug!(%error, "how far a webhook is cannot be written down");
                Ok(())
            }
        }
    }

    fn wakes_at(&self) -> Instant {
        let now = Instant::now();
        let mut at = self.held_until;
        if self.saving.is_none() {
            at = at.min(self.save_due());
        }
        if self.progress.stopped.is_some() {
            return at;
        }
        if self.under_way.len() < UNDER_WAY_MAX
            && let Some(due) = self.window.due()
        {
            at = at.min(due);
        }
        let is_behind = self.opened.recent.end() > self.window.through();
        if is_behind && self.reading.is_none() && self.window.has_room() {
            at = at.min(self.read_from.max(now));
        }
        at
    }

    /// Another relay need not wait for the lease to end.
    async fn release(mut self, id: uuid::Uuid) {
        self.under_way.clear();
        self.note();
        let saving = self.works.save(id, &self.work, &self.progress, true);
        // Without it the lease ends by itself.
        tokio::time::timeout(RELEASE_MAX, saving).await.ok();
    }
}

async fn ready<T>(future: &mut Option<BoxFuture<'static, T>>) -> T {
    match future {
        Some(future) => future.await,
        None => pending().await,
    }
}

async fn read_back(
    state: AppState,
    opened: Opened,
    after: i64,
    filter: Filter,
    bounds: Bounds,
) -> Result<Chunk, ReadError> {
    // The places are never closed.
    let Ok(place) = state.readings().enter(READER).await else { return Ok(Chunk::behind(after)) };
    let until = opened.recent.end();
    let mut history = History::open(&opened.log, after, place).await?;
    history.next(&filter, &bounds, until, TURN_MAX).await
}

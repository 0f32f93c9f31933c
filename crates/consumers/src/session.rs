//! A durable's events, while it is this process's.

mod write;

use std::sync::Arc;
use std::time::Duration;

use domain::AccountId;
use event_store::ReadError;
use time::OffsetDateTime;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::Instant;
use uuid::Uuid;

use crate::cloud_event::Line;
use crate::consumer::Consumer;
use crate::deliver::{Delivered, Failure, deliver};
use crate::durable::{Durable, Parked};
use crate::durables::PARKED_MAX;
use crate::feed::{Batch, of_account};
use crate::queues::{Key, Next, Queues};

/// Beats within a lease, and how many of them may be missed before everything under way is ended: in time before another
/// process may take over.
const BEATS: u32 = 6;
const BEATS_MISSED_MAX: u32 = 4;
/// At least so often an operator's wishes are looked for.
const BEAT_MAX: Duration = Duration::from_secs(2);
/// Between two writes of what has changed: what was done since the last one is done again after a crash.
const WRITE_PERIOD: Duration = Duration::from_millis(200);
/// For what is under way when the process is told to end, and for the last write.
const END_GRACE: Duration = Duration::from_secs(5);
const LAST_WRITE_LIMIT: Duration = Duration::from_secs(2);
/// Before what could not be read is read again.
const READ_PAUSE: Duration = Duration::from_secs(1);
/// Of how a try ended, in the entry.
pub(crate) const OUTCOME_CHARS_MAX: usize = 100;

pub(crate) enum End {
    /// It is another's, or may soon be.
    Lost,
    /// It goes on elsewhere, as it was written then.
    Replayed(Box<Durable>, Instant),
    Log(ReadError),
}

enum Ended {
    Delivered(Key, i64, Delivered),
    Filled(Key, Result<(Vec<i64>, Option<i64>), ReadError>),
}

pub(crate) struct Session<'a> {
    consumer: &'a Consumer,
    claim: Uuid,
    turn: u64,
    batches: mpsc::Receiver<Result<Batch, ReadError>>,
    queues: Queues,
    tasks: JoinSet<Ended>,
    /// All up to here is in the queues, done or parked.
    through: i64,
    /// Not written yet: what was parked, which parked events failed again, and which are done after all.
    parked: Vec<Parked>,
    failed_again: Vec<Parked>,
    released: Vec<i64>,
    /// In the entry.
    parked_before: usize,
    is_changed: bool,
    written_at: Instant,
    /// Until then the durable is this process's for certain.
    deadline: Instant,
}

impl<'a> Session<'a> {
    /// `began`: before the claim.
    pub(crate) fn new(consumer: &'a Consumer, mine: Durable, began: Instant) -> Self {
        let settings = &consumer.settings;
        let mut session = Self {
            consumer,
            claim: mine.claim,
            turn: mine.turn,
            batches: consumer.feed.follow(settings.filter.clone(), mine.position),
            queues: Queues::of(&mine.open),
            tasks: JoinSet::new(),
            through: mine.position,
            parked: Vec::new(),
            failed_again: Vec::new(),
            released: Vec::new(),
            parked_before: 0,
            is_changed: false,
            written_at: began,
            deadline: began + settings.lease / BEATS * BEATS_MISSED_MAX,
        };
        session.was_written(mine, began);
        session
    }

    /// Until it is stopped, or loses the durable.
    pub(crate) async fn run(&mut self) -> Result<(), End> {
        let stop = self.consumer.stop.clone();
        loop {
            // Also where this process stood still for a while.
            if Instant::now() >= self.deadline {
                return Err(End::Lost);
            }
            if stop.is_cancelled() {
                self.end().await;
                return Ok(());
            }
            self.begin();
            let (write_at, due) = (self.write_at(), self.queues.next_due(self.retries_max()));
            let (is_busy, has_room) = (!self.tasks.is_empty(), self.queues.has_room());
            let is_free = self.tasks.len() < self.consumer.settings.at_once;
            tokio::select! {
                Some(ended) = self.tasks.join_next(), if is_busy => {
                    // One that panicked is tried again by whoever claims the durable next.
                    self.settle(ended.map_err(|_panic| End::Lost)?);
                }
                batch = self.batches.recv(), if has_room => match batch {
                    Some(batch) => self.take(&batch.map_err(End::Log)?),
                    // The feed ends with an error, and after this process does.
                    None => return Err(End::Lost),
                },
                () = tokio::time::sleep_until(due.unwrap_or(write_at)), if due.is_some() && is_free => {}
                () = tokio::time::sleep_until(write_at) => self.write().await?,
                () = stop.cancelled() => {}
            }
        }
    }

    fn write_at(&self) -> Instant {
        let beat = (self.consumer.settings.lease / BEATS).min(BEAT_MAX);
        self.written_at + if self.is_changed { WRITE_PERIOD } else { beat }
    }

    /// The others are for those that were not tried yet, however long tries take.
    fn retries_max(&self) -> usize {
        self.consumer.settings.at_once.div_ceil(2)
    }

    fn take(&mut self, batch: &Batch) {
        for (position, account) in &batch.events {
            self.queues.push(*account, *position);
        }
        self.through = batch.through;
        self.is_changed |= !batch.events.is_empty();
    }

    /// Starts as much as may be under way at once.
    fn begin(&mut self) {
        let Consumer { log, handler, settings, .. } = self.consumer;
        while self.tasks.len() < settings.at_once
            && let Some(next) = self.queues.next(Instant::now(), self.retries_max())
        {
            let log = Arc::clone(log);
            match next {
                Next::Deliver { key, position, tries } => {
                    let handler = Arc::clone(handler);
                    self.tasks.spawn(async move {
                        Ended::Delivered(key, position, deliver(&*log, &*handler, position, tries).await)
                    });
                }
                Next::Fill { account, from, max } => {
                    let (filter, until) = (settings.filter.clone(), self.through);
                    self.tasks.spawn(async move {
                        let found = of_account(&*log, &filter, account, from, until, max).await;
                        Ended::Filled(account, found)
                    });
                }
            }
        }
    }

    fn settle(&mut self, ended: Ended) {
        let now = Instant::now();
        self.is_changed = true;
        match ended {
            Ended::Filled(account, Ok((found, rest))) => self.queues.filled(account, found, rest),
            Ended::Filled(account, Err(error)) => {
                tracing::warn!(%error, "the log could not be read");
                self.queues.unfilled(account, now + READ_PAUSE);
            }
            Ended::Delivered(key, position, Delivered::Done) => {
                self.release(key, position);
                self.queues.done(key);
            }
            Ended::Delivered(key, position, Delivered::LeftOut) => {
                self.release(key, position);
                self.queues.left_out(key);
            }
            Ended::Delivered(key, _, Delivered::Unread(error)) => {
                tracing::warn!(%error, "the log could not be read");
                self.queues.delay(key, now + READ_PAUSE);
            }
            Ended::Delivered(key, _, Delivered::Failed(line, failure)) => {
                self.failed(key, *line, &failure, now)
            }
        }
    }

    /// What was parked is not any more.
    fn release(&mut self, key: Key, position: i64) {
        if key < 0 {
            self.released.push(position);
        }
    }

    fn failed(&mut self, key: Key, line: Line, failure: &Failure, now: Instant) {
        if !self.queues.is_open(key) {
            // Dropped while it was tried.
            self.queues.forget(key);
            return;
        }
        let settings = &self.consumer.settings;
        let (tries, position) = (self.queues.tries(key) + 1, line.position.get());
        let outcome: String = failure.outcome.chars().take(OUTCOME_CHARS_MAX).collect();
        let durable = &settings.durable;
        // In an outage few are tried for the first time, and all those again and again.
        if tries == 1 {
            tracing::warn!(durable, position, outcome, "the first try failed");
        } else {
            tracing::debug!(durable, position, r#try = tries, outcome, "a try failed");
        }
        // One that was parked before has a place already.
        let has_room = key < 0 || self.parked_before + self.parked.len() < PARKED_MAX;
        if tries < settings.tries || !has_room {
            if tries >= settings.tries {
                tracing::warn!(durable, position, "it cannot be parked: {PARKED_MAX} are");
            }
            let pause = settings.backoff.pause(tries).max(failure.wait.min(settings.backoff.max));
            self.queues.failed(key, &outcome, now, now + pause);
            return;
        }
        tracing::warn!(durable, position, tries, outcome, "parked");
        let parked = Parked {
            position,
            id: line.id,
            account: line.account.map_or(0, AccountId::get),
            event_type: line.event_type,
            tries,
            outcome,
            parked_at: OffsetDateTime::now_utc().truncate_to_second(),
            is_retried: false,
        };
        if key < 0 {
            self.failed_again.push(parked)
        } else {
            self.parked.push(parked)
        }
        self.queues.park(key, now);
    }

    /// Lets what is under way end, and gives the durable up.
    async fn end(&mut self) {
        let until = self.deadline.min(Instant::now() + END_GRACE);
        while let Ok(Some(Ok(ended))) = tokio::time::timeout_at(until, self.tasks.join_next()).await {
            self.settle(ended);
        }
        self.tasks.shutdown().await;
        // Else its lease runs out.
        tokio::time::timeout(LAST_WRITE_LIMIT, self.write_once(Uuid::nil())).await.ok();
    }
}

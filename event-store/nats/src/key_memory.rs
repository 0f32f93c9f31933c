//! Which keyed commands the log holds, for longer than the broker remembers their message ids; and what accounts have
//! used of it within a day.
//!
//! ```text
//!   ───┬──────────── a day ────────────┬──────────────▶ the log
//!      │  ids and sequences in memory  │ the broker's window: an append
//!      └ found by its time at the start│ finds its repetition itself
//! ```
//!
//! One task reads the headers of the log from a day ago on, and then its tail, and keeps 24 bytes for each event that a
//! keyed command made first; every event counts for its actor ([`event_store::Usage`]). It is a copy that nobody has to
//! store: after a crash it is read again, and until it has caught up, or whenever it falls behind by half the broker's
//! window, it calls no key new.

mod memory;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::{CommandId, Sequence};
use fail_points::planted;
use time::OffsetDateTime;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior};

use event_store::{Cause, DEDUPE_WINDOW, KEY_AGE_MAX, KnownKeys, ReadError, RecordedEvent};

use self::memory::Memory;
use crate::raw::{self, Outline};
use crate::read;
use crate::stream::EventStream;
use crate::tail::{self, Wanted};

/// Events that are taken in at once.
const BATCH_MAX: usize = 4_000;
/// How old the newest certain knowledge may be. The broker itself finds younger repetitions, with time to spare.
const LAG_MAX: Duration = Duration::from_secs(DEDUPE_WINDOW.as_secs() / 2);
/// How often the log's head is asked for.
const LOOK_PERIOD: Duration = Duration::from_secs(1);
/// How long somebody waits for what is not known yet.
const CATCH_UP_MAX: Duration = Duration::from_secs(2);
/// Before the log is read again.
const PAUSE: Duration = Duration::from_secs(1);
/// The clocks of those who wrote and of this process may differ by so much.
const CLOCK_SKEW: Duration = Duration::from_secs(3_600);

#[derive(Debug)]
pub(crate) struct KeyMemory {
    known: Arc<Known>,
    /// Ends with this value.
    _task: JoinSet<()>,
}

#[derive(Debug)]
struct Known {
    memory: Mutex<Memory>,
    reached: watch::Sender<Reached>,
}

/// How far the log is known.
#[derive(Debug, Clone, Copy, Default)]
struct Reached {
    /// Up to this sequence.
    through: u64,
    /// And until when that was certainly all. `None` until it is known first.
    complete_at: Option<Instant>,
}

impl Reached {
    fn refusal(self) -> Option<String> {
        match self.complete_at {
            None => Some("the keys of the last 24 hours are being read from the log".to_owned()),
            Some(at) if at.elapsed() > LAG_MAX => Some(format!(
                "what was read of the log is {} seconds old, too old to tell a repetition",
                at.elapsed().as_secs()
            )),
            Some(_) => None,
        }
    }
}

impl KeyMemory {
    /// Remembers at most so many commands.
    pub(crate) fn start(stream: Arc<EventStream>, commands_max: usize) -> Self {
        let (reached, _) = watch::channel(Reached::default());
        let known = Arc::new(Known { memory: Mutex::new(Memory::new(commands_max)), reached });
        let mut task = JoinSet::new();
        task.spawn(Arc::clone(&known).follow(stream));
        Self { known, _task: task }
    }

    pub(crate) fn state(&self) -> KnownKeys {
        let memory = self.known.memory();
        let refusal = self.known.reached.borrow().refusal();
        KnownKeys { horizon: memory.horizon(OffsetDateTime::now_utc()), remembered: memory.len(), refusal }
    }

    /// See [`event_store::EventLog::events_of`].
    pub(crate) async fn events_of(
        &self,
        stream: &EventStream,
        command: CommandId,
        until: Sequence,
    ) -> Result<Vec<RecordedEvent>, ReadError> {
        self.known.wait_for(until).await?;
        let mut events = Vec::new();
        let Some(first) = self.known.memory().find(command) else { return Ok(events) };
        let mut next = Sequence::new(first);
        while let Some(sequence) = next {
            match read::one(stream, sequence).await? {
                // They have consecutive sequences.
                Some(event) if event.envelope.as_ref().is_some_and(|own| own.command == command) => {
                    events.push(event);
                }
                _ => break,
            }
            next = Some(sequence.next());
        }
        Ok(events)
    }
}

impl Known {
    fn memory(&self) -> MutexGuard<'_, Memory> {
        // A panic while the lock was held cannot leave it half changed: nothing in there fails.
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn wait_for(&self, until: Sequence) -> Result<(), ReadError> {
        let mut reached = self.reached.subscribe();
        let is_there = |reached: &Reached| reached.through >= until.get() && reached.complete_at.is_some();
        let waited = tokio::time::timeout(CATCH_UP_MAX, reached.wait_for(is_there)).await;
        let refusal = match waited {
            // The channel lives as long as this value.
            Ok(Ok(reached)) => reached.refusal(),
            _ => Some("the keys of the last 24 hours are still being read from the log".to_owned()),
        };
        refusal.map_or(Ok(()), |why| Err(ReadError::Unavailable(Cause::new(why))))
    }

    async fn follow(self: Arc<Self>, stream: Arc<EventStream>) {
        loop {
            let error = match self.read_keys(&stream).await {
                Ok(never) => match never {},
                Err(error) => error,
            };
            tracing::warn!(%error, "the keys of the last 24 hours are read again");
            self.reached.send_replace(Reached::default());
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn read_keys(&self, stream: &Arc<EventStream>) -> Result<std::convert::Infallible, ReadError> {
        let now = OffsetDateTime::now_utc();
        let after = last_before(stream, now - KEY_AGE_MAX - CLOCK_SKEW).await?;
        stream.usage.restart(after);
        self.memory().forget((after != Sequence::ZERO).then_some(now - KEY_AGE_MAX));
        self.reached.send_replace(Reached { through: after.get(), complete_at: None });
        let wanted = Wanted { make: raw::outline, headers_only: true };
        let mut tail = tail::follow(Arc::clone(stream), after, wanted).await?;
        let mut ticks = tokio::time::interval(LOOK_PERIOD);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // A moment, and the head that the log had then.
        let mut asked: Option<(Instant, u64)> = None;
        loop {
            tokio::select! {
                batch = tail.next_batch(BATCH_MAX) => {
                    let ended = || ReadError::Unavailable(Cause::new("the log's tail ended"));
                    self.learn(stream, &batch.ok_or_else(ended)??);
                }
                _ = ticks.tick(), if asked.is_none() => {
                    let at = Instant::now();
                    match stream.head().await {
                        Ok(head) => asked = Some((at, head.get())),
                        // The broker is away for a while; the age of what is known says for how long.
                        Err(ReadError::Unavailable(_)) => {}
                        Err(error) => return Err(error),
                    }
                }
            }
            self.reached.send_if_modified(|reached| {
                let complete = asked.take_if(|(_, head)| reached.through >= *head);
                reached.complete_at = complete.map_or(reached.complete_at, |(at, _)| Some(at));
                complete.is_some()
            });
        }
    }

    fn learn(&self, stream: &EventStream, events: &[Outline]) {
        let Some(last) = events.last() else { return };
        let now = Instant::now();
        let is_loading = self.reached.borrow().complete_at.is_none();
        {
            let mut memory = self.memory();
            for event in events {
                if let Some(command) = event.command {
                    // An old event is forgotten when it is a day old. How old a new one is does not depend on clocks.
                    let age = if is_loading { age_of(event.recorded_at) } else { Duration::ZERO };
                    memory.add(
                        command,
                        event.sequence,
                        event.recorded_at,
                        now.checked_sub(age).unwrap_or(now),
                    );
                }
            }
            memory.tidy(now);
        }
        for event in events {
            let sequence = stream.position(event.sequence).sequence();
            let actor = event.actor.filter(|_| !planted("quota-forgotten"));
            stream.usage.counted(sequence, actor, event.bytes, event.recorded_at);
            if event.is_decision {
                stream.usage.saw_decision(sequence);
            }
        }
        self.reached.send_modify(|reached| reached.through = last.sequence);
    }
}

fn age_of(recorded_at: OffsetDateTime) -> Duration {
    Duration::try_from(OffsetDateTime::now_utc() - recorded_at).unwrap_or_default()
}

/// The last event before a time. Recorded times only grow, unless a broker's clock was set back.
async fn last_before(stream: &EventStream, time: OffsetDateTime) -> Result<Sequence, ReadError> {
    let (mut before, mut behind) = (0, stream.head().await?.get() + 1);
    while before + 1 < behind {
        let middle = before + (behind - before) / 2;
        let sequence = Sequence::new(middle).unwrap_or(Sequence::MAX);
        let is_before = read::one(stream, sequence).await?.is_some_and(|event| event.recorded_at < time);
        *(if is_before { &mut before } else { &mut behind }) = middle;
    }
    Ok(Sequence::new(before).unwrap_or(Sequence::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_told_that_a_key_is_new_by_what_was_read_long_ago() {
        let read = |ago: Duration| Reached { through: 7, complete_at: Instant::now().checked_sub(ago) };
        assert!(Reached::default().refusal().is_some(), "nothing was read yet");
        assert_eq!(read(Duration::ZERO).refusal(), None);
        assert_eq!(read(LAG_MAX - Duration::from_secs(5)).refusal(), None);
        assert!(read(LAG_MAX + Duration::from_secs(1)).refusal().is_some());
        assert!(LAG_MAX < DEDUPE_WINDOW, "the broker knows what is younger");
    }
}

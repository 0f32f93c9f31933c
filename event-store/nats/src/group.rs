//! Group commit: events that wait at the same moment share one sync of the broker's disk.
//!
//! With `sync_interval: always` a broker syncs once per message, or a few times per atomic batch. One task collects
//! what waits. Few events are published one by one, side by side; many as one batch, and while that is under way the
//! next group gathers. So groups grow with the load, and a lone event never waits for company. A batch stands or falls
//! as a whole, so a group that is not acked is sent again event by event, under the same message ids: what the batch
//! did store is then answered as a repetition.
//!
//! Nothing is remembered here. A crash loses only answers, and a caller that got none does not know its outcome.

use std::sync::Arc;

use domain::CommandId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tokio::time::Instant;

use event_store::{AppendError, Appended, Cause, NewEvent};

use crate::batch;
use crate::publish::{self, Answer};
use crate::stream::EventStream;

/// Events in one group. More would lengthen the answer to the first one for little gain.
const GROUP_MAX: usize = 128;
/// Batches under way at once.
const GROUPS_MAX: usize = 1;

const _: () =
    assert!((batch::BATCHES_MAX + GROUPS_MAX) * 8 < 50, "eight processes stay below the broker's bound");

/// From so many waiting events on they make a batch. It costs the broker the time of about a dozen single events,
/// however many it holds.
const BATCH_FROM: usize = 16;
/// Single events under way at once: enough for low load, and few, because under high load they delay the batches.
const SINGLES_MAX: usize = 4;
/// Events that wait. Each belongs to a request, whose number the API bounds as well.
const QUEUE_MAX: usize = 4_096;

const _: () = assert!(GROUP_MAX <= batch::EVENTS_MAX, "the broker refuses larger batches");

struct Waiting {
    command: CommandId,
    event: NewEvent,
    since: Instant,
    answer: oneshot::Sender<Result<Appended, AppendError>>,
}

#[derive(Debug, Clone)]
pub(crate) struct GroupCommit {
    queue: mpsc::Sender<Waiting>,
}

impl GroupCommit {
    /// The task ends when the last clone of the handle is dropped.
    pub(crate) fn start(stream: Arc<EventStream>) -> Self {
        let (queue, waiting) = mpsc::channel(QUEUE_MAX);
        tokio::spawn(collect(stream, waiting));
        Self { queue }
    }

    pub(crate) async fn append(&self, command: CommandId, event: NewEvent) -> Result<Appended, AppendError> {
        let (answer, answered) = oneshot::channel();
        if self.queue.send(Waiting { command, event, since: Instant::now(), answer }).await.is_err() {
            return Err(AppendError::Unavailable(Cause::new("the log is shutting down")));
        }
        answered.await.unwrap_or_else(|_| Err(AppendError::Unknown(Cause::new("the log shut down"))))
    }
}

async fn collect(stream: Arc<EventStream>, mut waiting: mpsc::Receiver<Waiting>) {
    let singles = Arc::new(Semaphore::new(SINGLES_MAX));
    loop {
        // A place is taken before the events are, so that events gather while all places are in use.
        let Ok(mut place) = Arc::clone(&singles).acquire_owned().await else { return };
        let mut group = Vec::new();
        if waiting.recv_many(&mut group, GROUP_MAX).await == 0 {
            return;
        }
        let group = still_wanted(group, &stream);
        if group.len() < BATCH_FROM {
            for one in group {
                tokio::spawn(publish_one(Arc::clone(&stream), one, place));
                let Ok(next) = Arc::clone(&singles).acquire_owned().await else { return };
                place = next;
            }
        } else {
            drop(place);
            // One batch at a time: the broker takes them one after the other, and fewer, larger ones cost it less.
            commit(&stream, group).await;
        }
    }
}

/// Refuses what has waited for so long that its caller was given up: this process may have stood still meanwhile.
fn still_wanted(group: Vec<Waiting>, stream: &EventStream) -> Vec<Waiting> {
    let (late, wanted): (Vec<_>, Vec<_>) =
        group.into_iter().partition(|one| one.since.elapsed() > stream.append_deadline);
    for one in late {
        let why = "it waited too long and was not sent".to_owned();
        drop(one.answer.send(Err(AppendError::Unavailable(Cause::new(why)))));
    }
    wanted
}

async fn publish_one(stream: Arc<EventStream>, one: Waiting, place: OwnedSemaphorePermit) {
    let outcome = publish::append_one(&stream, one.command, &one.event, false).await;
    drop(place);
    // A caller that gave up does not listen any more.
    drop(one.answer.send(outcome));
}

async fn commit(stream: &Arc<EventStream>, group: Vec<Waiting>) {
    let events = group.iter().map(|one| (one.command.to_string(), &one.event));
    let answer = batch::send(stream, events).await;
    if let Answer::Acked { sequence, repeated: false } = answer {
        let first = sequence.saturating_sub(group.len() as u64 - 1);
        for (sequence, one) in (first..=sequence).zip(group) {
            let positions = vec![stream.position(sequence)];
            drop(one.answer.send(Ok(Appended { positions, repeated: false })));
        }
        return;
    }
    let is_open = matches!(answer, Answer::Open(_) | Answer::NoWrites { was_sent: true, .. });
    for one in group {
        let stream = Arc::clone(stream);
        tokio::spawn(async move {
            let outcome = publish::append_one(&stream, one.command, &one.event, is_open).await;
            drop(one.answer.send(outcome));
        });
    }
}

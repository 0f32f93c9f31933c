//! The events that a durable takes, in order, as they come; and those of one account in a part of the log.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use domain::{AccountId, Event, Position, Sequence};
use event_store::{EventLog, ReadError, RecordedEvent, disclose, known};
use tokio::sync::mpsc;

use crate::{Filter, order};

/// Events that are taken from the log at once; few, as they may all have to be listed in an entry.
pub const BATCH: usize = 64;
const RETRY_PERIOD: Duration = Duration::from_millis(500);

/// What is next.
#[derive(Debug)]
pub struct Batch {
    /// All events up to here were looked at.
    pub through: i64,
    /// Position and account (0: nobody's) of those that are taken; at most [`BATCH`].
    pub events: Vec<(i64, i64)>,
}

pub type Batches = mpsc::Receiver<Result<Batch, ReadError>>;

/// Where a consumer's events come from.
pub trait Feed: Send + Sync + fmt::Debug {
    /// Those behind a position, until the receiver is dropped, or the log proves to be another one, which is its last word.
    fn follow(&self, filter: Filter, after: i64) -> Batches;
}

/// A tail for each that follows.
#[derive(Debug)]
pub struct Tailed(pub Arc<dyn EventLog>);

impl Feed for Tailed {
    fn follow(&self, filter: Filter, after: i64) -> Batches {
        follow(Arc::clone(&self.0), filter, after)
    }
}

fn follow(log: Arc<dyn EventLog>, filter: Filter, after: i64) -> Batches {
    let (sender, batches) = mpsc::channel(1);
    tokio::spawn(async move {
        let mut at = after;
        let following = async {
            loop {
                match pass_on(&*log, &filter, &mut at, i64::MAX, &sender).await {
                    // The tail is gone without a word, or the log is away.
                    Ok(()) => {}
                    Err(error) if error.is_of_wrong_log() => {
                        sender.send(Err(error)).await.ok();
                        return;
                    }
                    Err(error) => tracing::warn!(%error, "the log is read again soon"),
                }
                tokio::time::sleep(RETRY_PERIOD).await;
            }
        };
        tokio::select! {
            () = following => {}
            () = sender.closed() => {}
        }
    });
    batches
}

/// Gives what is behind a position, up to another one or for as long as the tail lives; `at` is how far that came.
///
/// # Errors
/// Where the log cannot be read.
pub async fn pass_on(
    log: &dyn EventLog,
    filter: &Filter,
    at: &mut i64,
    until: i64,
    sender: &mpsc::Sender<Result<Batch, ReadError>>,
) -> Result<(), ReadError> {
    let mut tail = log.tail(sequence(*at)).await?;
    while let Some(recorded) = tail.next_batch(BATCH).await {
        let recorded = recorded?;
        let Some(last) = recorded.last() else { continue };
        let through = last.position.get();
        let events = recorded.iter().filter_map(|event| Some((event.position.get(), taken(event, filter)?)));
        if sender.send(Ok(Batch { through, events: events.collect() })).await.is_err() {
            return Ok(());
        }
        *at = through;
        if through >= until {
            break;
        }
    }
    Ok(())
}

/// An account's events from one position up to another; of more than `max`, where the next one is.
pub(crate) async fn of_account(
    log: &dyn EventLog,
    filter: &Filter,
    account: i64,
    from: i64,
    until: i64,
    max: usize,
) -> Result<(Vec<i64>, Option<i64>), ReadError> {
    let (mut found, mut at) = (Vec::new(), sequence(from).get().saturating_sub(1));
    let until = sequence(until).get();
    let mut tail = log.tail(Sequence::new(at).unwrap_or_default()).await?;
    while at < until {
        let Some(recorded) = tail.next_batch(BATCH).await else {
            return Err(ReadError::Unavailable(event_store::Cause::new("the log's tail ended")));
        };
        for event in recorded? {
            at = event.position.sequence().get();
            if at > until || taken(&event, filter) != Some(account) {
                continue;
            }
            if found.len() == max {
                return Ok((found, Some(event.position.get())));
            }
            found.push(event.position.get());
        }
    }
    Ok((found, None))
}

/// Whose event it is (0: nobody's), if anything of it is handed on and the durable takes it.
fn taken(recorded: &RecordedEvent, filter: &Filter) -> Option<i64> {
    let event = known(recorded).filter(|event| filter.lets(event) && is_handed_on(event))?;
    Some(order::account(&event).map_or(0, AccountId::get))
}

fn is_handed_on(event: &Event) -> bool {
    disclose(event).is_ok_and(|disclosed| disclosed.is_some())
}

fn sequence(position: i64) -> Sequence {
    Position::from_i64(position).unwrap_or_default().sequence()
}

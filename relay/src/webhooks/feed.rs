//! A webhook's events: from memory, and further back from the log.

use std::time::Duration;

use consumers::{BATCH, Batch, Batches, Feed, Filter, pass_on};
use domain::AccountId;
use event_store::ReadError;
use tokio::sync::mpsc;

use crate::AppState;
use crate::events::{Bounds, Chunk};
use crate::state::Opened;

/// Before the log is read again that could not be read.
const RETRY_PERIOD: Duration = Duration::from_millis(500);
/// How long others who read far back in the log wait for this.
const TURN_MAX: Duration = Duration::from_secs(2);
/// Webhooks read far back as one account would that nobody has: together they have its places.
const READER: i64 = 0;
/// Nothing of a chunk is kept but positions.
const BOUNDS: Bounds = Bounds { events_max: BATCH, bytes_max: usize::MAX };

#[derive(Debug)]
pub(super) struct RecentFeed {
    pub(super) state: AppState,
    pub(super) opened: Opened,
}

type Sender = mpsc::Sender<Result<Batch, ReadError>>;

impl Feed for RecentFeed {
    fn follow(&self, filter: Filter, after: i64) -> Batches {
        let (sender, batches) = mpsc::channel(1);
        let (state, opened) = (self.state.clone(), self.opened.clone());
        tokio::spawn(async move {
            tokio::select! {
                () = read_on(&state, &opened, &filter, after, &sender) => {}
                () = sender.closed() => {}
            }
        });
        batches
    }
}

async fn read_on(state: &AppState, opened: &Opened, filter: &Filter, mut at: i64, sender: &Sender) {
    let mut news = opened.recent.subscribe();
    // Before it is read: who has no room keeps nobody from reading far back.
    while let Ok(room) = sender.reserve().await {
        match opened.recent.read(at, filter, &BOUNDS) {
            Some(chunk) if chunk.through > at => {
                at = chunk.through;
                room.send(Ok(batch(&chunk)));
            }
            // Its sender is a part of what is held here.
            Some(_) => drop(news.wait_for(|end| *end > at).await),
            None => {
                drop(room);
                if let Err(error) = catch_up(state, opened, filter, &mut at, sender).await {
                    if error.is_of_wrong_log() {
                        sender.send(Err(error)).await.ok();
                        return;
                    }
                    tracing::warn!(%error, "events for a webhook are read again soon");
                    tokio::time::sleep(RETRY_PERIOD).await;
                }
            }
        }
    }
}

fn batch(chunk: &Chunk) -> Batch {
    let event = |line: &consumers::Line| (line.position.get(), line.account.map_or(0, AccountId::get));
    Batch { through: chunk.through, events: chunk.lines.iter().map(event).collect() }
}

/// For a turn.
async fn catch_up(
    state: &AppState,
    opened: &Opened,
    filter: &Filter,
    at: &mut i64,
    sender: &Sender,
) -> Result<(), ReadError> {
    // The places are never closed.
    let Ok(_place) = state.readings().enter(READER).await else { return Ok(()) };
    let reading = pass_on(&*opened.log, filter, at, opened.recent.end(), sender);
    // A turn that is over goes on with the next one.
    tokio::time::timeout(TURN_MAX, reading).await.unwrap_or(Ok(()))
}

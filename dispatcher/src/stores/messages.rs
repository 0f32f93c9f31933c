//! Messages in the log. Each event on a message tells its whole state, so the last one is all that a decision needs:
//! the posting stands at the position that the id names, what came later is found by the index in its bucket.

use std::sync::Arc;
use std::time::Duration;

use cqrs_es::Aggregate;
use domain::message::Message;
use domain::{AccountId, Event, MessageEvent, MessageId, MessagePosted, Sequence, Shard};
use moka::future::Cache;
use time::OffsetDateTime;

use event_store::{EditIndex, EventLog, LastChange, ReadError, known, last_change};

/// For how long another process's deletion may stay unnoticed by those who answer or react.
const STANDING_AGE_MAX: Duration = Duration::from_secs(10);
/// Remembered messages: that they stand, that this process deleted them, and who wrote them when, some 100
/// bytes each.
const STANDING_MAX: u64 = 50_000;
const DELETED_MAX: u64 = 50_000;
const ORIGINS_MAX: u64 = 50_000;

/// A message with what is needed to append behind what was read.
#[derive(Debug, Clone)]
pub struct SeenMessage {
    pub message: Message,
    /// Its last event; zero where it is unknown.
    pub last: Sequence,
    /// The last event of its bucket, and the entries of the next.
    pub through: Sequence,
    pub edit_index: EditIndex,
}

/// What never changes of a message.
#[derive(Debug, Clone, Copy)]
struct Origin {
    author: AccountId,
    written_at: OffsetDateTime,
    is_imported: bool,
}

#[derive(Debug, Clone)]
pub struct MessageStore {
    log: Arc<dyn EventLog>,
    origins: Cache<MessageId, Origin>,
    standing: Cache<MessageId, ()>,
    deleted: Cache<MessageId, ()>,
}

impl MessageStore {
    pub fn new(log: Arc<dyn EventLog>) -> Self {
        let standing = Cache::builder().max_capacity(STANDING_MAX).time_to_live(STANDING_AGE_MAX).build();
        Self { log, origins: Cache::new(ORIGINS_MAX), standing, deleted: Cache::new(DELETED_MAX) }
    }

    fn shard(&self) -> Shard {
        self.log.shard()
    }

    /// Who wrote a message, from the event that posted it; `None` where that position holds something else.
    pub async fn author_of(&self, id: MessageId) -> Result<Option<AccountId>, ReadError> {
        Ok(self.origin_of(id).await?.map(|origin| origin.author))
    }

    /// When a message was written: where it was imported, its original time.
    pub async fn written_at(&self, id: MessageId) -> Result<Option<OffsetDateTime>, ReadError> {
        Ok(self.origin_of(id).await?.map(|origin| origin.written_at))
    }

    /// Whether a message is there that was not imported.
    pub async fn was_posted_here(&self, id: MessageId) -> Result<bool, ReadError> {
        Ok(self.origin_of(id).await?.is_some_and(|origin| !origin.is_imported))
    }

    async fn origin_of(&self, id: MessageId) -> Result<Option<Origin>, ReadError> {
        match self.origins.get(&id).await {
            Some(origin) => Ok(Some(origin)),
            None => Ok(self.posted(id).await?.map(|(_, origin)| origin)),
        }
    }

    /// The author of a message that was not deleted, as far as this process knew ten seconds ago.
    pub async fn author_of_standing(&self, id: MessageId) -> Result<Option<AccountId>, ReadError> {
        let Some(author) = self.author_of(id).await? else { return Ok(None) };
        if self.standing.get(&id).await.is_none() {
            if is_deletion(&last_change(&*self.log, id).await?) {
                return Ok(None);
            }
            self.standing.insert(id, ()).await;
        }
        // Asked last: the deletion may have come while the log was read.
        Ok((!self.deleted.contains_key(&id)).then_some(author))
    }

    /// For the process that appended the deletion: it knows at once, and not in ten seconds.
    pub(crate) async fn note_deleted(&self, id: MessageId) {
        self.deleted.insert(id, ()).await;
    }

    pub async fn load(&self, id: MessageId) -> Result<SeenMessage, ReadError> {
        let (posted, found) = tokio::join!(self.posted(id), last_change(&*self.log, id));
        let mut seen = SeenMessage {
            message: Message::default(),
            last: Sequence::ZERO,
            through: Sequence::ZERO,
            edit_index: EditIndex::default(),
        };
        let Some((posted, _)) = posted? else { return Ok(seen) };
        let found = found?;
        seen.message.apply(MessageEvent::Posted(posted));
        seen.last = id.position().sequence();
        if let Some((sequence, event)) = found.last {
            seen.message.apply(event);
            seen.last = sequence;
        }
        Ok(SeenMessage { through: found.through, edit_index: found.index, ..seen })
    }

    async fn posted(&self, id: MessageId) -> Result<Option<(MessagePosted, Origin)>, ReadError> {
        if id.position().shard() != self.shard() {
            return Ok(None);
        }
        let Some(recorded) = self.log.read(id.position().sequence()).await? else { return Ok(None) };
        let Some(Event::Message(MessageEvent::Posted(posted))) = known(&recorded) else {
            return Ok(None);
        };
        let written_at = posted.original_time.unwrap_or(recorded.recorded_at);
        let is_imported = posted.original_time.is_some();
        let origin = Origin { author: posted.author, written_at, is_imported };
        self.origins.insert(id, origin).await;
        Ok(Some((posted, origin)))
    }
}

fn is_deletion(found: &LastChange) -> bool {
    matches!(found.last, Some((_, MessageEvent::Deleted(_))))
}

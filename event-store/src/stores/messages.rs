//! Messages in the log, as cqrs-es wants them: an `EventStore` over any [`EventLog`].
//!
//! The consistency boundary is the author's outbox, not the message: a message's events are those of the outbox, from
//! the one that posted it on, that name it. What was read once is remembered with the sequence up to which it holds;
//! the next load reads only what came after, so the memory can be stale but never wrong.

use std::collections::HashMap;
use std::sync::Arc;

use cqrs_es::{AggregateContext, AggregateError, EventEnvelope, EventStore};
use domain::message::{Message, MessageRejection};
use domain::{AccountId, Event, MessageEvent, MessageId, Position, Sequence, Shard};
use moka::future::Cache;

use super::last::known;
use crate::contract::{AppendError, EventLog, Expected, ReadError, RecordedEvent};
use crate::executor::ExecuteError;
use crate::seal::{Stamp, seal};
use crate::subject::{Boundary, Subject};

/// Aggregate id of a message that has no event yet, hence no id.
pub(crate) const NEW_MESSAGE: &str = "new";
/// Metadata keys of the envelopes that `commit` returns.
pub(crate) const POSITION: &str = "position";
/// Messages whose state is remembered, at most some 1.5 KB each.
const REMEMBERED_MAX: u64 = 10_000;
/// Messages whose author is remembered, some 100 bytes each. It never changes.
const AUTHORS_MAX: u64 = 50_000;

/// A message with what is needed to append behind what was read.
#[derive(Debug, Clone)]
pub struct MessageContext {
    pub message: Message,
    /// The last event of the outbox that was read.
    pub through: Sequence,
    pub expected: Expected,
    pub stamp: Option<Stamp>,
}

impl AggregateContext<Message> for MessageContext {
    fn aggregate(&mut self) -> &mut Message {
        &mut self.message
    }
}

#[derive(Debug, Clone)]
struct Remembered {
    message: Message,
    author: AccountId,
    through: Sequence,
}

#[derive(Debug, Clone)]
pub struct MessageStore {
    log: Arc<dyn EventLog>,
    remembered: Cache<MessageId, Remembered>,
    authors: Cache<MessageId, AccountId>,
}

type StoreError = AggregateError<MessageRejection>;

fn connection<E: std::error::Error + Send + Sync + 'static>(error: E) -> StoreError {
    AggregateError::DatabaseConnectionError(Box::new(error))
}

impl MessageStore {
    pub fn new(log: Arc<dyn EventLog>) -> Self {
        Self { log, remembered: Cache::new(REMEMBERED_MAX), authors: Cache::new(AUTHORS_MAX) }
    }

    fn shard(&self) -> Shard {
        self.log.shard()
    }

    pub fn outbox(&self, account: AccountId) -> Subject {
        Subject::new(self.shard(), Boundary::Outbox(account))
    }

    /// Who wrote a message, from the event that posted it; `None` where that position holds something else.
    pub async fn author_of(&self, id: MessageId) -> Result<Option<AccountId>, ReadError> {
        if id.position().shard() != self.shard() {
            return Ok(None);
        }
        if let Some(author) = self.authors.get(&id).await {
            return Ok(Some(author));
        }
        let recorded = self.log.read(id.position().sequence()).await?;
        let author = recorded.as_ref().and_then(message_event).and_then(|event| match event {
            MessageEvent::Posted(posted) => Some(posted.author),
            MessageEvent::Edited(_) | MessageEvent::Deleted(_) => None,
        });
        if let Some(author) = author {
            self.authors.insert(id, author).await;
        }
        Ok(author)
    }

    /// Whether this process happens to know that a message was deleted. It asks nobody.
    pub async fn is_known_deleted(&self, id: MessageId) -> bool {
        let remembered = self.remembered.get(&id).await;
        remembered.is_some_and(|remembered| matches!(remembered.message, Message::Deleted { .. }))
    }

    async fn load(&self, id: MessageId) -> Result<MessageContext, ReadError> {
        let mut known = match self.remembered.get(&id).await {
            Some(known) => known,
            None => match self.author_of(id).await? {
                // The sequence before the posting, so that the loop below folds it as well.
                Some(author) => Remembered {
                    message: Message::default(),
                    author,
                    through: Sequence::new(id.position().sequence().get() - 1).unwrap_or_default(),
                },
                None => {
                    return Ok(MessageContext {
                        message: Message::Unknown,
                        through: Sequence::ZERO,
                        expected: Expected::Last(Sequence::ZERO),
                        stamp: None,
                    });
                }
            },
        };
        for recorded in self.log.read_subject(self.outbox(known.author), known.through.next()).await? {
            known.through = recorded.position.sequence();
            if let Some(event) = message_event(&recorded).filter(|event| concerns(event, &recorded, id)) {
                cqrs_es::Aggregate::apply(&mut known.message, event);
            }
        }
        self.remembered.insert(id, known.clone()).await;
        Ok(MessageContext {
            message: known.message,
            through: known.through,
            expected: Expected::Last(known.through),
            stamp: None,
        })
    }
}

fn message_event(recorded: &RecordedEvent) -> Option<MessageEvent> {
    match known(recorded) {
        Some(Event::Message(event)) => Some(event),
        Some(_) | None => None,
    }
}

fn concerns(event: &MessageEvent, recorded: &RecordedEvent, id: MessageId) -> bool {
    match event {
        MessageEvent::Posted(_) => MessageId::at(recorded.position) == id,
        MessageEvent::Edited(edited) => edited.message == id,
        MessageEvent::Deleted(deleted) => deleted.message == id,
    }
}

fn envelope(id: &str, position: Position, payload: MessageEvent) -> EventEnvelope<Message> {
    EventEnvelope {
        aggregate_id: id.to_owned(),
        // 55 bits of sequence fit into a usize on the 64-bit machines that this runs on.
        sequence: usize::try_from(position.sequence().get()).unwrap_or(usize::MAX),
        payload,
        metadata: HashMap::from([(POSITION.to_owned(), position.to_string())]),
    }
}

impl EventStore<Message> for MessageStore {
    type AC = MessageContext;

    async fn load_events(&self, aggregate_id: &str) -> Result<Vec<EventEnvelope<Message>>, StoreError> {
        let Ok(id) = aggregate_id.parse::<MessageId>() else { return Ok(Vec::new()) };
        let Some(author) = self.author_of(id).await.map_err(connection)? else { return Ok(Vec::new()) };
        let from = id.position().sequence();
        let recorded = self.log.read_subject(self.outbox(author), from).await.map_err(connection)?;
        Ok(recorded
            .iter()
            .filter_map(|recorded| {
                let event = message_event(recorded).filter(|event| concerns(event, recorded, id))?;
                Some(envelope(aggregate_id, recorded.position, event))
            })
            .collect())
    }

    async fn load_aggregate(&self, aggregate_id: &str) -> Result<MessageContext, StoreError> {
        match aggregate_id.parse::<MessageId>() {
            Ok(id) => self.load(id).await.map_err(connection),
            Err(_) => Ok(MessageContext {
                message: Message::Unknown,
                through: Sequence::ZERO,
                expected: Expected::Any,
                stamp: None,
            }),
        }
    }

    /// One append for all events, stamped with the context's stamp; the metadata is of no use here, for it knows no
    /// types. Conflicts are [`AggregateError::AggregateConflict`], other failures hold a [`AppendError`].
    async fn commit(
        &self,
        events: Vec<MessageEvent>,
        context: MessageContext,
        _metadata: HashMap<String, String>,
    ) -> Result<Vec<EventEnvelope<Message>>, StoreError> {
        let Some(stamp) = context.stamp else {
            return Err(AggregateError::UnexpectedError("a commit needs a stamp".into()));
        };
        let sealed = events
            .iter()
            .map(|event| seal(self.shard(), &event.clone().into(), context.expected, &stamp))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| AggregateError::UnexpectedError(Box::new(error)))?;
        let appended = self.log.append(stamp.command, sealed).await.map_err(|error| match error {
            AppendError::Conflict => AggregateError::AggregateConflict,
            other => AggregateError::UnexpectedError(Box::new(other)),
        })?;
        Ok(appended
            .positions
            .into_iter()
            .zip(events)
            .map(|(position, event)| envelope(NEW_MESSAGE, position, event))
            .collect())
    }
}

/// What an `EventStore` calls a failure, as the executor calls it.
pub(crate) fn from_store(error: StoreError) -> ExecuteError<MessageRejection> {
    let source = match error {
        AggregateError::UserError(rejection) => return ExecuteError::Rejected(rejection),
        AggregateError::AggregateConflict => return ExecuteError::Contended,
        AggregateError::DatabaseConnectionError(source)
        | AggregateError::DeserializationError(source)
        | AggregateError::UnexpectedError(source) => source,
    };
    match source.downcast::<ReadError>() {
        Ok(read) => ExecuteError::Read(*read),
        Err(source) => ExecuteError::Unexpected(source),
    }
}

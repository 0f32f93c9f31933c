//! What decisions read. Each store keeps some of the log's past in memory; the log stays the truth.

mod accounts;
mod blocks;
mod last;
mod memory;
mod messages;
mod moderation;

use std::sync::Arc;

use domain::message::ReplyTarget;
use domain::{AccountId, GraphEvent, InboxEvent, MessageId, Position, ReactionEvent, Sequence, Shard};

use event_store::{Boundary, EventLog, ReadError, Subject};

pub use self::accounts::{AccountStore, Standing};
pub use self::blocks::BlockStore;
pub use self::last::{Last, Loaded};
pub use self::messages::{MessageStore, SeenMessage};
pub use self::moderation::ModerationStore;

#[derive(Debug, Clone)]
pub struct Stores {
    log: Arc<dyn EventLog>,
    pub messages: MessageStore,
    pub accounts: AccountStore,
    pub blocks: BlockStore,
    pub moderation: ModerationStore,
}

impl Stores {
    pub fn new(log: Arc<dyn EventLog>) -> Self {
        let messages = MessageStore::new(Arc::clone(&log));
        let accounts = AccountStore::new(Arc::clone(&log));
        let blocks = BlockStore::new(Arc::clone(&log));
        let moderation = ModerationStore::new(Arc::clone(&log));
        Self { log, messages, accounts, blocks, moderation }
    }

    pub fn shard(&self) -> Shard {
        self.log.shard()
    }

    pub fn position(&self, sequence: Sequence) -> Position {
        Position::new(sequence, self.shard())
    }

    pub fn subject(&self, boundary: Boundary) -> Subject {
        Subject::new(self.shard(), boundary)
    }

    /// The author of a message that is in the log, where neither it nor its author is gone, as far as this process knew
    /// ten seconds ago.
    pub async fn author_of_standing(&self, message: MessageId) -> Result<Option<AccountId>, ReadError> {
        match self.messages.author_of_standing(message).await? {
            Some(author) if self.accounts.may_act(author).await? => Ok(Some(author)),
            Some(_) | None => Ok(None),
        }
    }

    /// A message that an account wants to answer.
    pub async fn reply_target(
        &self,
        author: AccountId,
        message: MessageId,
    ) -> Result<ReplyTarget, ReadError> {
        let answered = self.author_of_standing(message).await?;
        let is_blocked = match answered {
            Some(answered) => self.blocks.are_apart(author, answered).await?,
            None => false,
        };
        Ok(ReplyTarget { message, exists: answered.is_some(), is_blocked })
    }

    /// Position of the newest event of all.
    pub async fn head(&self) -> Result<Position, ReadError> {
        Ok(self.position(self.log.head().await?))
    }

    pub async fn last_in_graph(&self, account: AccountId) -> Result<Last<GraphEvent>, ReadError> {
        let subject = self.subject(Boundary::Graph(account));
        last::last(&*self.log, subject, |event| match event {
            domain::Event::Graph(event) => Some(event),
            _ => None,
        })
        .await
    }

    pub async fn last_reaction(&self, account: AccountId) -> Result<Last<ReactionEvent>, ReadError> {
        let subject = self.subject(Boundary::Reactions(account));
        last::last(&*self.log, subject, |event| match event {
            domain::Event::Reaction(event) => Some(event),
            _ => None,
        })
        .await
    }

    pub async fn last_read_marker(&self, account: AccountId) -> Result<Last<InboxEvent>, ReadError> {
        let subject = self.subject(Boundary::Inbox(account));
        last::last(&*self.log, subject, |event| match event {
            domain::Event::Inbox(event) => Some(event),
            _ => None,
        })
        .await
    }
}

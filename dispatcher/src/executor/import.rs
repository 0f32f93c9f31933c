//! What an import has to know before its commands.

use domain::account::{Account, Profile};
use domain::{
    AccountEvent, AccountId, Beginning, CommandId, Event, MessageEvent, MessageId, Position, Sequence,
};
use event_store::{ReadError, known};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{Executor, IdempotencyKey};

/// The outcome of a line of an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Imported {
    Account(AccountId),
    Message(MessageId),
    /// A follow, a reaction or a change, which nothing refers to.
    Edge,
}

impl Executor {
    /// The outcome of an earlier import of the same line under the same key, as far as the log tells of its beginning.
    pub async fn imported(
        &self,
        actor: AccountId,
        key: &IdempotencyKey,
    ) -> Result<Option<(Imported, Position)>, ReadError> {
        let events = self.log.events_of(CommandId::derived(actor, &key.key), Sequence::ZERO).await?;
        let is_same = |own: &event_store::Envelope| own.fingerprint == Some(key.fingerprint);
        let Some(last) = events.last().filter(|event| event.envelope.as_ref().is_some_and(is_same)) else {
            return Ok(None);
        };
        let imported = match known(last) {
            Some(Event::Account(AccountEvent::Registered(registered))) => {
                Imported::Account(registered.account)
            }
            Some(Event::Message(MessageEvent::Posted(_))) => Imported::Message(MessageId::at(last.position)),
            Some(_) => Imported::Edge,
            None => return Ok(None),
        };
        Ok(Some((imported, last.position)))
    }

    /// Where an imported account begins; `None` for one that was not imported, or is not there.
    pub async fn beginning_of_account(&self, account: AccountId) -> Result<Option<Beginning>, ReadError> {
        let registered_at = self.stores.accounts.imported_registration(account).await?;
        Ok(registered_at.map(|at| Beginning::Account(account, at)))
    }

    /// Where a message begins, a deleted one, too; `None` for one that never was.
    pub async fn beginning_of_message(&self, message: MessageId) -> Result<Option<Beginning>, ReadError> {
        let written_at = self.stores.messages.written_at(message).await?;
        Ok(written_at.map(|at| Beginning::Message(message, at)))
    }

    /// Whether a message is there that was not imported.
    pub async fn was_posted_here(&self, message: MessageId) -> Result<bool, ReadError> {
        self.stores.messages.was_posted_here(message).await
    }

    /// Whether an account is there that was not imported.
    pub async fn registered_here(&self, account: AccountId) -> Result<bool, ReadError> {
        let seen = self.stores.accounts.load(account).await?;
        Ok(matches!(seen.state, Account::Active(Profile { registered_at: None, .. })))
    }

    /// The message that the actor posted under an idempotency key; `None` where no command that the log knows by its
    /// key did.
    pub async fn message_of_key(&self, actor: AccountId, key: &str) -> Result<Option<MessageId>, ReadError> {
        let until = self.log.head().await?;
        let events = self.log.events_of(CommandId::derived(actor, key), until).await?;
        let posted = |event| matches!(event, Event::Message(MessageEvent::Posted(_)));
        let own = events.iter().find(|recorded| known(recorded).is_some_and(posted));
        Ok(own.map(|recorded| MessageId::at(recorded.position)))
    }

    /// Draws the id of an account that is to be imported, from all the time that ids have: of one second there are only
    /// 8,192, and an import may bring as many accounts. `None` where the clock is outside of 2025 to 2161.
    pub fn draw_imported_account(&self, now: OffsetDateTime) -> Option<AccountId> {
        // The last 32 bits of a UUIDv7 are random; what stands before them may be a counter.
        let [.., a, b, c, d] = Uuid::now_v7().into_bytes();
        let [.., e, f] = Uuid::now_v7().into_bytes();
        let (second, random) = (u32::from_be_bytes([a, b, c, d]), u16::from_be_bytes([e, f]));
        AccountId::drawn_until(now.unix_timestamp(), second, self.log.shard(), random)
    }
}

//! What an import has to know before its commands.

use domain::{AccountId, Beginning, CommandId, Event, MessageEvent, MessageId};
use time::OffsetDateTime;
use uuid::Uuid;

use super::Executor;
use crate::contract::ReadError;
use crate::stores::known;

impl Executor {
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

    /// The message that the actor posted under an idempotency key; `None` where no command that the log knows by its key did.
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

//! Accounts and handles in the log.

use std::sync::Arc;
use std::time::Duration;

use cqrs_es::Aggregate;
use domain::account::Account;
use domain::handle_claim::HandleClaim;
use domain::{AccountId, Event, Handle, Position, Reason};
use event_store::{Boundary, EventLog, ReadError, Subject};
use time::OffsetDateTime;

use super::last::{Loaded, last};
use super::memory::Memory;
use super::moderation::ModerationStore;

/// For how long another process's deactivation or suspension may stay unnoticed.
const STANDING_AGE_MAX: Duration = Duration::from_secs(10);
/// Accounts whose standing is remembered, at most some 100 bytes each.
const STANDINGS_MAX: u64 = 100_000;

/// What an account may do, without its profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It may act all the same: operators issue tokens for such ids.
    Unregistered,
    Active {
        last: Position,
        /// Of an imported account.
        registered_at: Option<OffsetDateTime>,
    },
    /// By a moderator, who may lift it again.
    Suspended(Reason),
    Deactivated,
}

#[derive(Debug, Clone)]
pub struct AccountStore {
    log: Arc<dyn EventLog>,
    moderation: ModerationStore,
    standings: Memory<AccountId, Standing>,
}

impl Standing {
    pub fn may_act(self) -> bool {
        matches!(self, Self::Unregistered | Self::Active { .. })
    }
}

impl AccountStore {
    pub fn new(log: Arc<dyn EventLog>) -> Self {
        let standings = Memory::new(STANDINGS_MAX, STANDING_AGE_MAX);
        let moderation = ModerationStore::new(Arc::clone(&log));
        Self { log, moderation, standings }
    }

    pub async fn load(&self, account: AccountId) -> Result<Loaded<Account>, ReadError> {
        let subject = Subject::new(self.log.shard(), Boundary::Account(account));
        let last = last(&*self.log, subject, |event| match event {
            Event::Account(event) => Some(event),
            _ => None,
        })
        .await?;
        let mut state = Account::default();
        if let Some((event, _position)) = last.event {
            state.apply(event);
        }
        Ok(Loaded { state, through: last.through })
    }

    /// Who holds a handle.
    pub async fn claim_of(&self, handle: &Handle) -> Result<Loaded<HandleClaim>, ReadError> {
        let subject = Subject::new(self.log.shard(), Boundary::Handle(handle.clone()));
        let last = last(&*self.log, subject, |event| match event {
            Event::Handle(event) => Some(event),
            _ => None,
        })
        .await?;
        let mut state = HandleClaim::default();
        if let Some((event, _position)) = &last.event {
            state.apply(event);
        }
        Ok(Loaded { state, through: last.through })
    }

    /// Whether an account may act, by a memory of ten seconds. Callers that ask for the same account wait for one read.
    pub async fn may_act(&self, account: AccountId) -> Result<bool, ReadError> {
        Ok(self.standing(account).await?.may_act())
    }

    /// When an imported account was registered, by the same memory. It never changes, and nobody can name an account
    /// that is yet to be imported.
    pub async fn imported_registration(
        &self,
        account: AccountId,
    ) -> Result<Option<OffsetDateTime>, ReadError> {
        Ok(match self.standing(account).await? {
            Standing::Active { registered_at, .. } => registered_at,
            Standing::Unregistered | Standing::Suspended(_) | Standing::Deactivated => None,
        })
    }

    /// What an account may do, by the same memory.
    pub async fn standing(&self, account: AccountId) -> Result<Standing, ReadError> {
        let standing = self.standings.get_or_read(account, self.read_standing(account)).await;
        standing.map_err(|error: Arc<ReadError>| ReadError::clone(&error))
    }

    /// Position of the last event of an account that can be followed. Only an account that is there is remembered: one
    /// that is not may be registered at any moment, and shall be found at once.
    pub async fn existing(&self, account: AccountId) -> Result<Option<Position>, ReadError> {
        let now = self.standings.as_of_now(account);
        let standing = match self.standings.get(account).await {
            Some(known @ Standing::Active { .. }) => known,
            Some(Standing::Unregistered | Standing::Suspended(_) | Standing::Deactivated) | None => {
                let read = self.read_standing(account).await?;
                self.standings.insert(now, read).await;
                read
            }
        };
        match standing {
            Standing::Active { last, .. } => Ok(Some(last)),
            Standing::Unregistered | Standing::Suspended(_) | Standing::Deactivated => Ok(None),
        }
    }

    /// For the process that appended what changes an account's standing: it asks at once, and not in ten seconds.
    pub(crate) fn forget(&self, account: AccountId) {
        self.standings.forget(account);
    }

    /// What an account may do, as the log says now.
    pub async fn read_standing(&self, account: AccountId) -> Result<Standing, ReadError> {
        let (seen, moderation) = tokio::try_join!(self.load(account), self.moderation.load(account))?;
        if let (Account::Active(_), Some(reason)) = (&seen.state, moderation.state.suspended_for()) {
            return Ok(Standing::Suspended(reason));
        }
        Ok(match seen.state {
            Account::Unregistered => Standing::Unregistered,
            Account::Active(profile) => Standing::Active {
                last: Position::new(seen.through, self.log.shard()),
                registered_at: profile.registered_at,
            },
            Account::Deactivated => Standing::Deactivated,
        })
    }
}

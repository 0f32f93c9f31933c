//! The log: the contract's calls.

use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use domain::{CommandId, Sequence, Shard};
use event_store::{
    AppendError, Appended, Buckets, Cause, EventLog, Lineage, NewEvent, ReadError, RecordedEvent, Subject,
    Tail, Usage,
};
use tokio::task::JoinSet;

use crate::append::Queue;
use crate::bucket::PostgresBucket;
use crate::database::Database;
use crate::{bucket, count, read, tail};

/// Clones share everything.
#[derive(Debug, Clone)]
pub struct PostgresLog {
    pub(crate) database: Arc<Database>,
    pub(crate) queue: Queue,
    /// Who counts what accounts use; it ends with this value.
    pub(crate) counting: Arc<OnceLock<JoinSet<()>>>,
}

impl PostgresLog {
    /// Begins to count what accounts use ([`EventLog::usage`]): for the dispatcher.
    pub fn count_usage(&self) {
        self.counting.get_or_init(|| count::start(&self.database));
    }

    /// A bucket beside this log, whose entries are kept for so long after their last change.
    pub fn bucket(&self, name: &'static str, age_max: Option<Duration>) -> PostgresBucket {
        PostgresBucket::new(&self.database.pool, self.database.shard, name, age_max)
    }

    /// The buckets beside this log. From now on this process also removes what has expired in them.
    pub fn buckets(&self) -> Buckets {
        bucket::sweep_while_open(&self.database);
        bucket::buckets(&self.database)
    }
}

#[async_trait]
impl EventLog for PostgresLog {
    fn shard(&self) -> Shard {
        self.database.shard
    }

    fn lineage(&self) -> Lineage {
        self.database.lineage.clone()
    }

    fn usage(&self) -> Option<Arc<Usage>> {
        self.counting.get().map(|_| Arc::clone(&self.database.usage))
    }

    async fn append(&self, command: CommandId, events: Vec<NewEvent>) -> Result<Appended, AppendError> {
        if self.database.foreign.load(Ordering::Relaxed) {
            return Err(AppendError::Refused(Cause::new("the log was replaced by another one")));
        }
        self.queue.append(command, events).await
    }

    async fn head(&self) -> Result<Sequence, ReadError> {
        read::head(&self.database).await
    }

    async fn read(&self, sequence: Sequence) -> Result<Option<RecordedEvent>, ReadError> {
        read::one(&self.database, sequence).await
    }

    async fn read_subject(&self, subject: Subject, from: Sequence) -> Result<Vec<RecordedEvent>, ReadError> {
        read::subject(&self.database, &subject, from).await
    }

    async fn last(&self, subject: Subject) -> Result<Option<RecordedEvent>, ReadError> {
        read::last(&self.database, &subject).await
    }

    async fn last_of_each(&self, subjects: &[Subject]) -> Result<HashMap<Subject, RecordedEvent>, ReadError> {
        read::last_of_each(&self.database, subjects).await
    }

    async fn events_of(&self, command: CommandId, _until: Sequence) -> Result<Vec<RecordedEvent>, ReadError> {
        read::of_command(&self.database, command).await
    }

    async fn tail(&self, after: Sequence) -> Result<Tail, ReadError> {
        tail::follow(Arc::clone(&self.database), after).await
    }
}

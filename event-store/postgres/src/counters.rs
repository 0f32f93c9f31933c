//! The row of the table `log`.

use event_store::Lineage;
use time::OffsetDateTime;
use uuid::Uuid;

/// Which log a shard has, and how far it has come. Index: log's primary key.
pub(crate) const READ_COUNTERS: &str = "select id, made_at, head, bytes from log where shard = $1";

/// Which log it is and how far it has come, as the table `log` has it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct Counters {
    id: Uuid,
    made_at: OffsetDateTime,
    pub(crate) head: i64,
    pub(crate) bytes: i64,
}

impl Counters {
    /// A log that was made again has another id; the time is for people.
    pub(crate) fn lineage(&self) -> Lineage {
        Lineage(format!("{}@{}", self.id, self.made_at.unix_timestamp_nanos()).into())
    }
}

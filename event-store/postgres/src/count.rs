//! Counting what accounts use: the outlines of all events of the last day, and then of each new one.

use std::sync::Arc;
use std::time::Duration;

use domain::{AccountId, Sequence};
use event_store::{KEY_AGE_MAX, ReadError, Subject};
use time::OffsetDateTime;
use tokio::task::JoinSet;

use crate::database::Database;
use crate::error::unreadable;
use crate::read;
use crate::row::{to_i64, to_sequence};

/// Events per statement.
const PAGE: i64 = 5_000;
/// How often it is looked for new ones. What this process appended counts before.
const LOOK_PERIOD: Duration = Duration::from_millis(500);
/// Before the next try where the database is away.
const PAUSE: Duration = Duration::from_secs(1);

/// Ends with the set.
pub(crate) fn start(database: &Arc<Database>) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    tasks.spawn(count_for_ever(Arc::clone(database)));
    tasks
}

async fn count_for_ever(database: Arc<Database>) {
    let mut after = None;
    loop {
        if let Err(error) = count_news(&database, &mut after).await {
            if error.is_of_wrong_log() {
                // Every other part says so.
                return;
            }
            tokio::time::sleep(PAUSE).await;
        }
        tokio::time::sleep(LOOK_PERIOD).await;
    }
}

/// Counts all that is there.
async fn count_news(database: &Database, after: &mut Option<Sequence>) -> Result<(), ReadError> {
    let head = read::head(database).await?;
    let mut last = match *after {
        Some(last) => last,
        None => {
            let last = last_before(database, head, OffsetDateTime::now_utc() - KEY_AGE_MAX).await?;
            database.usage.restart(last);
            last
        }
    };
    while last < head {
        let outlines = page(database, last).await?;
        if outlines.is_empty() {
            return Err(unreadable("the log has counted events that are not there"));
        }
        for outline in outlines {
            last = to_sequence(outline.sequence);
            let (actor, bytes) = (outline.actor(), outline.bytes.unsigned_abs());
            database.usage.counted(last, actor, bytes, outline.recorded_at);
            if Subject::is_of_decisions(&outline.subject) {
                database.usage.saw_decision(last);
            }
        }
        *after = Some(last);
    }
    *after = Some(last);
    Ok(())
}

/// The last event before a time. Recorded times only grow, unless the server's clock was set back.
async fn last_before(
    database: &Database,
    head: Sequence,
    time: OffsetDateTime,
) -> Result<Sequence, ReadError> {
    let (mut before, mut behind) = (0, head.get() + 1);
    while before + 1 < behind {
        let middle = before + (behind - before) / 2;
        let found = read::one(database, Sequence::new(middle).unwrap_or(Sequence::MAX)).await?;
        let is_before = found.is_some_and(|event| event.recorded_at < time);
        *(if is_before { &mut before } else { &mut behind }) = middle;
    }
    Ok(Sequence::new(before).unwrap_or(Sequence::MAX))
}

/// A row of `outlines.sql`.
#[derive(Debug, sqlx::FromRow)]
struct Outline {
    sequence: i64,
    recorded_at: OffsetDateTime,
    subject: String,
    actor: Option<String>,
    bytes: i64,
}

impl Outline {
    fn actor(&self) -> Option<AccountId> {
        self.actor.as_deref()?.parse().ok()
    }
}

async fn page(database: &Database, after: Sequence) -> Result<Vec<Outline>, ReadError> {
    sqlx::query_as::<_, Outline>(include_str!("count/outlines.sql"))
        .bind(database.shard())
        .bind(to_i64(after))
        .bind(PAGE)
        .fetch_all(&database.pool)
        .await
        .map_err(unreadable)
}

//! Moments of the log: a position, or what had been recorded at a time.

use time::OffsetDateTime;

use crate::pool::Pool;
use crate::read::at::At;
use crate::read::error::ReadError;
use crate::read::page::PageKey;
use crate::read::run::run;
use crate::timestamp::Timestamp;

/// How a moment is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AsOf {
    /// After the event at this position.
    Position(i64),
    /// Before the first event that the log recorded after this time, by the log's own clock. Imported messages count
    /// from when they were recorded.
    Time(Timestamp),
}

/// A moment of the past.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cutoff {
    /// Every event up to here had happened, and none behind it.
    pub position: i64,
    /// No message of then was created later, so a list need not look further.
    created_until: Timestamp,
    /// What the clock showed: the time that was asked for, or when the newest of these events was recorded.
    pub clock: Timestamp,
}

/// A moment, as far as the data knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FoundCutoff {
    pub cutoff: Cutoff,
    /// Of a time: all events that were recorded until then are known.
    pub is_complete: bool,
    /// Position of the newest event in the log, where a worker looked within the last seconds.
    pub head: Option<i64>,
    /// The database's clock.
    pub now: OffsetDateTime,
}

#[derive(sqlx::FromRow)]
struct Row {
    folded: i64,
    position: i64,
    created_until: Option<OffsetDateTime>,
    recorded_until: Option<OffsetDateTime>,
    is_complete: bool,
    head: Option<i64>,
    now: OffsetDateTime,
}

/// Looks a moment up. The answer's own position is how far the data reflects the log.
pub async fn find_cutoff(pool: &Pool, as_of: AsOf) -> Result<At<FoundCutoff>, ReadError> {
    let (position, time) = match as_of {
        AsOf::Position(position) => (Some(position), None),
        AsOf::Time(time) => (None, Some(time.to_time())),
    };
    let query =
        || sqlx::query_as::<_, Row>(include_str!("cutoff.sql")).bind(position).bind(time).fetch_one(pool);
    let Row { folded, position, created_until, recorded_until, is_complete, head, now } = run(query).await?;
    let created_until = created_until.map_or(Timestamp::MIN, Timestamp::from);
    let clock = match as_of {
        // Where nothing is known that was recorded by then, nothing was there, whatever the clock showed.
        AsOf::Position(_) => recorded_until.unwrap_or(now).into(),
        AsOf::Time(time) => time,
    };
    let value = FoundCutoff { cutoff: Cutoff { position, created_until, clock }, is_complete, head, now };
    Ok(At { position: folded, value })
}

impl Cutoff {
    /// Where a list, newest first, begins to read: not before the newest message of then.
    pub(super) fn narrow(self, after: PageKey) -> PageKey {
        if after.created_at > self.created_until {
            // Ids are smaller than that.
            PageKey { created_at: self.created_until, id: i64::MAX }
        } else {
            after
        }
    }

    /// The first moment at which no message of then was created any more.
    pub(super) fn created_before(self) -> Timestamp {
        self.created_until.next()
    }
}

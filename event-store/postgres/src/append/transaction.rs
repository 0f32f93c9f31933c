//! One transaction: lock, look up, judge, insert, commit.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use event_store::{AppendError, Cause, ReadError};
use sqlx::{ConnectOptions, PgConnection};
use uuid::Uuid;

use super::judge::{Known, Own, Verdict};
use super::waiting::Waiting;
use crate::counters::Counters;
use crate::database::{CHANNEL, Database};
use crate::error::{Failure, classify};
use crate::row::NewRow;

/// Why there are no verdicts.
pub(super) enum Broken {
    /// It will be the same the next time.
    Definite(Definite),
    /// Another try may succeed, on a new connection.
    Passing(String),
}

pub(super) enum Definite {
    Refused(String),
    Full(String),
}

impl Definite {
    pub(super) fn to_append_error(&self) -> AppendError {
        match self {
            Self::Refused(words) => AppendError::Refused(Cause::new(words.clone())),
            Self::Full(words) => AppendError::Full(Cause::new(words.clone())),
        }
    }
}

impl From<sqlx::Error> for Broken {
    fn from(error: sqlx::Error) -> Self {
        match classify(&error) {
            Failure::Refused(words) => Self::Definite(Definite::Refused(words)),
            Failure::Full(words) => Self::Definite(Definite::Full(words)),
            Failure::Passing(words) => Self::Passing(words),
        }
    }
}

/// Commits the group, or nothing of it. From the moment at which the commit is sent, the appends that were to be
/// committed are open.
pub(super) async fn run(
    database: &Database,
    connection: &mut Option<PgConnection>,
    group: &mut [Waiting],
) -> Result<Vec<Verdict>, Broken> {
    // Taken out, so that one on which something stayed unanswered is closed: that ends its transaction, too.
    let held = match connection.take() {
        Some(held) => held,
        None => limited(database, database.appending.connect()).await?,
    };
    let prepared = tokio::time::timeout(database.ack_timeout, prepare(database, held, group)).await;
    let (mut held, verdicts) =
        prepared.map_err(|_| Broken::Passing("no answer from the database".to_owned()))??;
    for (waiting, verdict) in group.iter_mut().zip(&verdicts) {
        if matches!(verdict, Verdict::Appended(_)) {
            waiting.is_open = true;
        }
    }
    let committed = limited(database, sqlx::query("commit").execute(&mut held)).await;
    // The commit may have gone through, even if the server now says otherwise.
    committed.map_err(|error| match error {
        Broken::Definite(Definite::Refused(words) | Definite::Full(words)) | Broken::Passing(words) => {
            Broken::Passing(words)
        }
    })?;
    *connection = Some(held);
    Ok(verdicts)
}

async fn limited<T>(
    database: &Database,
    step: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, Broken> {
    match tokio::time::timeout(database.ack_timeout, step).await {
        Ok(result) => Ok(result?),
        Err(_) => Err(Broken::Passing("no answer from the database".to_owned())),
    }
}

/// Moves the counters, and notifies those who follow the log; the notification is sent at the commit.
/// Index: log's primary key.
const COUNT_UP: &str = "with counted as (update log set head = $2, bytes = $3 where shard = $1) \
    select pg_notify($4, '')";

/// Everything except the commit. Gives the connection back inside the transaction.
async fn prepare(
    database: &Database,
    mut held: PgConnection,
    group: &[Waiting],
) -> Result<(PgConnection, Vec<Verdict>), Broken> {
    sqlx::query("begin").execute(&mut held).await?;
    let counters = lock(database, &mut held).await?;
    let head = counters.head;
    let mut known = Known { head, bytes: counters.bytes, bytes_max: database.bytes_max, ..Known::default() };
    known.own = own(database, &mut held, group).await?;
    known.last = last(&mut held, group).await?;
    let verdicts: Vec<_> = group.iter().map(|waiting| known.judge(waiting.command, &waiting.rows)).collect();
    if known.head > head {
        insert(database, &mut held, group, &verdicts).await?;
        sqlx::query(COUNT_UP)
            .bind(database.shard())
            .bind(known.head)
            .bind(known.bytes)
            .bind(CHANNEL)
            .execute(&mut held)
            .await?;
    }
    Ok((held, verdicts))
}

/// The shard's counters, locked until the transaction ends. A statement of its own: those after it then see
/// all that the holder of the lock before has committed. Index: log's primary key.
const LOCK: &str = "select id, made_at, head, bytes from log where shard = $1 for update";

/// From here to the commit nobody else appends to the shard.
async fn lock(database: &Database, held: &mut PgConnection) -> Result<Counters, Broken> {
    let counters = sqlx::query_as::<_, Counters>(LOCK).bind(database.shard()).fetch_optional(held).await?;
    let gone = || Broken::Definite(Definite::Refused("the database has no log of this shard".to_owned()));
    let counters = counters.ok_or_else(gone)?;
    let found = counters.lineage();
    if found != database.lineage {
        let error: ReadError = database.other_lineage(found);
        return Err(Broken::Definite(Definite::Refused(error.to_string())));
    }
    Ok(counters)
}

/// The events of the group's commands that are in the log already.
async fn own(
    database: &Database,
    held: &mut PgConnection,
    group: &[Waiting],
) -> Result<HashMap<Uuid, Vec<Own>>, Broken> {
    let commands: Vec<Uuid> = group.iter().map(|waiting| waiting.command).collect();
    let rows: Vec<(Uuid, String, i64)> =
        sqlx::query_as(include_str!("own.sql")).bind(commands).bind(database.shard()).fetch_all(held).await?;
    let mut own: HashMap<Uuid, Vec<Own>> = HashMap::new();
    for (command, subject, sequence) in rows {
        own.entry(command).or_default().push(Own { subject: subject.into(), sequence });
    }
    Ok(own)
}

/// The last sequences of the subjects that the group expects something of.
async fn last(held: &mut PgConnection, group: &[Waiting]) -> Result<HashMap<Arc<str>, i64>, Broken> {
    let rows = group.iter().flat_map(|waiting| &waiting.rows);
    let subjects: HashSet<(&'static str, &str)> =
        rows.filter(|row| row.expected.is_some()).map(|row| (row.kind, &*row.subject)).collect();
    if subjects.is_empty() {
        return Ok(HashMap::new());
    }
    let (kinds, subjects): (Vec<&str>, Vec<&str>) = subjects.into_iter().unzip();
    let rows: Vec<(String, i64)> =
        sqlx::query_as(include_str!("last.sql")).bind(kinds).bind(subjects).fetch_all(held).await?;
    Ok(rows.into_iter().map(|(subject, sequence)| (subject.into(), sequence)).collect())
}

async fn insert(
    database: &Database,
    held: &mut PgConnection,
    group: &[Waiting],
    verdicts: &[Verdict],
) -> Result<(), Broken> {
    let appended = group.iter().zip(verdicts).filter_map(|(waiting, verdict)| match verdict {
        Verdict::Appended(sequences) => Some((waiting, sequences)),
        Verdict::Repeated(_) | Verdict::Conflict | Verdict::Full => None,
    });
    let placed: Vec<(Uuid, &NewRow, i64)> = appended
        .flat_map(|(waiting, sequences)| {
            waiting.rows.iter().zip(sequences).map(|(row, sequence)| (waiting.command, row, *sequence))
        })
        .collect();
    let column = |text: fn(&NewRow) -> &str| placed.iter().map(|(_, row, _)| text(row)).collect::<Vec<_>>();
    sqlx::query(include_str!("insert.sql"))
        .bind(database.shard())
        .bind(column(|row| row.kind))
        .bind(column(|row| &row.subject))
        .bind(placed.iter().map(|(_, _, sequence)| *sequence).collect::<Vec<_>>())
        .bind(column(|row| &row.event_type))
        .bind(column(|row| &row.event_version))
        .bind(column(|row| &row.payload))
        .bind(placed.iter().map(|(_, row, _)| row.raw.as_deref()).collect::<Vec<_>>())
        .bind(column(|row| &row.metadata))
        .bind(placed.iter().map(|(command, _, _)| *command).collect::<Vec<_>>())
        .execute(held)
        .await?;
    Ok(())
}

//! Bare inserts: the rows of the fold, into the same tables with the same indexes, in the same batches, one transaction
//! per batch and without waiting for the sync, as the fold does. Nothing is decoded, counted or checked.

use std::time::{Duration, Instant};

use anyhow::Result;
use sqlx::{Connection, PgConnection};
use time::OffsetDateTime;

use crate::archive::Archive;
use crate::corpus::Message;

/// The largest batch of the fold.
const BATCH: usize = 5_000;

/// Time that was spent in the database, apart from making the rows up.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Spent {
    pub(crate) messages_and_tags: Duration,
    pub(crate) counts: Duration,
    pub(crate) count_rows: u64,
}

/// Inserts what the fold of the whole archive left in the database at `folded_url` into an empty one.
pub(crate) async fn run(archive: &Archive, folded_url: &str, bare_url: &str) -> Result<Spent> {
    let mut target = PgConnection::connect(bare_url).await?;
    sqlx::query("set synchronous_commit = off").execute(&mut target).await?;
    let mut spent = Spent::default();
    let mut batch = Vec::with_capacity(BATCH);
    for (index, message) in archive.messages().enumerate() {
        let sequence = i64::try_from(index)? + 1;
        batch.push((sequence << 8, message));
        if batch.len() == BATCH {
            spent.messages_and_tags += insert_messages(&mut target, &batch).await?;
            batch.clear();
        }
    }
    spent.messages_and_tags += insert_messages(&mut target, &batch).await?;
    let mut source = PgConnection::connect(folded_url).await?;
    copy_counts(&mut source, &mut target, &mut spent).await?;
    Ok(spent)
}

async fn insert_messages(target: &mut PgConnection, batch: &[(i64, Message)]) -> Result<Duration> {
    let began = Instant::now();
    let ids: Vec<i64> = batch.iter().map(|(id, _)| *id).collect();
    let authors: Vec<i64> = batch.iter().map(|(_, message)| message.author).collect();
    let texts: Vec<&str> = batch.iter().map(|(_, message)| message.text.as_str()).collect();
    // Tags of the corpus need no escapes in an array's literal.
    let tags: Vec<String> =
        batch.iter().map(|(_, message)| format!("{{{}}}", message.tags.join(","))).collect();
    let times: Vec<OffsetDateTime> = batch.iter().map(|(_, message)| message.time).collect();
    let mut transaction = target.begin().await?;
    sqlx::query(include_str!("../sql/bare_messages.sql"))
        .bind(&ids)
        .bind(&authors)
        .bind(&texts)
        .bind(&tags)
        .bind(&times)
        .execute(&mut *transaction)
        .await?;
    let tag_rows: Vec<(&str, OffsetDateTime, i64, i64)> = batch
        .iter()
        .flat_map(|(id, message)| {
            let all = message.tags.iter().map(String::as_str).chain([""]);
            all.map(|tag| (tag, message.time, *id, message.author))
        })
        .collect();
    sqlx::query(include_str!("../sql/bare_tags.sql"))
        .bind(tag_rows.iter().map(|row| row.0).collect::<Vec<_>>())
        .bind(tag_rows.iter().map(|row| row.1).collect::<Vec<_>>())
        .bind(tag_rows.iter().map(|row| row.2).collect::<Vec<_>>())
        .bind(tag_rows.iter().map(|row| row.3).collect::<Vec<_>>())
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(began.elapsed())
}

type Count = (i64, String, String, OffsetDateTime, i64);

/// Each final count once, where the fold may have raised it many times; in the order in which the fold first wrote
/// them.
async fn copy_counts(source: &mut PgConnection, target: &mut PgConnection, spent: &mut Spent) -> Result<()> {
    let rows: Vec<Count> = sqlx::query_as(
        "select author, tag, granularity::text, starts_at, messages from social_v1.message_count",
    )
    .fetch_all(source)
    .await?;
    for rows in rows.chunks(BATCH) {
        let began = Instant::now();
        sqlx::query(include_str!("../sql/bare_counts.sql"))
            .bind(rows.iter().map(|row| row.0).collect::<Vec<_>>())
            .bind(rows.iter().map(|row| row.1.as_str()).collect::<Vec<_>>())
            .bind(rows.iter().map(|row| row.2.as_str()).collect::<Vec<_>>())
            .bind(rows.iter().map(|row| row.3).collect::<Vec<_>>())
            .bind(rows.iter().map(|row| row.4).collect::<Vec<_>>())
            .execute(&mut *target)
            .await?;
        spent.counts += began.elapsed();
    }
    spent.count_rows += rows.len() as u64;
    Ok(())
}

//! Many new messages at once, by COPY; see `write/messages/copy.rs`.

use std::collections::BTreeSet;

use postgres_kit::Connection;
use time::OffsetDateTime;

use crate::write::copy_rows::CopyRows;
use crate::write::error::WriteError;
use crate::write::history::rows::HistoryMessageRow;

/// With fewer rows the two round trips more cost more than is saved.
pub(super) const ROWS_MIN: usize = 200;

/// Indexes: message_pk, message_by_author, message_reply.
const COPY_MESSAGES: &str =
    "copy message (id, author, in_reply_to, tags, created_at, recorded_at) from stdin (format binary)";
/// In the order of the key. Index: tagged_pk.
const COPY_TAGS: &str =
    "copy tagged (tag, created_at, message, from_position, author) from stdin (format binary)";

/// Whether a batch brings only new messages of accounts that were not given up, as almost every one does.
/// Index: message_pk, one range; former_pk, a look-up per author.
const ARE_NEW: &str = "select not exists (select from message where id >= $1 and id <= $2) \
    and not exists (select from former where account = any($3::bigint[]))";

/// Whether none of the messages is there yet, and none of the authors former. The ids of a batch are positions in the
/// log, and nothing else lies between.
pub(super) async fn are_new(
    connection: &mut Connection,
    rows: &[HistoryMessageRow],
) -> Result<bool, WriteError> {
    let ids = || rows.iter().map(|row| row.id);
    let authors: BTreeSet<i64> = rows.iter().map(|row| row.author).collect();
    let are_new = sqlx::query_scalar(ARE_NEW)
        .bind(ids().min())
        .bind(ids().max())
        .bind(authors.into_iter().collect::<Vec<_>>())
        .fetch_one(connection)
        .await?;
    Ok(are_new)
}

pub(super) async fn copy(connection: &mut Connection, rows: &[HistoryMessageRow]) -> Result<(), WriteError> {
    connection.copy_in(COPY_MESSAGES, &messages(rows).finish()).await?;
    connection.copy_in(COPY_TAGS, &tags(rows).finish()).await?;
    Ok(())
}

fn messages(rows: &[HistoryMessageRow]) -> CopyRows {
    let mut copied = CopyRows::with_capacity(120 * rows.len());
    for row in rows {
        copied.begin(6);
        copied.bigint(row.id);
        copied.bigint(row.author);
        copied.nullable(row.in_reply_to, CopyRows::bigint);
        copied.texts(&row.tags);
        copied.time(row.created_at);
        copied.time(row.recorded_at);
    }
    copied
}

fn tags(rows: &[HistoryMessageRow]) -> CopyRows {
    let mut tagged: Vec<(&str, OffsetDateTime, i64, i64)> = Vec::with_capacity(2 * rows.len());
    for row in rows {
        let tags = row.tags.iter().map(String::as_str).chain([""]);
        tagged.extend(tags.map(|tag| (tag, row.created_at, row.id, row.author)));
    }
    tagged.sort_unstable();
    let mut copied = CopyRows::with_capacity(80 * tagged.len());
    for (tag, created_at, message, author) in tagged {
        copied.begin(5);
        copied.text(tag);
        copied.time(created_at);
        copied.bigint(message);
        copied.bigint(message);
        copied.bigint(author);
    }
    copied
}

//! Many new messages at once, by COPY: half of the work of an insert for the database, because whole pages of rows are
//! written and logged in one go, and nothing asks whether a row is there already.

use postgres_kit::Connection;
use time::OffsetDateTime;

use super::rows::PostedRow;
use crate::write::copy_rows::CopyRows;
use crate::write::error::WriteError;

/// With fewer rows the two round trips more cost more than is saved.
pub(super) const ROWS_MIN: usize = 200;

/// Many new messages, none of which is there. Indexes: message_pk, message_by_author.
const COPY_MESSAGES: &str = "copy message \
    (id, author, text, tags, in_reply_to, created_at, edited_at, edition, imported_at, edit_position) \
    from stdin (format binary)";
/// The tags of many new messages, in the order of the key. Index: message_tag_pk.
const COPY_TAGS: &str = "copy message_tag (tag, created_at, id, author) from stdin (format binary)";

/// Whether a batch brings only new messages of accounts that were not given up, as almost every one does.
/// Index: message_pk, one range; former_account_pk, a look-up per author.
const ARE_NEW: &str = "select not exists (select from message where id >= $1 and id <= $2) \
    and not exists (select from former_account where id = any($3::bigint[]))";

/// Whether none of the messages is there yet, and none of the authors former. The ids of a batch are positions in the
/// log, and nothing else lies between.
pub(super) async fn are_new(connection: &mut Connection, rows: &[PostedRow]) -> Result<bool, WriteError> {
    let ids = || rows.iter().map(|row| row.id);
    let are_new = sqlx::query_scalar(ARE_NEW)
        .bind(ids().min())
        .bind(ids().max())
        .bind(
            rows.iter()
                .map(|row| row.author)
                .collect::<std::collections::BTreeSet<_>>()
                .into_iter()
                .collect::<Vec<_>>(),
        )
        .fetch_one(connection)
        .await?;
    Ok(are_new)
}

pub(super) async fn copy(connection: &mut Connection, rows: &[PostedRow]) -> Result<(), WriteError> {
    send(connection, COPY_MESSAGES, messages(rows)).await?;
    send(connection, COPY_TAGS, tags(rows)).await
}

async fn send(connection: &mut Connection, sql: &'static str, rows: CopyRows) -> Result<(), WriteError> {
    Ok(connection.copy_in(sql, &rows.finish()).await?)
}

fn messages(rows: &[PostedRow]) -> CopyRows {
    let texts: usize = rows.iter().map(|row| row.text.len()).sum();
    let mut copied = CopyRows::with_capacity(texts + 200 * rows.len());
    for row in rows {
        copied.begin(10);
        copied.bigint(row.id);
        copied.bigint(row.author);
        copied.text(&row.text);
        copied.texts(&row.tags);
        copied.nullable(row.in_reply_to, CopyRows::bigint);
        copied.time(row.created_at);
        copied.nullable(row.edited_at, CopyRows::time);
        copied.integer(row.edition);
        copied.nullable(row.imported_at, CopyRows::time);
        copied.nullable(row.edit_position, CopyRows::bigint);
    }
    copied
}

/// In the order of the key, so that neighbours in the index are written together.
fn tags(rows: &[PostedRow]) -> CopyRows {
    let tags_of = |row: &'_ PostedRow| row.tags.len() + 1;
    let mut tagged: Vec<(&str, OffsetDateTime, i64, i64)> =
        Vec::with_capacity(rows.iter().map(tags_of).sum());
    for row in rows {
        let tags = row.tags.iter().map(String::as_str).chain([""]);
        tagged.extend(tags.map(|tag| (tag, row.created_at, row.id, row.author)));
    }
    tagged.sort_unstable();
    let mut copied = CopyRows::with_capacity(70 * tagged.len());
    for (tag, created_at, id, author) in tagged {
        copied.begin(4);
        copied.text(tag);
        copied.time(created_at);
        copied.bigint(id);
        copied.bigint(author);
    }
    copied
}

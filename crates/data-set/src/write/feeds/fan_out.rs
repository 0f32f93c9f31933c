//! Writes entries to the feeds of their authors' followers, and takes them away again.

use postgres_kit::Connection;

use crate::write::columns::column;
use crate::write::error::WriteError;

/// Rows of feeds that one statement may touch: what bounds its memory and, far below the time that the server gives it,
/// its duration. At 10,000 followers it is ten posts; a larger segment becomes several statements of one transaction.
const ROWS_MAX: i64 = 100_000;

/// An entry and how many feeds it concerns at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub(super) struct EntryAudience {
    author: i64,
    position: i64,
    message: i64,
    followers: i64,
}

/// Writes entries, of authors that are not merged, to all their followers' feeds.
pub(super) async fn spread(connection: &mut Connection, entries: &[EntryAudience]) -> Result<(), WriteError> {
    for some in chunks(entries) {
        sqlx::query(include_str!("spread.sql"))
            .bind(column(some, |entry| entry.author))
            .bind(column(some, |entry| entry.position))
            .bind(column(some, |entry| entry.message))
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// Takes entries out of all feeds.
pub(super) async fn withdraw(
    connection: &mut Connection,
    entries: &[EntryAudience],
) -> Result<(), WriteError> {
    for some in chunks(entries) {
        sqlx::query(include_str!("withdraw.sql"))
            .bind(column(some, |entry| entry.author))
            .bind(column(some, |entry| entry.position))
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// Cuts entries so that no chunk concerns more than [`ROWS_MAX`] rows, unless a single one does.
fn chunks(mut rest: &[EntryAudience]) -> impl Iterator<Item = &[EntryAudience]> {
    std::iter::from_fn(move || {
        let mut rows = 0;
        let fitting = rest.iter().take_while(|entry| {
            rows += entry.followers;
            rows <= ROWS_MAX
        });
        let count = fitting.count().max(1).min(rest.len());
        let (some, later) = rest.split_at(count);
        rest = later;
        (!some.is_empty()).then_some(some)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn entry(followers: i64) -> EntryAudience {
        EntryAudience { author: 1, position: 256, message: 256, followers }
    }

    #[test]
    fn nothing_needs_no_statement() {
        assert_eq!(chunks(&[]).count(), 0);
    }

    proptest! {
        #[test]
        fn chunks_are_everything_in_order_and_bounded(
            followers in prop::collection::vec(0..250_000_i64, 0..60),
        ) {
            let entries: Vec<EntryAudience> = followers.into_iter().map(entry).collect();
            let cut: Vec<&[EntryAudience]> = chunks(&entries).collect();
            prop_assert_eq!(cut.concat(), entries.clone());
            for chunk in cut {
                let rows: i64 = chunk.iter().map(|entry| entry.followers).sum();
                prop_assert!(rows <= ROWS_MAX || chunk.len() == 1);
            }
        }
    }
}

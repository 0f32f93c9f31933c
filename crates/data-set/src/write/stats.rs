//! Counts per account and per message: what a batch adds to and takes from them, summed up before it is written.
//!
//! Every delta belongs to a row that was inserted or deleted in the same transaction, so a count equals the number of
//! rows behind it. Keys are written in order.

use std::collections::HashMap;

use postgres_kit::Connection;

use crate::write::columns::column;
use crate::write::error::WriteError;

/// In the order of the table's columns.
#[derive(Debug, Clone, Copy)]
pub(super) enum AccountStat {
    Followers,
    Following,
    Messages,
}

/// In the order of the table's columns.
#[derive(Debug, Clone, Copy)]
pub(super) enum MessageStat {
    Likes,
    Reposts,
    Replies,
}

/// By key, one per column.
type Deltas = HashMap<i64, [i64; 3]>;

#[derive(Debug, Default)]
pub(super) struct Stats {
    accounts: Deltas,
    messages: Deltas,
}

impl Stats {
    pub(super) fn add_account(&mut self, account: i64, stat: AccountStat, delta: i64) {
        self.accounts.entry(account).or_default()[stat as usize] += delta;
    }

    pub(super) fn add_message(&mut self, message: i64, stat: MessageStat, delta: i64) {
        self.messages.entry(message).or_default()[stat as usize] += delta;
    }

    /// For a message that is deleted; its row goes with it. Nothing is added later, for nothing can be done to it.
    pub(super) fn forget_message(&mut self, message: i64) {
        self.messages.remove(&message);
    }

    pub(super) async fn write(self, connection: &mut Connection) -> Result<(), WriteError> {
        let (more, fewer) = growing_and_shrinking(self.accounts);
        send(connection, include_str!("stats/add_to_accounts.sql"), &more).await?;
        send(connection, include_str!("stats/take_from_accounts.sql"), &fewer).await?;
        send(connection, include_str!("stats/drop_empty_accounts.sql"), &fewer).await?;
        let (more, fewer) = growing_and_shrinking(self.messages);
        send(connection, include_str!("stats/add_to_messages.sql"), &more).await?;
        send(connection, include_str!("stats/take_from_messages.sql"), &fewer).await?;
        send(connection, include_str!("stats/drop_empty_messages.sql"), &fewer).await
    }
}

type Row = (i64, [i64; 3]);

/// Keys whose counts only grow, apart from keys with a count that shrinks, each in order. The latter have a row,
/// because there was something to take from; an upsert would check their negative delta as if it were the new count.
fn growing_and_shrinking(deltas: Deltas) -> (Vec<Row>, Vec<Row>) {
    let mut rows: Vec<Row> = deltas.into_iter().filter(|(_, deltas)| *deltas != [0; 3]).collect();
    rows.sort_unstable();
    rows.into_iter().partition(|(_, deltas)| deltas.iter().all(|delta| *delta >= 0))
}

async fn send(connection: &mut Connection, sql: &'static str, rows: &[Row]) -> Result<(), WriteError> {
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query(sql)
        .bind(column(rows, |(key, _)| *key))
        .bind(column(rows, |(_, deltas)| deltas[0]))
        .bind(column(rows, |(_, deltas)| deltas[1]))
        .bind(column(rows, |(_, deltas)| deltas[2]))
        .execute(connection)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_keys_that_nothing_is_taken_from_are_added() {
        let mut stats = Stats::default();
        stats.add_account(3, AccountStat::Messages, 1);
        stats.add_account(3, AccountStat::Followers, -1);
        stats.add_account(2, AccountStat::Following, 1);
        stats.add_account(1, AccountStat::Following, 1);
        stats.add_account(4, AccountStat::Following, 1);
        stats.add_account(4, AccountStat::Following, -1);
        assert_eq!(
            growing_and_shrinking(stats.accounts),
            (vec![(1, [0, 1, 0]), (2, [0, 1, 0])], vec![(3, [-1, 0, 1])])
        );
    }
}

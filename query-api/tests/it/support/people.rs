//! Rows about people, as the reducers would write them. Positions are given by their sequence.

use data_set::Pool;

use super::rows::{Row, fold};

pub(crate) async fn account(pool: &Pool, id: i64, handle: &str) {
    let account = sqlx::query(include_str!("people/account.sql")).bind(id).bind(handle);
    account.execute(pool).await.expect("an account can be added");
}

pub(crate) async fn follow(pool: &Pool, follower: i64, followee: i64, sequence: i64) {
    numbers(pool, include_str!("people/follow.sql"), &[follower, followee, sequence << 8]).await;
}

pub(crate) async fn like(pool: &Pool, account: i64, message: i64, sequence: i64) {
    numbers(pool, include_str!("people/like.sql"), &[account, message, sequence << 8]).await;
}

pub(crate) async fn repost(pool: &Pool, account: i64, message: i64, sequence: i64) {
    numbers(pool, include_str!("people/repost.sql"), &[account, message, sequence << 8]).await;
}

pub(crate) async fn bookmark(pool: &Pool, account: i64, message: i64, sequence: i64) {
    numbers(pool, include_str!("people/bookmark.sql"), &[account, message, sequence << 8]).await;
}

pub(crate) async fn block(pool: &Pool, blocker: i64, blocked: i64, sequence: i64) {
    numbers(pool, include_str!("people/block.sql"), &[blocker, blocked, sequence << 8]).await;
}

pub(crate) async fn mute(pool: &Pool, muter: i64, muted: i64, sequence: i64) {
    numbers(pool, include_str!("people/mute.sql"), &[muter, muted, sequence << 8]).await;
}

pub(crate) async fn reply(pool: &Pool, parent: i64, reply: Row) {
    let id = reply.id;
    fold(pool, &[reply]).await;
    numbers(pool, include_str!("people/reply.sql"), &[id, parent]).await;
}

pub(crate) async fn notify(
    pool: &Pool,
    recipient: i64,
    sequence: i64,
    kind: &str,
    actor: i64,
    message: Option<i64>,
) {
    let notification = sqlx::query(include_str!("people/notification.sql"))
        .bind(recipient)
        .bind(sequence << 8)
        .bind(kind)
        .bind(actor)
        .bind(message);
    notification.execute(pool).await.expect("a notification can be added");
}

async fn numbers(pool: &Pool, sql: &'static str, numbers: &[i64]) {
    let query = numbers.iter().fold(sqlx::query(sql), |query, number| query.bind(*number));
    query.execute(pool).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

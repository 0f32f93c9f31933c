//! A change that cannot be read for all streams together stops none of them.

use super::{HAPPEN, app, heads, post};
use crate::support::people::like;
use crate::support::rows::{execute, fold, row};
use crate::support::stream::Stream;
use crate::support::{Caller, READER};

/// Whoever reads the likes of message 1536 fails, but not who asks whether one account that does not like it does.
const BROKEN: &str = "create or replace view published.likes as
    select account, message, message::text as message_id_text, position, liked_at from social_v1.liked
    where case when message = 1536 then 1 / (message - message) = 1 else true end";

#[tokio::test]
async fn what_fails_alone_is_passed_over_and_nobody_misses_it() {
    let app = app().await;
    let mut birds = Stream::open(&app, READER, "?tag=birds").await;
    let mut home = Stream::open(&app, Caller { account: 1, roles: "user" }, "?timeline=home").await;
    post(&app, 3, 1, &["birds"]).await;
    for stream in [&mut birds, &mut home] {
        assert_eq!(stream.heads(1).await, heads(&[("message.posted", "768")]));
    }
    like(&app.writer, 99, 1536, 20).await;
    execute(&app.writer, BROKEN).await;
    let together: Vec<_> =
        (4..=9).map(|number| row(number << 8, 1, &["birds"], "2026-02-01T00:00:00Z")).collect();
    fold(&app.writer, &together).await;
    execute(&app.writer, HAPPEN).await;
    let expected = ["1024", "1280", "1536", "1792", "2048", "2304"].map(|id| ("message.posted", id));
    for stream in [&mut birds, &mut home] {
        assert_eq!(stream.heads(6).await, heads(&expected));
    }
    post(&app, 10, 1, &["birds"]).await;
    for stream in [&mut birds, &mut home] {
        assert_eq!(stream.heads(1).await, heads(&[("message.posted", "2560")]));
    }
}

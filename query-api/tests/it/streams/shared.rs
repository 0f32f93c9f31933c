//! What is read once for all streams, and what each has to read itself.

use std::sync::atomic::Ordering::Relaxed;

use serde_json::json;

use super::{app, heads, post};
use crate::support::people::{follow, notify};
use crate::support::rows::execute;
use crate::support::statements::Statements;
use crate::support::stream::Stream;
use crate::support::{Caller, READER};

/// Of them, the first follow whom the others are not shown, the second liked what many liked, the third blocks whom many
/// block.
const VIEWERS: std::ops::Range<i64> = 100..130;

fn viewer(number: i64) -> Caller {
    Caller { account: number, roles: "user" }
}

/// More than are read as a range; 256 is the message of 1.
const MANY: &str = "
    insert into social_v1.liked (account, message, position, liked_at)
        select a, 256, a, now() from generate_series(1000, 3999) a union all values (101, 256, 101, now());
    insert into social_v1.blocked (blocker, blocked, position, blocked_at)
        select a, 2, a, now() from generate_series(1000, 3999) a union all values (102, 2, 102, now())";

const EDITED: &str = "
    update social_v1.message set edition = 2, edited_at = now(), edit_position = 1024 where id = 256;
    insert into history_v1.edition values (256, 2, 1024, now(), '{birds}');
    update control.checkpoint set position = 1024";

#[tokio::test]
async fn what_only_some_are_shown_is_read_once_for_all() {
    let statements = Statements::count();
    let app = app().await;
    let mut streams = Vec::new();
    for number in VIEWERS {
        streams.push((number, Stream::open(&app, viewer(number), "").await));
    }
    post(&app, 3, 1, &[]).await;
    for (_, stream) in &mut streams {
        stream.heads(1).await;
    }
    execute(&app.writer, MANY).await;
    let before = statements.shown.load(Relaxed);
    execute(&app.writer, EDITED).await;
    for (number, stream) in &mut streams {
        let edited = stream.next().await.expect("it goes on");
        assert_eq!((&*edited.id, &edited.data["liked"]), ("1024", &json!(*number == 101)), "{number}");
    }
    follow(&app.writer, 100, 1, 5).await;
    execute(&app.writer, "update social_v1.account set restriction = 'silenced' where id = 1").await;
    for (sequence, author) in [(6, 1), (7, 2), (8, 3)] {
        post(&app, sequence, author, &[]).await;
    }
    let posted = |id| ("message.posted", id);
    for (number, stream) in &mut streams {
        let expected = match number {
            100 => vec![posted("1536"), posted("1792"), posted("2048")],
            102 => vec![posted("2048")],
            _ => vec![posted("1792"), posted("2048")],
        };
        assert_eq!(stream.heads(expected.len()).await, heads(&expected), "{number}");
    }
    let shown = statements.shown.load(Relaxed) - before;
    assert!((1..=4).contains(&shown), "four things happened, and were looked at {shown} times");
}

#[tokio::test]
async fn what_a_stream_has_to_read_itself_it_reads_together() {
    const NOTIFICATIONS: i64 = 10;
    let statements = Statements::count();
    let app = app().await;
    follow(&app.writer, READER.account, 1, 2).await;
    let mut notified = Stream::open(&app, READER, "?notifications=1").await;
    let mut live = Stream::open(&app, READER, "").await;
    for sequence in 3..=3 + NOTIFICATIONS {
        notify(&app.writer, READER.account, sequence, "replied", 1, Some(sequence << 8)).await;
        post(&app, sequence, 1, &[]).await;
        // So each is told by itself.
        live.heads(1).await;
        if sequence == 3 {
            notified.heads(1).await;
        }
    }
    let before = statements.changes.load(Relaxed);
    let read = notified.heads(usize::try_from(NOTIFICATIONS).expect("it is small")).await;
    assert_eq!(read.last().map(|(_, id)| &**id), Some("3328-0"));
    assert_eq!(statements.changes.load(Relaxed) - before, 1);
}

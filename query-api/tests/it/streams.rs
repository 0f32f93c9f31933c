//! Streams: what they send, to whom, and how they begin and end.

mod limits;
mod passed_over;
mod refusals;
mod shared;

use serde_json::json;

use crate::support::people::{account, block, like, mute, notify};
use crate::support::rows::{execute, fold, row};
use crate::support::stream::Stream;
use crate::support::{App, Caller, READER};

pub(crate) const HAPPEN: &str = include_str!("support/happen.sql");
const OTHER: Caller = Caller { account: 70, roles: "user" };

/// One message of 1, with the tag birds, and one of 2 without.
pub(crate) async fn app() -> App {
    filled(App::start().await).await
}

pub(crate) async fn filled(app: App) -> App {
    account(&app.writer, 1, "heron").await;
    account(&app.writer, 2, "owl").await;
    post(&app, 1, 1, &["birds"]).await;
    post(&app, 2, 2, &[]).await;
    app
}

pub(crate) async fn post(app: &App, sequence: i64, author: i64, tags: &[&'static str]) {
    fold(&app.writer, &[row(sequence << 8, author, tags, "2026-02-01T00:00:00Z")]).await;
    execute(&app.writer, HAPPEN).await;
}

/// Message 1 gets another tag with event 3, and is deleted by event 4.
const EDITED: &str = "
    update social_v1.message set edition = 2, tags = '{night}', edited_at = now(), edit_position = 768 where id = 256;
    insert into history_v1.edition values (256, 2, 768, now(), '{night}');
    update control.checkpoint set position = 768";
const DELETED: &str = "
    delete from social_v1.message where id = 256;
    update history_v1.message set to_position = 1024, to_at = now(), deleted_by = 1, cause = 'author' where id = 256;
    update control.checkpoint set position = 1024";

fn heads(heads: &[(&str, &str)]) -> Vec<(String, String)> {
    heads.iter().map(|(event, id)| ((*event).to_owned(), (*id).to_owned())).collect()
}

#[tokio::test]
async fn a_stream_goes_on_behind_a_position_and_then_live() {
    let app = app().await;
    let mut birds = Stream::open(&app, READER, "?tag=Birds&after=0").await;
    let first = birds.next().await.expect("there is a message");
    let shown = app.get("/v1/messages/256").await.ok();
    assert_eq!((&*first.id, &*first.event, &first.data), ("256", "message.posted", &shown));
    let mut night = Stream::open(&app, READER, "?tagAny=night&tagAny=owls").await;
    let mut heron = Stream::open(&app, READER, "?author=1&type=message.deleted&type=message.posted").await;
    let mut all = Stream::open(&app, READER, "?after=256").await;
    assert_eq!(all.heads(1).await, heads(&[("message.posted", "512")]));

    execute(&app.writer, EDITED).await;
    let edited = birds.next().await.expect("it lost the tag, which they have to learn");
    assert_eq!((&*edited.id, &*edited.event), ("768", "message.edited"));
    assert_eq!((&edited.data["tags"], &edited.data["edition"]), (&json!(["night"]), &json!(2)));
    assert_eq!(night.heads(1).await, heads(&[("message.edited", "768")]));
    execute(&app.writer, DELETED).await;
    post(&app, 5, 2, &["birds"]).await;
    post(&app, 6, 1, &[]).await;
    let deleted = night.next().await.expect("it had the tag in the end");
    assert_eq!(
        (&*deleted.event, deleted.data),
        ("message.deleted", json!({"id": "256", "position": "1024"}))
    );
    assert_eq!(birds.heads(1).await, heads(&[("message.posted", "1280")]));
    assert_eq!(heron.heads(2).await, heads(&[("message.deleted", "1024"), ("message.posted", "1536")]));
    let rest = [
        ("message.edited", "768"),
        ("message.deleted", "1024"),
        ("message.posted", "1280"),
        ("message.posted", "1536"),
    ];
    assert_eq!(all.heads(4).await, heads(&rest));

    let mut again = Stream::open(&app, READER, "?after=0").await;
    let gone = again.next().await.expect("it was posted");
    assert_eq!((&*gone.id, &*gone.event, &gone.data["deleted"]), ("256", "message.posted", &json!(true)));
    assert_eq!(again.heads(5).await, [&heads(&[("message.posted", "512")])[..], &heads(&rest)].concat());
}

#[tokio::test]
async fn each_sees_what_lists_show_it() {
    let app = app().await;
    block(&app.writer, OTHER.account, 1, 1).await;
    like(&app.writer, READER.account, 256, 2).await;
    let mut reader = Stream::open(&app, READER, "").await;
    let mut other = Stream::open(&app, OTHER, "").await;
    let mut third = Stream::open(&app, Caller { account: 71, roles: "user" }, "").await;
    // All three are told live, so that it is not their own reading that leaves things out.
    post(&app, 7, 2, &[]).await;
    for stream in [&mut reader, &mut other, &mut third] {
        assert_eq!(stream.heads(1).await, heads(&[("message.posted", "1792")]));
    }
    let edited = EDITED.replace("768", "2048");
    sqlx::raw_sql(sqlx::AssertSqlSafe(edited)).execute(&app.writer).await.expect("it is edited");
    post(&app, 9, 2, &[]).await;
    let liked = reader.next().await.expect("it goes on");
    assert_eq!((&*liked.id, &liked.data["liked"], &liked.data["likes"]), ("2048", &json!(true), &json!(1)));
    let not_liked = third.next().await.expect("it goes on");
    assert_eq!((&*not_liked.id, &not_liked.data["liked"]), ("2048", &json!(false)));
    assert_eq!(other.heads(1).await, heads(&[("message.posted", "2304")]), "one blocks the other");
    let mut later = Stream::open(&app, OTHER, "?after=1792").await;
    assert_eq!(later.heads(1).await, heads(&[("message.posted", "2304")]));

    execute(&app.writer, "update social_v1.account set restriction = 'silenced' where id = 1").await;
    let mut follower = Stream::open(&app, Caller { account: 1, roles: "user" }, "").await;
    post(&app, 10, 1, &[]).await;
    post(&app, 11, 2, &[]).await;
    assert_eq!(follower.heads(2).await, heads(&[("message.posted", "2560"), ("message.posted", "2816")]));
    let not_silenced = [("message.posted", "2304"), ("message.posted", "2816")];
    assert_eq!(third.heads(2).await, heads(&not_silenced), "who is silenced is not for all");
}

#[tokio::test]
async fn timelines_and_notifications_are_their_owners() {
    let app = app().await;
    execute(&app.writer, "insert into feeds_v1.follow values (7, 1, 0, 512), (70, 1, 0, 0)").await;
    mute(&app.writer, OTHER.account, 1, 2).await;
    let mut home = Stream::open(&app, READER, "?timeline=home&notifications=1&after=0").await;
    let mut muting = Stream::open(&app, OTHER, "?timeline=home").await;
    let mut notified = Stream::open(&app, READER, "?notifications=1").await;
    notify(&app.writer, READER.account, 3, "replied", 1, Some(768)).await;
    notify(&app.writer, OTHER.account, 3, "replied", 1, Some(768)).await;
    post(&app, 3, 1, &[]).await;
    post(&app, 4, 2, &[]).await;
    let reply = home.next().await.expect("it goes on");
    assert_eq!(
        (&*reply.id, &*reply.event, &reply.data["position"]),
        ("768-0", "notification", &json!("768"))
    );
    assert_eq!(home.heads(1).await, heads(&[("message.posted", "768")]), "from where it follows on");
    assert_eq!(notified.heads(1).await, heads(&[("notification", "768-0")]));
    let mut between = Stream::open(&app, READER, "?timeline=home&notifications=1&after=768-0").await;
    assert_eq!(between.heads(1).await, heads(&[("message.posted", "768")]));

    let repost = "
        insert into social_v1.reposted (account, message, position, reposted_at) values (1, 1024, 1280, now());
        insert into history_v1.reposted (account, message, from_position, from_at) values (1, 1024, 1280, now());
        update control.checkpoint set position = 1280";
    execute(&app.writer, repost).await;
    let reposted = home.next().await.expect("it goes on");
    assert_eq!((&*reposted.id, &*reposted.event), ("1280", "message.reposted"));
    assert_eq!(
        (&reposted.data["repostedBy"]["handle"], &reposted.data["message"]["id"]),
        (&json!("heron"), &json!("1024"))
    );
    post(&app, 6, OTHER.account, &[]).await;
    assert_eq!(
        muting.heads(1).await,
        heads(&[("message.posted", "1536")]),
        "its own, and nothing of whom it mutes"
    );
}

/// An account is given up with all of its messages at one position.
#[tokio::test]
async fn what_stands_at_one_position_is_taken_up_where_it_was_left() {
    let app = app().await;
    for sequence in 3..6 {
        post(&app, sequence, 1, &["birds"]).await;
    }
    let gone = "
        delete from social_v1.message where author = 1;
        update history_v1.message set to_position = 1536, to_at = now(), deleted_by = 1, cause = 'deactivation'
            where author = 1;
        update control.checkpoint set position = 1536";
    let mut live = Stream::open(&app, READER, "?tag=birds&type=message.deleted").await;
    execute(&app.writer, gone).await;
    let ids = ["1536-256", "1536-768", "1536-1024", "1536-1280"];
    let deleted = ids.map(|id| ("message.deleted", id));
    assert_eq!(live.heads(4).await, heads(&deleted));
    let mut rest = Stream::open(&app, READER, "?tag=birds&after=1536-768").await;
    assert_eq!(rest.heads(2).await, heads(&deleted[2..]));
}

//! Home timelines, updates and account items.

mod bad_input;
mod pages;
mod positions;
pub(crate) mod world;

use serde_json::{Value, json};

use self::world::World;
use crate::support::READER;

/// Who asks.
const ME: i64 = READER.account;

#[tokio::test]
async fn a_timeline_holds_what_the_followed_and_the_caller_showed_newest_first() {
    let mut world = World::start().await;
    world.follow(ME, 1).await;
    let first = world.post(1).await;
    world.post(2).await;
    let own = world.post(ME).await;
    let third = world.post(1).await;
    assert_eq!(world.shown("/v1/timeline").await, [third, own, first]);
    assert_eq!(world.shown("/v1/accounts/1/messages").await, [third, first]);
    assert!(world.shown("/v1/accounts/99/messages").await.is_empty());
}

#[tokio::test]
async fn an_item_looks_as_documented() {
    let mut world = World::start().await;
    world.follow(ME, 2).await;
    let message = world.post(1).await;
    let reposted = world.repost(2, message).await;
    let liked = "insert into social_v1.liked values (7, 512, 1, now());
        insert into social_v1.bookmarked values (7, 512, 1, now()), (1, 512, 2, now());
        insert into social_v1.message_stat (message, likes, reposts) values (512, 3, 1);
        insert into social_v1.account values (1, 'ada', 'Ada', '', now())";
    world.execute(liked).await;
    assert_eq!(message, 512);
    let answer = world.app.get("/v1/timeline").await;
    let expected = json!([{
        "position": reposted.to_string(),
        "repostedBy": {"id": "2", "handle": null, "displayName": null},
        "message": {
            "id": "512", "text": "message 512", "tag": null, "tags": [],
            "author": {"id": "1", "handle": "ada", "displayName": "Ada"},
            "createdAt": "2026-01-01T00:00:00.000000Z", "editedAt": null, "inReplyTo": null, "edition": 1,
            "likes": 3, "reposts": 1, "replies": 0, "liked": true, "reposted": false, "bookmarked": true,
        },
    }]);
    assert_eq!(answer.ok(), expected);
    let updates = world.app.get("/v1/timeline/updates?since=0").await.ok();
    assert_eq!(updates, json!({"items": expected, "hasMore": false}));
    world.repost(ME, message).await;
    let own = world.app.get("/v1/accounts/7/messages").await.ok();
    assert_eq!((&own[0]["repostedBy"]["id"], &own[0]["message"]["reposted"]), (&json!("7"), &json!(true)));
}

#[tokio::test]
async fn a_message_stands_once_on_a_page_where_it_was_last_shown() {
    let mut world = World::start().await;
    world.follow(ME, 1).await;
    world.follow(ME, 2).await;
    let message = world.post(1).await;
    let later = world.post(1).await;
    let reposted = world.repost(2, message).await;
    assert_eq!(world.shown("/v1/timeline").await, [reposted, later]);
    // On another page it may stand again.
    let first = world.app.get("/v1/timeline?limit=2").await;
    assert_eq!(world::positions(&first), [reposted, later]);
    let next = world::link(&first, "next").expect("one is left");
    assert_eq!(world.shown(&next).await, [message]);
}

#[tokio::test]
async fn updates_are_the_newest_since_a_position() {
    let mut world = World::start().await;
    world.follow(ME, 1).await;
    let mut posts = Vec::new();
    for _ in 0..5 {
        posts.push(world.post(1).await);
    }
    posts.reverse();
    let updates = |answer: Value| {
        (world::positions_of(&answer["items"]), answer["hasMore"].as_bool().expect("it says so"))
    };
    for (query, expected, has_more) in [
        ("since=0", &posts[..], false),
        ("since=0&limit=5", &posts[..], false),
        ("since=0&limit=4", &posts[..4], true),
        (&format!("since={}&limit=2", posts[3]), &posts[..2], true),
        (&format!("since={}&limit=2", posts[2]), &posts[..2], false),
        (&format!("since={}", posts[0]), &[], false),
    ] {
        let answer = world.app.get(&format!("/v1/timeline/updates?{query}")).await;
        assert_eq!(updates(answer.ok()), (expected.to_vec(), has_more), "{query}");
    }
}

#[tokio::test]
async fn an_unchanged_timeline_is_not_sent_again() {
    let mut world = World::start().await;
    world.follow(ME, 1).await;
    world.post(1).await;
    for path in ["/v1/timeline", "/v1/timeline/updates?since=0", "/v1/accounts/1/messages"] {
        let first = world.app.get(path).await;
        first.ok();
        let again = world.app.get_with(path, &[("If-None-Match", first.header("etag"))]).await;
        assert_eq!((again.status.as_u16(), again.body.len()), (304, 0), "{path}");
        assert_eq!(again.header("data-position"), first.header("data-position"));
    }
}

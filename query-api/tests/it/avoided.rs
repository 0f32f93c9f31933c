use http::Method;
use serde_json::json;

use crate::support::people::{account, block, follow, like, mute, notify, reply, repost};
use crate::support::rows::{fold, row};
use crate::support::{ADMIN, App, READER};
use crate::timeline::world::World;

/// The reader, whom account 1 and account 2 meet: 1 wrote 256 and 768, 2 wrote 512, the reader 1024.
async fn app() -> App {
    let app = App::start().await;
    for (id, handle) in [(1, "heron"), (2, "wren"), (READER.account, "reader")] {
        account(&app.writer, id, handle).await;
    }
    let posted = [(256, 1), (512, 2), (768, 1), (1024, READER.account)];
    let posted = posted.map(|(id, author)| row(id, author, &["birds"], "2026-01-01T00:00:00Z"));
    fold(&app.writer, &posted).await;
    app
}

#[tokio::test]
async fn whoever_blocks_and_is_blocked_does_not_see_the_other() {
    for (blocker, blocked) in [(READER.account, 1), (1, READER.account)] {
        let app = app().await;
        for (sequence, message) in [(5, 256), (6, 512)] {
            like(&app.writer, 2, message, sequence).await;
            repost(&app.writer, 1, message, sequence + 2).await;
        }
        like(&app.writer, 1, 1024, 9).await;
        follow(&app.writer, 1, 2, 10).await;
        block(&app.writer, blocker, blocked, 11).await;
        assert_eq!(app.get("/v1/messages").await.ids(), [1024, 512]);
        assert_eq!(app.get("/v1/messages?tag=birds").await.ids(), [1024, 512]);
        for nothing in ["/v1/messages?author=1", "/v1/messages?author=1&tag=birds", "/v1/accounts/1/replies"]
        {
            assert_eq!(app.get(nothing).await.ok(), json!([]), "{nothing}");
        }
        assert_eq!(app.get("/v1/accounts/2/likes").await.ids(), [512]);
        assert_eq!(app.get("/v1/messages/512/reposts").await.ok(), json!([]));
        assert_eq!(app.get("/v1/messages/1024/likes").await.ok(), json!([]));
        assert_eq!(app.get("/v1/accounts/2/followers").await.ok(), json!([]));
        for unknown in ["", "/history", "/likes", "/replies", "/reposts", "/thread"] {
            app.get(&format!("/v1/messages/256{unknown}")).await.is_problem(404, "not-found");
        }
        for unknown in ["followers", "following", "likes"] {
            app.get(&format!("/v1/accounts/1/{unknown}")).await.is_problem(404, "not-found");
        }
        // Its profile stays, with the way back.
        let profile = app.get("/v1/accounts/1").await.ok();
        assert_eq!(profile["blocked"], blocker == READER.account);
        // Others see all of it.
        assert_eq!(app.get_as(ADMIN, "/v1/messages").await.ids(), [1024, 768, 512, 256]);
        app.get_as(ADMIN, "/v1/messages/256/thread").await.ok();
    }
}

#[tokio::test]
async fn a_page_that_shows_nothing_is_not_the_end() {
    let app = app().await;
    block(&app.writer, READER.account, 1, 5).await;
    let first = app.get("/v1/messages?limit=1").await;
    assert_eq!(first.ids(), [1024]);
    let second = app.get(&first.next().expect("there is more")).await;
    assert_eq!(second.ok(), json!([]));
    let third = app.get(&second.next().expect("there is more")).await;
    assert_eq!(third.ids(), [512]);
}

#[tokio::test]
async fn a_conversation_leaves_out_who_is_hidden() {
    let app = app().await;
    reply(&app.writer, 1024, row(1280, 1, &[], "2026-01-02T00:00:00Z")).await;
    reply(&app.writer, 1280, row(1536, 2, &[], "2026-01-03T00:00:00Z")).await;
    reply(&app.writer, 1536, row(1792, 1, &[], "2026-01-04T00:00:00Z")).await;
    block(&app.writer, 1, READER.account, 9).await;
    let thread = app.get("/v1/messages/1536/thread").await.ok();
    assert_eq!(thread["ancestors"].as_array().map(Vec::len), Some(1), "{thread}");
    assert_eq!((&thread["ancestors"][0]["id"], &thread["replies"]), (&json!("1024"), &json!([])));
    assert_eq!(app.get("/v1/messages/1024/replies").await.ok(), json!([]));
}

#[tokio::test]
async fn what_blocked_and_muted_accounts_do_is_not_told() {
    let app = app().await;
    for (sequence, actor) in [(5, 1), (6, 2), (7, 3)] {
        notify(&app.writer, READER.account, sequence, "followed", actor, None).await;
    }
    block(&app.writer, 1, READER.account, 8).await;
    mute(&app.writer, READER.account, 2, 9).await;
    let shown = app.get("/v1/notifications").await.ok();
    assert_eq!((shown["items"].as_array().map(Vec::len), &shown["unread"]), (Some(1), &json!(1)));
    assert_eq!(shown["items"][0]["account"]["id"], "3");
}

#[tokio::test]
async fn timelines_leave_out_whom_their_owner_blocks_or_mutes() {
    let mut world = World::start().await;
    for followee in [1, 2] {
        world.follow(READER.account, followee).await;
    }
    let (muted, blocked) = (world.post(3).await, world.post(4).await);
    let (of_muted, of_blocked) = (world.repost(1, muted).await, world.repost(1, blocked).await);
    let (own, by_two) = (world.post(1).await, world.post(2).await);
    let all = [by_two, own, of_blocked, of_muted];
    assert_eq!(world.shown("/v1/timeline").await, all);
    mute(&world.app.writer, READER.account, 3, 500).await;
    block(&world.app.writer, 4, READER.account, 501).await;
    assert_eq!(world.shown("/v1/timeline").await, [by_two, own]);
    // What an account shows is no timeline of the reader's: mutes do not count there, blocks do.
    assert_eq!(world.shown("/v1/accounts/1/messages").await, [own, of_muted]);
    assert_eq!(world.shown("/v1/accounts/3/messages").await, [muted]);
    assert_eq!(world.shown("/v1/accounts/4/messages").await, [0; 0]);
    mute(&world.app.writer, READER.account, 1, 502).await;
    assert_eq!(world.shown("/v1/timeline").await, [by_two]);
    assert_eq!(world.app.get("/v1/messages?author=1").await.ids(), [own]);
}

#[tokio::test]
async fn nobody_sees_whom_another_one_blocks_or_mutes() {
    let app = app().await;
    block(&app.writer, READER.account, 1, 5).await;
    block(&app.writer, READER.account, 2, 6).await;
    mute(&app.writer, READER.account, 2, 7).await;
    for (list, ids) in [("/v1/blocks", vec!["2", "1"]), ("/v1/mutes", vec!["2"])] {
        let shown = app.get(list).await.ok();
        let found: Vec<&str> =
            shown.as_array().expect("a list").iter().filter_map(|entry| entry["id"].as_str()).collect();
        assert_eq!(found, ids);
        assert_eq!(app.get_as(ADMIN, list).await.ok(), json!([]));
        app.send(Method::GET, list, None, &[]).await.is_problem(403, "identity-required");
    }
    let next = app.get("/v1/blocks?limit=1").await.next().expect("there is more");
    app.get_as(ADMIN, &next).await.is_problem(400, "invalid-cursor");
    let profile = app.get("/v1/accounts/2").await.ok();
    assert_eq!((&profile["blocked"], &profile["muted"]), (&json!(true), &json!(true)));
    let profile = app.get_as(ADMIN, "/v1/accounts/2").await.ok();
    assert_eq!((&profile["blocked"], &profile["muted"]), (&json!(false), &json!(false)));
}

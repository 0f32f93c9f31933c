use std::sync::Arc;
use std::time::Duration;

use data_set::Pool;
use testkit::eventually;

use super::ME;
use super::world::{World, link, positions, positions_of};

const PATHS: [&str; 3] = ["/v1/timeline", "/v1/timeline/updates?since=0", "/v1/accounts/1/messages"];

#[tokio::test]
async fn the_slower_of_two_projections_decides() {
    let mut world = World::start().await;
    world.follow(ME, 1).await;
    let first = world.post(1).await;
    // Social falls behind: what it has not folded is not shown, although its rows happen to be there.
    let second = world.post(1).await;
    world.execute("update control.checkpoint set position = 512 where projection = 'social'").await;
    assert_eq!((first, second), (512, 768));
    for path in PATHS {
        let answer = world.app.get(path).await;
        let list = answer.ok();
        let items = if list.is_array() { &list } else { &list["items"] };
        assert_eq!((positions_of(items), answer.header("data-position")), (vec![first], "512"), "{path}");
    }
    world.execute("delete from control.checkpoint where projection = 'social'").await;
    let answer = world.app.get("/v1/timeline").await;
    assert_eq!((positions(&answer), answer.header("data-position")), (vec![], "0"));
}

#[tokio::test]
async fn a_repost_is_shown_only_with_its_row() {
    let mut world = World::start().await;
    world.follow(ME, 2).await;
    let message = world.post(1).await;
    let reposted = world.repost(2, message).await;
    assert_eq!(world.shown("/v1/timeline").await, [reposted]);
    // Taken back and repeated, as far as social is concerned; feeds has folded neither.
    world.execute("update social_v1.reposted set position = position + 512").await;
    assert!(world.shown("/v1/timeline").await.is_empty());
}

#[tokio::test]
async fn an_answer_waits_for_both_projections() {
    let mut world = World::start().await;
    world.follow(ME, 1).await;
    world.post(1).await;
    world.hold_feeds();
    let awaited = world.post(1).await.to_string();
    // Messages are there at once.
    world.app.get_with("/v1/messages", &[("Await-Position", &awaited), ("Prefer", "wait=0")]).await.ok();
    for path in PATHS {
        let answer = world.app.get_with(path, &[("Await-Position", &awaited), ("Prefer", "wait=0")]).await;
        answer.is_problem(503, "not-caught-up");
        assert_eq!(answer.header("data-position"), "512");
    }
    let app = Arc::clone(&world.app);
    let headers = [("Await-Position", awaited.as_str()), ("Prefer", "wait=30")];
    let folding = async {
        somebody_waits(&app.writer).await;
        world.release_feeds().await;
    };
    let (answer, ()) = tokio::join!(app.get_with("/v1/timeline", &headers), folding);
    assert_eq!((positions(&answer).len(), answer.header("data-position")), (2, awaited.as_str()));
}

#[tokio::test]
async fn what_comes_behind_a_position_that_is_not_reached_is_waited_for() {
    let mut world = World::start().await;
    world.follow(ME, 1).await;
    world.post(1).await;
    let last = world.post(1).await;
    assert_eq!(last, 768);
    let now = [("Prefer", "wait=0")];
    let app = Arc::clone(&world.app);
    let page = app.get("/v1/timeline?limit=1").await;
    let cursors = ["prev", "next"].map(|relation| link(&page, relation).expect("it leads on"));
    let own = link(&app.get("/v1/accounts/1/messages?limit=1").await, "next").expect("it leads on");
    let updates = |since: i64| format!("/v1/timeline/updates?since={since}");
    let paths = [updates(last), cursors[0].clone(), cursors[1].clone(), own];
    for path in &paths {
        assert_eq!(app.get_with(path, &now).await.status, 200, "{path}");
    }
    // Another replica has less.
    world.execute("update control.checkpoint set position = 512 where projection = 'feeds'").await;
    for path in paths.iter().chain(&[updates(1024), updates(i64::MAX - 255)]) {
        let answer = app.get_with(path, &now).await;
        answer.is_problem(503, "not-caught-up");
        assert_eq!(answer.header("data-position"), "512", "{path}");
    }
    let reached = app.get_with(&updates(512), &now).await;
    assert_eq!(reached.ok(), serde_json::json!({"items": [], "hasMore": false}));
    let app = Arc::clone(&world.app);
    let headers = [("Prefer", "wait=30")];
    let folding = async {
        somebody_waits(&app.writer).await;
        world.execute("update control.checkpoint set position = 768 where projection = 'feeds'").await;
    };
    let (answer, ()) = tokio::join!(app.get_with(&paths[0], &headers), folding);
    assert_eq!((answer.status.as_u16(), answer.header("preference-applied")), (200, "wait=30"));
}

/// A wait has begun when the database is asked for the position again and again.
async fn somebody_waits(writer: &Pool) {
    eventually("somebody waits", Duration::from_secs(10), || async {
        let asked = sqlx::query_scalar(include_str!("asked.sql")).fetch_one(writer).await;
        let asked: i64 = asked.expect("activity can be read");
        if asked > 0 { Ok(()) } else { Err("nobody asks".to_owned()) }
    })
    .await;
}

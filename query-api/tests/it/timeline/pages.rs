use std::collections::BTreeSet;

use super::ME;
use super::world::{World, link, positions};

/// A timeline of everything: own messages, written entries, reposts, and those of an author who is merged on read.
async fn busy_world() -> (World, Vec<i64>) {
    let mut world = World::start().await;
    world.follow(ME, 1).await;
    world.follow(ME, 2).await;
    let mut expected = Vec::new();
    for round in 0..6 {
        expected.push(world.post(1).await);
        expected.push(world.post(2).await);
        let foreign = world.post(3).await;
        expected.push(world.repost(2, foreign).await);
        expected.push(world.post(ME).await);
        if round == 2 {
            // Too many followers: the rest of 1's messages is merged.
            world.follow(50, 1).await;
            world.follow(51, 1).await;
        }
    }
    expected.reverse();
    (world, expected)
}

#[tokio::test]
async fn pages_lead_down_and_up_through_everything() {
    let (mut world, expected) = busy_world().await;
    assert_eq!(world.shown("/v1/timeline?limit=100").await, expected);
    for limit in [1, 3, 7, 24, 25] {
        let mut down = Vec::new();
        let mut last = None;
        let mut next = Some(format!("/v1/timeline?limit={limit}"));
        while let Some(address) = next {
            assert!(down.len() < expected.len(), "pages do not end");
            let page = world.app.get(&address).await;
            down.extend(positions(&page));
            next = link(&page, "next");
            last = link(&page, "prev");
        }
        assert_eq!(down, expected, "limit {limit}");
        let on_last_page = (expected.len() - 1) / limit * limit;
        let mut up = Vec::new();
        loop {
            let page = world.app.get(&last.expect("there is always something newer to come")).await;
            let found = positions(&page);
            last = link(&page, "prev");
            if found.is_empty() {
                break;
            }
            assert!(found.len() <= limit && link(&page, "next").is_some());
            up.splice(0..0, found);
        }
        assert_eq!(up, expected[..on_last_page], "limit {limit}");
        // The last link stays good for what is still to come.
        let new = world.post(1).await;
        assert_eq!(world.shown(&last.expect("there is always something newer to come")).await, [new]);
        world.delete(new).await;
    }
}

#[tokio::test]
async fn nothing_is_repeated_or_missed_while_a_timeline_grows() {
    let (mut world, expected) = busy_world().await;
    let mut seen = Vec::new();
    let mut next = Some("/v1/timeline?limit=5".to_owned());
    while let Some(address) = next {
        let page = world.app.get(&address).await;
        seen.extend(positions(&page));
        next = link(&page, "next");
        world.post(1).await;
        world.post(2).await;
    }
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn a_page_of_deleted_messages_is_not_the_end() {
    let mut world = World::start().await;
    world.follow(ME, 1).await;
    let mut posts = Vec::new();
    for _ in 0..6 {
        posts.push(world.post(1).await);
    }
    // Their entries are still there: feeds is behind.
    world.hold_feeds();
    for deleted in &posts[3..] {
        world.delete(*deleted).await;
    }
    let first = world.app.get("/v1/timeline?limit=3").await;
    assert!(positions(&first).is_empty());
    let next = link(&first, "next").expect("there is more");
    assert_eq!(world.shown(&next).await, [posts[2], posts[1], posts[0]]);
    world.release_feeds().await;
    assert_eq!(world.shown("/v1/timeline?limit=3").await, [posts[2], posts[1], posts[0]]);
}

#[tokio::test]
async fn what_is_followed_no_more_or_taken_back_is_not_shown() {
    let (mut world, expected) = busy_world().await;
    let of_1 = world.shown("/v1/accounts/1/messages").await;
    world.unfollow(ME, 1).await;
    let left: Vec<i64> = expected.iter().copied().filter(|at| !of_1.contains(at)).collect();
    assert_eq!(world.shown("/v1/timeline?limit=100").await, left);
    // The repost goes, and what it repeated is not followed.
    let items = world.app.get("/v1/accounts/2/messages").await.ok();
    let repost = items.as_array().expect("a list").iter().find(|item| !item["repostedBy"].is_null());
    let repost = repost.expect("there are some");
    let text =
        |value: &serde_json::Value| value.as_str().and_then(|it| it.parse::<i64>().ok()).expect("an id");
    world.unrepost(2, text(&repost["message"]["id"])).await;
    let shown = world.shown("/v1/timeline?limit=100").await;
    assert!(!shown.contains(&text(&repost["position"])) && shown.len() == left.len() - 1);
}

#[tokio::test]
async fn an_accounts_items_are_paged() {
    let (world, _) = busy_world().await;
    let all = world.shown("/v1/accounts/2/messages").await;
    assert_eq!(all.len(), 12);
    let mut paged = Vec::new();
    let mut next = Some("/v1/accounts/2/messages?limit=5".to_owned());
    while let Some(address) = next {
        let page = world.app.get(&address).await;
        paged.extend(positions(&page));
        assert_eq!(link(&page, "prev"), None);
        next = link(&page, "next");
    }
    assert_eq!(paged, all);
    assert_eq!(paged.iter().collect::<BTreeSet<_>>().len(), all.len());
}

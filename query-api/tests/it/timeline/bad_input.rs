use super::ME;
use super::world::{World, link};
use crate::support::ADMIN;

const BAD: &[(&str, &str)] = &[
    ("/v1/timeline?limit=0", "limit"),
    ("/v1/timeline?limit=101", "limit"),
    ("/v1/timeline?limit=", "limit"),
    ("/v1/timeline?limit=5&limit=5", "limit"),
    ("/v1/timeline?since=0", "since"),
    ("/v1/timeline/updates", "since"),
    ("/v1/timeline/updates?since=", "since"),
    ("/v1/timeline/updates?since=-1", "since"),
    ("/v1/timeline/updates?since=007", "since"),
    ("/v1/timeline/updates?since=now", "since"),
    ("/v1/timeline/updates?since=9223372036854775808", "since"),
    ("/v1/timeline/updates?since=0&limit=-1", "limit"),
    ("/v1/timeline/updates?since=0&cursor=x", "cursor"),
    ("/v1/accounts/1/messages?limit=1.5", "limit"),
    ("/v1/accounts/1/messages?tag=birds", "tag"),
    ("/v1/accounts/0/messages", "id"),
    ("/v1/accounts/01/messages", "id"),
    ("/v1/accounts/ada/messages", "id"),
    ("/v1/accounts/9223372036854775808/messages", "id"),
];

#[tokio::test]
async fn a_bad_parameter_is_named() {
    let world = World::start().await;
    for (path, at_fault) in BAD {
        let answer = world.app.get(path).await;
        answer.is_problem(400, "invalid-parameter");
        assert_eq!(answer.json()["errors"][0]["field"], **at_fault, "{path}");
    }
    for path in ["/v1/timeline", "/v1/timeline/updates?since=0", "/v1/accounts/1/messages"] {
        world.app.get_with(path, &[("Await-Position", "0")]).await.is_problem(400, "invalid-header");
    }
}

#[tokio::test]
async fn a_cursor_belongs_to_its_list_and_its_caller() {
    let mut world = World::start().await;
    world.follow(ME, 1).await;
    world.follow(ADMIN.account, 1).await;
    for _ in 0..3 {
        world.post(1).await;
    }
    let next = link(&world.app.get("/v1/timeline?limit=1").await, "next").expect("there is more");
    let items = link(&world.app.get("/v1/accounts/1/messages?limit=1").await, "next").expect("there is more");
    let (timeline, items) = (cursor(&next), cursor(&items));
    world.app.get(&format!("/v1/timeline?cursor={timeline}")).await.ok();
    world.app.get(&format!("/v1/accounts/1/messages?cursor={items}")).await.ok();
    for path in [
        format!("/v1/timeline?cursor={items}"),
        format!("/v1/accounts/1/messages?cursor={timeline}"),
        format!("/v1/accounts/2/messages?cursor={items}"),
        "/v1/timeline?cursor=".to_owned(),
        "/v1/timeline?cursor=x".to_owned(),
        format!("/v1/timeline?cursor={timeline}A"),
        format!("/v1/timeline?cursor=B{}", &timeline[1..]),
        format!("/v1/timeline?cursor={}", timeline.to_lowercase()),
    ] {
        world.app.get(&path).await.is_problem(400, "invalid-cursor");
    }
    let of_other = world.app.get_as(ADMIN, &format!("/v1/timeline?cursor={timeline}")).await;
    of_other.is_problem(400, "invalid-cursor");
}

fn cursor(address: &str) -> String {
    address.split_once("cursor=").expect("it has a cursor").1.to_owned()
}

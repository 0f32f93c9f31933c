//! Pages: every event once, in order, from any position.

use std::time::{Duration, Instant};

use domain::{Followed, GraphEvent, Muted};

use crate::support::{App, Server, account, positions, posted};

async fn pages_show_each_event_once_and_in_order(app: App) {
    let mut expected = app.posts(15).await;
    // Private ones take a position, too.
    app.append(GraphEvent::Muted(Muted { muter: account(7), muted: account(8) })).await;
    expected.extend(app.posts(10).await);
    let muted = GraphEvent::Muted(Muted { muter: account(8), muted: account(7) });
    app.until(app.append(muted).await).await;
    for limit in [1, 7, 1000] {
        assert_eq!(positions(&app.all(&format!("limit={limit}")).await), expected, "from memory, {limit}");
    }
    // Nothing of it is in memory now.
    let app = app.started_again().await;
    for limit in [1, 7, 1000] {
        assert_eq!(positions(&app.all(&format!("limit={limit}")).await), expected, "from the log, {limit}");
    }
    // From the log into memory.
    let last = app.append(posted(7, "one more", &[])).await;
    app.until(last).await;
    assert_eq!(positions(&app.all("limit=10").await), [expected, vec![last.get()]].concat());
}

#[tokio::test]
async fn of_a_log_on_nats() {
    pages_show_each_event_once_and_in_order(App::start().await).await;
}

#[tokio::test]
async fn of_a_log_on_postgres() {
    pages_show_each_event_once_and_in_order(App::over(Server::postgres().await).await).await;
}

#[tokio::test]
async fn an_event_is_a_cloud_event() {
    let app = App::start().await;
    let position = app.append(posted(7, "a heron", &["birds"])).await;
    app.until(position).await;
    let answer = app.get("/v1/events").await;
    assert_eq!(answer.header("content-type"), Some("application/x-ndjson"));
    assert_eq!(answer.header("log-lineage"), Some(&*app.log.lineage().0));
    let event = &answer.events()[0];
    let names: Vec<&str> = event.as_object().expect("an object").keys().map(String::as_str).collect();
    let expected = [
        "data",
        "datacontenttype",
        "dataschema",
        "id",
        "position",
        "recordedtime",
        "source",
        "specversion",
        "subject",
        "time",
        "type",
    ];
    assert_eq!(names, expected, "and nothing of the request");
    assert_eq!(event["dataschema"], "urn:rookery:schema:rookery.message.posted:v1");
    assert_eq!(event["data"]["text"], "a heron");
    assert_eq!(event["position"], position.to_string());
}

#[tokio::test]
async fn a_filter_that_lets_nothing_through_gets_on() {
    let app = App::start().await;
    app.posts(5).await;
    let last = app.append(posted(7, "the last", &["birds"])).await;
    app.until(last).await;
    let app = app.started_again().await;
    let page = app.get("/v1/events?account=99&types=rookery.account.followed.v1").await;
    assert_eq!((page.events().len(), page.position()), (0, last.get()));
    let next = format!(
        "</v1/events?after={}&account=99&types=rookery.account.followed.v1>; rel=\"next\"",
        last.get()
    );
    assert_eq!(page.header("link"), Some(&*next));
}

#[tokio::test]
async fn filters_let_through_what_they_say() {
    let app = App::start().await;
    let bird = app.post(7, "a heron", &["Birds"]).await;
    let fish = app.post(8, "a pike", &["fish"]).await;
    let followed = Followed { follower: account(9), followee: account(7), original_time: None };
    let followed = app.append(GraphEvent::Followed(followed)).await.get();
    let edited = app.edit(fish, 8, "a bird, after all").await.get();
    let deleted = app.delete(app.post(8, "soon gone", &[]).await, 8).await;
    app.until(deleted).await;
    let (bird, fish, deleted) = (bird.get(), fish.get(), deleted.get());
    let app = app.started_again().await;
    for (query, expected) in [
        ("", vec![bird, fish, followed, edited, deleted]),
        ("tag=bIrDs", vec![bird, edited, deleted]),
        ("tag=birds&types=rookery.message.posted.v1", vec![bird]),
        ("account=7", vec![bird, followed, deleted]),
        ("account=8&types=rookery.message.posted.v1&types=rookery.message.edited.v1", vec![fish, edited]),
        ("types=rookery.account.followed.v1", vec![followed]),
    ] {
        assert_eq!(positions(&app.all(query).await), expected, "{query}");
    }
}

#[tokio::test]
async fn who_prefers_to_wait_gets_the_next_event_as_it_comes() {
    let app = App::start().await;
    let first = app.append(posted(7, "the first", &[])).await;
    app.until(first).await;
    let path = format!("/v1/events?after={}&tag=birds", first.get());
    let asked = app.request(&path).header("Prefer", "wait=20");
    let began = Instant::now();
    let (answer, position) = tokio::join!(app.answer(&path, asked), async {
        app.append(posted(7, "another tag", &["fish"])).await;
        app.append(posted(7, "a heron", &["birds"])).await
    });
    assert_eq!(positions(&answer.events()), [position.get()]);
    assert_eq!(answer.header("preference-applied"), Some("wait=20"));
    assert!(began.elapsed() < Duration::from_secs(15), "it was woken");
    let path = format!("/v1/events?after={}", position.get());
    let nothing = app.answer(&path, app.request(&path).header("Prefer", "wait=1")).await;
    assert_eq!((nothing.events().len(), nothing.position()), (0, position.get()));
    let malformed = app.answer(&path, app.request(&path).header("Prefer", "wait=soon")).await;
    assert_eq!((malformed.events().len(), malformed.header("preference-applied")), (0, None));
}

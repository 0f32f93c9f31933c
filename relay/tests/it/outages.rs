//! The broker is killed, frozen, replaced.

use std::time::Duration;

use testkit::eventually;

use crate::following::Lines;
use crate::support::{App, PATIENCE, Server, append, positions, posted};

fn nats(app: &mut App) -> &mut testkit::Nats {
    let Server::Nats(nats) = &mut app.server else { panic!("its log is on NATS") };
    nats
}

async fn appended(app: &App, text: &str) -> i64 {
    let appended = eventually("the log takes it", PATIENCE, async || {
        append(&*app.log, posted(7, text, &[])).await.map_err(|error| error.to_string())
    });
    appended.await.get()
}

/// Of all that is in the log.
async fn handed_on(app: &App) -> Vec<i64> {
    positions(&app.all("").await)
}

#[tokio::test]
async fn a_stream_outlives_a_broker_that_is_killed_again_and_again() {
    let mut app = App::start().await;
    let mut lines = Lines::of(&app, "").await;
    let mut sent = Vec::new();
    for round in 0..3 {
        let before = appended(&app, &format!("before {round}")).await;
        sent.extend(lines.until(before).await);
        nats(&mut app).kill().await;
        nats(&mut app).restart().await;
        // An append whose answer was lost is there twice at most.
        let after = appended(&app, &format!("after {round}")).await;
        sent.extend(lines.until(after).await);
    }
    assert_eq!(sent, handed_on(&app).await);
}

#[tokio::test]
async fn a_frozen_broker_holds_streams_up_and_no_longer() {
    let mut app = App::start().await;
    let mut lines = Lines::of(&app, "").await;
    let before = appended(&app, "before").await;
    let mut sent = lines.until(before).await;
    nats(&mut app).pause();
    let page = app.get(&format!("/v1/events?after={before}")).await;
    assert_eq!((page.events().len(), page.position()), (0, before), "what is in memory is served");
    tokio::time::timeout(Duration::from_secs(8), lines.next()).await.expect_err("nothing comes");
    nats(&mut app).resume();
    let after = appended(&app, "after").await;
    sent.extend(lines.until(after).await);
    assert_eq!(sent, handed_on(&app).await);
}

#[tokio::test]
async fn another_log_in_its_place_ends_all() {
    let mut app = App::start().await;
    let empty = nats(&mut app).back_up();
    let position = appended(&app, "before").await;
    app.until(domain::Position::from_i64(position).expect("positive")).await;
    let mut lines = Lines::of(&app, "after=latest").await;
    let nats = nats(&mut app);
    nats.stop().await;
    nats.put_back(&empty);
    nats.restart().await;
    assert_eq!(lines.next().await, None, "the log lost what was handed on");
    app.get("/v1/events").await.is_problem(503, "log-refused");
}

//! Streams: from history to live, without a gap.

use std::time::Duration;

use reqwest::Response;
use serde_json::Value;

use crate::support::{App, PATIENCE, Server, positions, posted};

/// The lines of a stream as they come.
pub(crate) struct Lines {
    response: Response,
    rest: Vec<u8>,
}

impl Lines {
    pub(crate) async fn of(app: &App, query: &str) -> Self {
        let response =
            app.request(&format!("/v1/events?follow=true&{query}")).send().await.expect("it answers");
        assert_eq!(response.status(), 200);
        Self { response, rest: Vec::new() }
    }

    /// The next event; `None` where the stream has ended.
    pub(crate) async fn next(&mut self) -> Option<Value> {
        loop {
            if let Some(at) = self.rest.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.rest.drain(..=at).collect();
                if line.len() > 1 {
                    return Some(serde_json::from_slice(&line).expect("JSON"));
                }
                continue;
            }
            match tokio::time::timeout(PATIENCE, self.response.chunk())
                .await
                .expect("something comes in time")
            {
                Ok(Some(bytes)) => self.rest.extend_from_slice(&bytes),
                Ok(None) | Err(_) => return None,
            }
        }
    }

    /// All that comes until a position, each behind the one before.
    pub(crate) async fn until(&mut self, end: i64) -> Vec<i64> {
        let mut positions = Vec::new();
        while positions.last() != Some(&end) {
            let next = self.take(1).await[0];
            assert!(
                positions.last().is_none_or(|last| next > *last) && next <= end,
                "{next} behind {positions:?}"
            );
            positions.push(next);
        }
        positions
    }

    pub(crate) async fn take(&mut self, count: usize) -> Vec<i64> {
        let mut events = Vec::new();
        while events.len() < count {
            events.push(self.next().await.expect("the stream goes on"));
        }
        positions(&events)
    }
}

async fn a_stream_goes_from_history_to_live(app: App) {
    let mut expected = app.posts(300).await;
    let app = app.started_again().await;
    let mut lines = Lines::of(&app, "after=0").await;
    assert_eq!(lines.take(300).await, expected);
    expected.extend(app.posts(50).await);
    assert_eq!(lines.take(50).await, expected[300..]);
    // Whoever comes back with the last position misses nothing, and gets nothing twice.
    drop(lines);
    let mut lines = Lines::of(&app, &format!("after={}", expected[320])).await;
    assert_eq!(lines.take(29).await, expected[321..]);
}

#[tokio::test]
async fn of_a_log_on_nats() {
    a_stream_goes_from_history_to_live(App::start().await).await;
}

#[tokio::test]
async fn of_a_log_on_postgres() {
    a_stream_goes_from_history_to_live(App::over(Server::postgres().await).await).await;
}

#[tokio::test]
async fn from_the_end_only_what_comes_is_sent() {
    let app = App::start().await;
    app.until(app.append(posted(7, "before", &["birds"])).await).await;
    let mut lines = Lines::of(&app, "after=latest&tag=birds").await;
    app.append(posted(7, "another tag", &["fish"])).await;
    let news = app.append(posted(7, "news", &["birds"])).await;
    assert_eq!(lines.take(1).await, [news.get()]);
}

/// 64 KiB wait for it here, and some more in the kernel.
#[tokio::test]
async fn who_does_not_read_is_dropped_and_the_others_do_not_notice() {
    let app = App::start().await;
    let text = "x".repeat(280);
    let _silent = app.request("/v1/events?follow=true").send().await.expect("it answers");
    let mut lines = Lines::of(&app, "").await;
    let mut expected = Vec::new();
    for _ in 0..20 {
        let posts = (0..500).map(|_| app.append(posted(7, &text, &[])));
        let mut positions: Vec<i64> =
            futures::future::join_all(posts).await.iter().map(|position| position.get()).collect();
        positions.sort_unstable();
        expected.extend(positions);
    }
    assert_eq!(lines.take(expected.len()).await, expected);
    testkit::eventually("the silent one is dropped", Duration::from_secs(60), async || {
        let metrics = service_kit::telemetry::render();
        let dropped = metrics.lines().find(|line| {
            line.starts_with("relay_followers_dropped_total") && line.contains("slow-reader")
                || line.starts_with("http_connections_ended_total") && line.contains("slow-reader")
        });
        dropped.map(str::to_owned).ok_or(metrics)
    })
    .await;
}

//! What streams may take, and when they end.

use std::time::Duration;

use http::StatusCode;
use http_kit::Limits;
use query_api::StreamLimits;
use testkit::eventually;
use tokio_util::sync::CancellationToken;

use super::{HAPPEN, app, post};
use crate::support::READER;
use crate::support::rows::{execute, fold, row};
use crate::support::stream::{Stream, ask};

const LIMIT: Duration = Duration::from_secs(20);

#[tokio::test]
async fn an_account_has_few_streams_and_gets_them_back() {
    let mut app = app().await;
    let limits = Limits { access_log: false, ..Limits::default() };
    let few = StreamLimits { per_account_max: 2, ..StreamLimits::default() };
    app.state = app.state.clone().with_streams(few, &limits);
    app.router = http_kit::standard(query_api::router(app.state.clone(), &limits), "query-api", &limits);
    let first = Stream::open(&app, READER, "").await;
    let _second = Stream::open(&app, READER, "").await;
    assert_eq!(ask(&app, READER, "", &[]).await.status(), StatusCode::TOO_MANY_REQUESTS);
    drop(first);
    Stream::open(&app, READER, "").await;
}

#[tokio::test]
async fn streams_end_with_the_service() {
    let app = app().await;
    let (token, watching) = (CancellationToken::new(), app.state.clone());
    let watched = token.clone();
    let watching = tokio::spawn(async move { watching.keep_watching(watched).await });
    let mut live = Stream::open(&app, READER, "").await;
    post(&app, 3, 1, &[]).await;
    live.heads(1).await;
    token.cancel();
    assert_eq!(live.next().await, None);
    watching.await.expect("it does not panic");
}

#[tokio::test]
async fn who_does_not_read_goes_and_the_others_do_not_notice() {
    let app = app().await;
    let mut sleeping = Stream::open(&app, READER, "").await;
    let mut reading = Stream::open(&app, READER, "").await;
    post(&app, 3, 1, &[]).await;
    for stream in [&mut sleeping, &mut reading] {
        stream.heads(1).await;
    }
    let mut sent = 3;
    for _ in 0..8 {
        let rows: Vec<_> =
            (1..=200).map(|more| row((sent + more) << 8, 1, &["birds"], "2026-02-01T00:00:00Z")).collect();
        sent += 200;
        fold(&app.writer, &rows).await;
        execute(&app.writer, HAPPEN).await;
        assert_eq!(reading.heads(200).await.last().map(|(_, id)| id.clone()), Some((sent << 8).to_string()));
    }
    // What it was told before it was given up is there, and then it is over.
    let mut last = 3 << 8;
    while let Some(event) = sleeping.next().await {
        last = event.id.parse().expect("a position");
    }
    assert!(last < sent << 8, "it was told everything");
    let mut again = Stream::open(&app, READER, &format!("?after={last}")).await;
    let missed = usize::try_from(sent - (last >> 8)).expect("it is behind");
    assert_eq!(again.heads(missed).await.last().map(|(_, id)| id.clone()), Some((sent << 8).to_string()));
    drop((reading, again));
    eventually("nobody is asked for", LIMIT, || async {
        match format!("{:?}", app.state).contains("seats: 0,") {
            true => Ok(()),
            false => Err("somebody is there".to_owned()),
        }
    })
    .await;
}

//! What streams may take, and when they end.

use std::time::Duration;

use futures::future::join_all;
use http::StatusCode;
use http_kit::Limits;
use query_api::StreamLimits;
use testkit::eventually;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::{HAPPEN, app, post};
use crate::support::rows::{execute, fold, report, row};
use crate::support::session::Session;
use crate::support::stream::{Stream, ask};
use crate::support::{App, READER};

const LIMIT: Duration = Duration::from_secs(20);

async fn with(streams: StreamLimits) -> App {
    let mut app = app().await;
    let limits = Limits { access_log: false, ..Limits::default() };
    app.state = app.state.clone().with_streams(streams, &limits);
    app.router = http_kit::standard(query_api::router(app.state.clone(), &limits), "query-api", &limits);
    app
}

#[tokio::test]
async fn an_account_has_few_streams_and_gets_them_back() {
    let app = with(StreamLimits { per_account_max: 2, ..StreamLimits::default() }).await;
    let first = Stream::open(&app, READER, "").await;
    let _second = Stream::open(&app, READER, "").await;
    assert_eq!(ask(&app, READER, "", &[]).await.status(), StatusCode::TOO_MANY_REQUESTS);
    drop(first);
    Stream::open(&app, READER, "").await;
}

/// Neither who follows the data nor those that read it for themselves get on.
#[tokio::test]
async fn streams_show_signs_of_life_while_the_data_is_not_to_be_read() {
    // More than may read at a time.
    const READERS: usize = 12;
    let app = with(StreamLimits { silence_max: Duration::from_millis(50), ..StreamLimits::default() }).await;
    let mut live = Stream::open(&app, READER, "").await;
    post(&app, 3, 1, &[]).await;
    live.heads(1).await;
    let mut waiting = Stream::open(&app, READER, "?after=256").await;
    let reading = join_all((0..READERS).map(|_| Stream::open(&app, READER, "?after=0"))).await;
    let mut locking = app.writer.begin().await.expect("there is a connection");
    let lock = "lock table history_v1.message in access exclusive mode";
    sqlx::query(lock).execute(&mut *locking).await.expect("nobody has it for long");
    execute(&app.writer, "update control.checkpoint set position = 1024").await;
    let read = |mut stream: Stream| tokio::spawn(async move { stream.heads(3).await });
    let reading: Vec<_> = reading.into_iter().map(read).collect();
    eventually("they are held up", LIMIT, || async {
        let held_up = "select count(*) from pg_locks where not granted";
        let held_up: i64 = sqlx::query_scalar(held_up).fetch_one(&app.writer).await.expect("it answers");
        if held_up > 0 { Ok(()) } else { Err("nobody is".to_owned()) }
    })
    .await;
    let signs = async {
        for _ in 0..10 {
            assert_eq!(live.sign_of_life().await, "768");
            assert_eq!(waiting.sign_of_life().await, "256");
        }
    };
    timeout(LIMIT, signs).await.expect("they do not wait for the data");
    locking.rollback().await.expect("it is given up");
    post(&app, 5, 1, &[]).await;
    assert_eq!(live.heads(1).await[0].1, "1280");
    assert_eq!(waiting.heads(3).await[2].1, "1280");
    for stream in reading {
        assert_eq!(stream.await.expect("it does not panic")[2].1, "768");
    }
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

const BACKLOG: i64 = 1_200;

/// More than one reading holds, the two of the app among them.
async fn with_backlog() -> App {
    let app = app().await;
    let rows: Vec<_> =
        (3..=BACKLOG).map(|sequence| row(sequence << 8, 1, &["birds"], "2026-02-01T00:00:00Z")).collect();
    fold(&app.writer, &rows).await;
    execute(&app.writer, HAPPEN).await;
    app
}

/// What had been read by then is there, and then it is over.
async fn ends_before_it_has_all(mut stream: Stream) {
    while let Some(event) = stream.next().await {
        assert_ne!(event.id, (BACKLOG << 8).to_string(), "it was sent everything");
    }
}

/// One that is far behind has no place among those that are told yet.
#[tokio::test]
async fn a_stream_that_catches_up_ends_with_its_session() {
    let mut app = with_backlog().await;
    let session = Session::begin(&mut app);
    let headers = [("Authorization", &*session.authorization)];
    let mut stream = Stream::open_with(&app, READER, "?after=0", &headers).await;
    stream.heads(1).await;
    session.end();
    ends_before_it_has_all(stream).await;
}

#[tokio::test]
async fn a_stream_that_catches_up_ends_with_its_log() {
    let app = with_backlog().await;
    let (token, watching) = (CancellationToken::new(), app.state.clone());
    let _ending = token.clone().drop_guard();
    tokio::spawn(async move { watching.keep_watching(token).await });
    report(&app.writer, BACKLOG << 8, 0.0).await;
    let mut live = Stream::open(&app, READER, "").await;
    let mut stream = Stream::open(&app, READER, "?after=0").await;
    stream.heads(1).await;
    post(&app, BACKLOG + 1, 1, &[]).await;
    live.heads(1).await;
    execute(&app.writer, "update control.worker_heartbeat set refusal = 'it is another log'").await;
    assert_eq!(live.next().await, None);
    ends_before_it_has_all(stream).await;
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

//! Streams over a log in memory, whose time goes by when it is told to.

use std::sync::Arc;

use domain::{Position, Shard};
use event_store::conformance::{command, posted};
use event_store::{EventLog, Expected, InMemoryLog};
use futures::{FutureExt, StreamExt};
use http_kit::identity::IdentityConfig;
use http_kit::{Identity, Limits};
use service_kit::config::Secret;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::recent::Recent;
use crate::{EventLimits, WebhookSettings};

const SECRET: &str = "the-gateway-of-the-tests";

/// With room for one stream, and for one who reads far back.
fn state() -> AppState {
    let identity = IdentityConfig::Gateway { secret: Secret::new(SECRET) };
    let identity = Arc::new(Identity::new(&identity).expect("a secret needs no file"));
    let events = EventLimits { followers_max: 1, readings_max: 1, ..EventLimits::default() };
    AppState::new(identity, &Limits::default(), events, WebhookSettings::default(), &CancellationToken::new())
}

/// A log with an event that is further back than memory.
async fn opened() -> Opened {
    let log = InMemoryLog::new(Shard(0));
    let command = command();
    let event = posted(&log, 1, "a heron", command, Expected::Any);
    let appended = log.append(command, vec![event]).await.expect("appended");
    Opened { log: Arc::new(log), recent: Arc::new(Recent::from(appended.positions[0])) }
}

fn follower(state: &AppState) -> Follower {
    let headers = [("x-user-id", "7"), ("x-user-roles", "consumer"), ("x-gateway-secret", SECRET)];
    let headers = headers.map(|(name, value)| {
        (name.parse().expect("a name"), value.parse::<http::HeaderValue>().expect("a value"))
    });
    let share = state.followers().take(Some(7)).expect("there is room");
    Follower {
        account: 7,
        filter: Filter::default(),
        after: Position::default().get(),
        headers: headers.into_iter().collect(),
        _share: share,
    }
}

/// What is sent until an event comes.
async fn until_an_event(body: Body) -> usize {
    let mut sent = body.into_data_stream();
    let mut heartbeats = 0;
    while let Some(bytes) = sent.next().await {
        if bytes.expect("it goes on") != HEARTBEAT_LINE {
            return heartbeats;
        }
        heartbeats += 1;
    }
    panic!("it ended after {heartbeats} heartbeats")
}

#[tokio::test(start_paused = true)]
async fn a_stream_keeps_its_place_in_the_line_over_heartbeats() {
    let state = state();
    let held = state.readings().enter(1).await.expect("it is open");
    let stream = follow(state.clone(), opened().await, follower(&state));
    let body = tokio::spawn(until_an_event(stream));
    tokio::time::sleep(HEARTBEAT / 2).await;
    let mut later = Box::pin(state.readings().enter(9));
    assert!(later.as_mut().now_or_never().is_none(), "it waits behind the stream");
    tokio::time::sleep(HEARTBEAT * 3).await;
    drop(held);
    assert!(later.as_mut().now_or_never().is_none(), "it was not there first");
    assert_eq!(body.await.expect("no panic"), 3);
    later.await.expect("it is open");
}

#[tokio::test(start_paused = true)]
async fn a_turn_does_not_wait_for_a_caller_that_does_not_read() {
    let state = state();
    let held = state.readings().enter(1).await.expect("it is open");
    let _unread = follow(state.clone(), opened().await, follower(&state));
    // One line waits for it, and there is no room for another.
    tokio::time::sleep(HEARTBEAT * 2 + HEARTBEAT / 2).await;
    let later = state.readings().enter(9);
    drop(held);
    let began = Instant::now();
    later.await.expect("it is open");
    assert!(began.elapsed() <= TURN_MAX, "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_does_not_read_while_it_waits_is_dropped() {
    let state = state();
    let _held = state.readings().enter(1).await.expect("it is open");
    let _unread = follow(state.clone(), opened().await, follower(&state));
    tokio::time::sleep(HEARTBEAT * 3 + STALL_MAX).await;
    assert!(state.followers().take(Some(7)).is_ok(), "it gave its share back");
}

//! Streams and waits, while processes die.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use super::LIMIT;
use super::api::{AUTHOR, Api, event_position};
use super::system::{Mode, System};
use crate::support::send;

/// At least, and until the stream was cut as often as it is said.
const ROUNDS_MIN: usize = 90;
const ROUNDS_MAX: usize = 1_000;
/// By the client, and of the query API.
const DISCONNECTS: usize = 20;
const CRASHES: usize = 4;

/// What happened, by position.
type Events = BTreeMap<i64, &'static str>;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_that_is_cut_again_and_again_misses_nothing_and_repeats_nothing() {
    // One account posts more than the rates allow.
    let mut system = System::start_with(Mode::Jwt, &[("ROOKERY_LIMITS", "off")]).await;
    system.ready().await;
    let api = system.api.clone();
    let (done, until) = watch::channel(None);
    let (cut, mut cut_so_far) = watch::channel(0);
    let (started, mut rounds) = watch::channel(0);
    let reading = tokio::spawn(read(api.clone(), until, cut));
    let commanding = tokio::spawn(async move {
        let mut events = Events::new();
        for round in 0..ROUNDS_MAX {
            if round >= ROUNDS_MIN && *cut_so_far.borrow_and_update() >= DISCONNECTS {
                break;
            }
            command(&api, round, &mut events).await;
            started.send_replace(round);
        }
        events
    });
    for crash in 1..=CRASHES {
        let round = crash * ROUNDS_MIN / (CRASHES + 1);
        rounds.wait_for(|now| *now >= round).await.expect("the commands go on");
        system.services[2].crash_and_start_again();
    }
    let events = commanding.await.expect("it does not panic");
    done.send_replace(events.keys().last().copied());
    let (seen, cuts) =
        timeout(LIMIT, reading).await.expect("it sees all in time").expect("it does not panic");
    // Each of them while something was still to come.
    assert!(cuts >= DISCONNECTS, "{cuts} times");
    let mut positions: Vec<i64> = seen.iter().map(|(position, _)| *position).collect();
    assert!(positions.is_sorted(), "{positions:?}");
    positions.dedup();
    assert_eq!(positions.len(), seen.len(), "none came twice");
    let expected: Vec<(i64, String)> = events.iter().map(|(at, what)| (*at, (*what).to_owned())).collect();
    assert_eq!(seen, expected);
}

async fn command(api: &Api, round: usize, events: &mut Events) {
    let tag = if round.is_multiple_of(7) { "owls" } else { "birds" };
    let key = format!("round-{round}");
    let posted = api.post("first words", tag, &key).await.expect("the dispatcher lives");
    let (id, mut add) = (posted.id(), |position, what| {
        if tag == "birds" {
            events.insert(position, what);
        }
    });
    add(posted.position, "message.posted");
    if round.is_multiple_of(2) {
        add(api.edit(&id, "better words").await, "message.edited");
        add(api.edit(&id, "the best words").await, "message.edited");
    }
    if round.is_multiple_of(3) {
        add(api.delete(&id).await, "message.deleted");
    }
}

/// All that came until the last position, and how often the connection broke. Each of the first connections is given up in
/// the middle of something.
async fn read(
    api: Api,
    until: watch::Receiver<Option<i64>>,
    cut: watch::Sender<usize>,
) -> (Vec<(i64, String)>, usize) {
    let (mut seen, mut cuts, mut last) = (Vec::new(), 0, "0".to_owned());
    loop {
        let bytes_max = if cuts < DISCONNECTS { 700 * (cuts % 4 + 1) } else { usize::MAX };
        let request = api.get_as(AUTHOR, "/v1/stream?tag=birds").header("Last-Event-ID", &last);
        let Ok(mut answer) = request.timeout(LIMIT).send().await else {
            sleep(Duration::from_millis(50)).await;
            continue;
        };
        if answer.status() != StatusCode::OK {
            // It was started again, and the database is not reached yet.
            assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
            sleep(Duration::from_millis(50)).await;
            continue;
        }
        let (mut text, mut bytes) = (String::new(), 0);
        while bytes < bytes_max
            && let Ok(Ok(Some(chunk))) = timeout(Duration::from_millis(500), answer.chunk()).await
        {
            bytes += chunk.len();
            text.push_str(std::str::from_utf8(&chunk).expect("it is text"));
            while let Some((block, rest)) = text.split_once("\n\n") {
                take(block, &mut last, &mut seen);
                text = rest.to_owned();
            }
            let end = *until.borrow();
            if end.is_some_and(|end| seen.last().is_some_and(|(position, _)| *position >= end)) {
                return (seen, cuts);
            }
        }
        cuts += 1;
        cut.send_replace(cuts);
    }
}

fn take(block: &str, last: &mut String, seen: &mut Vec<(i64, String)>) {
    let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
    if let Some(id) = field("id: ") {
        *last = id;
    }
    if let (Some(event), Some(data)) = (field("event: "), field("data: ")) {
        let data: Value = serde_json::from_str(&data).expect("data is JSON");
        assert!(data["id"].is_string(), "{data}");
        seen.push((last.parse().expect("a position"), event));
    }
}

#[tokio::test]
async fn a_command_waits_for_the_data_and_never_for_a_service_that_is_gone() {
    let mut system = System::start(Mode::Jwt).await;
    system.ready().await;
    let api = &system.api;
    let post = |wait: &str| {
        let request = api.command(Method::POST, "/v1/messages").header("Prefer", wait.to_owned());
        send(request.json(&json!({"text": "seen at once", "tag": "birds"})))
    };
    for _ in 0..3 {
        let answer = post("wait=20").await.expect("it answers");
        assert_eq!(answer.status, StatusCode::CREATED);
        assert_eq!(answer.header("preference-applied"), "wait=20");
        let reached: i64 = answer.header("data-position").parse().expect("a position");
        assert!(reached >= event_position(&answer), "{reached}");
        let path = answer.header("location").to_owned();
        assert_eq!(
            send(api.get_as(AUTHOR, &path)).await.expect("it answers").status,
            StatusCode::OK,
            "{path}"
        );
    }
    for other in ["respond-async", "wait=soon"] {
        let answer = post(other).await.expect("it answers");
        assert_eq!(answer.status, StatusCode::CREATED);
        assert!(!answer.headers.contains_key("preference-applied"), "{other}");
    }

    system.services[1].kill();
    let began = Instant::now();
    let answer = post("wait=2").await.expect("it answers");
    assert_eq!((answer.status, answer.header("preference-applied")), (StatusCode::CREATED, "wait=2"));
    let reached: i64 = answer.header("data-position").parse().expect("a position");
    assert!(reached < event_position(&answer), "nobody folds");
    assert!(began.elapsed() >= Duration::from_secs(2));

    system.services[2].kill();
    let began = Instant::now();
    let answer = post("wait=25").await.expect("it answers");
    assert_eq!(answer.status, StatusCode::CREATED);
    assert!(!answer.headers.contains_key("preference-applied"), "nobody tells");
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
}

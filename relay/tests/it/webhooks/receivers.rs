//! Receivers that do what they should not.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use relay::WebhookSettings;
use serde_json::{Value, json};
use testkit::eventually;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

use super::receiver::Receiver;
use super::{LOCAL, make, shown, until_position};
use crate::support::{App, PATIENCE, Server, account, posted};

/// A server that does with each connection as a test says, and counts those that are open.
async fn raw<F>(serve: impl Fn(TcpStream) -> F + Send + 'static) -> (String, Arc<AtomicUsize>)
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let url = format!("http://{}/", listener.local_addr().expect("bound"));
    let most = Arc::new(AtomicUsize::new(0));
    let (counted, open) = (Arc::clone(&most), Arc::new(AtomicUsize::new(0)));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let now = open.fetch_add(1, Ordering::SeqCst) + 1;
            counted.fetch_max(now, Ordering::SeqCst);
            let (serving, open) = (serve(stream), Arc::clone(&open));
            tokio::spawn(async move {
                serving.await;
                open.fetch_sub(1, Ordering::SeqCst);
            });
        }
    });
    (url, most)
}

/// Reads what comes until the other side hangs up.
async fn swallow(mut stream: TcpStream) {
    let mut buffer = [0; 4_096];
    while stream.read(&mut buffer).await.is_ok_and(|read| read > 0) {}
}

/// Answers a request with this, and hangs up.
async fn answer(mut stream: TcpStream, bytes: &'static [u8]) {
    let mut buffer = [0; 4_096];
    let _read = stream.read(&mut buffer).await.unwrap_or_default();
    stream.write_all(bytes).await.ok();
}

/// Answers 200 at once, and then sends a body without an end.
async fn endless(mut stream: TcpStream, pause: Duration) {
    let mut buffer = [0; 4_096];
    let _read = stream.read(&mut buffer).await.unwrap_or_default();
    let head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    stream.write_all(head).await.ok();
    let mut ticks = tokio::time::interval(pause);
    loop {
        ticks.tick().await;
        if stream.write_all(b"8\r\nxxxxxxxx\r\n").await.is_err() {
            return;
        }
    }
}

#[tokio::test]
async fn a_receiver_that_hangs_holds_up_no_other_and_is_asked_by_few_at_a_time() {
    let settings = WebhookSettings { tries_max: 100, timeout: Duration::from_secs(3), ..LOCAL };
    let app = App::with_webhooks(Server::nats().await, settings).await;
    let (hanging, most) = raw(swallow).await;
    let receiver = Receiver::start().await;
    let slow = make(&app, &hanging, json!({})).await;
    let good = make(&app, &receiver.url("/"), json!({})).await;
    let mut last = 0;
    for author in 1..=60 {
        last = app.append(posted(author, "one", &[])).await.get();
    }
    let end = tokio::time::Instant::now() + Duration::from_secs(20);
    until_position(&app, &good, last).await;
    assert!(tokio::time::Instant::now() < end, "the other webhook does not wait");
    let doing =
        shown(&app, &slow, "its tries end", |shown| shown["failing"]["reason"] == "no answer in time").await;
    assert_eq!(doing["stopped"], Value::Null);
    // That one was given up may be seen after the next one came.
    assert!((1..=16).contains(&most.load(Ordering::SeqCst)), "{most:?}");
}

#[tokio::test]
async fn a_body_without_an_end_is_given_up_and_the_event_was_taken() {
    let app = App::with_webhooks(Server::nats().await, LOCAL).await;
    for pause in [Duration::from_millis(1), Duration::from_millis(300)] {
        let (url, most) = raw(move |stream| endless(stream, pause)).await;
        let made = make(&app, &url, json!({})).await;
        for _ in 0..3 {
            app.append(posted(7, "one", &[])).await;
        }
        let last = app.append(posted(8, "last", &[])).await;
        let doing = until_position(&app, &made, last.get()).await;
        assert_eq!((&doing["parkedEvents"], &doing["failing"]), (&json!(0), &Value::Null), "{doing}");
        assert!(most.load(Ordering::SeqCst) <= 8, "{most:?}");
        let (status, _) = app.operate("DELETE", &made.path, None).await;
        assert_eq!(status, 204);
    }
}

#[tokio::test]
async fn a_receiver_that_is_gone_stops_the_webhook_until_it_is_replayed() {
    let app = App::with_webhooks(Server::nats().await, LOCAL).await;
    let receiver = Receiver::start().await;
    receiver.answer(|_, _| 410);
    let made = make(&app, &receiver.url("/"), json!({})).await;
    let first = app.append(posted(7, "first", &[])).await;
    let doing = shown(&app, &made, "it stops", |shown| shown["stopped"] == "gone").await;
    let before = doing["position"].as_str().expect("a position").to_owned();
    let last = app.append(posted(8, "last", &[])).await;
    app.until(last).await;
    receiver.answer(|_, _| 200);
    let replay = json!({"after": before});
    let (status, _) = app.operate("POST", &format!("{}/replay", made.path), Some(replay)).await;
    assert_eq!(status, 204);
    let doing = until_position(&app, &made, last.get()).await;
    assert_eq!(doing["stopped"], Value::Null);
    assert_eq!(receiver.taken_of(account(7)), ["first"], "{first}");
    assert_eq!(receiver.taken_of(account(8)), ["last"]);
}

/// A request to the address of before may be answered when there is another one.
#[tokio::test]
async fn a_late_answer_of_the_address_before_does_not_stop_a_webhook() {
    let settings = WebhookSettings { timeout: Duration::from_secs(30), ..LOCAL };
    let app = App::with_webhooks(Server::nats().await, settings).await;
    let (asked, moved) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
    let (counted, waited) = (Arc::clone(&asked), Arc::clone(&moved));
    let (old, _) = raw(move |stream| {
        counted.fetch_add(1, Ordering::SeqCst);
        let moved = Arc::clone(&waited);
        async move {
            moved.notified().await;
            answer(stream, b"HTTP/1.1 410 Gone\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").await;
        }
    })
    .await;
    let receiver = Receiver::start().await;
    let made = make(&app, &old, json!({})).await;
    let last = app.append(posted(7, "one", &[])).await;
    eventually("the old address is asked", PATIENCE, async || {
        if asked.load(Ordering::SeqCst) == 1 { Ok(()) } else { Err("not yet".to_owned()) }
    })
    .await;
    let (status, _) = app.operate("PATCH", &made.path, Some(json!({"url": receiver.url("/")}))).await;
    assert_eq!(status, 200);
    moved.notify_one();
    let doing = until_position(&app, &made, last.get()).await;
    assert_eq!(doing["stopped"], Value::Null);
    assert_eq!(receiver.taken_of(account(7)), ["one"]);
}

#[tokio::test]
async fn a_receiver_that_takes_nothing_fills_no_more_than_there_is_room_for() {
    let settings = WebhookSettings { tries_max: 1, ..LOCAL };
    let app = App::with_webhooks(Server::nats().await, settings).await;
    let receiver = Receiver::start().await;
    receiver.answer(|_, _| 500);
    let made = make(&app, &receiver.url("/"), json!({})).await;
    app.posts(150).await;
    let is_full =
        |shown: &Value| shown["parkedEvents"] == json!(100) && shown["failing"]["tries"].as_u64() > Some(3);
    shown(&app, &made, "one more is tried on", is_full).await;
    receiver.answer(|_, _| 200);
    eventually("the rest is sent, without anybody's help", PATIENCE, async || {
        let taken = receiver.taken_of(account(7)).len();
        if taken == 50 { Ok(()) } else { Err(taken.to_string()) }
    })
    .await;
    let parked = format!("{}/parked", made.path);
    let (_, list) = app.operate("GET", &parked, None).await;
    assert_eq!(list.as_array().map(Vec::len), Some(100));
    let (status, retried) = app.operate("POST", &format!("{parked}/retry"), None).await;
    assert_eq!((status, retried), (200, json!({"events": 100})));
    let doing = shown(&app, &made, "none is parked", |shown| shown["parkedEvents"] == json!(0)).await;
    assert_eq!((&doing["stopped"], &doing["failing"]), (&Value::Null, &Value::Null));
    assert_eq!(receiver.taken_of(account(7)).len(), 150);
}

/// The HTTP client reads interim answers for as long as there are any, and notices nothing else meanwhile.
#[tokio::test]
async fn interim_answers_without_end_keep_nothing_else_waiting() {
    let settings = WebhookSettings { timeout: Duration::from_secs(2), ..LOCAL };
    let app = App::with_webhooks(Server::nats().await, settings).await;
    // Threads of its own: the other side of it is what is meant to be busy.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let url = format!("http://{}/", listener.local_addr().expect("bound"));
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            counted.fetch_add(1, Ordering::SeqCst);
            std::thread::spawn(move || {
                let many = b"HTTP/1.1 100 Continue\r\n\r\n".repeat(1_000);
                // Until the sender hangs up.
                while std::io::Write::write_all(&mut &stream, &many).is_ok() {}
            });
        }
    });
    let made = make(&app, &url, json!({})).await;
    app.append(posted(7, "one", &[])).await;
    eventually("it is sent", PATIENCE, async || {
        if asked.load(Ordering::SeqCst) > 0 { Ok(()) } else { Err("not yet".to_owned()) }
    })
    .await;
    for _ in 0..5 {
        let began = std::time::Instant::now();
        let (status, _) = app.operate("GET", &made.path, None).await;
        assert_eq!(status, 200);
        assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    }
    shown(&app, &made, "it failed", |shown| shown["failing"]["reason"] == json!("no answer in time")).await;
}

#[tokio::test]
async fn a_receiver_is_left_alone_for_as_long_as_it_asks() {
    let settings = WebhookSettings { retry_max: Duration::from_secs(600), ..LOCAL };
    let app = App::with_webhooks(Server::nats().await, settings).await;
    let requests = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&requests);
    let (url, _) = raw(move |stream| {
        counted.fetch_add(1, Ordering::SeqCst);
        answer(
            stream,
            b"HTTP/1.1 503 busy\r\nretry-after: 600\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
        )
    })
    .await;
    make(&app, &url, json!({})).await;
    // The second try of each would come 20 ms after the first, long before the next event is there.
    for account in 1..=5 {
        app.append(posted(account, "one", &[])).await;
        eventually("it was tried", PATIENCE, async || {
            let tried = requests.load(Ordering::SeqCst);
            if tried >= usize::try_from(account).expect("small") { Ok(()) } else { Err(tried.to_string()) }
        })
        .await;
    }
    assert_eq!(requests.load(Ordering::SeqCst), 5);
}

//! `If-None-Match` with `Prefer: wait`: who waits is woken by what its answer is about, and by nothing else.

use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use futures::future::join_all;
use http::Method;
use http_kit::rates::Action;
use testkit::eventually;

use crate::limits::few;
use crate::streams::{HAPPEN, app, filled, post};
use crate::support::people::like;
use crate::support::rows::{execute, fold, row};
use crate::support::session::Session;
use crate::support::statements::Statements;
use crate::support::stream::{Stream, ask};
use crate::support::{App, READER};

const LIMIT: Duration = Duration::from_secs(20);

async fn tag_of(app: &App, path: &str) -> String {
    app.get(path).await.header("etag").to_owned()
}

#[tokio::test]
async fn an_answer_is_waited_for_until_it_changes() {
    let app = app().await;
    for (path, post_it) in
        [("/v1/messages?tag=birds", 10), ("/v1/messages?author=1", 11), ("/v1/accounts/1/replies", 0)]
    {
        let etag = tag_of(&app, path).await;
        let wait = if post_it == 0 { "wait=1" } else { "wait=30" };
        let headers = [("If-None-Match", &*etag), ("Prefer", wait)];
        let began = Instant::now();
        let waiting = app.get_with(path, &headers);
        let posting = async {
            if post_it > 0 {
                seats(&app, 1).await;
                post(&app, post_it, 1, &["birds"]).await;
            }
        };
        let (answer, ()) = tokio::join!(waiting, posting);
        assert_eq!(answer.status.as_u16(), if post_it == 0 { 304 } else { 200 }, "{path}");
        assert_eq!(answer.header("preference-applied"), wait);
        assert!(began.elapsed() < LIMIT && (post_it > 0 || began.elapsed() >= Duration::from_secs(1)));
    }
}

#[tokio::test]
async fn what_another_answer_is_about_wakes_nobody() {
    const WAITERS: usize = 100;
    let statements = Statements::count();
    let app = app().await;
    let path = "/v1/messages?tag=birds";
    let etag = tag_of(&app, path).await;
    let headers = [("If-None-Match", &*etag), ("Prefer", "wait=30")];
    let waiting = join_all((0..WAITERS).map(|_| app.exchange(Method::GET, path, Some(READER), &headers)));
    let posting = async {
        seats(&app, WAITERS).await;
        // The second look of the last one, behind taking its seat.
        eventually("all have looked twice", LIMIT, || async {
            let lists = statements.lists.load(Relaxed);
            if lists > 2 * WAITERS { Ok(()) } else { Err(format!("{lists}")) }
        })
        .await;
        let before = statements.lists.load(Relaxed);
        for sequence in 10..24 {
            post(&app, sequence, 1, &["owls"]).await;
        }
        like(&app.writer, 7, 256, 24).await;
        post(&app, 25, 1, &["birds"]).await;
        before
    };
    let (answers, before) = tokio::join!(waiting, posting);
    for answer in answers {
        assert_eq!(answer.ids(), [25 << 8, 256]);
    }
    // They are told in the order of the log, so whoever was woken by the others had looked by then.
    let looks = statements.lists.load(Relaxed) - before;
    assert_eq!(looks, WAITERS, "nobody asks for posts of another tag");
}

/// What comes does not change an answer about the past; it has the tag all the same.
#[tokio::test]
async fn changes_without_an_effect_are_looked_at_once_a_second() {
    const POSTS: i64 = 40;
    let statements = Statements::count();
    let app = app().await;
    let path = "/v1/messages?tag=birds&dateEnd=2026-01-31";
    let etag = tag_of(&app, path).await;
    let headers = [("If-None-Match", &*etag), ("Prefer", "wait=30")];
    let waiting = app.get_with(path, &headers);
    let posting = async {
        eventually("it has looked behind taking its seat", LIMIT, || async {
            let lists = statements.lists.load(Relaxed);
            if lists == 3 { Ok(()) } else { Err(format!("{lists}")) }
        })
        .await;
        let mut stream = Stream::open(&app, READER, "?tag=birds").await;
        let began = Instant::now();
        for sequence in 10..10 + POSTS {
            post(&app, sequence, 1, &["birds"]).await;
            // So each is told by itself.
            stream.heads(1).await;
        }
        let (looks, seconds) = (statements.lists.load(Relaxed) - 3, began.elapsed().as_secs());
        let past = row((10 + POSTS) << 8, 1, &["birds"], "2026-01-15T00:00:00Z");
        fold(&app.writer, &[past]).await;
        execute(&app.writer, HAPPEN).await;
        (looks, usize::try_from(seconds).expect("it is short"))
    };
    let (answer, (looks, seconds)) = tokio::join!(waiting, posting);
    assert_eq!(answer.ids(), [(10 + POSTS) << 8]);
    assert!((1..=2 + seconds).contains(&looks), "{looks} looks in {seconds} s");
}

#[tokio::test]
async fn one_wait_is_paid_once() {
    let app = filled(App::start_with(few(Action::Search, 2)).await).await;
    let path = "/v1/messages?tagAny=birds&tagAny=owls";
    let etag = tag_of(&app, path).await;
    let headers = [("If-None-Match", &*etag), ("Prefer", "wait=30")];
    let waiting = app.get_with(path, &headers);
    let posting = async {
        seats(&app, 1).await;
        post(&app, 10, 1, &["birds"]).await;
    };
    let (answer, ()) = tokio::join!(waiting, posting);
    assert_eq!(answer.ids(), [10 << 8, 256]);
    app.get(path).await.is_problem(429, "rate-limited");
}

/// Whatever it waits for: another answer, a position, or a moment.
#[tokio::test]
async fn an_answer_does_not_outlive_the_session_that_waits_for_it() {
    let mut app = app().await;
    let session = Session::begin(&mut app);
    let token = ("Authorization", &*session.authorization);
    let list = "/v1/messages?tag=birds";
    let known = app.exchange(Method::GET, list, None, &[token]).await;
    let (etag, wait) = (("If-None-Match", known.header("etag")), ("Prefer", "wait=20"));
    let (position, past_list) = (("Await-Position", "2560"), format!("{list}&asOf=2560"));
    let (changed, awaited, past) = (&[token, etag, wait], &[token, position, wait], &[token, wait]);
    let waiting = async {
        tokio::join!(
            app.send(Method::GET, list, None, changed),
            app.send(Method::GET, list, None, awaited),
            app.send(Method::GET, &past_list, None, past),
        )
    };
    let posting = async {
        seats(&app, 1).await;
        session.end();
        post(&app, 10, 1, &["birds"]).await;
    };
    let ((changed, awaited, past), ()) = tokio::join!(waiting, posting);
    for answer in [changed, awaited, past] {
        answer.is_problem(401, "token-revoked");
    }
}

/// RFC 7240 lets it be ignored; then nothing says that it was honoured.
#[tokio::test]
async fn a_malformed_wait_is_none_and_not_confirmed() {
    let app = app().await;
    let path = "/v1/messages?tag=birds";
    let etag = tag_of(&app, path).await;
    let began = Instant::now();
    for wait in ["wait=abc", "wait=", "wait", "wait=-1", "wait=1.5", "wait=20s", "wait=abc, wait=20"] {
        let known = app.get_with(path, &[("If-None-Match", &*etag), ("Prefer", wait)]).await;
        let awaited = app.get_with(path, &[("Await-Position", "256"), ("Prefer", wait)]).await;
        assert_eq!((known.status.as_u16(), awaited.status.as_u16()), (304, 200), "{wait}");
        for answer in [known, awaited] {
            assert!(!answer.headers.contains_key("preference-applied"), "{wait}");
        }
        let stream = ask(&app, READER, "?after=256", &[("Prefer", wait)]).await;
        assert!(stream.status().is_success() && !stream.headers().contains_key("preference-applied"));
    }
    assert!(began.elapsed() < LIMIT);
}

/// Whatever there is has that tag.
#[tokio::test]
async fn any_tag_is_not_waited_for() {
    let app = app().await;
    let began = Instant::now();
    let headers = [("If-None-Match", "*"), ("Prefer", "wait=30")];
    assert_eq!(app.get_with("/v1/messages?tag=birds", &headers).await.status.as_u16(), 304);
    assert!(began.elapsed() < LIMIT);
}

async fn seats(app: &App, wanted: usize) {
    eventually("they wait", LIMIT, || async {
        match format!("{:?}", app.state).contains(&format!("seats: {wanted},")) {
            true => Ok(()),
            false => Err("they do not".to_owned()),
        }
    })
    .await;
}

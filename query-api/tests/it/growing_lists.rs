//! Every list by position or time, while it grows and shrinks between two pages.

use std::collections::HashSet;

use serde_json::Value;

use crate::support::people::{account, block, bookmark, follow, like, mute, notify, reply, repost};
use crate::support::rows::{Row, at, execute, fold, row};
use crate::support::{App, READER};

const LISTS: [&str; 11] = [
    "/v1/accounts/1/followers",
    "/v1/accounts/1/following",
    "/v1/accounts/1/likes",
    "/v1/accounts/1/replies",
    "/v1/blocks",
    "/v1/bookmarks",
    "/v1/mutes",
    "/v1/messages/256/likes",
    "/v1/messages/256/reposts",
    "/v1/messages/256/replies",
    "/v1/notifications",
];

/// Adds one entry to a list: that of the event with this sequence.
async fn add(app: &App, list: &str, sequence: i64) {
    let pool = &app.writer;
    let other = 1_000 + sequence;
    let created_at = at("2026-01-01T00:00:00Z") + time::Duration::seconds(sequence / 10);
    let message = Row { id: sequence << 8, author: 1, tags: vec![], created_at };
    match list {
        "/v1/accounts/1/followers" => follow(pool, other, 1, sequence).await,
        "/v1/accounts/1/following" => follow(pool, 1, other, sequence).await,
        "/v1/accounts/1/likes" => {
            fold(pool, &[message]).await;
            like(pool, 1, sequence << 8, sequence + 1).await;
        }
        "/v1/bookmarks" => {
            fold(pool, &[message]).await;
            bookmark(pool, READER.account, sequence << 8, sequence + 1).await;
        }
        "/v1/blocks" => block(pool, READER.account, other, sequence).await,
        "/v1/mutes" => mute(pool, READER.account, other, sequence).await,
        "/v1/messages/256/likes" => like(pool, other, 256, sequence).await,
        "/v1/messages/256/reposts" => repost(pool, other, 256, sequence).await,
        "/v1/accounts/1/replies" => reply(pool, 512, message).await,
        "/v1/messages/256/replies" => reply(pool, 256, Row { author: other, ..message }).await,
        "/v1/notifications" => notify(pool, READER.account, sequence, "followed", other, None).await,
        other => panic!("nothing is known of {other}"),
    }
}

/// What tells the entries of a page apart.
fn keys(body: &Value) -> Vec<String> {
    let items = body.get("items").unwrap_or(body).as_array().expect("a list");
    let key = |item: &Value| item.get("position").unwrap_or(&item["id"]).as_str().expect("a key").to_owned();
    items.iter().map(key).collect()
}

async fn app() -> App {
    let app = App::start().await;
    fold(&app.writer, &[row(256, 1, &[], "2026-01-01T00:00:00Z")]).await;
    account(&app.writer, 1, "heron").await;
    app
}

#[tokio::test]
async fn a_list_that_grows_while_it_is_paged_shows_no_entry_twice_and_misses_none() {
    let app = app().await;
    for list in LISTS {
        let base = 1_000
            * (1 + i64::try_from(LISTS.iter().position(|other| *other == list).unwrap_or(0)).unwrap_or(0));
        for sequence in base..base + 60 {
            add(&app, list, sequence).await;
        }
        let before = keys(&app.get(&format!("{list}?limit=100")).await.ok());
        assert_eq!(before.len(), 60, "{list}");
        let (mut seen, mut pages) = (Vec::new(), 0);
        let mut next = Some(format!("{list}?limit=7"));
        while let Some(address) = next {
            let page = app.get(&address).await;
            seen.extend(keys(&page.ok()));
            next = page.next();
            pages += 1;
            for sequence in 0..2 {
                add(&app, list, base + 100 + pages * 2 + sequence).await;
            }
        }
        assert_eq!(pages, 9, "{list}");
        let distinct: HashSet<&String> = seen.iter().collect();
        assert_eq!(distinct.len(), seen.len(), "{list}: an entry came twice");
        assert_eq!(seen, before, "{list}: an entry is missing or in another place");
    }
}

#[tokio::test]
async fn a_cursor_leads_on_where_its_own_entry_is_gone() {
    let app = app().await;
    for sequence in 10..20 {
        add(&app, "/v1/accounts/1/followers", sequence).await;
    }
    let first = app.get("/v1/accounts/1/followers?limit=4").await;
    assert_eq!(first.ids(), [1_019, 1_018, 1_017, 1_016]);
    execute(&app.writer, "delete from social_v1.follow where follower in (1016, 1018, 1014)").await;
    let second = app.get(&first.next().expect("there is more")).await;
    assert_eq!(second.ids(), [1_015, 1_013, 1_012, 1_011]);
}

#[tokio::test]
async fn the_last_page_has_no_link_and_a_cursor_fits_no_other_list() {
    let app = app().await;
    let mut cursors: Vec<(&str, String)> = Vec::new();
    for (list, base) in LISTS.into_iter().zip((1_i64..).map(|number| number * 1_000)) {
        for sequence in base..base + 5 {
            add(&app, list, sequence).await;
        }
        let all = app.get(&format!("{list}?limit=100")).await;
        let exactly = app.get(&format!("{list}?limit=5")).await;
        assert_eq!((all.next(), exactly.next()), (None, None), "{list}");
        let mut paged = Vec::new();
        let mut next = Some(format!("{list}?limit=1"));
        while let Some(address) = next {
            let page = app.get(&address).await;
            paged.extend(keys(&page.ok()));
            next = page.next();
        }
        assert_eq!(paged, keys(&all.ok()), "{list}");
        let next = app.get(&format!("{list}?limit=1")).await.next().expect("there is more");
        cursors.push((list, next.split_once("cursor=").expect("it has a cursor").1.to_owned()));
    }
    // The same lists of others, too: a cursor is bound to its whole address.
    account(&app.writer, 2, "egret").await;
    let others =
        ["/v1/accounts/2/followers", "/v1/messages", "/v1/messages?author=1", "/v1/messages/512/likes"];
    for (list, cursor) in &cursors {
        for other in LISTS.iter().chain(&others).filter(|other| *other != list) {
            let sign = if other.contains('?') { '&' } else { '?' };
            let answer = app.get(&format!("{other}{sign}cursor={cursor}")).await;
            answer.is_problem(400, "invalid-cursor");
        }
    }
}

//! Anything that a caller sends gets an answer that says what is wrong, and never one that says that we failed.

use std::collections::BTreeSet;

use http::Method;
use testkit::openapi::{MISSPELT_NUMBERS, NumberParameter, number_parameters};

use crate::support::people::{account, follow};
use crate::support::rows::{fold, row};
use crate::support::{ANALYST, App, Caller};

const LIST: &[(&str, &str)] = &[
    ("limit=0", "limit"),
    ("limit=-1", "limit"),
    ("limit=101", "limit"),
    ("limit=abc", "limit"),
    ("limit=", "limit"),
    ("limit=1.5", "limit"),
    ("limit=99999999999999999999", "limit"),
    ("limit=5&limit=5", "limit"),
    ("tag=a&tag=b", "tag"),
    ("tag=", "tag"),
    ("tag=+", "tag"),
    ("tagAny=birds&tagAny=", "tagAny"),
    ("tagAll=", "tagAll"),
    ("tagNone=", "tagNone"),
    ("tag=%00", "tag"),
    ("tag=%ff", "tag"),
    ("tag=%", "tag"),
    ("author=-1", "author"),
    ("author=0", "author"),
    ("author=somebody", "author"),
    ("author=9223372036854775808", "author"),
    ("dateStart=2026-13-01", "dateStart"),
    ("dateStart=2026-02-29", "dateStart"),
    ("dateStart=0000-01-01", "dateStart"),
    ("dateStart=0000-01-01T00:00:00Z", "dateStart"),
    ("dateEnd=2026-01-01T00:00:00", "dateEnd"),
    ("dateEnd=yesterday", "dateEnd"),
    ("dateEnd=", "dateEnd"),
    ("dateStart=2026-01-02&dateEnd=2026-01-01", "dateStart"),
    ("dateStart=2026-01-01T00:00:00Z&dateEnd=2026-01-01T00:00:00Z", "dateStart"),
    ("tz=Mars/Olympus", "tz"),
    ("tz=", "tz"),
    ("tz=%2B02:00", "tz"),
    ("count=2", "count"),
    ("count=yes", "count"),
    ("sort=asc", "sort"),
    ("datestart=2026-01-01", "datestart"),
];

const COUNTS: &[(&str, &str)] = &[
    ("", "bucket"),
    ("bucket=week", "bucket"),
    ("bucket=", "bucket"),
    ("bucket=day&bucket=day", "bucket"),
    ("bucket=day&tz=Nowhere", "tz"),
    ("bucket=day&dateStart=2026-13-01", "dateStart"),
    ("bucket=day&dateStart=2026-01-02&dateEnd=2026-01-01", "dateStart"),
    ("bucket=day&limit=5", "limit"),
];

#[tokio::test]
async fn a_bad_parameter_is_named() {
    let app = App::start().await;
    fold(&app.writer, &[row(256, 1, &["birds"], "2026-01-01T00:00:00Z")]).await;
    let list = LIST.iter().map(|(query, at_fault)| (format!("/v1/messages?{query}"), at_fault));
    let count = LIST.iter().map(|(query, at_fault)| (format!("/v1/messages?count=1&{query}"), at_fault));
    let count = count.filter(|(query, _)| !query.contains("&count="));
    let counts = COUNTS.iter().map(|(query, at_fault)| (format!("/v1/messages/counts?{query}"), at_fault));
    for (path, at_fault) in list.chain(count).chain(counts) {
        let answer = app.get_as(ANALYST, &path).await;
        assert_eq!(answer.status.as_u16(), 400, "{path}: {}", String::from_utf8_lossy(&answer.body));
        answer.is_problem(400, "invalid-parameter");
        assert_eq!(answer.json()["errors"][0]["field"], **at_fault, "{path}");
    }
}

#[tokio::test]
async fn a_cursor_that_we_did_not_make_is_refused() {
    let app = App::start().await;
    fold(&app.writer, &[row(256, 1, &[], "2026-01-01T00:00:00Z"), row(512, 1, &[], "2026-01-01T00:00:00Z")])
        .await;
    let next = app.get("/v1/messages?limit=1").await.next().expect("there is one more");
    let cursor = next.split_once("cursor=").expect("it has a cursor").1;
    for at in 0..cursor.len() {
        let mut flipped = cursor.as_bytes().to_vec();
        flipped[at] = if flipped[at] == b'A' { b'B' } else { b'A' };
        let flipped = String::from_utf8(flipped).expect("it is ASCII");
        app.get(&format!("/v1/messages?limit=1&cursor={flipped}")).await.is_problem(400, "invalid-cursor");
    }
    for bad in ["", "x", "%20", "%C3%A9", &cursor[1..], &format!("{cursor}A"), &format!("{cursor}%3D")] {
        app.get(&format!("/v1/messages?cursor={bad}")).await.is_problem(400, "invalid-cursor");
    }
    app.get(&format!("/v1/messages?cursor={cursor}&author=1")).await.is_problem(400, "invalid-cursor");
}

/// Parameters that every list takes alike.
const PAGE: &[(&str, &str)] = &[
    ("limit=0", "limit"),
    ("limit=-1", "limit"),
    ("limit=%2B5", "limit"),
    ("limit=101", "limit"),
    ("limit=abc", "limit"),
    ("limit=", "limit"),
    ("limit=1.5", "limit"),
    ("limit=99999999999999999999", "limit"),
    ("limit=5&limit=5", "limit"),
    ("cursor=a&cursor=a", "cursor"),
    ("offset=5", "offset"),
    ("Limit=5", "Limit"),
    ("limit=%00", "limit"),
];

/// Addresses of lists, with `#` for the id.
const LISTS_OF_ONE: [&str; 7] = [
    "/v1/accounts/#/followers",
    "/v1/accounts/#/following",
    "/v1/accounts/#/likes",
    "/v1/accounts/#/replies",
    "/v1/messages/#/likes",
    "/v1/messages/#/reposts",
    "/v1/messages/#/replies",
];

#[tokio::test]
async fn every_list_refuses_the_same() {
    let app = App::start().await;
    fold(&app.writer, &[row(256, 1, &["birds"], "2026-01-01T00:00:00Z")]).await;
    account(&app.writer, 256, "heron").await;
    let lists = LISTS_OF_ONE.iter().map(|path| path.replace('#', "256"));
    for list in lists.chain(["/v1/bookmarks".to_owned(), "/v1/notifications".to_owned()]) {
        app.get(&list).await.ok();
        for (query, at_fault) in PAGE {
            let answer = app.get(&format!("{list}?{query}")).await;
            answer.is_problem(400, "invalid-parameter");
            assert_eq!(answer.json()["errors"][0]["field"], **at_fault, "{list}?{query}");
        }
        for bad in ["", "x", "%20", "%C3%A9", &"A".repeat(40), &"A".repeat(4_000)] {
            app.get(&format!("{list}?cursor={bad}")).await.is_problem(400, "invalid-cursor");
        }
    }
    let thread = PAGE.iter().filter(|(query, _)| !query.contains("cursor"));
    for (query, at_fault) in thread.chain(&[("cursor=x", "cursor")]) {
        let answer = app.get(&format!("/v1/messages/256/thread?{query}")).await;
        answer.is_problem(400, "invalid-parameter");
        assert_eq!(answer.json()["errors"][0]["field"], **at_fault, "{query}");
    }
    for path in ["/v1/accounts/256", "/v1/accounts/me", "/v1/accounts/by-handle/heron"] {
        app.get(&format!("{path}?limit=5")).await.is_problem(400, "invalid-parameter");
    }
}

#[tokio::test]
async fn a_flipped_cursor_of_a_list_by_position_is_refused() {
    let app = App::start().await;
    account(&app.writer, 1, "heron").await;
    for sequence in 1..=2 {
        follow(&app.writer, 10 + sequence, 1, sequence).await;
    }
    let next = app.get("/v1/accounts/1/followers?limit=1").await.next().expect("there is one more");
    let cursor = next.split_once("cursor=").expect("it has a cursor").1;
    for at in 0..cursor.len() {
        let mut flipped = cursor.as_bytes().to_vec();
        flipped[at] = if flipped[at] == b'A' { b'B' } else { b'A' };
        let flipped = String::from_utf8(flipped).expect("it is ASCII");
        let answer = app.get(&format!("/v1/accounts/1/followers?limit=1&cursor={flipped}")).await;
        answer.is_problem(400, "invalid-cursor");
    }
}

#[tokio::test]
async fn an_id_that_is_none_is_refused() {
    let app = App::start().await;
    let paths = ["/v1/messages/#", "/v1/messages/#/history", "/v1/messages/#/thread", "/v1/accounts/#"];
    for id in ["0", "-1", "+1", "0256", "256.0", "abc", "9223372036854775808", "%00", "%ff", "2%2056", "1e3"]
    {
        for path in paths.iter().chain(&LISTS_OF_ONE) {
            app.get(&path.replace('#', id)).await.is_problem(400, "invalid-parameter");
        }
    }
    app.get("/v1/messages/256?edition=1").await.is_problem(400, "invalid-parameter");
}

#[tokio::test]
async fn a_number_has_one_spelling_wherever_it_stands() {
    let app = App::start().await;
    // Of each role that a read may need.
    let caller = Caller { account: 8, roles: "user,analyst,moderator" };
    fold(&app.writer, &[row(256, 1, &[], "2026-01-01T00:00:00Z")]).await;
    // The relay has tests of its own for its address.
    let is_ours = |number: &NumberParameter| number.method == "get" && number.path != "/v1/events";
    let numbers = number_parameters().into_iter().filter(is_ours);
    let mut seen = BTreeSet::new();
    for NumberParameter { path, name, place, needs, .. } in numbers {
        seen.insert(name.clone());
        let good = |other: &String| match other.as_str() {
            "bucket" => "bucket=day".to_owned(),
            "since" => "since=256".to_owned(),
            _ => format!("{other}=1"),
        };
        let needed = needs.iter().map(good).collect::<Vec<_>>().join("&");
        for misspelt in MISSPELT_NUMBERS {
            let encoded = percent(misspelt);
            let (id, query) = match place.as_str() {
                "path" => (encoded.as_str(), needed.clone()),
                "query" => ("256", format!("{name}={encoded}&{needed}")),
                _ => ("256", needed.clone()),
            };
            let target = format!("{}?{query}", path.replace("{id}", id).replace("{handle}", "heron"));
            if place != "header" {
                let answer = app.get_as(caller, &target).await;
                assert_eq!(
                    answer.status.as_u16(),
                    400,
                    "{target}: {:?}",
                    String::from_utf8_lossy(&answer.body)
                );
                answer.is_problem(400, "invalid-parameter");
                assert_eq!(answer.json()["errors"][0]["field"], *name, "{target}");
            } else if misspelt.is_ascii() && misspelt.trim() == misspelt {
                // Spaces around a header's value are no part of it.
                let answer = app.send(Method::GET, &target, Some(caller), &[(&name, misspelt)]).await;
                answer.is_problem(400, "invalid-header");
            }
        }
    }
    let expected =
        ["Await-Position", "after", "author", "count", "id", "limit", "notifications", "since", "window"];
    assert_eq!(seen.iter().map(String::as_str).collect::<Vec<_>>(), expected);
}

fn percent(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[tokio::test]
async fn what_no_account_can_be_called_is_refused() {
    let app = App::start().await;
    let too_long = "x".repeat(31);
    for handle in [
        "%40heron",
        "grey-heron",
        "grey.heron",
        "grey%20heron",
        "h%C3%A9ron",
        "%00",
        "%ff",
        "%2e%2e",
        "a%2Fb",
        "a'b",
        "%25",
        "*",
        &too_long,
    ] {
        let answer = app.get(&format!("/v1/accounts/by-handle/{handle}")).await;
        assert_eq!(answer.status.as_u16(), 400, "{handle}");
        answer.is_problem(400, "invalid-parameter");
    }
    let longest = "x".repeat(30);
    for handle in ["HERON", "_", "0", &longest] {
        app.get(&format!("/v1/accounts/by-handle/{handle}")).await.is_problem(404, "not-found");
    }
    app.get("/v1/accounts/by-handle/").await.is_problem(404, "not-found");
}

#[tokio::test]
async fn more_buckets_than_an_answer_holds_are_refused() {
    let app = App::start().await;
    let rows =
        [row(256, 1, &["birds"], "2016-01-01T00:00:00Z"), row(512, 1, &["birds"], "2026-01-01T00:00:00Z")];
    fold(&app.writer, &rows).await;
    for query in [
        "bucket=minute&dateStart=2016-01-01&dateEnd=2025-12-31",
        "bucket=minute",
        "bucket=hour&tag=birds&tz=Asia/Kathmandu",
        "bucket=day&dateStart=0001-01-01&dateEnd=9999-12-31",
    ] {
        let answer = app.get_as(ANALYST, &format!("/v1/messages/counts?{query}")).await;
        answer.is_problem(400, "range-too-large");
    }
}

#[tokio::test]
async fn a_bad_position_is_refused() {
    let app = App::start().await;
    for position in ["0", "-1", "abc", "1.5", "9223372036854775808", ""] {
        app.get_with("/v1/messages", &[("Await-Position", position)]).await.is_problem(400, "invalid-header");
    }
}

use std::collections::HashSet;

use http::Method;

use crate::support::rows::{Row, at, fold, row};
use crate::support::{ANALYST, App, READER};

fn some_rows() -> Vec<Row> {
    vec![
        row(1 << 8, 1, &["birds"], "2026-01-01T00:00:00Z"),
        row(2 << 8, 2, &["birds", "night-birds"], "2026-01-01T00:00:00.000001Z"),
        // Imported later, created earlier.
        row(3 << 8, 1, &[], "2025-06-01T12:00:00Z"),
        // The same moment twice: the id decides.
        row(4 << 8, 1, &["night-birds"], "2026-01-02T00:00:00Z"),
        row(5 << 8, 1, &["birds"], "2026-01-02T00:00:00Z"),
    ]
}

#[tokio::test]
async fn filters_select_and_newest_comes_first() {
    let app = App::start().await;
    fold(&app.writer, &some_rows()).await;
    for (query, ids) in [
        ("", vec![5, 4, 2, 1, 3]),
        ("?tag=birds", vec![5, 2, 1]),
        ("?tag=%20Night%20BIRDS%20", vec![4, 2]),
        ("?tag=night+birds&author=1", vec![4]),
        ("?author=1", vec![5, 4, 1, 3]),
        ("?author=99", vec![]),
        ("?tag=nobody-used-it", vec![]),
        // Nothing of this can be a tag, so it finds nothing rather than everything.
        ("?tag=a.b", vec![]),
        ("?tag=*", vec![]),
        ("?dateStart=2026-01-01&dateEnd=2026-01-01", vec![2, 1]),
        ("?dateEnd=2025-12-31", vec![3]),
        ("?dateStart=2026-01-02", vec![5, 4]),
        ("?dateStart=2026-01-01T00:00:00Z&dateEnd=2026-01-01T00:00:00.000001Z", vec![1]),
        ("?dateStart=2026-01-01T00:00:00.0000005Z", vec![5, 4, 2]),
        // In New York both moments of 2 January belong to the 1st.
        ("?dateStart=2026-01-01&dateEnd=2026-01-01&tz=America/New_York", vec![5, 4]),
        ("?dateStart=2026-01-01T01:00:00+01:00&dateEnd=2026-01-01", vec![2, 1]),
        ("?author=1&dateStart=2026-01-01", vec![5, 4, 1]),
        ("?author=1&tag=birds&dateEnd=2026-01-01", vec![1]),
        ("?limit=2&count=0", vec![5, 4]),
    ] {
        let answer = app.get(&format!("/v1/messages{query}")).await;
        let expected: Vec<i64> = ids.into_iter().map(|sequence: i64| sequence << 8).collect();
        assert_eq!(answer.ids(), expected, "{query}");
        assert_eq!(answer.header("data-position"), "1280", "{query}");
    }
}

#[tokio::test]
async fn every_spelling_of_a_tag_finds_it() {
    let app = App::start().await;
    let tags = ["δρομοσ", "strasse", "birds", "i\u{307}stanbul", "\u{2764}", "\u{13a0}", "\u{10d0}"];
    let rows = (1_i64..).zip(tags).map(|(id, tag)| row(id << 8, 1, &[tag], "2026-01-01T00:00:00Z"));
    fold(&app.writer, &rows.collect::<Vec<_>>()).await;
    for (number, spelling) in [
        (1, "ΔΡΟΜΟΣ"),
        (1, "δρομος"),
        (2, "Straße"),
        (2, "STRAẞE"),
        (3, "ＢＩＲＤＳ"),
        (4, "İstanbul"),
        (5, "❤\u{fe0f}"),
        (6, "\u{ab70}"),
        (7, "\u{1c90}"),
    ] {
        let query = form_urlencoded::Serializer::new(String::new()).append_pair("tag", spelling).finish();
        assert_eq!(app.get(&format!("/v1/messages?{query}")).await.ids(), [number << 8], "{spelling}");
        let count = app.get_as(ANALYST, &format!("/v1/messages?count=1&{query}")).await;
        assert_eq!(count.ok(), 1, "{spelling}");
        let counts = app.get_as(ANALYST, &format!("/v1/messages/counts?bucket=year&{query}")).await;
        assert_eq!(counts.ok()[0]["count"], 1, "{spelling}");
    }
}

/// In St. John's it is 23:01 again at 00:01 on 29 October 2006.
#[tokio::test]
async fn a_day_that_comes_back_is_listed_and_counted_by_its_local_date() {
    let app = App::start().await;
    let rows = [
        row(1 << 8, 1, &["birds"], "2006-10-29T02:29:59.999999Z"),
        row(2 << 8, 1, &["birds"], "2006-10-29T02:30:00Z"),
        row(3 << 8, 1, &["birds"], "2006-10-29T02:31:00Z"),
        row(4 << 8, 1, &["birds"], "2006-10-29T03:29:59.999999Z"),
        row(5 << 8, 1, &["birds"], "2006-10-29T03:30:00Z"),
    ];
    fold(&app.writer, &rows).await;
    for (date, ids) in [("2006-10-28", vec![4, 3, 1]), ("2006-10-29", vec![5, 2])] {
        let ids: Vec<i64> = ids.into_iter().map(|sequence: i64| sequence << 8).collect();
        let day = format!("tz=America/St_Johns&dateStart={date}&dateEnd={date}");
        for narrowed in ["", "&tag=birds", "&author=1", "&author=1&tag=birds"] {
            let mut next = Some(format!("/v1/messages?limit=1&{day}{narrowed}"));
            let mut listed = Vec::new();
            while let Some(path) = next {
                let page = app.get(&path).await;
                listed.extend(page.ids());
                next = page.next();
            }
            assert_eq!(listed, ids, "{day}{narrowed}");
            let count = app.get_as(ANALYST, &format!("/v1/messages?count=1&{day}{narrowed}")).await;
            assert_eq!(count.ok(), ids.len(), "{day}{narrowed}");
        }
        let start = format!("{date}T00:00:00-02:30");
        let expected = serde_json::json!([{"start": start, "count": ids.len()}]);
        let counts = app.get_as(ANALYST, &format!("/v1/messages/counts?bucket=day&{day}")).await;
        assert_eq!(counts.ok(), expected);
    }
    let counts = app.get_as(ANALYST, "/v1/messages/counts?bucket=day&tz=America/St_Johns").await;
    let expected = serde_json::json!([
        {"start": "2006-10-28T00:00:00-02:30", "count": 3},
        {"start": "2006-10-29T00:00:00-02:30", "count": 2},
    ]);
    assert_eq!(counts.ok(), expected);
}

#[tokio::test]
async fn a_message_looks_as_documented() {
    let app = App::start().await;
    fold(&app.writer, &some_rows()).await;
    let list = app.get("/v1/messages?tag=night-birds&dateEnd=2026-01-01").await.ok();
    let expected = serde_json::json!([{
        "id": "512", "text": "message 512", "tag": "birds", "tags": ["birds", "night-birds"],
        "author": {"id": "2", "handle": null, "displayName": null},
        "createdAt": "2026-01-01T00:00:00.000001Z", "editedAt": null, "inReplyTo": null, "edition": 1,
        "likes": 0, "reposts": 0, "replies": 0, "liked": false, "reposted": false, "bookmarked": false,
    }]);
    assert_eq!(list, expected);
}

#[tokio::test]
async fn the_last_page_has_no_link() {
    let app = App::start().await;
    fold(&app.writer, &some_rows()).await;
    for filter in ["", "&tag=birds", "&author=1", "&author=1&tag=night-birds"] {
        let all = app.get(&format!("/v1/messages?limit=100{filter}")).await;
        assert_eq!(all.next(), None);
        let exactly_all = app.get(&format!("/v1/messages?limit={}{filter}", all.ids().len())).await;
        assert_eq!(exactly_all.next(), None, "{filter}");
        let mut paged = Vec::new();
        let mut next = Some(format!("/v1/messages?limit=1{filter}"));
        while let Some(address) = next {
            let page = app.get(&address).await;
            paged.extend(page.ids());
            next = page.next();
        }
        assert_eq!(paged, all.ids(), "{filter}");
    }
}

#[tokio::test]
async fn a_list_that_grows_while_it_is_paged_shows_no_row_twice_and_misses_none() {
    let app = App::start().await;
    let second = |second: i64| at("2026-01-01T00:00:00Z") + time::Duration::seconds(second);
    // Ten messages in each second, so that most pages end among equals.
    let old: Vec<Row> = (1..=300)
        .map(|sequence| Row {
            id: sequence << 8,
            author: sequence % 3,
            tags: vec!["birds"],
            created_at: second(sequence / 10),
        })
        .collect();
    fold(&app.writer, &old).await;
    for filter in ["", "&tag=birds", "&author=1", "&author=1&tag=birds"] {
        let is_meant = |row: &&Row| !filter.contains("author") || row.author == 1;
        let expected: HashSet<i64> = old.iter().filter(is_meant).map(|row| row.id).collect();
        let mut seen = Vec::new();
        let mut next = Some(format!("/v1/messages?limit=7{filter}"));
        while let Some(address) = next {
            let page = app.get(&address).await;
            seen.extend(page.ids());
            next = page.next();
            // New messages, an import into the past of the cursor's page, and one into its future.
            let sequence = i64::try_from(seen.len()).expect("few") * 4
                + 10_000 * i64::try_from(filter.len() + 1).expect("few");
            let new = [3_600, 3_600, 15, 0].into_iter().zip(sequence..);
            let new: Vec<Row> = new
                .map(|(at, sequence)| Row {
                    id: sequence << 8,
                    author: 1,
                    tags: vec!["birds"],
                    created_at: second(at),
                })
                .collect();
            fold(&app.writer, &new).await;
        }
        let distinct: HashSet<i64> = seen.iter().copied().collect();
        assert_eq!(distinct.len(), seen.len(), "{filter}: a row came twice");
        assert!(distinct.is_superset(&expected), "{filter}: a row is missing");
    }
}

#[tokio::test]
async fn a_link_keeps_the_filter_and_its_cursor_fits_no_other() {
    let app = App::start().await;
    fold(&app.writer, &some_rows()).await;
    let page = app.get("/v1/messages?tag=Night%20Birds&limit=1&dateStart=2026-01-01T00:00:00%2B00:00").await;
    let next = page.next().expect("there is one more");
    assert!(next.starts_with(
        "/v1/messages?tag=Night+Birds&limit=1&dateStart=2026-01-01T00%3A00%3A00%2B00%3A00&cursor="
    ));
    assert_eq!(app.get(&next).await.ids(), [2 << 8]);
    // The page size may change on the way, the filter may not.
    assert_eq!(app.get(&next.replace("limit=1", "limit=5")).await.ids(), [2 << 8]);
    app.get(&next.replace("Night+Birds", "birds")).await.is_problem(400, "invalid-cursor");
    app.get(&next.replace("2026", "2025")).await.is_problem(400, "invalid-cursor");
}

#[tokio::test]
async fn an_unchanged_list_is_not_sent_again() {
    let app = App::start().await;
    fold(&app.writer, &some_rows()).await;
    let first = app.get("/v1/messages").await;
    let tag = first.header("etag").to_owned();
    let again = app.get_with("/v1/messages", &[("If-None-Match", &tag)]).await;
    assert_eq!((again.status.as_u16(), again.body.len()), (304, 0));
    assert_eq!((again.header("etag"), again.header("data-position")), (tag.as_str(), "1280"));
    let head = app.send(Method::HEAD, "/v1/messages", Some(READER), &[]).await;
    assert_eq!((head.status.as_u16(), head.body.len(), head.header("etag")), (200, 0, tag.as_str()));
    fold(&app.writer, &[row(6 << 8, 1, &[], "2026-01-03T00:00:00Z")]).await;
    let changed = app.get_with("/v1/messages", &[("If-None-Match", &tag)]).await;
    assert_eq!(changed.ids().len(), 6);
}

use serde_json::json;
use time::OffsetDateTime;

use crate::support::people::{account, block, follow, mute};
use crate::support::rows::{at, execute, fold, row};
use crate::support::{ADMIN, App, READER};

/// Messages with texts of their own, ids 256, 512 and so on.
async fn say(app: &App, texts: &[&str]) {
    for (number, text) in (1_i64..).zip(texts) {
        let created_at = at("2026-01-01T00:00:00Z") + time::Duration::hours(number);
        say_at(app, number << 8, 1 + number % 2, text, created_at).await;
    }
}

async fn say_at(app: &App, id: i64, author: i64, text: &str, created_at: OffsetDateTime) {
    let row = crate::support::rows::Row { id, author, tags: vec!["birds"], created_at };
    fold(&app.writer, &[row]).await;
    let said = sqlx::query("update social_v1.message set text = $2 where id = $1").bind(id).bind(text);
    said.execute(&app.writer).await.expect("it is said");
}

fn found(sequences: &[i64]) -> Vec<i64> {
    sequences.iter().map(|sequence| sequence << 8).collect()
}

async fn search(app: &App, words: &str) -> Vec<i64> {
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("q", words).finish();
    app.get(&format!("/v1/search?{query}")).await.ids()
}

#[tokio::test]
async fn words_are_found_as_on_the_web() {
    let app = App::start().await;
    say(
        &app,
        &[
            "The nightjar sings at night",
            "NIGHT birds, and an owl",
            "birds of the night",
            "The owls' night; https://birds.example/owl",
            "Ärger mit Vögeln",
        ],
    )
    .await;
    for (words, sequences) in [
        ("night", &[4, 3, 2, 1][..]),
        ("NIGHT birds", &[3, 2]),
        ("\"night birds\"", &[2]),
        ("nightjar or owls", &[4, 1]),
        ("night -birds", &[4, 1]),
        ("night -\"night birds\"", &[4, 3, 1]),
        ("ärger", &[5]),
        ("nigh", &[]),
        // The language is `simple`: an ending is part of the word, and no word is too frequent.
        ("owl", &[2]),
        ("the", &[4, 3, 1]),
        // No syntax is bad.
        ("night & | ! <-> ( ' \\ :* \"", &[4, 3, 2, 1]),
        ("birds.example", &[4]),
    ] {
        assert_eq!(search(&app, words).await, found(sequences), "{words}");
    }
}

#[tokio::test]
async fn what_names_no_word_is_refused() {
    let app = App::start().await;
    say(&app, &["night"]).await;
    let long = "n".repeat(201);
    for words in ["", "   ", "-night", "-night -day", "night or -day", "!?", "\"\"", &long] {
        let query = form_urlencoded::Serializer::new(String::new()).append_pair("q", words).finish();
        let answer = app.get(&format!("/v1/search?{query}")).await;
        answer.is_problem(400, "invalid-parameter");
        assert_eq!(answer.json()["errors"][0]["field"], "q", "{words}");
    }
    for (query, field) in
        [("", "q"), ("q=a&q=b", "q"), ("q=%00", "q"), ("q=a&tagAny=b", "tagAny"), ("q=a&limit=0", "limit")]
    {
        let answer = app.get(&format!("/v1/search?{query}")).await;
        answer.is_problem(400, "invalid-parameter");
        assert_eq!(answer.json()["errors"][0]["field"], field, "{query}");
    }
    let longest = "\u{e9} ".repeat(100);
    assert_eq!(search(&app, &longest).await, [0; 0]);
}

#[tokio::test]
async fn a_language_leaves_words_and_endings_out() {
    let app = App::start().await;
    say(&app, &["The owl is singing", "owls sing"]).await;
    assert_eq!(search(&app, "owls").await, found(&[2]));
    let language = "english".parse().expect("it is a name");
    data_set::search_language::set(&app.postgres.url(), &language).await.expect("it is set");
    assert_eq!(search(&app, "owls").await, found(&[2, 1]));
    app.get("/v1/search?q=the").await.is_problem(400, "invalid-parameter");
    assert_eq!(search(&app, "the owl").await, found(&[2, 1]));
    data_set::search_language::set(&app.postgres.url(), &language).await.expect("it is set already");
    let unknown =
        data_set::search_language::set(&app.postgres.url(), &"klingon".parse().expect("a name")).await;
    let error = unknown.expect_err("Postgres does not speak it").to_string();
    assert!(error.contains("klingon") && error.contains("english"), "{error}");
}

#[tokio::test]
async fn filters_narrow_a_search() {
    let app = App::start().await;
    let rows = [
        row(256, 1, &["birds"], "2026-01-01T12:00:00Z"),
        row(512, 2, &["birds", "owls"], "2026-01-02T00:00:00Z"),
        row(768, 1, &["owls"], "2026-01-03T00:00:00Z"),
    ];
    fold(&app.writer, &rows).await;
    for (filter, ids) in [
        ("", &[768, 512, 256][..]),
        ("&tag=BIRDS", &[512, 256]),
        ("&author=1", &[768, 256]),
        ("&author=1&tag=owls", &[768]),
        ("&dateStart=2026-01-02", &[768, 512]),
        ("&dateEnd=2026-01-01&tz=America/New_York", &[512, 256]),
        ("&tag=nobody-used-it", &[]),
    ] {
        assert_eq!(app.get(&format!("/v1/search?q=message{filter}")).await.ids(), ids, "{filter}");
    }
    let next = app.get("/v1/search?q=message&limit=1").await.next().expect("there is more");
    assert_eq!(app.get(&next).await.ids(), [512]);
    for other in [next.replace("message", "other"), next.replace("limit", "tag=birds&limit")] {
        app.get(&other).await.is_problem(400, "invalid-cursor");
    }
}

#[tokio::test]
async fn what_is_deleted_is_gone_and_what_is_edited_says_only_the_new() {
    let app = App::start().await;
    say(&app, &["a nightjar", "a nightjar"]).await;
    execute(&app.writer, "update social_v1.message set text = 'an owl', edition = 2 where id = 256").await;
    assert_eq!(search(&app, "nightjar").await, [512]);
    assert_eq!(search(&app, "owl").await, [256]);
    execute(
        &app.writer,
        "delete from social_v1.message_tag where id = 512; delete from social_v1.message where id = 512",
    )
    .await;
    assert_eq!(search(&app, "nightjar").await, [0; 0]);
}

#[tokio::test]
async fn who_is_hidden_is_not_found() {
    let app = App::start().await;
    for (id, handle) in [(1, "heron"), (2, "wren"), (3, "owl"), (4, "egret"), (READER.account, "reader")] {
        account(&app.writer, id, handle).await;
    }
    for author in 1..=4 {
        say_at(&app, author << 8, author, "a nightjar", at("2026-01-01T00:00:00Z")).await;
    }
    block(&app.writer, READER.account, 1, 10).await;
    execute(&app.writer, "update social_v1.account set restriction = 'suspended' where id = 2").await;
    execute(&app.writer, "update social_v1.account set restriction = 'silenced' where id = 3").await;
    mute(&app.writer, READER.account, 4, 11).await;
    assert_eq!(search(&app, "nightjar").await, found(&[4]), "a mute is for timelines");
    assert_eq!(app.get_as(ADMIN, "/v1/search?q=nightjar").await.ids(), found(&[4, 1]));
    assert_eq!(
        app.get("/v1/search?q=nightjar&author=3").await.ids(),
        found(&[3]),
        "who looks for it finds it"
    );
    follow(&app.writer, READER.account, 3, 12).await;
    assert_eq!(search(&app, "nightjar").await, found(&[4, 3]));
}

/// 25,000 messages, the newest 2,000 of which say something else.
async fn crowded() -> App {
    let app = App::start().await;
    fold(&app.writer, &[row(256, 1, &["birds"], "2025-01-01T00:00:00Z")]).await;
    execute(
        &app.writer,
        "insert into social_v1.message (id, author, text, tags, created_at, edition)
         select i * 256, 1 + i % 5,
            case when i <= 23000 then 'common' else 'other' end || case when i in (3, 700, 23500) then ' rare bird' else '' end,
            array['birds'], timestamptz '2026-01-01Z' + i / 10 * interval '1 second', 1
         from generate_series(2::bigint, 25000) i;
         insert into social_v1.message_tag (tag, created_at, id, author)
         select t, created_at, id, author from social_v1.message, unnest(array_append(tags, '')) t where id > 256",
    )
    .await;
    app
}

async fn all_pages(app: &App, path: &str, limit: usize) -> Vec<Vec<i64>> {
    let mut pages = Vec::new();
    let mut next = Some(path.to_owned());
    while let Some(address) = next.filter(|_| pages.len() < limit) {
        let page = app.get(&address).await;
        pages.push(page.ids());
        next = page.next();
    }
    pages
}

#[tokio::test]
async fn frequent_and_rare_words_are_found_within_bounds() {
    let app = crowded().await;
    // In the newest messages, and in a third of all.
    let pages = all_pages(&app, "/v1/search?q=other&limit=100", 3).await;
    assert_eq!(pages.concat(), found(&(24_701..=25_000).rev().collect::<Vec<_>>()));
    // Among many: the index finds them at once.
    for words in ["rare", "%22rare%20bird%22", "rare%20-owl", "rare%20or%20unheard"] {
        let pages = all_pages(&app, &format!("/v1/search?q={words}"), 2).await;
        assert_eq!(pages, [found(&[23_500, 700, 3])], "{words}");
    }
    let by_one = all_pages(&app, "/v1/search?q=rare&limit=1", 5).await;
    assert_eq!(by_one, found(&[23_500, 700, 3]).into_iter().map(|id| vec![id]).collect::<Vec<_>>());
    assert_eq!(all_pages(&app, "/v1/search?q=unheard", 2).await, [found(&[])]);
    // In too many to be sorted and in none of the newest: more of them are looked at.
    let pages = all_pages(&app, "/v1/search?q=common", 2).await;
    assert_eq!(pages[0], found(&(22_981..=23_000).rev().collect::<Vec<_>>()));
    // The index names no candidates for what says that a phrase must not be there.
    let pages = all_pages(&app, "/v1/search?q=rare%20-%22rare%20owl%22", 40).await;
    assert_eq!(pages.concat(), found(&[23_500, 700, 3]));
}

/// Whatever else a search asks of messages, it looks at no more than its bounds say, and goes on.
#[tokio::test]
async fn a_frequent_word_that_an_author_does_not_say_is_looked_for_page_by_page() {
    let app = crowded().await;
    execute(
        &app.writer,
        "insert into social_v1.message (id, author, text, tags, created_at, edition)
         select i * 256, 9, case when i = 30001 then 'common' else 'other' end, array['owls'],
            timestamptz '2026-01-01Z' + i / 10 * interval '1 second', 1
         from generate_series(30001::bigint, 42000) i;
         insert into social_v1.message_tag (tag, created_at, id, author)
         select t, created_at, id, author from social_v1.message, unnest(array_append(tags, '')) t where author = 9",
    )
    .await;
    for filter in ["author=9", "tag=owls", "author=9&tag=owls"] {
        let pages = all_pages(&app, &format!("/v1/search?q=common&{filter}"), 5).await;
        assert_eq!(pages, [found(&[]), found(&[30_001])], "{filter}");
    }
    let pages = all_pages(&app, "/v1/search?q=common%20rare&author=2", 3).await;
    assert_eq!(pages, [found(&[])], "who says both is another one");
}

#[tokio::test]
async fn a_search_that_is_paged_while_messages_come_and_go_shows_none_twice() {
    let app = App::start().await;
    for sequence in 1..=30 {
        say_at(&app, sequence << 8, 1, "a nightjar", at("2026-01-01T00:00:00Z")).await;
    }
    let (mut seen, mut next) = (Vec::new(), Some("/v1/search?q=nightjar&limit=7".to_owned()));
    let mut sequence = 100;
    while let Some(address) = next {
        let page = app.get(&address).await;
        seen.extend(page.ids());
        next = page.next();
        sequence += 1;
        say_at(&app, sequence << 8, 1, "a nightjar", at("2026-01-02T00:00:00Z")).await;
    }
    assert_eq!(seen, found(&(1..=30).rev().collect::<Vec<_>>()));
}

#[tokio::test]
async fn a_search_waits_for_its_position() {
    let app = App::start().await;
    say(&app, &["night"]).await;
    let answer = app.get_with("/v1/search?q=night", &[("Await-Position", "512"), ("Prefer", "wait=0")]).await;
    answer.is_problem(503, "not-caught-up");
    let answer = app.get_with("/v1/search?q=night", &[("Await-Position", "256")]).await;
    assert_eq!((answer.ok()[0]["text"].clone(), answer.header("data-position")), (json!("night"), "256"));
}

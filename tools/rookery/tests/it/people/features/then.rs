//! What people see.

use cucumber::gherkin::Step;
use cucumber::then;
use serde_json::{Value, json};

use super::World;

/// The rows of a step's table without its header.
fn rows(step: &Step) -> Vec<Vec<String>> {
    let table = step.table.as_ref().expect("the step has a table");
    table.rows.iter().skip(1).cloned().collect()
}

#[then(expr = "the answer is {int} {string}")]
async fn answer_is(world: &mut World, status: u16, code: String) {
    let answer = world.answer.as_ref().expect("somebody did something");
    assert_eq!((answer.status, answer.code()), (status, code.as_str()), "{answer:?}");
}

#[then(expr = "{string} reads nothing any more")]
async fn reads_nothing(world: &mut World, who: String) {
    let answer = world.api().get("/v1/timeline", &world.person(&who).token).await.expect(401);
    assert_eq!(answer.code(), "token-revoked");
}

#[then(expr = "somebody else is out of the account of {string}")]
async fn somebody_is_out(world: &mut World, who: String) {
    let answer = world.api().get("/v1/timeline", &world.other_tokens[&who]).await.expect(401);
    assert_eq!(answer.code(), "token-revoked");
}

#[then(expr = "somebody else is still in the account of {string}")]
async fn somebody_is_in(world: &mut World, who: String) {
    world.api().get("/v1/timeline", &world.other_tokens[&who]).await.expect(200);
}

#[then(expr = "{string} has {int} sessions")]
async fn has_sessions(world: &mut World, who: String, number: usize) {
    let sessions = world.api().get("/v1/sessions", &world.person(&who).token).await.expect(200);
    assert_eq!(sessions.items().len(), number, "{sessions:?}");
}

#[then(expr = "{string} may post {string}")]
async fn may_post(world: &mut World, who: String, words: String) {
    let token = world.person(&who).token.clone();
    world.api().post("/v1/messages", &token, json!({"text": words})).await.expect(201);
}

async fn profile(world: &World, who: &str) -> Value {
    world.read(&format!("/v1/accounts/{}", world.person(who).id), who).await.expect(200).body
}

#[then(expr = "the profile of {string} shows the name {string}")]
async fn shows_the_name(world: &mut World, who: String, name: String) {
    assert_eq!(profile(world, &who).await["displayName"], json!(name));
}

#[then(expr = "{string} has {int} followers")]
async fn has_followers(world: &mut World, who: String, number: i64) {
    assert_eq!(profile(world, &who).await["followers"], json!(number));
}

#[then(expr = "{string} follows {int} accounts")]
async fn follows_accounts(world: &mut World, who: String, number: i64) {
    assert_eq!(profile(world, &who).await["following"], json!(number));
}

#[then(expr = "the followers of {string} are {string}")]
async fn followers_are(world: &mut World, who: String, follower: String) {
    assert_eq!(followers(world, &who).await, [follower]);
}

#[then(expr = "nobody follows {string}")]
async fn nobody_follows(world: &mut World, who: String) {
    assert_eq!(followers(world, &who).await, Vec::<String>::new());
}

async fn followers(world: &World, who: &str) -> Vec<String> {
    let path = format!("/v1/accounts/{}/followers", world.person(who).id);
    let page = world.read(&path, who).await.expect(200);
    page.items().iter().map(|account| world.nickname(&account["handle"])).collect()
}

#[then(expr = "{string} is found under the former handle of {string}")]
async fn found_under_the_former_handle(world: &mut World, who: String, of: String) {
    found_under(world, &who, &world.former_handles[&of]).await;
}

#[then(expr = "{string} is found under the handle {string}")]
async fn found_under_the_handle(world: &mut World, who: String, handle: String) {
    found_under(world, &who, &world.handle(&handle)).await;
}

async fn found_under(world: &World, who: &str, handle: &str) {
    let found = world.read(&format!("/v1/accounts/by-handle/{handle}"), who).await.expect(200);
    assert_eq!(found.body["id"], json!(world.person(who).id));
}

#[then(expr = "nobody is found under the handle of {string}")]
async fn nobody_is_found(world: &mut World, who: String) {
    let path = format!("/v1/accounts/by-handle/{}", world.handle(&who));
    world.read(&path, &world.reader(&who)).await.expect(404);
}

async fn message(world: &World, words: &str) -> Value {
    let reader = world.reader("");
    world.read(&format!("/v1/messages/{}", world.message(words)), &reader).await.expect(200).body
}

#[then(expr = "{string} reads {string} by {string}")]
async fn reads(world: &mut World, reader: String, words: String, author: String) {
    let found = world.read(&format!("/v1/messages/{}", world.message(&words)), &reader).await.expect(200);
    assert_eq!(world.words(&found.body), words);
    assert_eq!(world.nickname(&found.body["author"]["handle"]), author);
}

#[then(expr = "{string} does not find {string}")]
async fn does_not_find(world: &mut World, reader: String, words: String) {
    world.read(&format!("/v1/messages/{}", world.message(&words)), &reader).await.expect(404);
}

#[then(expr = "{string} is found under the tag {string}")]
async fn found_under_the_tag(world: &mut World, words: String, tag: String) {
    let reader = world.reader("");
    let page = world.read(&format!("/v1/messages?tag={tag}"), &reader).await.expect(200);
    assert!(page.items().iter().any(|message| world.words(message) == words), "{page:?}");
}

/// What a list of the messages of one account holds.
async fn found_of(world: &World, who: &str, author: &str, list: &str) -> Vec<Vec<String>> {
    let path = format!("{list}&author={}", world.people[author].id);
    let page = world.read(&path, who).await.expect(200);
    page.items().iter().map(|message| vec![world.words(message)]).collect()
}

#[then(expr = "{string} finds of {string} with the words {string}:")]
async fn finds_words(world: &mut World, step: &Step, who: String, author: String, words: String) {
    let list = format!("/v1/search?q={}", words.replace(' ', "+"));
    assert_eq!(found_of(world, &who, &author, &list).await, rows(step));
}

#[then(expr = "{string} finds of {string} nothing with the words {string}")]
async fn finds_nothing(world: &mut World, who: String, author: String, words: String) {
    let list = format!("/v1/search?q={}", words.replace(' ', "+"));
    assert_eq!(found_of(world, &who, &author, &list).await, Vec::<Vec<String>>::new());
}

#[then(expr = "{string} finds of {string} with the tags {string}:")]
async fn finds_tags(world: &mut World, step: &Step, who: String, author: String, tags: String) {
    let list = format!("/v1/messages?{tags}");
    assert_eq!(found_of(world, &who, &author, &list).await, rows(step));
}

/// Words one behind the other; in brackets where only the place of the message is left.
fn parts(world: &World, list: &Value) -> String {
    let part = |part: &Value| {
        let id = part["id"].as_str().expect("everything has an id");
        let (words, _) = world.messages.iter().find(|(_, other)| *other == id).expect("a known message");
        if part["deleted"] != json!(true) {
            return words.clone();
        }
        let fields: Vec<&str> = part.as_object().expect("an object").keys().map(String::as_str).collect();
        assert_eq!(fields, ["createdAt", "deleted", "id", "inReplyTo"]);
        format!("({words})")
    };
    list.as_array().expect("a list").iter().map(part).collect::<Vec<_>>().join(", ")
}

#[then(expr = "the thread of {string} leads over {string}")]
async fn leads_over(world: &mut World, words: String, ancestors: String) {
    let reader = world.reader("");
    let path = format!("/v1/messages/{}/thread", world.message(&words));
    let thread = world.read(&path, &reader).await.expect(200).body;
    assert_eq!(parts(world, &thread["ancestors"]), ancestors);
}

#[then(expr = "below {string} stand {string}")]
async fn stand_below(world: &mut World, words: String, replies: String) {
    let reader = world.reader("");
    let path = format!("/v1/messages/{}/replies", world.message(&words));
    let page = world.read(&path, &reader).await.expect(200);
    assert_eq!(parts(world, &page.body), replies);
}

#[then(expr = "{string} has {int} likes")]
async fn has_likes(world: &mut World, words: String, number: i64) {
    assert_eq!(message(world, &words).await["likes"], json!(number));
}

#[then(expr = "{string} has {int} replies")]
async fn has_replies(world: &mut World, words: String, number: i64) {
    assert_eq!(message(world, &words).await["replies"], json!(number));
}

#[then(expr = "{string} is liked by {string}")]
async fn is_liked_by(world: &mut World, words: String, who: String) {
    let id = world.message(&words);
    let page = world.read(&format!("/v1/messages/{id}/likes"), &who).await.expect(200);
    let likers: Vec<String> = page.items().iter().map(|account| world.nickname(&account["handle"])).collect();
    assert_eq!(likers, [who.as_str()]);
    let seen = world.read(&format!("/v1/messages/{id}"), &who).await.expect(200);
    assert_eq!(seen.body["liked"], json!(true));
}

#[then(expr = "at {string} the messages of {string} were {string}")]
async fn messages_were(world: &mut World, cutoff: String, who: String, expected: String) {
    let reader = world.reader(&who);
    assert_eq!(messages_then(world, &cutoff, &who, &reader).await, expected);
}

#[then(expr = "at {string} {string} finds their own messages {string}")]
async fn own_messages_were(world: &mut World, cutoff: String, who: String, expected: String) {
    assert_eq!(messages_then(world, &cutoff, &who, &who).await, expected);
}

async fn messages_then(world: &World, cutoff: &str, who: &str, reader: &str) -> String {
    let (author, position) = (&world.person(who).id, world.cutoffs[cutoff]);
    let page = world.read(&format!("/v1/messages?author={author}&asOf={position}"), reader).await.expect(200);
    parts(world, &page.body)
}

async fn message_then(world: &World, words: &str, cutoff: &str) -> Value {
    let (id, position, reader) = (world.message(words), world.cutoffs[cutoff], world.reader(""));
    world.read(&format!("/v1/messages/{id}?asOf={position}"), &reader).await.expect(200).body
}

#[then(expr = "at {string} {string} said {string}")]
async fn said(world: &mut World, cutoff: String, words: String, expected: String) {
    assert_eq!(world.words(&message_then(world, &words, &cutoff).await), expected);
}

#[then(expr = "at {string} {string} had {int} likes")]
async fn had_likes(world: &mut World, cutoff: String, words: String, number: i64) {
    assert_eq!(message_then(world, &words, &cutoff).await["likes"], json!(number));
}

#[then(expr = "now {string} says {string}")]
async fn says(world: &mut World, words: String, expected: String) {
    assert_eq!(world.words(&message(world, &words).await), expected);
}

#[then(expr = "the replies to {string} are:")]
async fn replies_are(world: &mut World, step: &Step, words: String) {
    let reader = world.reader("");
    let path = format!("/v1/messages/{}/replies", world.message(&words));
    let page = world.read(&path, &reader).await.expect(200);
    let found: Vec<Vec<String>> = page.items().iter().map(|message| vec![world.words(message)]).collect();
    assert_eq!(found, rows(step));
}

#[then(expr = "the replies by {string} are:")]
async fn replies_by(world: &mut World, step: &Step, who: String) {
    let path = format!("/v1/accounts/{}/replies", world.people[&who].id);
    let page = world.read(&path, &who).await.expect(200);
    let found: Vec<Vec<String>> = page.items().iter().map(|message| vec![world.words(message)]).collect();
    assert_eq!(found, rows(step));
}

#[then(expr = "the bookmarks of {string} are:")]
async fn bookmarks_are(world: &mut World, step: &Step, who: String) {
    let page = world.read("/v1/bookmarks", &who).await.expect(200);
    let found: Vec<Vec<String>> = page.items().iter().map(|message| vec![world.words(message)]).collect();
    assert_eq!(found, rows(step));
}

#[then(expr = "{string} has no bookmarks")]
async fn has_no_bookmarks(world: &mut World, who: String) {
    let page = world.read("/v1/bookmarks", &who).await.expect(200);
    assert_eq!(page.body, json!([]));
}

#[then(expr = "the timeline of {string} is:")]
async fn timeline_is(world: &mut World, step: &Step, who: String) {
    let page = world.read("/v1/timeline", &who).await.expect(200);
    let found: Vec<Vec<String>> = page.items().iter().map(|item| shown(world, item)).collect();
    assert_eq!(found, rows(step), "{page:?}");
}

/// The message and who reposted it.
fn shown(world: &World, item: &Value) -> Vec<String> {
    let reposter = match &item["repostedBy"] {
        Value::Null => String::new(),
        account => world.nickname(&account["handle"]),
    };
    vec![world.words(&item["message"]), reposter]
}

#[then(expr = "the timeline of {string} is empty")]
async fn timeline_is_empty(world: &mut World, who: String) {
    let page = world.read("/v1/timeline", &who).await.expect(200);
    assert_eq!(page.body, json!([]));
}

#[then(expr = "what is new to {string} is:")]
async fn what_is_new(world: &mut World, step: &Step, who: String) {
    let path = format!("/v1/timeline/updates?since={}", world.read[&who]);
    let news = world.read(&path, &who).await.expect(200);
    let items = news.body["items"].as_array().expect("there are items");
    let found: Vec<Vec<String>> = items.iter().map(|item| vec![world.words(&item["message"])]).collect();
    assert_eq!(found, rows(step));
    assert_eq!(news.body["hasMore"], json!(false));
}

#[then(expr = "{string} is notified:")]
async fn is_notified(world: &mut World, step: &Step, who: String) {
    let page = world.read("/v1/notifications", &who).await.expect(200);
    let items = page.body["items"].as_array().expect("there are items");
    let found: Vec<Vec<String>> = items
        .iter()
        .map(|item| {
            let kind = item["kind"].as_str().expect("a notification has a kind").to_owned();
            vec![world.nickname(&item["account"]["handle"]), kind]
        })
        .collect();
    assert_eq!(found, rows(step), "{page:?}");
}

#[then(expr = "{string} is notified of nothing")]
async fn is_notified_of_nothing(world: &mut World, who: String) {
    let page = world.read("/v1/notifications", &who).await.expect(200);
    assert_eq!((&page.body["items"], &page.body["unread"]), (&json!([]), &json!(0)));
}

#[then(expr = "{string} has {int} unread notifications")]
async fn has_unread(world: &mut World, who: String, number: i64) {
    let page = world.read("/v1/notifications", &who).await.expect(200);
    assert_eq!(page.body["unread"], json!(number));
}

#[then(expr = "the analyst has of {string}:")]
async fn analyst_has(world: &mut World, who: String, step: &Step) {
    let author: i64 = world.person(&who).id.parse().expect("an id is a number");
    let own = world.taken.values().filter(|row| row["author"] == author);
    let texts: Vec<Vec<String>> = own.map(|row| vec![world.words(row)]).collect();
    assert_eq!(texts, rows(step));
}

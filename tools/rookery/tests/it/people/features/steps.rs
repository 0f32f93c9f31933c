//! What people do.

use cucumber::{given, when};
use reqwest::Method;
use serde_json::{Value, json};

use super::World;
use crate::people::client::{Answer, PASSWORD};

impl World {
    pub(super) async fn act(
        &mut self,
        actor: &str,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> &Answer {
        let token = self.person(actor).token.clone();
        let answer = self.api().send(method, path, Some(&token), body).await;
        self.answer.insert(answer)
    }

    async fn post(&mut self, author: &str, words: &str, mut body: Value) {
        body["text"] = json!(self.text(words));
        let answer = self.act(author, Method::POST, "/v1/messages", Some(body)).await;
        if answer.status == 201 {
            let id = answer.body["id"].as_str().expect("a message has an id").to_owned();
            self.messages.insert(words.to_owned(), id);
        }
    }
}

#[given(expr = "{string} has registered")]
async fn has_registered(world: &mut World, who: String) {
    let person = world.api().newcomer(&world.handle(&who), &who).await;
    world.people.insert(who, person);
}

#[when(expr = "{string} registers with the name {string}")]
async fn registers(world: &mut World, who: String, name: String) {
    let person = world.api().newcomer(&world.handle(&who), &name).await;
    world.people.insert(who, person);
}

#[given(expr = "{string} registers with the password {string}")]
#[when(expr = "{string} registers with the password {string}")]
async fn registers_with_password(world: &mut World, who: String, password: String) {
    world.answer = Some(world.api().register(&world.handle(&who), &who, &password).await);
}

#[when(expr = "somebody registers with the handle of {string} in capital letters")]
async fn registers_a_taken_handle(world: &mut World, who: String) {
    let handle = world.handle(&who).to_uppercase();
    world.answer = Some(world.api().register(&handle, "Somebody", PASSWORD).await);
}

#[when(expr = "{string} logs in")]
async fn logs_in(world: &mut World, who: String) {
    let answer = world.api().log_in(&world.handle(&who), PASSWORD).await.expect(201);
    let token = answer.body["accessToken"].as_str().expect("a session has a token").to_owned();
    world.people.get_mut(&who).expect("they have registered").token = token;
}

#[when(expr = "{string} logs in with the password {string}")]
async fn logs_in_with(world: &mut World, who: String, password: String) {
    world.answer = Some(world.api().log_in(&world.handle(&who), &password).await);
}

#[when(expr = "{string} takes the handle {string}")]
async fn takes_the_handle(world: &mut World, who: String, handle: String) {
    let body = json!({"handle": world.handle(&handle)});
    world.former_handles.insert(who.clone(), world.person(&who).handle.clone());
    world.act(&who, Method::PATCH, "/v1/accounts/me", Some(body)).await.clone().expect(200);
}

#[when(expr = "{string} takes the former handle of {string}")]
async fn takes_the_former_handle(world: &mut World, who: String, of: String) {
    let body = json!({"handle": world.former_handles[&of]});
    world.act(&who, Method::PATCH, "/v1/accounts/me", Some(body)).await.clone().expect(200);
}

#[given(expr = "{string} gives up the account")]
#[when(expr = "{string} gives up the account")]
async fn gives_up(world: &mut World, who: String) {
    world.act(&who, Method::DELETE, "/v1/accounts/me", None).await.clone().expect(204);
    world.gone.insert(who);
}

#[when(expr = "{string} logs out")]
async fn logs_out(world: &mut World, who: String) {
    world.act(&who, Method::DELETE, "/v1/sessions/current", None).await.clone().expect(204);
}

#[when(expr = "{string} ends the other session")]
async fn ends_the_other_session(world: &mut World, who: String) {
    let token = world.person(&who).token.clone();
    let sessions = world.api().get("/v1/sessions", &token).await.expect(200);
    let other = sessions.items().iter().find(|session| session["current"] == json!(false));
    let id = other.expect("there is another one")["id"].as_str().expect("it has an id").to_owned();
    world.act(&who, Method::DELETE, &format!("/v1/sessions/{id}"), None).await.clone().expect(204);
}

#[when(expr = "{string} logs out everywhere")]
async fn logs_out_everywhere(world: &mut World, who: String) {
    world.act(&who, Method::DELETE, "/v1/sessions", None).await.clone().expect(204);
}

#[given(expr = "somebody else is logged in as {string}")]
async fn somebody_is_logged_in_as(world: &mut World, who: String) {
    let answer = world.api().log_in(&world.handle(&who), PASSWORD).await.expect(201);
    let token = answer.body["accessToken"].as_str().expect("a session has a token").to_owned();
    world.other_tokens.insert(who, token);
}

#[when(expr = "{string} changes the password to {string}")]
async fn changes_the_password(world: &mut World, who: String, new: String) {
    let body = json!({"currentPassword": PASSWORD, "newPassword": new});
    world.act(&who, Method::POST, "/v1/accounts/me/password", Some(body)).await.clone().expect(204);
}

#[given(expr = "{string} has a script that may {string}")]
async fn has_a_script(world: &mut World, who: String, scope: String) {
    let body = json!({"name": "script", "scopes": [scope]});
    let answer = world.act(&who, Method::POST, "/v1/tokens", Some(body)).await.clone().expect(201);
    let token = answer.body["token"].as_str().expect("it is shown once").to_owned();
    world.other_tokens.insert(who, token);
}

#[when(expr = "the script of {string} posts {string}")]
async fn the_script_posts(world: &mut World, who: String, words: String) {
    let body = json!({"text": world.text(&words)});
    world.answer = Some(world.api().post("/v1/messages", &world.other_tokens[&who], body).await);
}

#[when(expr = "the script of {string} reads the timeline")]
async fn the_script_reads(world: &mut World, who: String) {
    world.answer = Some(world.api().get("/v1/timeline", &world.other_tokens[&who]).await);
}

#[when(expr = "{string} revokes the token of the script")]
async fn revokes_the_token(world: &mut World, who: String) {
    let token = world.person(&who).token.clone();
    let tokens = world.api().get("/v1/tokens", &token).await.expect(200);
    let id = tokens.items()[0]["id"].as_str().expect("it has an id").to_owned();
    world.act(&who, Method::DELETE, &format!("/v1/tokens/{id}"), None).await.clone().expect(204);
}

#[when(expr = "{string} revokes all tokens")]
async fn revokes_all_tokens(world: &mut World, who: String) {
    world.act(&who, Method::DELETE, "/v1/tokens", None).await.clone().expect(204);
}

#[given(expr = "{string} has posted {string}")]
async fn has_posted(world: &mut World, who: String, words: String) {
    world.post(&who, &words, json!({})).await;
    world.message(&words);
}

#[when(expr = "{string} posts {string}")]
async fn posts(world: &mut World, who: String, words: String) {
    world.post(&who, &words, json!({})).await;
}

#[when(expr = "{string} posts {string} tagged {string}")]
async fn posts_tagged(world: &mut World, who: String, words: String, tag: String) {
    world.post(&who, &words, json!({"tag": tag})).await;
}

#[when(expr = "{string} posts {string} tagged {string} and {string}")]
async fn posts_tagged_twice(world: &mut World, who: String, words: String, tag: String, other: String) {
    world.post(&who, &words, json!({"tags": [tag, other]})).await;
}

#[when(expr = "{string} replies {string} to {string}")]
async fn replies(world: &mut World, who: String, words: String, to: String) {
    let target = world.message(&to).to_owned();
    world.post(&who, &words, json!({"inReplyTo": target})).await;
}

#[when(expr = "{string} edits {string} to {string}")]
async fn edits(world: &mut World, who: String, words: String, new: String) {
    let path = format!("/v1/messages/{}", world.message(&words));
    world.act(&who, Method::PATCH, &path, Some(json!({"text": new}))).await;
}

#[when(expr = "{string} deletes {string}")]
async fn deletes(world: &mut World, who: String, words: String) {
    let path = format!("/v1/messages/{}", world.message(&words));
    world.act(&who, Method::DELETE, &path, None).await;
}

#[given(expr = "{string} follows {string}")]
#[when(expr = "{string} follows {string}")]
async fn follows(world: &mut World, who: String, whom: String) {
    let path = format!("/v1/accounts/{}/follow", world.person(&whom).id);
    world.act(&who, Method::PUT, &path, None).await;
}

#[when(expr = "{string} follows the account {int}")]
async fn follows_the_account(world: &mut World, who: String, account: i64) {
    world.act(&who, Method::PUT, &format!("/v1/accounts/{account}/follow"), None).await;
}

#[when(expr = "{string} unfollows {string}")]
async fn unfollows(world: &mut World, who: String, whom: String) {
    let path = format!("/v1/accounts/{}/follow", world.person(&whom).id);
    world.act(&who, Method::DELETE, &path, None).await.clone().expect(204);
}

#[given(expr = "{string} likes {string}")]
#[when(expr = "{string} likes {string}")]
async fn likes(world: &mut World, who: String, words: String) {
    let path = format!("/v1/messages/{}/like", world.message(&words));
    world.act(&who, Method::PUT, &path, None).await.clone().expect(204);
}

#[when(expr = "{string} likes the message {int}")]
async fn likes_the_message(world: &mut World, who: String, message: i64) {
    world.act(&who, Method::PUT, &format!("/v1/messages/{message}/like"), None).await;
}

#[when(expr = "{string} unlikes {string}")]
async fn unlikes(world: &mut World, who: String, words: String) {
    let path = format!("/v1/messages/{}/like", world.message(&words));
    world.act(&who, Method::DELETE, &path, None).await.clone().expect(204);
}

#[given(expr = "{string} reposts {string}")]
#[when(expr = "{string} reposts {string}")]
async fn reposts(world: &mut World, who: String, words: String) {
    let path = format!("/v1/messages/{}/repost", world.message(&words));
    world.act(&who, Method::PUT, &path, None).await.clone().expect(204);
}

#[when(expr = "{string} takes back the repost of {string}")]
async fn takes_back_the_repost(world: &mut World, who: String, words: String) {
    let path = format!("/v1/messages/{}/repost", world.message(&words));
    world.act(&who, Method::DELETE, &path, None).await.clone().expect(204);
}

#[given(expr = "{string} bookmarks {string}")]
#[when(expr = "{string} bookmarks {string}")]
async fn bookmarks(world: &mut World, who: String, words: String) {
    let path = format!("/v1/messages/{}/bookmark", world.message(&words));
    world.act(&who, Method::PUT, &path, None).await.clone().expect(204);
}

#[when(expr = "{string} bookmarks the message {int}")]
async fn bookmarks_the_message(world: &mut World, who: String, message: i64) {
    world.act(&who, Method::PUT, &format!("/v1/messages/{message}/bookmark"), None).await;
}

#[when(expr = "{string} takes back the bookmark of {string}")]
async fn takes_back_the_bookmark(world: &mut World, who: String, words: String) {
    let path = format!("/v1/messages/{}/bookmark", world.message(&words));
    world.act(&who, Method::DELETE, &path, None).await.clone().expect(204);
}

#[given(expr = "the moment {string} is remembered")]
async fn position_is_remembered(world: &mut World, name: String) {
    let position = world.answer.as_ref().and_then(|answer| answer.position);
    world.cutoffs.insert(name, position.expect("somebody changed something"));
}

#[given(expr = "{string} has read the timeline")]
async fn has_read(world: &mut World, who: String) {
    let page = world.read("/v1/timeline", &who).await.expect(200);
    let newest = page.items().first().expect("there is something to read");
    let position = newest["position"].as_str().expect("an item has a position").to_owned();
    world.read.insert(who, position);
}

#[when(expr = "{string} marks the notifications as read")]
async fn marks_as_read(world: &mut World, who: String) {
    let page = world.read("/v1/notifications", &who).await.expect(200);
    let until = page.body["items"][0]["position"].clone();
    let body = Some(json!({"until": until}));
    world.act(&who, Method::PUT, "/v1/notifications/read", body).await.clone().expect(204);
}

#[given("an analyst has taken the messages away")]
async fn has_taken_the_messages(world: &mut World) {
    let (rows, position) = world.api().export(&world.analyst(), None).await;
    world.taken = rows.into_iter().map(|row| (row["id"].as_i64().expect("a row has its key"), row)).collect();
    world.taken_at = position;
}

#[when("the analyst takes away what changed")]
async fn takes_what_changed(world: &mut World) {
    let (rows, position) = world.api().export(&world.analyst(), Some(world.taken_at)).await;
    for row in rows {
        let id = row["id"].as_i64().expect("a row has its key");
        world.taken.remove(&id);
        if row["_change_type"] == "upsert" {
            world.taken.insert(id, row);
        }
    }
    world.taken_at = position;
}

#[when(expr = "{string} takes the messages away")]
async fn takes_the_messages(world: &mut World, who: String) {
    world.answer = Some(world.read("/v1/exports/messages", &who).await);
}

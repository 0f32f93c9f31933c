//! Blocks, mutes, reports, and what moderators do about them.

use cucumber::{given, then, when};
use reqwest::Method;
use serde_json::{Value, json};

use super::World;
use crate::people::client::Answer;
use crate::support::{rookery, stdout};

impl World {
    async fn avoid(&mut self, who: &str, method: Method, whom: &str, what: &str) {
        let path = format!("/v1/accounts/{}/{what}", self.person(whom).id);
        self.act(who, method, &path, None).await;
    }

    async fn moderate(&mut self, who: &str, action: &str, whom: &str, reason: &str) {
        let path = format!("/v1/accounts/{}/moderation", self.person(whom).id);
        self.act(who, Method::POST, &path, Some(json!({"action": action, "reason": reason}))).await;
    }

    /// As an operator at the machine does it.
    fn change_roles(&self, verb: &str, who: &str) {
        let handle = &self.person(who).handle;
        let arguments = ["accounts", verb, handle, "moderator", "--operator", "ann"];
        stdout(&rookery(&self.stage().dir, &arguments));
    }
}

/// Longer than ADR 29 promises.
const HEEDED_WITHIN: std::time::Duration = std::time::Duration::from_secs(30);

#[given(expr = "{string} blocks {string}")]
#[when(expr = "{string} blocks {string}")]
async fn blocks(world: &mut World, who: String, whom: String) {
    world.avoid(&who, Method::PUT, &whom, "block").await;
}

#[when(expr = "{string} takes back the block of {string}")]
async fn unblocks(world: &mut World, who: String, whom: String) {
    world.avoid(&who, Method::DELETE, &whom, "block").await;
}

#[when(expr = "{string} mutes {string}")]
async fn mutes(world: &mut World, who: String, whom: String) {
    world.avoid(&who, Method::PUT, &whom, "mute").await;
}

#[then(expr = "{string} has blocked {string}")]
async fn has_blocked(world: &mut World, who: String, whom: String) {
    let page = world.read("/v1/blocks", &who).await.expect(200);
    let blocked: Vec<String> =
        page.items().iter().map(|account| world.nickname(&account["handle"])).collect();
    assert_eq!(blocked, [whom]);
}

#[given(expr = "an operator makes {string} a moderator")]
async fn becomes_a_moderator(world: &mut World, who: String) {
    world.change_roles("grant", &who);
    // Heeding the decision voids what was issued before; what was issued in between, too.
    testkit::eventually("the decision is heeded", HEEDED_WITHIN, async || {
        let token = world.person(&who).token.clone();
        let answer = world.api().get("/v1/accounts/me", &token).await;
        if answer.status == 401 { Ok(()) } else { Err(format!("{answer:?}")) }
    })
    .await;
    logs_in_again(world, &who).await;
}

#[when(expr = "an operator takes the role of a moderator from {string}")]
async fn is_no_moderator(world: &mut World, who: String) {
    world.change_roles("revoke", &who);
}

/// A session has the roles of its log-in.
async fn logs_in_again(world: &mut World, who: &str) {
    let session = world.api().log_in(&world.handle(who), crate::people::client::PASSWORD).await.expect(201);
    let token = session.body["accessToken"].as_str().expect("a session has a token").to_owned();
    world.people.get_mut(who).expect("they have registered").token = token;
}

#[given(expr = "{string} reports {string} as {string}")]
#[when(expr = "{string} reports {string} as {string}")]
async fn reports(world: &mut World, who: String, words: String, reason: String) {
    let message = world.message(&words).to_owned();
    let seen = world.read(&format!("/v1/messages/{message}"), &who).await.expect(200);
    let body = json!({"account": seen.body["author"]["id"], "message": message, "reason": reason});
    world.act(&who, Method::POST, "/v1/reports", Some(body)).await.clone().expect(201);
}

#[when(expr = "{string} looks at the reports")]
async fn looks_at_reports(world: &mut World, who: String) {
    world.act(&who, Method::GET, "/v1/reports", None).await;
}

/// Other scenarios report as well.
async fn open_reports(world: &World, moderator: &str, words: &str) -> Vec<Value> {
    let Answer { body, .. } = world.read("/v1/reports?limit=100", moderator).await.expect(200);
    let reports = body.as_array().expect("it is a list").iter();
    reports.filter(|report| report["message"] == json!(world.message(words))).cloned().collect()
}

#[then(expr = "{string} sees a report of {string} as {string}")]
async fn sees_a_report(world: &mut World, moderator: String, words: String, reason: String) {
    let reports = open_reports(world, &moderator, &words).await;
    assert_eq!(reports.len(), 1, "{reports:?}");
    assert_eq!((&reports[0]["reason"], world.words(&reports[0])), (&json!(reason), words));
}

#[then(expr = "{string} sees no report of {string}")]
async fn sees_no_report(world: &mut World, moderator: String, words: String) {
    assert_eq!(open_reports(world, &moderator, &words).await, Vec::<Value>::new());
}

#[when(expr = "{string} dismisses the report")]
async fn dismisses(world: &mut World, moderator: String) {
    let report = world.answer.as_ref().expect("somebody reported").body["id"].clone();
    let path = format!("/v1/reports/{}/resolution", report.as_str().expect("it has an id"));
    let body = json!({"outcome": "dismissed"});
    world.act(&moderator, Method::PUT, &path, Some(body)).await.clone().expect(204);
}

#[when(expr = "{string} warns {string} for {string}")]
async fn warns(world: &mut World, who: String, whom: String, reason: String) {
    world.moderate(&who, "warn", &whom, &reason).await;
}

#[when(expr = "{string} silences {string} for {string}")]
async fn silences(world: &mut World, who: String, whom: String, reason: String) {
    world.moderate(&who, "silence", &whom, &reason).await;
}

#[given(expr = "{string} suspends {string} for {string}")]
#[when(expr = "{string} suspends {string} for {string}")]
async fn suspends(world: &mut World, who: String, whom: String, reason: String) {
    world.moderate(&who, "suspend", &whom, &reason).await;
}

#[when(expr = "{string} lifts what holds against {string}")]
async fn lifts(world: &mut World, who: String, whom: String) {
    world.moderate(&who, "lift", &whom, "other").await;
}

#[then(expr = "{string} is told of {string} for {string}")]
async fn is_told(world: &mut World, who: String, action: String, reason: String) {
    let page = world.read("/v1/accounts/me/moderation", &who).await.expect(200);
    let newest = &page.items()[0];
    assert_eq!((&newest["action"], &newest["reason"]), (&json!(action), &json!(reason)), "{page:?}");
}

#[then(expr = "{string} sees that {string} is {string}")]
async fn sees_the_restriction(world: &mut World, moderator: String, whom: String, restriction: String) {
    let path = format!("/v1/accounts/{}", world.person(&whom).id);
    let profile = world.read(&path, &moderator).await.expect(200);
    assert_eq!(profile.body["restriction"], json!(restriction));
}

async fn has_under_the_tag(world: &World, who: &str, words: &str, tag: &str) -> bool {
    let page = world.read(&format!("/v1/messages?tag={tag}"), who).await.expect(200);
    page.items().iter().any(|message| world.words(message) == words)
}

#[then(expr = "{string} finds {string} under the tag {string}")]
async fn finds_under_the_tag(world: &mut World, who: String, words: String, tag: String) {
    assert!(has_under_the_tag(world, &who, &words, &tag).await);
}

#[then(expr = "{string} does not find {string} under the tag {string}")]
async fn does_not_find_under_the_tag(world: &mut World, who: String, words: String, tag: String) {
    assert!(!has_under_the_tag(world, &who, &words, &tag).await);
}

//! The history in which every type of event happens and every column says something. What a column comes from is only
//! seen where something happens that it comes from.

use serde_json::{Value, json};

use super::story::Story;

/// Before the log, and not by many days: each of them is a row.
const BEFORE: &str = "2026-02-26T10:00:00Z";
const LONG_BEFORE: &str = "2026-02-20T22:00:00Z";

/// 1 to 4 stay, 5 and 7 leave, 6 never registered, 8 moderates, 9 left before anybody said a word. From 10 on they meet only
/// each other.
pub(super) fn story() -> Story {
    let mut story = Story::default();
    arrive(&mut story);
    let messages = talk(&mut story);
    edit(&mut story, &messages);
    react(&mut story, &messages);
    follow(&mut story);
    avoid(&mut story, &messages);
    watch(&mut story, &messages);
    delete(&mut story, &messages);
    leave(&mut story, &messages);
    story
}

/// Data with a time of its own, if it was imported.
fn at(mut data: Value, time: Option<&str>) -> Value {
    if let Some(time) = time {
        data["originalTime"] = json!(time);
    }
    data
}

fn arrive(story: &mut Story) {
    story.tell("handle.claimed", json!({ "handle": "tern", "account": "1" }));
    story.tell("account.registered", json!({ "account": "1", "handle": "tern", "displayName": "Tern" }));
    for (account, handle) in [("3", "robin"), ("4", "rook"), ("5", "dodo"), ("8", "owl"), ("9", "gone")] {
        let data = json!({ "account": account, "handle": handle, "displayName": handle, "bio": "A bird." });
        story.tell("account.registered", data);
    }
    for (account, handle, time) in [("2", "wren", BEFORE), ("7", "auk", LONG_BEFORE)] {
        let data = json!({ "account": account, "handle": handle, "displayName": handle });
        story.tell("account.registered", at(data, Some(time)));
    }
    for (account, handle) in [("1", "arctic_tern"), ("7", "great_auk")] {
        let data =
            json!({ "account": account, "handle": handle, "displayName": "Other", "bio": "Far away." });
        story.tell("account.profile-changed", data);
    }
    story.tell("handle.released", json!({ "handle": "tern", "account": "1" }));
    // A second registration counts for nothing, and so does giving up what is given up.
    story.tell("account.registered", json!({ "account": "3", "handle": "late", "displayName": "Late" }));
    story.tell("account.deactivated", json!({ "account": "9" }));
    story.tell("account.deactivated", json!({ "account": "9" }));
}

/// Ids of messages, from the first one on.
fn talk(story: &mut Story) -> Vec<String> {
    let mut messages: Vec<String> = Vec::new();
    for (author, tags, parent, time) in [
        ("1", json!(["birds", "dusk"]), None, None),
        ("2", json!(["birds"]), None, Some(BEFORE)),
        ("3", json!([]), Some(0), None),
        ("2", json!(["dusk"]), Some(2), None),
        ("5", json!(["birds"]), None, None),
        ("7", json!(["moths"]), Some(0), Some(LONG_BEFORE)),
        ("1", json!(["moths"]), Some(1), None),
        ("2", json!([]), Some(0), None),
        ("3", json!(["birds"]), Some(6), None),
        ("4", json!(["dusk"]), Some(8), None),
        ("4", json!(["birds"]), None, None),
        ("5", json!(["dawn"]), Some(6), None),
        ("2", json!(["dawn"]), Some(11), None),
        ("17", json!(["dawn"]), None, None),
        ("2", json!(["alone"]), None, None),
    ] {
        let mut data = json!({ "author": author, "text": format!("by {author}"), "tags": tags });
        if let Some(parent) = parent {
            let parent: usize = parent;
            data["inReplyTo"] = json!(messages[parent]);
        }
        messages.push(story.tell("message.posted", at(data, time)));
    }
    // Of somebody who never registered, to what never was.
    story.tell(
        "message.posted",
        json!({ "author": "6", "text": "hello?", "tags": ["birds"], "inReplyTo": "25857" }),
    );
    messages
}

fn edit(story: &mut Story, messages: &[String]) {
    for (message, author, edition, tags, time) in [
        (0, "1", 2, "dawn", None),
        (0, "1", 3, "birds", Some("2026-03-01T01:00:00Z")),
        (1, "2", 2, "birds", None),
        (4, "5", 2, "dusk", None),
        (6, "1", 2, "dusk", None),
        // Too late, and twice the same number: they count for nothing.
        (0, "1", 2, "moths", None),
        (2, "3", 2, "moths", None),
        (2, "3", 2, "night", None),
        (9, "4", 2, "alone", None),
    ] {
        let data = json!({
            "message": messages[message], "author": author, "edition": edition, "text": format!("{tags} {edition}"),
            "tags": [tags],
        });
        story.tell("message.edited", at(data, time));
    }
}

fn react(story: &mut Story, messages: &[String]) {
    for (verb, undone) in [("liked", "unliked"), ("reposted", "unreposted")] {
        let mut tell = |verb: &str, account: &str, message: usize, time: Option<&str>| {
            let data = json!({ "account": account, "message": messages[message] });
            story.tell(&format!("message.{verb}"), at(data, time));
        };
        tell(verb, "3", 0, None);
        tell(verb, "2", 0, Some(BEFORE));
        // It ends with the message, with the account that did it, with that of the author, and by being taken back.
        tell(verb, "4", 6, None);
        tell(verb, "5", 1, None);
        tell(verb, "2", 4, None);
        tell(verb, "4", 1, None);
        tell(undone, "4", 1, None);
        tell(verb, "3", 1, None);
        tell(undone, "3", 1, Some(BEFORE));
        // Again, and twice.
        tell(verb, "4", 1, None);
        tell(verb, "4", 1, None);
        // All that ever happened to the message.
        tell(verb, "3", 14, None);
        tell(undone, "3", 14, None);
        tell(verb, "1", 10, None);
    }
    for verb in ["bookmarked", "unbookmarked"] {
        story.tell(&format!("message.{verb}"), json!({ "account": "4", "message": messages[0] }));
    }
}

fn edge(story: &mut Story, verb: &str, from: &str, to: &str, time: Option<&str>) {
    let [first, second] = match verb {
        "muted" | "unmuted" => ["muter", "muted"],
        "blocked" | "unblocked" => ["blocker", "blocked"],
        _ => ["follower", "followee"],
    };
    story.tell(&format!("account.{verb}"), at(json!({ first: from, second: to }), time));
}

fn follow(story: &mut Story) {
    for (verb, from, to, time) in [
        ("followed", "1", "2", None),
        ("followed", "1", "2", None),
        ("followed", "2", "1", Some(BEFORE)),
        ("followed", "3", "1", None),
        ("followed", "2", "4", None),
        ("unfollowed", "2", "4", Some("2026-03-20T00:00:00Z")),
        ("followed", "2", "3", None),
        ("unfollowed", "2", "3", None),
        ("followed", "2", "3", None),
        // It ends with one of the two accounts.
        ("followed", "5", "1", None),
        ("followed", "1", "7", None),
        ("followed", "12", "8", None),
        ("unfollowed", "12", "8", None),
        ("followed", "13", "14", None),
        ("followed", "15", "16", None),
        ("muted", "1", "4", None),
        ("unmuted", "1", "4", None),
    ] {
        edge(story, verb, from, to, time);
    }
}

fn avoid(story: &mut Story, messages: &[String]) {
    edge(story, "followed", "3", "4", None);
    edge(story, "followed", "4", "3", None);
    edge(story, "blocked", "3", "4", None);
    // Not while one of the two blocks the other.
    for (verb, account, message) in
        [("liked", "4", 2), ("reposted", "4", 2), ("liked", "3", 10), ("reposted", "3", 10)]
    {
        story.tell(&format!("message.{verb}"), json!({ "account": account, "message": messages[message] }));
    }
    edge(story, "followed", "4", "3", None);
    edge(story, "unblocked", "3", "4", None);
    for (verb, account, message) in
        [("liked", "4", 2), ("reposted", "4", 2), ("liked", "4", 8), ("reposted", "4", 8)]
    {
        story.tell(&format!("message.{verb}"), json!({ "account": account, "message": messages[message] }));
    }
    edge(story, "followed", "4", "3", None);
    edge(story, "unfollowed", "4", "3", None);
    edge(story, "followed", "3", "4", None);
    edge(story, "blocked", "13", "14", None);
    edge(story, "blocked", "15", "16", None);
    edge(story, "unblocked", "15", "16", None);
    edge(story, "followed", "16", "15", None);
    edge(story, "blocked", "8", "14", None);
    story.tell("message.liked", json!({ "account": "14", "message": messages[14] }));
    story.tell("message.reposted", json!({ "account": "14", "message": messages[14] }));
    edge(story, "blocked", "2", "18", None);
    story.tell("message.liked", json!({ "account": "18", "message": messages[12] }));
    story.tell("message.reposted", json!({ "account": "18", "message": messages[12] }));
}

fn watch(story: &mut Story, messages: &[String]) {
    story.tell("notifications.read", json!({ "account": "1", "until": messages[3] }));
    let silenced = json!({ "level": "silenced", "reason": "spam" });
    story.tell("account.moderated", json!({
        "account": "4", "action": "silence", "reason": "spam", "restriction": silenced, "roles": ["analyst"], "by": "8",
        "note": "too much",
    }));
    let suspended = json!({ "level": "suspended", "reason": "spam" });
    story.tell(
        "account.moderated",
        json!({
            "account": "2", "action": "suspend", "reason": "other", "restriction": suspended, "by": "8",
        }),
    );
    story
        .tell("account.moderated", json!({ "account": "2", "action": "lift", "reason": "other", "by": "8" }));
    let by_operator =
        json!({ "account": "8", "roles": ["moderator"], "by": "9007199254740991", "operator": "ann" });
    story.tell("account.roles-changed", by_operator);
    story.tell(
        "account.roles-changed",
        json!({ "account": "3", "roles": [], "restriction": silenced, "by": "8" }),
    );
    let mut report = |data: Value| story.tell("report.filed", data);
    let first = report(json!({
        "reporter": "2", "account": "4", "message": messages[9], "reason": "spam", "comment": "again", "day": 20_500,
        "ofDay": 1,
    }));
    let second =
        report(json!({ "reporter": "1", "account": "3", "reason": "harassment", "day": 20_500, "ofDay": 2 }));
    report(json!({ "reporter": "1", "account": "2", "reason": "other", "day": 20_501, "ofDay": 1 }));
    for (report, outcome) in [(&first, "acted"), (&second, "dismissed"), (&first, "dismissed")] {
        let data = json!({ "report": report, "by": "8", "outcome": outcome, "note": "why" });
        story.tell("report.resolved", data);
    }
}

fn delete(story: &mut Story, messages: &[String]) {
    let mut tell = |message: &str, author: &str, by: &str, time: Option<&str>| {
        let data = json!({ "message": message, "author": author, "deletedBy": by });
        story.tell("message.deleted", at(data, time));
    };
    tell(&messages[6], "1", "1", Some(BEFORE));
    // Whatever is deleted stays so.
    tell(&messages[6], "1", "8", None);
    tell(&messages[8], "3", "8", None);
    tell(&messages[11], "5", "5", None);
    tell(&messages[13], "17", "17", None);
    // Of what never was.
    tell("26113", "2", "2", None);
}

fn leave(story: &mut Story, messages: &[String]) {
    story.tell("account.deactivated", json!({ "account": "5" }));
    let imported = at(json!({ "account": "7" }), Some("2026-03-19T00:00:00Z"));
    story.tell("account.deactivated", imported);
    // What is gone is changed no more.
    for (message, author) in [(4, "5"), (13, "17")] {
        let message = &messages[message];
        let text =
            json!({ "message": message, "author": author, "edition": 5, "text": "late", "tags": ["late"] });
        story.tell("message.edited", text);
        for verb in ["liked", "reposted"] {
            story.tell(&format!("message.{verb}"), json!({ "account": "3", "message": message }));
        }
    }
    edge(story, "followed", "2", "5", None);
    edge(story, "followed", "5", "2", None);
    for (message, author) in [(4, "5"), (12, "2")] {
        let data = json!({ "message": messages[message], "author": author, "deletedBy": author });
        story.tell("message.deleted", data);
    }
    // What they do from now on counts for nothing, and what answers it answers nothing that ever was.
    let late = story.tell("message.posted", json!({ "author": "5", "text": "late", "tags": ["birds"] }));
    let answer = json!({ "author": "2", "text": "to nobody", "tags": ["dusk"], "inReplyTo": late });
    story.tell("message.posted", answer);
    story.tell("account.registered", json!({ "account": "7", "handle": "again", "displayName": "Again" }));
    story.tell("event.dropped", json!({ "projection": "social", "positions": ["4"], "reason": "a test" }));
}

//! Random people do random things to the real system; then every list, feed and count is compared with the model.

mod check;

use std::path::Path;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use reqwest::Method;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::runtime::Runtime;

use super::client::{Answer, Api, Person};
use super::model::{Edge, Event, Model, What, Who};
use crate::export;
use crate::support::{System, data_dir, rookery, stdout};

const PEOPLE: usize = 4;
const ACTS: std::ops::Range<usize> = 20..80;
const CASES: u32 = 10;
/// So few followers make an author one whose entries are merged on read.
const SMALL_FANOUT_LIMIT: &str = "2";

/// Numbers stand for people and messages, modulo how many there are.
#[derive(Debug, Clone)]
enum Act {
    Post(Who),
    Reply(Who, What),
    Delete(Who, What),
    Like(Who, What),
    Unlike(Who, What),
    Repost(Who, What),
    Unrepost(Who, What),
    Bookmark(Who, What),
    Unbookmark(Who, What),
    Follow(Who, Who),
    Unfollow(Who, Who),
    ReadNotifications(Who),
    GiveUp(Who),
    Import(Deed, Who, usize),
}

/// What an operator imports.
#[derive(Debug, Clone, Copy)]
enum Deed {
    Post,
    Reply,
    Like,
    Repost,
    Bookmark,
    Follow,
}

fn act() -> impl Strategy<Value = Act> {
    let who = || 0..PEOPLE;
    // Messages that were just written, so that much happens to few of them.
    let what = || 0..5_usize;
    prop_oneof![
        6 => who().prop_map(Act::Post),
        3 => (who(), what()).prop_map(|(who, what)| Act::Reply(who, what)),
        2 => (who(), what()).prop_map(|(who, what)| Act::Delete(who, what)),
        4 => (who(), what()).prop_map(|(who, what)| Act::Like(who, what)),
        2 => (who(), what()).prop_map(|(who, what)| Act::Unlike(who, what)),
        4 => (who(), what()).prop_map(|(who, what)| Act::Repost(who, what)),
        2 => (who(), what()).prop_map(|(who, what)| Act::Unrepost(who, what)),
        4 => (who(), what()).prop_map(|(who, what)| Act::Bookmark(who, what)),
        2 => (who(), what()).prop_map(|(who, what)| Act::Unbookmark(who, what)),
        7 => (who(), who()).prop_map(|(who, whom)| Act::Follow(who, whom)),
        3 => (who(), who()).prop_map(|(who, whom)| Act::Unfollow(who, whom)),
        1 => who().prop_map(Act::ReadNotifications),
        1 => who().prop_map(Act::GiveUp),
        6 => (deed(), who(), what()).prop_map(|(deed, who, target)| Act::Import(deed, who, target)),
    ]
}

fn deed() -> impl Strategy<Value = Deed> {
    prop::sample::select(vec![
        Deed::Post,
        Deed::Reply,
        Deed::Like,
        Deed::Repost,
        Deed::Bookmark,
        Deed::Follow,
    ])
}

/// One case: its own people and its own tag in a system that other cases use as well.
struct Case<'api> {
    api: &'api Api,
    people: Vec<Person>,
    model: Model,
    tag: String,
    operator: &'api str,
}

impl<'api> Case<'api> {
    /// All but one register; that one is imported.
    async fn begin(api: &'api Api, operator: &'api str, dir: &Path, number: u32) -> Self {
        let mut people = Vec::new();
        for index in 1..PEOPLE {
            people.push(api.newcomer(&format!("p{index}_{number}"), &format!("Person {index}")).await);
        }
        let handle = format!("p0_{number}");
        let line = json!({"kind": "account", "handle": handle, "displayName": "Person 0", "bio": "Imported.",
            "time": "2019-01-01T00:00:00Z"});
        let report = api.import(operator, &line).await.body;
        let id = report["id"].as_str().unwrap_or_else(|| panic!("{report}")).to_owned();
        let token = rookery(dir, &["token", "--account", &id, "--roles", "user"]);
        people.push(Person { id, handle, token: stdout(&token).trim_end().to_owned() });
        let model = Model::of(PEOPLE);
        Self { api, people, model, tag: format!("case-{number}"), operator }
    }

    async fn act(&mut self, act: &Act) {
        match *act {
            Act::Post(who) => self.post(who, None).await,
            Act::Reply(who, what) => {
                let target = self.message(what);
                if target.is_some() {
                    self.post(who, target).await;
                }
            }
            Act::Delete(who, what) => self.delete(who, what).await,
            Act::Follow(who, whom) => self.follow(who, whom).await,
            Act::Unfollow(who, whom) => {
                let (who, whom) = one_of(self.model.follows(), who, whom).unwrap_or((who, whom));
                if self.model.stands(who) && self.model.stands(whom) && who != whom {
                    let path = format!("/v1/accounts/{}/follow", self.people[whom].id);
                    self.api.delete(&path, &self.people[who].token).await.expect(204);
                    self.model.unfollow(who, whom);
                }
            }
            Act::Like(who, what) => {
                let what = self.message(what);
                if let Some((answer, what)) = self.react(who, what, Method::PUT, "like").await {
                    self.model.like(who, what, event(&answer));
                }
            }
            Act::Unlike(who, what) => {
                let edge = one_of(self.model.likes(), who, what);
                if let Some((who, what)) = self.undo(who, what, edge, "like").await {
                    self.model.unlike(who, what);
                }
            }
            Act::Repost(who, what) => {
                let what = self.message(what);
                if let Some((answer, what)) = self.react(who, what, Method::PUT, "repost").await {
                    self.model.repost(who, what, event(&answer));
                }
            }
            Act::Unrepost(who, what) => {
                let edge = one_of(self.model.reposts(), who, what);
                if let Some((who, what)) = self.undo(who, what, edge, "repost").await {
                    self.model.unrepost(who, what);
                }
            }
            Act::Bookmark(who, what) => {
                let what = self.message(what);
                if let Some((answer, what)) = self.react(who, what, Method::PUT, "bookmark").await {
                    self.model.bookmark(who, what, event(&answer));
                }
            }
            Act::Unbookmark(who, what) => {
                let edge = one_of(self.model.bookmarks(), who, what);
                if let Some((who, what)) = self.undo(who, what, edge, "bookmark").await {
                    self.model.unbookmark(who, what);
                }
            }
            Act::ReadNotifications(who) => self.read_notifications(who).await,
            Act::Import(deed, who, target) => self.import(deed, who, target).await,
            Act::GiveUp(who) => {
                if self.model.stands(who) {
                    self.api.delete("/v1/accounts/me", &self.people[who].token).await.expect(204);
                    self.model.give_up(who);
                }
            }
        }
    }

    /// The newest messages are 0, 1, 2 and so on.
    fn message(&self, what: What) -> Option<What> {
        let count = self.model.messages.len();
        (count > 0).then(|| count - 1 - what % count)
    }

    async fn post(&mut self, who: Who, reply_to: Option<What>) {
        if !self.model.stands(who) {
            return;
        }
        let text = format!("{} by {who}", self.model.messages.len());
        let mut body = json!({"text": text, "tag": self.tag});
        if let Some(target) = reply_to {
            body["inReplyTo"] = json!(self.model.messages[target].id.to_string());
        }
        let posted = self.api.post("/v1/messages", &self.people[who].token, body).await;
        // A reply to what was deleted may be refused or taken; both leave the same to be seen except for the reply.
        if posted.status == 422 && reply_to.is_some_and(|target| !self.model.messages[target].is_live) {
            return;
        }
        self.model.post(who, text, reply_to, event(&posted.expect(201)));
    }

    /// With the time of now, so that the order is that of the log, as of everything else.
    async fn import(&mut self, deed: Deed, who: Who, target: usize) {
        let (whom, what) = (target % PEOPLE, self.message(target));
        let mut line = json!({
            "account": format!("@{}", self.people[who].handle),
            "time": OffsetDateTime::now_utc().format(&Rfc3339).expect("it is a time"),
        });
        let set = |line: &mut Value, fields: Value| {
            line.as_object_mut().expect("it is one").extend(fields.as_object().expect("it is one").clone());
        };
        let text = format!("{} by {who}", self.model.messages.len());
        let message = what.map(|what| self.model.messages[what].id.to_string());
        match (deed, &message) {
            (Deed::Post, _) => set(&mut line, json!({"kind": "message", "text": text, "tags": [self.tag]})),
            (Deed::Reply, Some(parent)) => {
                let reply = json!({"kind": "message", "text": text, "tags": [self.tag], "inReplyTo": parent});
                set(&mut line, reply);
            }
            (Deed::Like, Some(message)) => set(&mut line, json!({"kind": "like", "message": message})),
            (Deed::Repost, Some(message)) => set(&mut line, json!({"kind": "repost", "message": message})),
            (Deed::Bookmark, Some(message)) => {
                set(&mut line, json!({"kind": "bookmark", "message": message}));
            }
            (Deed::Follow, _) => set(&mut line, json!({"kind": "follow", "followee": self.people[whom].id})),
            (_, None) => return,
        }
        let imported = self.api.import(self.operator, &line).await;
        let is_live = what.is_none_or(|what| self.model.messages[what].is_live);
        let must_be_refused = !self.model.stands(who)
            || matches!(deed, Deed::Follow) && (who == whom || !self.model.stands(whom));
        if imported.body["outcome"] == "refused" {
            // What was deleted may be found missing, or be found in the log; nobody sees a difference.
            assert!(must_be_refused || !is_live, "{imported:?}");
            return;
        }
        assert!(!must_be_refused, "{imported:?}");
        let event = Event { is_import: true, ..event(&imported) };
        match (deed, what) {
            (Deed::Post, _) => self.model.post(who, text, None, event),
            (Deed::Reply, what) => self.model.post(who, text, what, event),
            (Deed::Like, Some(what)) => self.model.like(who, what, event),
            (Deed::Repost, Some(what)) => self.model.repost(who, what, event),
            (Deed::Bookmark, Some(what)) => self.model.bookmark(who, what, event),
            (Deed::Follow, _) => self.model.follow(who, whom, event),
            (_, None) => {}
        }
    }

    async fn delete(&mut self, who: Who, what: What) {
        let Some(what) = self.message(what).filter(|_| self.model.stands(who)) else { return };
        let path = format!("/v1/messages/{}", self.model.messages[what].id);
        let answer = self.api.delete(&path, &self.people[who].token).await;
        if self.model.messages[what].author != who {
            assert!(matches!(answer.status, 403 | 404), "{answer:?}");
        } else {
            answer.expect(204);
            self.model.delete(what);
        }
    }

    async fn follow(&mut self, who: Who, whom: Who) {
        if !self.model.stands(who) {
            return;
        }
        let path = format!("/v1/accounts/{}/follow", self.people[whom].id);
        let answer = self.api.put(&path, &self.people[who].token).await;
        if who == whom {
            answer.expect(403);
        } else if self.model.stands(whom) {
            self.model.follow(who, whom, event(&answer.expect(204)));
        } else {
            answer.expect(404);
        }
    }

    /// The answer, where the command was taken, and the message that it was about.
    async fn react(
        &self,
        who: Who,
        what: Option<What>,
        method: Method,
        verb: &str,
    ) -> Option<(Answer, What)> {
        let what = what.filter(|_| self.model.stands(who))?;
        let path = format!("/v1/messages/{}/{verb}", self.model.messages[what].id);
        let answer = self.api.send(method, &path, Some(&self.people[who].token), None).await;
        // What was deleted may be found missing, or be found in the log; nobody sees a difference.
        if answer.status == 404 && !self.model.messages[what].is_live {
            return None;
        }
        Some((answer.expect(204), what))
    }

    /// Undoes what somebody did, or where nobody did anything, what was never done.
    async fn undo(&self, who: Who, what: What, edge: Option<(Who, What)>, verb: &str) -> Option<(Who, What)> {
        let (who, what) = edge.map_or((who, self.message(what)), |(who, what)| (who, Some(what)));
        self.react(who, what, Method::DELETE, verb).await.map(|(_, what)| (who, what))
    }

    async fn read_notifications(&mut self, who: Who) {
        let newest = self.model.notices(who).first().map(|notice| notice.position);
        let Some(until) = newest.filter(|_| self.model.stands(who)) else { return };
        let body = Some(json!({"until": until.to_string()}));
        let token = Some(self.people[who].token.as_str());
        self.api.send(Method::PUT, "/v1/notifications/read", token, body).await.expect(204);
        self.model.read_notifications(who);
    }
}

/// One of what is there to be undone, chosen by both numbers; none now and then, and where nothing is there.
fn one_of(edges: &[Edge], who: Who, target: usize) -> Option<(Who, usize)> {
    let chosen = (who * PEOPLE + target) % (edges.len() + 1);
    edges.get(chosen).map(|edge| (edge.who, edge.target))
}

fn event(answer: &Answer) -> Event {
    let position = answer.position.expect("a command answers its event's position");
    Event { position, is_import: false }
}

fn random_people_see_what_the_model_says(env: &[(&str, &str)]) {
    let runtime = Runtime::new().expect("a runtime starts");
    let dir = data_dir();
    let system = runtime.block_on(System::start_with(dir.path(), env));
    let (api, analyst) = (Api::new(&system.url), system.token().to_owned());
    let operator = stdout(&rookery(dir.path(), &["token", "--account", "1", "--roles", "operator"]));
    let (number, half) = (std::cell::Cell::new(0), std::cell::Cell::new(0));
    let config = Config { cases: CASES, failure_persistence: None, ..Config::default() };
    let outcome = TestRunner::new(config).run(&prop::collection::vec(act(), ACTS), |acts| {
        number.set(number.get() + 1);
        runtime.block_on(async {
            let mut case = Case::begin(&api, operator.trim_end(), dir.path(), number.get()).await;
            for act in &acts {
                case.act(act).await;
            }
            case.check(&analyst).await;
        });
        if number.get() == CASES / 2 {
            half.set(api.seen());
        }
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
    export::all_are_proven(dir.path(), half.get());
    runtime.block_on(system.stop());
}

#[test]
fn every_list_and_count_equals_the_model_with_feeds_written_on_post() {
    random_people_see_what_the_model_says(&[]);
}

#[test]
fn every_list_and_count_equals_the_model_with_feeds_merged_on_read() {
    random_people_see_what_the_model_says(&[("ROOKERY_FANOUT_LIMIT", SMALL_FANOUT_LIMIT)]);
}

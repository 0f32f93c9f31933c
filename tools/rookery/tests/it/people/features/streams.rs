//! What people follow live.

use std::time::Duration;

use cucumber::gherkin::Step;
use cucumber::{then, when};
use reqwest::{Client, Response};
use serde_json::Value;
use tokio::time::timeout;

use super::World;

const LIMIT: Duration = Duration::from_secs(30);

/// A stream that somebody reads.
#[derive(Debug)]
pub(super) struct Stream {
    path: String,
    /// `None` while it is broken.
    answer: Option<Response>,
    text: String,
    last: String,
}

#[when(expr = "{string} streams what {string} does")]
async fn streams(world: &mut World, who: String, author: String) {
    let path = format!("/v1/stream?author={}", world.person(&author).id);
    begin(world, who, path).await;
}

/// Tags are told apart by nothing: a scenario that streams one has it for itself.
#[when(expr = "{string} streams what is tagged {string}")]
async fn streams_tag(world: &mut World, who: String, tag: String) {
    begin(world, who, format!("/v1/stream?tag={tag}")).await;
}

async fn begin(world: &mut World, who: String, path: String) {
    let last = world.api().seen().to_string();
    let answer = open(world, &who, &path, &last).await;
    let stream = Stream { path, answer: Some(answer), text: String::new(), last };
    world.streams.insert(who, stream);
}

#[when(expr = "the stream of {string} breaks")]
async fn breaks(world: &mut World, who: String) {
    let stream = world.streams.get_mut(&who).expect("there is a stream");
    (stream.answer, stream.text) = (None, String::new());
}

#[when(expr = "{string} comes back to the stream")]
async fn comes_back(world: &mut World, who: String) {
    let (path, last) = {
        let stream = &world.streams[&who];
        (stream.path.clone(), stream.last.clone())
    };
    let answer = open(world, &who, &path, &last).await;
    world.streams.get_mut(&who).expect("there is a stream").answer = Some(answer);
}

async fn open(world: &World, who: &str, path: &str, last: &str) -> Response {
    let client = Client::builder().no_proxy().build().expect("a client needs nothing");
    let request = client.get(world.api().url(path)).bearer_auth(&world.person(who).token);
    let request = request.header("Last-Event-ID", last).header("Prefer", "wait=20");
    let answer = request.send().await.expect("there is an answer");
    assert_eq!(answer.status(), 200);
    answer
}

#[then(expr = "the stream of {string} tells:")]
async fn tells(world: &mut World, step: &Step, who: String) {
    let table = step.table.as_ref().expect("the step has a table");
    for row in table.rows.iter().skip(1) {
        let stream = world.streams.get_mut(&who).expect("there is a stream");
        let (event, data) = timeout(LIMIT, stream.next()).await.expect("it comes in time");
        assert_eq!((&event, data["id"].as_str()), (&row[0], Some(world.message(&row[1]))), "{data}");
    }
}

impl Stream {
    async fn next(&mut self) -> (String, Value) {
        loop {
            while let Some((block, rest)) = self.text.split_once("\n\n") {
                let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name));
                if let Some(id) = field("id: ") {
                    id.clone_into(&mut self.last);
                }
                let event = field("event: ").map(str::to_owned);
                let data = field("data: ").map(|data| serde_json::from_str(data).expect("data is JSON"));
                self.text = rest.to_owned();
                if let (Some(event), Some(data)) = (event, data) {
                    return (event, data);
                }
            }
            let answer = self.answer.as_mut().expect("it is not broken");
            let chunk = answer.chunk().await.expect("it does not break").expect("it does not end");
            self.text.push_str(std::str::from_utf8(&chunk).expect("it is text"));
        }
    }
}

//! Readers that page, wait and look while everything is on fire, and keep what they were shown.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use reqwest::Response;
use serde_json::Value;
use tokio::task::JoinSet;

use crate::load::World;
use crate::system::{USER, http, signed};

const TAGS: [&str; 3] = ["birds", "moths", "stars"];
const PATIENCE: Duration = Duration::from_secs(10);

/// A message as a page showed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedMessage {
    pub id: i64,
    pub text: String,
    pub edition: i64,
    pub likes: i64,
    pub reposts: i64,
    pub replies: i64,
}

/// One page of a list by tag.
#[derive(Debug, Clone)]
pub struct Page {
    pub tag: &'static str,
    pub reader: i64,
    pub limit: usize,
    pub data_position: i64,
    pub shown: Vec<ListedMessage>,
    pub has_next: bool,
}

/// A message that was looked up once its writer had been told of a position.
#[derive(Debug, Clone)]
pub struct Look {
    pub reader: i64,
    pub message: i64,
    pub awaited: i64,
    pub status: u16,
    /// Where the answer told one.
    pub data_position: Option<i64>,
}

#[derive(Debug, Default)]
pub struct Sightings {
    /// The pages of one walk go on where the one before ended.
    pub walks: Vec<Vec<Page>>,
    pub looks: Vec<Look>,
    /// Where one reader's Data-Position went backwards: from and to.
    pub backwards: Vec<(i64, i64)>,
    pub refused: usize,
}

#[derive(Debug)]
pub struct Readers {
    sightings: Arc<Mutex<Sightings>>,
    tasks: JoinSet<()>,
}

impl Readers {
    pub fn start(world: &Arc<World>, query_api: &str, seed: u64) -> Self {
        let sightings = Arc::<Mutex<Sightings>>::default();
        let mut tasks = JoinSet::new();
        for number in 0..2 {
            let reader = Reader {
                http: http(),
                query_api: query_api.to_owned(),
                world: Arc::clone(world),
                sightings: Arc::clone(&sightings),
                random: StdRng::seed_from_u64(seed ^ (0xfeed << number)),
                seen: 0,
            };
            tasks.spawn(reader.read_for_ever());
        }
        Self { sightings, tasks }
    }

    pub async fn finish(mut self) -> Sightings {
        while let Some(ended) = self.tasks.join_next().await {
            ended.expect("a reader does not panic");
        }
        std::mem::take(&mut *self.sightings.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

struct Reader {
    http: reqwest::Client,
    query_api: String,
    world: Arc<World>,
    sightings: Arc<Mutex<Sightings>>,
    random: StdRng,
    /// The newest position that this reader was shown.
    seen: i64,
}

impl Reader {
    async fn read_for_ever(mut self) {
        while !self.world.is_stopped() {
            if self.random.random_bool(0.5) {
                self.walk().await;
            } else {
                self.look().await;
            }
            tokio::time::sleep(Duration::from_millis(self.random.random_range(1..15))).await;
        }
    }

    fn note(&self, change: impl FnOnce(&mut Sightings)) {
        change(&mut self.sightings.lock().unwrap_or_else(PoisonError::into_inner));
    }

    async fn get(
        &mut self,
        account: i64,
        path: &str,
        awaited: Option<i64>,
    ) -> Option<(Response, Option<i64>)> {
        let request = self.http.get(format!("{}{path}", self.query_api)).timeout(PATIENCE);
        let request = signed(request, account, USER);
        let request = match awaited {
            Some(position) => request.header("Await-Position", position).header("Prefer", "wait=2"),
            None => request,
        };
        let answer = request.send().await.ok()?;
        let header = answer.headers().get("data-position");
        let position = header.and_then(|value| value.to_str().ok()?.parse::<i64>().ok());
        if let Some(position) = position {
            let seen = self.seen;
            if position < seen {
                self.note(|all| all.backwards.push((seen, position)));
            }
            self.seen = position;
        }
        Some((answer, position))
    }

    /// Up to four pages of a tag, from the newest on.
    async fn walk(&mut self) {
        let mut pages = Vec::new();
        self.turn_pages(&mut pages).await;
        self.note(|all| all.walks.push(pages));
    }

    async fn turn_pages(&mut self, pages: &mut Vec<Page>) {
        let Some(reader) = self.world.people.choose(&mut self.random).copied() else { return };
        let Some(tag) = TAGS.choose(&mut self.random) else { return };
        let limit = self.random.random_range(2..=9_usize);
        let mut path = format!("/v1/messages?tag={tag}&limit={limit}");
        for _ in 0..4 {
            let Some((answer, data_position)) = self.get(reader, &path, None).await else { return };
            if answer.status() != 200 {
                return self.note(|all| all.refused += 1);
            }
            let next = answer.headers().get("link").and_then(|link| next_of(link.to_str().ok()?));
            let Ok(Value::Array(items)) = answer.json::<Value>().await else { return };
            let shown: Vec<ListedMessage> = items.iter().map(listed).collect();
            let Some(data_position) = data_position else { return };
            pages.push(Page { tag, reader, limit, data_position, shown, has_next: next.is_some() });
            let Some(next) = next else { return };
            path = next;
        }
    }

    /// What a writer was told is there has to be there for a reader that awaits it.
    async fn look(&mut self) {
        let known = self.world.messages().last().copied();
        let Some(known) = known else { return };
        let Some(reader) = self.world.people.choose(&mut self.random).copied() else { return };
        let path = format!("/v1/messages/{}", known.id);
        let Some((answer, data_position)) = self.get(reader, &path, Some(known.id)).await else { return };
        let status = answer.status().as_u16();
        let look = Look { reader, message: known.id, awaited: known.id, status, data_position };
        self.note(|all| all.looks.push(look));
    }
}

/// `<…>; rel="next"`: the path and query of it.
fn next_of(link: &str) -> Option<String> {
    let target = link.split(',').find(|part| part.contains("rel=\"next\""))?;
    let target = target.trim().strip_prefix('<')?.split('>').next()?;
    Some(target.find("/v1/").map_or_else(|| target.to_owned(), |at| target[at..].to_owned()))
}

fn listed(item: &Value) -> ListedMessage {
    let number = |name: &str| item[name].as_i64().unwrap_or(-1);
    ListedMessage {
        id: item["id"].as_str().and_then(|id| id.parse().ok()).unwrap_or(-1),
        text: item["text"].as_str().unwrap_or_default().to_owned(),
        edition: number("edition"),
        likes: number("likes"),
        reposts: number("reposts"),
        replies: number("replies"),
    }
}

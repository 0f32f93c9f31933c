//! Runs `tests/features`, the behaviour in a user's words, against one running system.
//!
//! Scenarios share the system, so names in them are nicknames: every scenario makes accounts with handles and texts of
//! its own.

mod doors;
mod openid;
mod peace;
mod steps;
mod then;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::RwLock;
use std::sync::atomic::{AtomicU32, Ordering};

use cucumber::World as _;
use cucumber::writer::Stats as _;
use serde_json::Value;
use tokio::sync::Mutex;

use super::client::{Answer, Api, Person};
use testkit::MailServer;
use testkit::oidc::{OidcProvider, Returned};

use crate::support::{System, data_dir, rookery, stdout};

/// All of them come from one address, of which so many may wait for a password to be hashed.
const CONCURRENT_MAX: usize = 16;

/// Where the provider sends people back to.
const REDIRECT: &str = "https://app.example/callback";

/// Features with one of these tags are about a system that registers people in that way, the others about an open one.
const MODES: [&str; 2] = ["invitation", "approval"];

/// The system under test, and what stands around it.
#[derive(Debug)]
struct Stage {
    api: Api,
    dir: PathBuf,
    mails: MailServer,
    provider: OidcProvider,
    /// Tokens.
    operator: String,
    analyst: String,
}

/// Set before the first scenario of a run begins.
static STAGE: RwLock<Option<&'static Stage>> = RwLock::new(None);
/// One system at a time: a world is made without knowing which one it is for.
static RUN: Mutex<()> = Mutex::const_new(());
static SCENARIOS: AtomicU32 = AtomicU32::new(0);

/// What one scenario knows.
#[derive(Debug, cucumber::World)]
#[world(init = Self::new)]
struct World {
    number: u32,
    people: HashMap<String, Person>,
    /// Ids of messages by their text.
    messages: HashMap<String, String>,
    /// What the last command was answered.
    answer: Option<Answer>,
    /// Handles that people gave up for new ones.
    former_handles: HashMap<String, String>,
    /// Up to where people have read their timelines.
    read: HashMap<String, String>,
    /// Those who gave up their accounts: they read nothing any more.
    gone: HashSet<String>,
    /// Positions of moments by their names.
    cutoffs: HashMap<String, i64>,
    /// Access tokens to people's accounts besides their own.
    other_tokens: HashMap<String, String>,
    doors: doors::Doors,
    /// Of people's last log-ins at the provider.
    proofs: HashMap<String, Value>,
    /// What browsers brought back from the provider, and no client has used.
    came_back: HashMap<String, Returned>,
    /// Messages that the analyst took away, by their ids, and at which position.
    taken: BTreeMap<i64, Value>,
    taken_at: i64,
}

impl World {
    fn new() -> Self {
        Self {
            number: SCENARIOS.fetch_add(1, Ordering::Relaxed),
            people: HashMap::new(),
            messages: HashMap::new(),
            answer: None,
            former_handles: HashMap::new(),
            read: HashMap::new(),
            gone: HashSet::new(),
            cutoffs: HashMap::new(),
            other_tokens: HashMap::new(),
            doors: doors::Doors::default(),
            proofs: HashMap::new(),
            came_back: HashMap::new(),
            taken: BTreeMap::new(),
            taken_at: 0,
        }
    }

    fn stage(&self) -> &'static Stage {
        let stage = STAGE.read().expect("no writer panics");
        stage.expect("the system runs before the first scenario")
    }

    fn api(&self) -> &'static Api {
        &self.stage().api
    }

    fn analyst(&self) -> String {
        self.stage().analyst.clone()
    }

    fn handle(&self, nickname: &str) -> String {
        format!("{nickname}_{}", self.number)
    }

    fn person(&self, nickname: &str) -> &Person {
        self.people.get(nickname).unwrap_or_else(|| panic!("{nickname} has not registered"))
    }

    /// Somebody who can read, and is not this one.
    fn reader(&self, not: &str) -> String {
        let mut people = self.people.keys().filter(|name| *name != not && !self.gone.contains(*name));
        people.next().expect("somebody else has registered").clone()
    }

    /// What a person wrote, told apart from the same words in other scenarios.
    fn text(&self, words: &str) -> String {
        if words.trim().is_empty() { words.to_owned() } else { format!("{words} ({})", self.number) }
    }

    fn message(&self, words: &str) -> &str {
        self.messages.get(words).unwrap_or_else(|| panic!("nobody posted {words:?}"))
    }

    /// The words of a message as the scenario knows them.
    fn words(&self, message: &Value) -> String {
        let text = message["text"].as_str().expect("a message has a text");
        text.strip_suffix(&format!(" ({})", self.number)).unwrap_or(text).to_owned()
    }

    fn nickname(&self, handle: &Value) -> String {
        let handle = handle.as_str().expect("a registered account has a handle");
        handle.strip_suffix(&format!("_{}", self.number)).unwrap_or(handle).to_owned()
    }

    async fn read(&self, path: &str, reader: &str) -> Answer {
        self.api().get(path, &self.person(reader).token).await
    }
}

#[tokio::test]
async fn every_scenario_holds() {
    run("open", &[]).await;
}

#[tokio::test]
async fn every_scenario_holds_without_nats() {
    run("open", &[("ROOKERY_EVENT_STORE", "postgres")]).await;
}

#[tokio::test]
async fn every_scenario_holds_where_people_are_invited() {
    run("invitation", &[]).await;
}

#[tokio::test]
async fn every_scenario_holds_where_people_are_approved() {
    run("approval", &[]).await;
}

async fn run(mode: &'static str, variables: &[(&str, &str)]) {
    let _run = RUN.lock().await;
    let (dir, mails, provider) = (data_dir(), MailServer::start().await, OidcProvider::start().await);
    let url = mails.url();
    let providers = Value::Array(vec![provider.settings("elsewhere", REDIRECT)]).to_string();
    let own = [
        ("ROOKERY_REGISTRATION", mode),
        ("ROOKERY_SMTP_URL", &*url),
        ("ROOKERY_MAIL_FROM", "Rookery <rookery@example.org>"),
        ("ROOKERY_OIDC_PROVIDERS", &*providers),
    ];
    let system = System::start_with(dir.path(), &[&own[..], variables].concat()).await;
    let stage = Stage {
        api: Api::new(&system.url),
        dir: dir.path().to_owned(),
        mails,
        provider,
        operator: operator_token(dir.path()),
        analyst: system.token().to_owned(),
    };
    *STAGE.write().expect("no reader panics") = Some(Box::leak(Box::new(stage)));
    let features = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/features");
    let scenarios = World::cucumber().with_default_cli().max_concurrent_scenarios(CONCURRENT_MAX);
    let is_chosen = move |tags: &[String]| {
        let of_mode = MODES.into_iter().find(|mode| tags.iter().any(|tag| tag == mode));
        of_mode.unwrap_or("open") == mode
    };
    let scenarios = scenarios.fail_on_skipped();
    let result = scenarios.filter_run(features, move |feature, _, _| is_chosen(&feature.tags)).await;
    assert!(!result.execution_has_failed(), "see the scenarios above; {}", system.process.output());
    assert!(result.passed_steps() > 0, "no scenario was found in {features}");
    system.stop().await;
}

fn operator_token(dir: &Path) -> String {
    let token = rookery(dir, &["token", "--account", "1", "--roles", "user,operator"]);
    stdout(&token).trim_end().to_owned()
}

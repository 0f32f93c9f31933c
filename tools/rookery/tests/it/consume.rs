//! `rookery events consume`: a command for each event, through kill -9, failures and several processes.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use testkit::eventually;

use crate::support::{System, command, data_dir, rookery, stderr, stdout};

const LIMIT: Duration = Duration::from_secs(90);
const ACCOUNTS: usize = 3;
const KILLS: usize = 5;
/// Between two kills, at least.
const PROGRESS: usize = 8;

/// A consumer that writes down each event, and fails for one whose text is bad.
struct Consumer<'a> {
    dir: &'a Path,
    out: PathBuf,
    script: String,
}

/// A process of it, which does not outlive the test.
struct Running(Child);

impl Running {
    fn id(&self) -> i32 {
        i32::try_from(self.0.id()).expect("a pid")
    }

    fn kill(&mut self) {
        self.0.kill().expect("it is there");
        self.0.wait().expect("it ends");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

impl<'a> Consumer<'a> {
    fn new(dir: &'a Path) -> Self {
        let out = dir.join("events.out");
        let (file, mended) = (out.display(), dir.join("mended").display().to_string());
        let script = format!(
            "read -r event; sleep 0.05; test -n \"$ROOKERY_EVENT_ID\" || exit 9; \
             case \"$event\" in *'a bad one'*) test -e {mended} || exit 3;; esac; \
             echo \"$event\" >> {file}"
        );
        Self { dir, out, script }
    }

    fn start(&self) -> Running {
        let words = ["events", "consume", "--durable", "search", "--types", "rookery.message.posted.v1"];
        let more = ["--exec", &self.script, "--lease", "2s", "--tries", "2"];
        let mut consumer: Command = command(self.dir, &[&words[..], &more].concat());
        consumer.stdout(Stdio::null()).stderr(Stdio::inherit());
        Running(consumer.spawn().expect("it starts"))
    }

    /// Position and text of each event, in the order in which they were written down.
    fn events(&self) -> Vec<(i64, i64, String)> {
        let text = std::fs::read_to_string(&self.out).unwrap_or_default();
        let lines =
            text.lines().map(|line| serde_json::from_str::<Value>(line).expect("whole events, whoever dies"));
        let events = lines.map(|event| {
            let number = |value: &Value| value.as_str().and_then(|text| text.parse().ok()).expect("a number");
            let text = event["data"]["text"].as_str().expect("a text").to_owned();
            (number(&event["position"]), number(&event["data"]["author"]), text)
        });
        events.collect()
    }

    async fn has_written(&self, count: usize) {
        eventually("it gets on", LIMIT, async || {
            let events = self.events().len();
            if events >= count { Ok(()) } else { Err(format!("{events} of {count}")) }
        })
        .await;
    }

    async fn has_dealt_with(&self, positions: &[i64]) {
        eventually("all are dealt with", LIMIT, async || {
            let events = self.events();
            let left = positions.iter().filter(|position| events.iter().all(|(at, ..)| at != *position));
            match left.count() {
                0 => Ok(()),
                left => Err(format!("{left} are left")),
            }
        })
        .await;
    }

    fn parked(&self) -> Vec<String> {
        let listed = stdout(&rookery(self.dir, &["events", "parked", "list", "--durable", "search"]));
        listed.lines().skip(1).map(str::to_owned).collect()
    }

    /// The fields of the durable's line.
    fn durable(&self) -> Vec<String> {
        let listed = stdout(&rookery(self.dir, &["events", "durables", "list"]));
        let line = listed.lines().nth(1).expect("it is there");
        line.split('\t').map(str::to_owned).collect()
    }
}

struct Authors<'a> {
    system: &'a System,
    tokens: Vec<String>,
}

impl<'a> Authors<'a> {
    fn new(system: &'a System, dir: &Path) -> Self {
        let token = |account: usize| {
            let account = (account + 1).to_string();
            stdout(&rookery(dir, &["token", "--account", &account, "--roles", "user"])).trim_end().to_owned()
        };
        Self { system, tokens: (0..ACCOUNTS).map(token).collect() }
    }

    async fn post(&self, author: usize, text: &str) -> i64 {
        let url = format!("{}/v1/messages", self.system.url);
        let request = reqwest::Client::new().post(url).bearer_auth(&self.tokens[author]);
        let request =
            request.header("content-type", "application/json").body(format!(r#"{{"text":"{text}"}}"#));
        let answer = request.send().await.expect("it answers");
        assert_eq!(answer.status(), 201);
        let position = answer.headers()["event-position"].to_str().expect("text");
        position.parse().expect("a number")
    }
}

/// Each at least once; whatever is written down again, no event comes before the one before it of its account.
fn assert_in_order(events: &[(i64, i64, String)], expected: &[i64], author: i64) {
    let mut seen = Vec::new();
    for (position, ..) in events.iter().filter(|(_, by, _)| *by == author) {
        if !seen.contains(position) {
            seen.push(*position);
        }
    }
    assert_eq!(seen, expected, "of account {author}");
}

async fn every_event_at_least_once_in_order(store: &str) {
    let dir = data_dir();
    let system = System::start_with(dir.path(), &[("ROOKERY_EVENT_STORE", store)]).await;
    let (authors, consumer) = (Authors::new(&system, dir.path()), Consumer::new(dir.path()));
    let mut posted = vec![Vec::new(); ACCOUNTS];
    for number in 0..30 * ACCOUNTS {
        let author = number % ACCOUNTS;
        posted[author].push(authors.post(author, &format!("heron {number}")).await);
    }

    // kill -9 in mid-run, again and again.
    for _ in 0..KILLS {
        let before = consumer.events().len();
        let mut process = consumer.start();
        consumer.has_written(before + PROGRESS).await;
        process.kill();
    }
    let mut processes = [consumer.start(), consumer.start()];
    consumer.has_dealt_with(&posted.concat()).await;
    let events = consumer.events();
    for (author, expected) in posted.iter().enumerate() {
        assert_in_order(&events, expected, author as i64 + 1);
    }
    // Each crash repeats no more than what is under way or was done within the time of a write, and five to nine of the last
    // are written again.
    assert!(events.len() < 90 + KILLS * 20, "{}: it resumes where it was", events.len());

    // An account whose event fails, and another one meanwhile.
    let bad = authors.post(0, "a bad one").await;
    let mut after = vec![authors.post(0, "behind it").await];
    after.push(authors.post(1, "another").await);
    consumer.has_dealt_with(&after).await;
    let parked = consumer.parked();
    let [line] = parked.as_slice() else { panic!("{parked:?}") };
    assert!(line.starts_with(&format!("{bad}\t1\trookery.message.posted.v1\t2\t")), "{line}");
    assert!(line.ends_with("\tparked\texited with 3"), "{line}");

    for (metric, value) in [("parked_events", 1), ("lag_events", 0), ("lag_seconds", 0)] {
        let line = format!(r#"consumer_{metric}{{consumer="search",kind="command"}} {value}"#);
        system.tells(dir.path(), &line).await;
    }

    // The process that works is killed, and the other one goes on.
    let runner = consumer.durable()[7].clone();
    let working: i32 = runner.rsplit('/').next().and_then(|pid| pid.parse().ok()).expect("a process");
    kill(Pid::from_raw(working), Signal::SIGKILL).expect("it is there");
    let last = authors.post(2, "the last one").await;
    consumer.has_dealt_with(&[last]).await;
    assert_eq!(consumer.events().iter().filter(|(at, ..)| *at == last).count(), 1);
    assert_ne!(consumer.durable()[7], runner);

    std::fs::write(dir.path().join("mended"), "").expect("it writes");
    let retry = ["events", "parked", "retry", "--durable", "search", &bad.to_string()];
    assert_eq!(stdout(&rookery(dir.path(), &retry)), "1 tried again\n");
    consumer.has_dealt_with(&[bad]).await;
    let durable = eventually("nothing is parked or waits", LIMIT, async || {
        let durable = consumer.durable();
        if durable[2..6] == ["0", "0", "0", "0"] { Ok(durable) } else { Err(format!("{durable:?}")) }
    })
    .await;
    assert_eq!(
        (&*durable[0], &durable[1], &*durable[8]),
        ("search", &last.to_string(), "rookery.message.posted.v1")
    );
    assert!(stderr(&rookery(dir.path(), &retry)).contains("no such event is parked"));
    for (verb, done) in [("retry", "0 tried again\n"), ("drop", "0 dropped\n")] {
        let all = ["events", "parked", verb, "--durable", "search", "--all"];
        assert_eq!(stdout(&rookery(dir.path(), &all)), done);
    }

    for process in &mut processes {
        let id = process.id();
        if id != working {
            kill(Pid::from_raw(id), Signal::SIGTERM).expect("it is there");
        }
        assert_eq!(process.0.wait().expect("it ends").success(), id != working);
    }
    assert_eq!(consumer.durable()[7], "-", "given up at once");
    stdout(&rookery(dir.path(), &["events", "durables", "remove", "search"]));
    assert!(stderr(&rookery(dir.path(), &["events", "durables", "remove", "search"])).contains("no durable"));
    let typo =
        ["events", "consume", "--durable", "x", "--types", "rookery.message.sung.v1", "--exec", "true"];
    assert!(stderr(&rookery(dir.path(), &typo)).contains("/v1/schemas"));
    let ahead = ["events", "consume", "--durable", "x", "--after", "25600000", "--exec", "true"];
    assert!(stderr(&rookery(dir.path(), &ahead)).contains(&format!("which ends at {last}")));
    system.stop().await;
}

#[tokio::test]
async fn every_event_at_least_once_in_order_on_nats() {
    every_event_at_least_once_in_order("nats").await;
}

#[tokio::test]
async fn every_event_at_least_once_in_order_on_postgres() {
    every_event_at_least_once_in_order("postgres").await;
}

#[tokio::test]
async fn it_ends_when_it_is_told_to_also_where_nobody_reads_what_commands_say() {
    let dir = data_dir();
    let system = System::start(dir.path()).await;
    system.post("A heron", "birds").await.expect("it is accepted");
    let begun = dir.path().join("begun");
    let script = format!("touch {}; head -c 1000000 /dev/zero; sleep 300", begun.display());
    let words = ["events", "consume", "--durable", "loud", "--after", "0", "--exec", &script];
    let mut consumer = command(dir.path(), &words);
    // A pipe that is full soon.
    consumer.stdout(Stdio::piped()).stderr(Stdio::inherit());
    let running = RefCell::new(Running(consumer.spawn().expect("it starts")));
    eventually(
        "a command talks",
        LIMIT,
        async || {
            if begun.exists() { Ok(()) } else { Err("not yet".to_owned()) }
        },
    )
    .await;
    kill(Pid::from_raw(running.borrow().id()), Signal::SIGTERM).expect("it is there");
    eventually("it ends", LIMIT / 3, async || match running.borrow_mut().0.try_wait() {
        Ok(Some(_)) => Ok(()),
        other => Err(format!("{other:?}")),
    })
    .await;
    system.stop().await;
}

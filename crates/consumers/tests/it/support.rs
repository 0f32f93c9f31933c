//! A log, a bucket, and a handler that writes down what it gets.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use consumers::{
    Backoff, ConsumeError, Consumer, Durable, Durables, Failure, Filter, Handler, Line, Settings, Tailed,
};
use domain::Shard;
use event_store::conformance::{command, posted};
use event_store::{Buckets, EventLog, Expected, InMemoryLog};
use testkit::eventually;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

pub(crate) const LIMIT: Duration = Duration::from_secs(30);
pub(crate) const LEASE: Duration = Duration::from_secs(1);
pub(crate) const NAME: &str = "search";

#[derive(Debug)]
pub(crate) struct World {
    pub(crate) log: Arc<dyn EventLog>,
    pub(crate) durables: Durables,
    pub(crate) handler: Arc<Recorder>,
}

/// What it was asked for, and which positions it refuses.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    handled: Mutex<Vec<(i64, u32)>>,
    pub(crate) bad: Mutex<BTreeSet<i64>>,
    /// Takes so long for each.
    pub(crate) pause: Mutex<Duration>,
}

#[async_trait]
impl Handler for Recorder {
    async fn handle(&self, event: &Line, tries: u32) -> Result<(), Failure> {
        let line: serde_json::Value = serde_json::from_slice(&event.json).expect("JSON");
        let position = event.position.get();
        assert_eq!(line["position"], position.to_string());
        assert_eq!(line["id"], event.id.to_string());
        assert_eq!(line["type"], event.event_type);
        let pause = *self.pause.lock().expect("nothing panics here");
        tokio::time::sleep(pause).await;
        self.handled.lock().expect("nothing panics here").push((position, tries));
        let is_bad = self.bad.lock().expect("nothing panics here").contains(&position);
        if is_bad { Err("exited with 3".to_owned().into()) } else { Ok(()) }
    }
}

impl World {
    pub(crate) fn new() -> Self {
        let log: Arc<dyn EventLog> = Arc::new(InMemoryLog::new(Shard(0)));
        Self { log, durables: Durables::new(Buckets::in_memory().consumers), handler: Arc::default() }
    }

    pub(crate) async fn post(&self, account: i64) -> i64 {
        let command = command();
        let event = posted(&*self.log, account, "a heron", command, Expected::Any);
        self.log.append(command, vec![event]).await.expect("appended").positions[0].get()
    }

    /// Begins to work; it ends when the task is aborted, as by kill -9, or the token is cancelled.
    pub(crate) fn consume(
        &self,
        change: impl FnOnce(&mut Settings),
    ) -> (JoinHandle<Result<(), ConsumeError>>, CancellationToken) {
        let stop = CancellationToken::new();
        let mut settings = Settings {
            durable: NAME.to_owned(),
            filter: Filter::default(),
            after: 0,
            runner: "test".to_owned(),
            lease: LEASE,
            tries: 2,
            backoff: Backoff { min: Duration::from_secs(2), max: Duration::from_secs(60) },
            at_once: 4,
        };
        change(&mut settings);
        let consumer = Consumer {
            log: Arc::clone(&self.log),
            feed: Arc::new(Tailed(Arc::clone(&self.log))),
            durables: self.durables.clone(),
            handler: Arc::clone(&self.handler) as Arc<dyn Handler>,
            settings,
            stop: stop.clone(),
            progress: watch::channel(None).0,
        };
        (tokio::spawn(async move { consumer.consume().await }), stop)
    }

    pub(crate) fn handled(&self) -> Vec<i64> {
        let handled = self.handler.handled.lock().expect("nothing panics here");
        handled.iter().map(|(position, _)| *position).collect()
    }

    /// The tries of one event, in order.
    pub(crate) fn tries(&self, position: i64) -> Vec<u32> {
        let handled = self.handler.handled.lock().expect("nothing panics here");
        handled.iter().filter(|(at, _)| *at == position).map(|(_, tries)| *tries).collect()
    }

    pub(crate) async fn durable(&self) -> Durable {
        self.durables.read(NAME).await.expect("readable").expect("it is there")
    }

    /// Waits until the entry is as it should be.
    pub(crate) async fn until(&self, what: &str, is: impl Fn(&Durable) -> bool) -> Durable {
        eventually(what, LIMIT, async || {
            let known = self.durables.read(NAME).await.expect("readable").ok_or("there is none")?;
            if is(&known) { Ok(known) } else { Err(format!("{known:?}")) }
        })
        .await
    }
}

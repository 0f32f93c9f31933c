//! Who hands events over, several of each: relays that send webhooks, and processes of a durable that do a command for each.

mod notes;
pub mod purpose;
mod receiver;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use nix::sys::signal::Signal;
use serde_json::{Value, json};
use tempfile::TempDir;
use testkit::{Process, eventually};
use tokio::time::Instant;

pub use self::notes::{Note, append};
use self::purpose::{TRIES, WORK};
use self::receiver::Receiver;
use crate::check::delivered::{Delivered, Delivery, LEASE, Taker};
use crate::check::log;
use crate::check::trail::{NOBODY, Trail, Write};
use crate::check::windows::notes::NOTES;
use crate::system::clock::Clocks;
use crate::system::service::{PATIENCE, Service, program};
use crate::system::{System, USER, http, signed};

/// Beside `faults-job`: it is not a run of a job, but does something for an event.
pub const FOR_EVENT: &str = "for-event";
const PROCESSES: usize = 3;
const DURABLE: &str = "notes";
const CONSUMERS: &str = "CONSUMERS_0";
const WEBHOOKS: &str = "WEBHOOKS_0";
/// Where they lead, and what they ask for.
const PATHS: [(&str, &[&str]); 2] =
    [("/all", &[]), ("/messages", &["rookery.message.deleted.v1", "rookery.message.posted.v1"])];
/// For one try.
const TIMEOUT_SECONDS: &str = "1";
const PAUSE: Duration = Duration::from_millis(50);
/// Between two looks at whether all is done, each of them two processes.
const LOOK_PERIOD: Duration = Duration::from_millis(500);
/// The operator.
const ACCOUNT: i64 = 1;

#[derive(Debug)]
pub struct Deliveries {
    dir: TempDir,
    clocks: Clocks,
    /// Milliseconds for which the machine of each process was suspended.
    stood: BTreeMap<String, i64>,
    broker: String,
    relays: Vec<Service>,
    /// Which of them sends: who took over from the one that was struck last.
    sending: usize,
    processes: Vec<Service>,
    receiver: Receiver,
    webhooks: Vec<Webhook>,
    trails: [Trail; 2],
}

#[derive(Debug)]
struct Webhook {
    id: String,
    secret: String,
    path: &'static str,
    types: &'static [&'static str],
}

/// How a holder is gone for longer than its lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Away {
    Killed,
    /// And goes on.
    Frozen,
    /// The same, and its monotonic clock stood still meanwhile: it does not know.
    Suspended,
}

impl Deliveries {
    /// Over a system that is ready. The first relay has all webhooks.
    pub async fn start(system: &System) -> Result<Self> {
        let broker = system.broker.url();
        let trails = [Trail::keep(&broker, CONSUMERS).await?, Trail::keep(&broker, WEBHOOKS).await?];
        let mut deliveries = Self {
            dir: tempfile::tempdir()?,
            clocks: Clocks::make()?,
            stood: BTreeMap::new(),
            broker,
            relays: Vec::new(),
            sending: 0,
            processes: Vec::new(),
            receiver: Receiver::start().await?,
            webhooks: Vec::new(),
            trails,
        };
        deliveries.start_relay(system).await?;
        for (path, types) in PATHS {
            let webhook = deliveries.add_webhook(path, types).await;
            deliveries.webhooks.push(webhook);
        }
        deliveries.until("the relay has all webhooks", |holders| holders.len() == PATHS.len()).await?;
        deliveries.start_relay(system).await?;
        for index in 0..PROCESSES {
            deliveries.start_process(system, index)?;
        }
        Ok(deliveries)
    }

    async fn start_relay(&mut self, system: &System) -> Result<()> {
        let clock = self.clock("relay", self.relays.len())?;
        let lease = LEASE.as_secs().to_string();
        let tries = TRIES.to_string();
        let mut own = vec![
            ("ROOKERY_WEBHOOKS_ALLOW_HTTP", "true"),
            ("ROOKERY_WEBHOOKS_ALLOW_PRIVATE", "true"),
            ("ROOKERY_WEBHOOKS_TRIES_MAX", &tries),
            ("ROOKERY_WEBHOOKS_TIMEOUT_SECONDS", TIMEOUT_SECONDS),
            ("ROOKERY_WEBHOOKS_LEASE_SECONDS", &lease),
        ];
        own.extend(clock.iter().map(|(name, value)| (*name, value.as_str())));
        let relay = system.another_relay(&own);
        relay.answers("/readyz", 200).await;
        self.relays.push(relay);
        Ok(())
    }

    fn start_process(&mut self, system: &System, index: usize) -> Result<()> {
        let clock = self.clock("process", index)?;
        let notes = self.notes_file().display().to_string();
        let mut own = vec![("ROOKERY_NATS_URL", &*self.broker), (NOTES, &notes)];
        own.extend(clock.iter().map(|(name, value)| (*name, value.as_str())));
        let exec = format!("exec {} {FOR_EVENT}", program("faults-job").display());
        let (tries, timeout) = (TRIES.to_string(), format!("{TIMEOUT_SECONDS}s"));
        let lease = format!("{}s", LEASE.as_secs());
        let args = ["events", "consume", "--durable", DURABLE, "--exec", &exec, "--tries", &tries];
        let args = [&args[..], &["--timeout", &timeout, "--lease", &lease]].concat();
        let env = system.env(&own);
        self.processes.push(Service::start_with("rookery", &args, "ROOKERY_CONSUME_LISTEN", env, None));
        Ok(())
    }

    fn clock(&self, what: &str, index: usize) -> Result<[(&'static str, String); 2]> {
        let name = format!("{what}-{index}");
        self.clocks.set(&name, 0)?;
        Ok(self.clocks.env_of_suspended(&name))
    }

    fn notes_file(&self) -> PathBuf {
        self.dir.path().join("notes")
    }

    async fn add_webhook(&self, path: &'static str, types: &'static [&'static str]) -> Webhook {
        let (http, url) = (http(), format!("{}/v1/webhooks", self.relays[0].url));
        let body = json!({ "url": self.receiver.url(path), "types": types, "after": "0" });
        eventually("a webhook is made", PATIENCE, async || {
            let answer = signed(http.post(&url), ACCOUNT, USER).json(&body).send().await;
            let made: Value = answer.map_err(|error| format!("{error:?}"))?.json().await.unwrap_or_default();
            let text = |value: &Value| value.as_str().map(str::to_owned);
            let found = text(&made["webhook"]["id"]).zip(text(&made["secret"]));
            let (id, secret) = found.ok_or_else(|| made.to_string())?;
            Ok(Webhook { id, secret, path, types })
        })
        .await
    }

    /// Whose each entry is, with that write.
    async fn holders(&mut self) -> Result<BTreeMap<String, Write>> {
        let mut holders = BTreeMap::new();
        for trail in &mut self.trails {
            let claimed =
                trail.refresh(&self.broker).await?.iter().filter(|write| !write.text("claim").is_empty());
            holders.extend(claimed.map(|write| (write.key.clone(), write.clone())));
        }
        holders.retain(|_, write| write.text("claim") != NOBODY);
        Ok(holders)
    }

    async fn until(
        &mut self,
        what: &str,
        is_so: impl Fn(&BTreeMap<String, Write>) -> bool,
    ) -> Result<BTreeMap<String, Write>> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let holders = self.holders().await?;
            if is_so(&holders) {
                return Ok(holders);
            }
            ensure!(Instant::now() < deadline, "never: {what}: {holders:?}\n{}", self.output());
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Waits until a request and a command are under way; tells which process has the durable.
    async fn in_the_middle(&mut self) -> Result<usize> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let runners: Vec<u32> = self.holders().await?.values().filter_map(Write::runner).collect();
            let holder = self.processes.iter().position(|process| runners.contains(&process.process().pid()));
            if let Some(holder) = holder
                && self.receiver.is_busy()
                && self.is_at_work(self.processes[holder].process().pid())?
            {
                return Ok(holder);
            }
            ensure!(Instant::now() < deadline, "nobody is at work: {runners:?}\n{}", self.output());
            tokio::time::sleep(WORK).await;
        }
    }

    fn is_at_work(&self, runner: u32) -> Result<bool> {
        let notes = notes::read(&self.notes_file())?;
        Ok(notes.iter().any(|note| note.is_done.is_none() && note.runner == runner))
    }

    /// Takes away, in the middle of their work, the relay that sends and the process that has the durable, until others have
    /// taken over.
    pub async fn strike(&mut self, away: Away) -> Result<()> {
        let (sending, holder) = (self.sending, self.in_the_middle().await?);
        let before: BTreeSet<String> =
            self.holders().await?.values().map(|write| write.text("claim").to_owned()).collect();
        let began = Instant::now();
        let names = [format!("relay-{sending}"), format!("process-{holder}")];
        for service in [&mut self.relays[sending], &mut self.processes[holder]] {
            match away {
                Away::Killed => service.kill(),
                Away::Frozen | Away::Suspended => service.process().signal(Signal::SIGSTOP),
            }
        }
        let are_others = |holders: &BTreeMap<String, Write>| {
            holders.len() == before.len() && holders.values().all(|now| !before.contains(now.text("claim")))
        };
        self.until("others take over", are_others).await?;
        if away == Away::Suspended {
            for name in names {
                let stood = self.stood.entry(name.clone()).or_default();
                *stood += i64::try_from(began.elapsed().as_millis())?;
                self.clocks.set(&name, *stood)?;
            }
        }
        for service in [&mut self.relays[sending], &mut self.processes[holder]] {
            match away {
                Away::Killed => service.start_again(),
                Away::Frozen | Away::Suspended => service.process().signal(Signal::SIGCONT),
            }
        }
        self.sending = 1 - sending;
        Ok(())
    }

    fn output(&self) -> String {
        self.relays.iter().chain(&self.processes).map(Service::output).collect()
    }

    /// Waits until nothing is left to do, ends everybody in order, and tells what was done. The log does not go on.
    pub async fn finish(mut self) -> Result<Delivered> {
        let (head, deadline) = (log::head(&self.broker).await?, Instant::now() + PATIENCE);
        let mut takers = self.takers(head).await?;
        while takers.iter().any(|taker| !taker.is_at_rest) && Instant::now() < deadline {
            tokio::time::sleep(LOOK_PERIOD).await;
            takers = self.takers(head).await?;
        }
        for service in self.relays.iter_mut().chain(&mut self.processes) {
            service.stop().await;
        }
        self.holders().await?;
        let written =
            self.trails.iter().flat_map(Trail::writes).filter(|write| !write.text("claim").is_empty());
        Ok(Delivered { takers, trail: written.cloned().collect(), output: self.output() })
    }

    async fn takers(&self, head: i64) -> Result<Vec<Taker>> {
        let mut takers = Vec::new();
        for webhook in &self.webhooks {
            let path = format!("/v1/webhooks/{}", webhook.id);
            let state = self.get(&path).await?;
            let position = state["position"].as_str().and_then(|position| position.parse::<i64>().ok());
            let parked = self.get(&format!("{path}/parked")).await?;
            let parked = parked.as_array().into_iter().flatten();
            takers.push(Taker {
                name: format!("the webhook {}", webhook.path),
                types: webhook.types,
                parked: parked.filter_map(|one| one["position"].as_str()?.parse().ok()).collect(),
                deliveries: self.receiver.deliveries(webhook.path, &webhook.secret),
                is_at_rest: state["lagEvents"] == 0 && position >= Some(head),
                state: state.to_string(),
            });
        }
        takers.push(self.durable().await?);
        Ok(takers)
    }

    async fn durable(&self) -> Result<Taker> {
        let state = self.rookery(&["durables", "list"]).await?;
        let parked = self.rookery(&["parked", "list", "--durable", DURABLE]).await?;
        let parked = parked.lines().filter_map(|line| line.split('\t').next()?.parse().ok());
        let lag = state.lines().find_map(|line| {
            let mut fields = line.split('\t');
            fields.next().filter(|name| *name == DURABLE)?;
            fields.nth(1)
        });
        let delivery = |note: Note| Delivery {
            position: note.position,
            id: note.id,
            event: note.event,
            is_done: note.is_done == Some(true),
            forgery: None,
        };
        Ok(Taker {
            name: format!("the durable {DURABLE}"),
            types: &[],
            deliveries: notes::read(&self.notes_file())?.into_iter().map(delivery).collect(),
            parked: parked.collect(),
            is_at_rest: lag == Some("0"),
            state,
        })
    }

    async fn get(&self, path: &str) -> Result<Value> {
        let request = http().get(format!("{}{path}", self.relays[0].url)).timeout(PATIENCE);
        let answer = signed(request, ACCOUNT, USER).send().await?;
        let status = answer.status();
        let text = answer.text().await?;
        ensure!(status == 200, "{path}: {status}: {text}");
        serde_json::from_str(&text).context("JSON")
    }

    /// What `rookery events` says.
    async fn rookery(&self, args: &[&str]) -> Result<String> {
        let rookery = program("rookery").display().to_string();
        let env = [("ROOKERY_NATS_URL".to_owned(), self.broker.clone())];
        let args: Vec<String> = ["events"].iter().chain(args).map(|arg| (*arg).to_owned()).collect();
        let mut process = Process::start(&rookery, args.clone(), env);
        let status = process.wait(PATIENCE).await;
        let output = process.output();
        ensure!(status.success(), "{args:?}: {output}");
        Ok(output)
    }
}

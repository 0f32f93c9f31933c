//! The faults: what each does to a system under load, and how it shows that it happened.

mod apart;
mod broker;
mod clocks;
mod cluster;
mod crowd;
mod database;
mod deliveries;
mod disk;
mod doors;
mod failover;
mod followers;
mod jobs;
mod outages;
mod partition;
mod poison;
mod provider;
mod repetition;
mod room;
mod services;
mod workers;

use std::future::Future;
use std::pin::Pin;

use anyhow::Result;

use crate::check::windows::Windows;
use crate::check::{Allowed, Broken};
use crate::load::Load;
use crate::system::{Setup, System};

/// What a fault did, and how often. A fault with a count of zero did not happen.
#[derive(Debug, Clone, Default)]
pub struct Happened {
    pub counts: Vec<(&'static str, usize)>,
    pub allowed: Allowed,
    /// Of jobs, where it ran some.
    pub windows: Option<Windows>,
    /// Promises that are only seen broken while the fault lasts.
    pub broken: Vec<Broken>,
}

impl Happened {
    pub fn counted(what: &'static str, count: usize) -> Self {
        Self { counts: vec![(what, count)], ..Self::default() }
    }

    #[must_use]
    pub fn and(mut self, what: &'static str, count: usize) -> Self {
        self.counts.push((what, count));
        self
    }

    /// With what broke a promise, if anything did.
    #[must_use]
    pub fn seen(mut self, promise: &'static str, words: Vec<String>) -> Self {
        if !words.is_empty() {
            self.broken.push(Broken { promise, words });
        }
        self
    }
}

pub type Striking<'a> = Pin<Box<dyn Future<Output = Result<Happened>> + Send + 'a>>;
pub type Starting = Pin<Box<dyn Future<Output = Result<System>> + Send>>;

/// One way of breaking the system.
#[derive(Clone, Copy)]
pub struct Fault {
    pub name: &'static str,
    pub about: &'static str,
    pub setup: fn() -> Setup,
    pub start: fn(Setup) -> Starting,
    pub strike: for<'a> fn(&'a mut System, &'a Load, u64) -> Striking<'a>,
    /// Whether commands can be acked again once it has struck.
    pub has_aftermath: bool,
    /// Why it cannot be tried on this machine.
    pub unless: fn() -> Option<String>,
}

impl std::fmt::Debug for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

fn start(setup: Setup) -> Starting {
    Box::pin(async move { Ok(System::start(setup).await) })
}

const USUAL: Fault = Fault {
    name: "",
    about: "",
    setup: Setup::default,
    start,
    strike: |_, _, _| Box::pin(async { Ok(Happened::default()) }),
    has_aftermath: true,
    unless: || None,
};

/// All of them, in the order in which the full form runs them.
pub fn all() -> Vec<Fault> {
    [
        services::faults(),
        workers::faults(),
        broker::faults(),
        disk::faults(),
        database::faults(),
        cluster::faults(),
        failover::faults(),
        outages::faults(),
        partition::faults(),
        repetition::faults(),
        clocks::faults(),
        crowd::faults(),
        poison::faults(),
        apart::faults(),
        doors::faults(),
        provider::faults(),
        room::faults(),
        followers::faults(),
        jobs::faults(),
        deliveries::faults(),
    ]
    .concat()
}

/// The fault of that name.
pub fn find(name: &str) -> Option<Fault> {
    all().into_iter().find(|fault| fault.name == name)
}

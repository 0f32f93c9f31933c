//! Tries every way in that was ended, everywhere, over and over.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reqwest::{Client, RequestBuilder};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::door::{Door, Shut};

/// Services ask each other, and the log, once a second: two steps, on a machine that is busy.
const LEARNED_WITHIN: Duration = Duration::from_secs(4);
const PATIENCE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(20);

/// What a token opens.
#[derive(Debug, Clone)]
pub(super) enum Target {
    Command(String),
    Read(String),
}

/// Those of the two dispatchers come first.
pub(super) type Targets = [Target; 3];

pub(super) struct Watch {
    client: Client,
    targets: Targets,
    seen: Arc<Mutex<Trials>>,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct Trials {
    shut: Vec<Shut>,
    /// Since when every service is up and reaches the broker.
    well_since: Option<Instant>,
    is_over: bool,
    /// Door and target that were tried once that had to be without success.
    tried: HashSet<(usize, usize)>,
    refused: usize,
    broken: Vec<String>,
}

fn lock(seen: &Mutex<Trials>) -> MutexGuard<'_, Trials> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Target {
    fn request(&self, client: &Client, token: &str) -> RequestBuilder {
        let request = match self {
            Self::Command(url) => client.delete(url),
            Self::Read(url) => client.get(url),
        };
        request.bearer_auth(token).timeout(PATIENCE)
    }
}

impl Watch {
    pub(super) fn begin(client: Client, targets: Targets) -> Self {
        let seen = Arc::new(Mutex::new(Trials { well_since: Some(Instant::now()), ..Trials::default() }));
        let task = tokio::spawn(try_for_ever(client.clone(), targets.clone(), Arc::clone(&seen)));
        Self { client, targets, seen, task }
    }

    pub(super) fn add(&self, shut: Shut) {
        lock(&self.seen).shut.push(shut);
    }

    pub(super) fn is_well(&self, is_well: bool) {
        lock(&self.seen).well_since = is_well.then(Instant::now);
    }

    pub(super) async fn all_open(&self, doors: &[Door]) -> Result<(), String> {
        for door in doors {
            for target in &self.targets {
                let answer = target.request(&self.client, &door.token).send().await;
                let status = answer.map_err(|error| format!("{error:?}"))?.status();
                if !status.is_success() {
                    return Err(format!("{target:?} answers {status}"));
                }
            }
        }
        Ok(())
    }

    pub(super) async fn all_tried(&self) -> Result<(), String> {
        let seen = lock(&self.seen);
        let wanted = seen.shut.len() * self.targets.len();
        if seen.tried.len() == wanted { Ok(()) } else { Err(format!("{} of {wanted}", seen.tried.len())) }
    }

    /// How many tries were refused, and which were not.
    pub(super) async fn finish(self) -> (usize, Vec<String>) {
        lock(&self.seen).is_over = true;
        self.task.await.expect("whoever tries does not panic");
        let mut seen = lock(&self.seen);
        (seen.refused, std::mem::take(&mut seen.broken))
    }
}

async fn try_for_ever(client: Client, targets: Targets, seen: Arc<Mutex<Trials>>) {
    let mut next = 0;
    loop {
        let chosen = {
            let seen = lock(&seen);
            if seen.is_over {
                return;
            }
            let number = next % seen.shut.len().max(1);
            seen.shut.get(number).cloned().map(|shut| (number, shut, seen.well_since))
        };
        next += 1;
        if let Some((number, shut, well_since)) = chosen {
            for (index, target) in targets.iter().enumerate() {
                let is_known = |since: Instant| since.max(shut.since).elapsed() > LEARNED_WITHIN;
                let must = shut.at == Some(index) || well_since.is_some_and(is_known);
                let answer = target.request(&client, &shut.token).send().await;
                let status = answer.map_or(0, |answer| answer.status().as_u16());
                note(&mut lock(&seen), must, (number, index), status, || {
                    format!(
                        "{} is answered {status} by {target:?}, {:?} later",
                        shut.what,
                        shut.since.elapsed()
                    )
                });
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
}

fn note(seen: &mut Trials, must: bool, tried: (usize, usize), status: u16, words: impl Fn() -> String) {
    seen.refused += usize::from(status == 401);
    if (200..300).contains(&status) {
        seen.broken.extend(must.then(words));
    }
    // A token of somebody who is suspended is void by now, too.
    if must && status > 0 && status < 500 {
        seen.tried.insert(tried);
    }
}

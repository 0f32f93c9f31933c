//! The durables of commands, in a bucket beside the log.
//!
//! Whoever claims a durable gives its entry a new claim, and every later write asks for it: a process that was taken over
//! can change nothing. What an operator does to parked events needs no claim.

use std::sync::Arc;
use std::time::Duration;

use event_store::buckets::{Bucket, BucketError, Change, change, delete, get};
use event_store::{NAME_CHARS_MAX, is_consumer_name};
use fail_points::planted;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::durable::{Durable, Parked};

pub const DURABLES_MAX: usize = 32;
/// Of a durable, so that its entry stays below 64 KiB.
pub const PARKED_MAX: usize = 100;

/// Which durables there are.
const NAMES: &str = "names";

#[derive(Debug, thiserror::Error)]
pub enum DurablesError {
    #[error("a name has 1 to {NAME_CHARS_MAX} of a-z, 0-9 and -, and begins with a letter")]
    Name,
    #[error("there are {DURABLES_MAX} durables already: `rookery events durables remove` takes one away")]
    TooMany,
    #[error(
        "the durable {0} is of another log ({1}): remove it, and begin again with --after and the position that it has"
    )]
    OtherLog(String, String),
    #[error("the durable {0} takes other events ({1}): use another name, or remove it")]
    OtherFilter(String, String),
    #[error("there is no durable {0}")]
    Unknown(String),
    #[error("the durable {0} was removed")]
    Removed(String),
    #[error(transparent)]
    Bucket(#[from] BucketError),
}

/// Who wants a durable, and what it is if it is new.
#[derive(Debug, Clone)]
pub(crate) struct Claim {
    pub(crate) lineage: String,
    pub(crate) types: Vec<String>,
    pub(crate) account: Option<i64>,
    /// Where a new one begins.
    pub(crate) after: i64,
    pub(crate) runner: String,
    pub(crate) lease: Duration,
    /// The claim and beat of a process that is taken for dead.
    pub(crate) dead: Option<(Uuid, u64)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Claimed {
    Mine(Durable),
    Elsewhere(Durable),
}

/// Which parked events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    All,
    At(Vec<i64>),
}

impl Choice {
    fn takes(&self, parked: &Parked) -> bool {
        match self {
            Self::All => true,
            Self::At(positions) => positions.contains(&parked.position),
        }
    }
}

#[derive(Debug, Clone)]
pub struct Durables {
    bucket: Arc<dyn Bucket>,
    is_register: bool,
}

impl Durables {
    /// Which ones there are, and what each takes, is known here: a durable takes what it took before.
    pub fn new(bucket: Arc<dyn Bucket>) -> Self {
        Self { bucket, is_register: true }
    }

    /// Something else says which ones there are, and what each takes.
    pub fn registered_elsewhere(bucket: Arc<dyn Bucket>) -> Self {
        Self { bucket, is_register: false }
    }

    /// All of them, by name.
    ///
    /// # Errors
    /// Where the bucket cannot be read; so it is everywhere here.
    pub async fn list(&self) -> Result<Vec<(String, Durable)>, BucketError> {
        let mut found = Vec::new();
        for name in get::<Vec<String>>(&*self.bucket, NAMES).await?.unwrap_or_default() {
            // One that was named and not yet made is none.
            if let Some(durable) = self.read(&name).await? {
                found.push((name, durable));
            }
        }
        Ok(found)
    }

    pub async fn read(&self, name: &str) -> Result<Option<Durable>, BucketError> {
        get(&*self.bucket, &key(name)).await
    }

    /// Makes one that something else registers, once that is about to.
    ///
    /// # Errors
    /// Where the bucket cannot be written.
    pub async fn make(&self, name: &str, lineage: &str, after: i64) -> Result<(), BucketError> {
        let decide = |known: Option<Durable>| match known {
            Some(_) => Change::Keep(()),
            None => Change::Put(Durable::behind(lineage, after), ()),
        };
        change(&*self.bucket, &key(name), decide).await
    }

    /// Takes one that nobody has, or whose process is dead; or makes it, where it is registered here.
    pub(crate) async fn claim(&self, name: &str, claim: &Claim) -> Result<Claimed, DurablesError> {
        self.add(name).await?;
        let id = Uuid::new_v4();
        let decide = |known: Option<Durable>| match known {
            // The answer to this very claim was lost.
            Some(known) if known.claim == id => Change::Keep(Ok(Claimed::Mine(known))),
            Some(known) if known.lineage != claim.lineage => {
                Change::Keep(Err(DurablesError::OtherLog(name.to_owned(), known.lineage)))
            }
            Some(known)
                if self.is_register && (&known.types, known.account) != (&claim.types, claim.account) =>
            {
                Change::Keep(Err(DurablesError::OtherFilter(name.to_owned(), filter(&known))))
            }
            Some(known) if known.is_claimed() && claim.dead != Some((known.claim, known.beat)) => {
                Change::Keep(Ok(Claimed::Elsewhere(known)))
            }
            // Whoever says which ones there are has made it.
            None if !self.is_register => Change::Keep(Err(DurablesError::Removed(name.to_owned()))),
            known => {
                let mine = claim.durable(known, id);
                Change::Put(mine.clone(), Ok(Claimed::Mine(mine)))
            }
        };
        change(&*self.bucket, &key(name), decide).await?
    }

    /// Changes one that is still the claim's; `None`: it is not. Writing it again does no harm where `update` does none.
    pub(crate) async fn update(
        &self,
        name: &str,
        claim: Uuid,
        update: impl Fn(&mut Durable) + Send + Sync,
    ) -> Result<Option<Durable>, BucketError> {
        let decide = |known: Option<Durable>| match known {
            Some(mut known) if known.claim == claim || planted("claim-unasked") => {
                update(&mut known);
                known.beat += 1;
                known.seen_at = OffsetDateTime::now_utc();
                Change::Put(known.clone(), Some(known))
            }
            _ => Change::Keep(None),
        };
        change(&*self.bucket, &key(name), decide).await
    }

    /// Has parked events tried again by the process that runs, or by the next one; gives how many.
    pub async fn retry(&self, name: &str, choice: &Choice) -> Result<usize, DurablesError> {
        self.on_parked(name, |parked| {
            let chosen = parked.iter_mut().filter(|parked| choice.takes(parked));
            chosen.map(|parked| parked.is_retried = true).count()
        })
        .await
    }

    /// Forgets parked events; gives how many.
    pub async fn drop(&self, name: &str, choice: &Choice) -> Result<usize, DurablesError> {
        self.on_parked(name, |parked| {
            let before = parked.len();
            parked.retain(|parked| !choice.takes(parked));
            before - parked.len()
        })
        .await
    }

    async fn on_parked(
        &self,
        name: &str,
        update: impl Fn(&mut Vec<Parked>) -> usize + Send + Sync,
    ) -> Result<usize, DurablesError> {
        let decide = |known: Option<Durable>| match known {
            None => Change::Keep(Err(DurablesError::Unknown(name.to_owned()))),
            Some(mut known) => match update(&mut known.parked) {
                0 => Change::Keep(Ok(0)),
                count => Change::Put(known, Ok(count)),
            },
        };
        change(&*self.bucket, &key(name), decide).await?
    }

    /// Goes on behind a position, whoever has it, and also where the log was replaced. Of what is parked, that up to there
    /// stays so, unless it is forgotten.
    pub async fn replay(
        &self,
        name: &str,
        lineage: &str,
        after: i64,
        forget_parked: bool,
    ) -> Result<(), BucketError> {
        let decide = |known: Option<Durable>| {
            let mut durable = known.unwrap_or_else(|| Durable::behind(lineage, after));
            let is_kept = |parked: &Parked| !forget_parked && parked.position <= after;
            durable.parked.retain(|parked| durable.lineage == lineage && is_kept(parked));
            durable.turn += 1;
            let replayed = Durable::behind(lineage, after);
            let Durable { lineage, position, open, failing, .. } = replayed;
            Change::Put(Durable { lineage, position, open, failing, ..durable }, ())
        };
        change(&*self.bucket, &key(name), decide).await
    }

    /// Forgets one; processes that work for it or stand by end. Whether there was one.
    pub async fn remove(&self, name: &str) -> Result<bool, BucketError> {
        let was_there = self.read(name).await?.is_some();
        delete(&*self.bucket, &key(name)).await?;
        if !self.is_register {
            return Ok(was_there);
        }
        let decide = |known: Option<Vec<String>>| {
            let mut names = known.unwrap_or_default();
            names.retain(|known| known != name);
            Change::Put(names, ())
        };
        change(&*self.bucket, NAMES, decide).await?;
        Ok(was_there)
    }

    /// Lists a name, before its entry is made: so there is none that the list does not have.
    async fn add(&self, name: &str) -> Result<(), DurablesError> {
        if !self.is_register {
            return Ok(());
        }
        if !is_consumer_name(name) {
            return Err(DurablesError::Name);
        }
        let decide = |known: Option<Vec<String>>| {
            let mut names = known.unwrap_or_default();
            if names.iter().any(|known| known == name) {
                return Change::Keep(Ok(()));
            }
            if names.len() >= DURABLES_MAX {
                return Change::Keep(Err(DurablesError::TooMany));
            }
            names.push(name.to_owned());
            names.sort();
            Change::Put(names, Ok(()))
        };
        change(&*self.bucket, NAMES, decide).await?
    }
}

impl Claim {
    fn durable(&self, known: Option<Durable>, claim: Uuid) -> Durable {
        let known = known.unwrap_or_else(|| Durable::behind(&self.lineage, self.after));
        Durable {
            types: self.types.clone(),
            account: self.account,
            claim,
            runner: self.runner.clone(),
            beat: known.beat + 1,
            lease_seconds: self.lease.as_secs(),
            seen_at: OffsetDateTime::now_utc(),
            ..known
        }
    }
}

fn key(name: &str) -> String {
    format!("durable.{name}")
}

fn filter(durable: &Durable) -> String {
    let types = if durable.types.is_empty() { "all types".to_owned() } else { durable.types.join(",") };
    match durable.account {
        Some(account) => format!("{types} of account {account}"),
        None => types,
    }
}

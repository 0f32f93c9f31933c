//! How far the data set is, for callers who want their command answered when it can be seen there.
//!
//! One task asks for all who wait, and only while somebody does. The dispatcher does not depend on the answer: where there
//! is none, a command is answered at once.

mod url;

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http_kit::position::Waiter;
use http_kit::{Limits, WaitingRoom};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout_at};
use tokio_util::sync::CancellationToken;

pub use self::url::DataPositionUrl;
pub(crate) use self::url::UrlDataPositions;

/// Of one question. So those whose time runs out know how far the data is.
const ASKED_WAIT: Duration = Duration::from_secs(1);
/// A service that does not answer is not asked more often for it.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_millis(100);

/// The position is not known: nothing waits for it.
#[derive(Debug, thiserror::Error)]
#[error("the position of the data set is not to be learned")]
pub struct DataUnavailable;

pub type Reached<'a> = Pin<Box<dyn Future<Output = Result<i64, DataUnavailable>> + Send + 'a>>;

/// Who knows the position up to which all queries show a log.
pub trait DataPositions: Debug + Send + Sync + 'static {
    /// The position, once it is not before `position` or the wait is over.
    fn reach<'a>(&'a self, lineage: &'a str, position: i64, wait: Duration) -> Reached<'a>;
}

/// Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct DataWatch {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    source: Box<dyn DataPositions>,
    room: WaitingRoom,
    wanted: Mutex<Wanted>,
    latest: watch::Sender<Latest>,
    /// Cancelled when the service ends: nobody waits any more.
    ending: CancellationToken,
}

#[derive(Debug, Default)]
struct Wanted {
    lineage: Arc<str>,
    /// How many wait for each position.
    positions: BTreeMap<i64, usize>,
    is_asked: bool,
}

#[derive(Debug, Clone, Copy, Default)]
struct Latest {
    position: i64,
    failures: u64,
}

/// Somebody waits for a position, until this is dropped.
struct Awaited<'a> {
    inner: &'a Inner,
    position: i64,
}

impl DataWatch {
    pub(crate) fn new(source: Box<dyn DataPositions>, limits: &Limits, ending: CancellationToken) -> Self {
        metrics::describe_counter!(
            "dispatcher_data_position_failures_total",
            "Questions how far the data set is that nobody answered."
        );
        let (wanted, latest) = (Mutex::default(), watch::Sender::default());
        let room = WaitingRoom::new(limits);
        Self { inner: Arc::new(Inner { source, room, wanted, latest, ending }) }
    }

    /// How far the data is: when it has reached a position, or at the deadline. `None` where it was not waited for: the
    /// caller has too many waiting, or nobody knows.
    pub(crate) async fn reach(
        &self,
        waiter: &Waiter,
        lineage: Arc<str>,
        position: i64,
        deadline: Instant,
    ) -> Option<i64> {
        let _chair = self.inner.room.enter(waiter).ok()?;
        let mut latest = self.inner.latest.subscribe();
        let _awaited = self.await_position(lineage, position);
        let before = latest.borrow().failures;
        let news = latest.wait_for(|latest| latest.position >= position || latest.failures != before);
        let news = self.inner.ending.run_until_cancelled(timeout_at(deadline, news));
        let news = waiter.work.lend(news).await?;
        let now = news.map(|latest| latest.map(|latest| *latest));
        match now {
            Ok(Ok(latest)) => (latest.position >= position).then_some(latest.position),
            Ok(Err(_closed)) => None,
            Err(_elapsed) => {
                let latest = *self.inner.latest.borrow();
                (latest.failures == before).then_some(latest.position)
            }
        }
    }

    fn await_position(&self, lineage: Arc<str>, position: i64) -> Awaited<'_> {
        let mut wanted = self.inner.wanted();
        if wanted.lineage != lineage {
            self.inner.latest.send_replace(Latest::default());
        }
        wanted.lineage = lineage;
        *wanted.positions.entry(position).or_default() += 1;
        if !std::mem::replace(&mut wanted.is_asked, true) {
            tokio::spawn(ask(Arc::clone(&self.inner)));
        }
        Awaited { inner: &self.inner, position }
    }
}

impl Inner {
    fn wanted(&self) -> MutexGuard<'_, Wanted> {
        self.wanted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is waited for first; `None`, and the end of asking, where nobody waits.
    fn next(&self) -> Option<(Arc<str>, i64)> {
        let mut wanted = self.wanted();
        let first = wanted.positions.keys().next().copied();
        wanted.is_asked = first.is_some();
        Some((Arc::clone(&wanted.lineage), first?))
    }
}

impl Drop for Awaited<'_> {
    fn drop(&mut self) {
        let mut wanted = self.inner.wanted();
        if let Some(count) = wanted.positions.get_mut(&self.position) {
            *count -= 1;
            if *count == 0 {
                wanted.positions.remove(&self.position);
            }
        }
    }
}

/// Asks until nobody waits.
async fn ask(inner: Arc<Inner>) {
    while let Some((lineage, position)) = inner.next() {
        match inner.source.reach(&lineage, position, ASKED_WAIT).await {
            Ok(position) => inner.latest.send_modify(|latest| latest.position = position),
            Err(DataUnavailable) => {
                inner.latest.send_modify(|latest| latest.failures += 1);
                metrics::counter!("dispatcher_data_position_failures_total").increment(1);
                sleep(PAUSE_AFTER_FAILURE).await;
            }
        }
    }
}

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
use service_kit::SingleTask;
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, sleep, timeout, timeout_at};
use tokio_util::sync::CancellationToken;

pub use self::url::DataPositionUrl;
pub(crate) use self::url::UrlDataPositions;

/// Of one question. So those whose time runs out know how far the data is.
const ASKED_WAIT: Duration = Duration::from_secs(1);
/// A service that does not answer is not asked more often for it.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_millis(100);
/// Nor is one that answers at once, because what is waited for is too far away: each pause is twice as long as the one
/// before.
const PAUSE_MIN: Duration = Duration::from_millis(100);
const PAUSE_MAX: Duration = Duration::from_secs(1);

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
    /// Something is waited for that comes before all else.
    sooner: Notify,
    asking: SingleTask,
    latest: watch::Sender<Latest>,
    /// Cancelled when the service ends: nobody waits any more.
    ending: CancellationToken,
}

#[derive(Debug, Default)]
struct Wanted {
    lineage: Arc<str>,
    /// How many wait for each position.
    positions: BTreeMap<i64, usize>,
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
        let (wanted, latest, room) = (Mutex::default(), watch::Sender::default(), WaitingRoom::new(limits));
        let (sooner, asking) = (Notify::new(), SingleTask::default());
        Self { inner: Arc::new(Inner { source, room, wanted, sooner, asking, latest, ending }) }
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
        if self.inner.first(&wanted).is_none_or(|first| position < first) {
            self.inner.sooner.notify_one();
        }
        *wanted.positions.entry(position).or_default() += 1;
        drop(wanted);
        self.inner.asking.ensure(|| ask(Arc::clone(&self.inner)));
        Awaited { inner: &self.inner, position }
    }
}

impl Inner {
    fn wanted(&self) -> MutexGuard<'_, Wanted> {
        self.wanted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is waited for first; `None`, and the end of asking, where nobody waits.
    fn next(&self) -> Option<(Arc<str>, i64)> {
        let mut next = None;
        self.asking.is_over(|| {
            let wanted = self.wanted();
            next = self.first(&wanted).map(|first| (Arc::clone(&wanted.lineage), first));
            next.is_some()
        });
        next
    }

    /// Those who wait for what is there are about to go.
    fn first(&self, wanted: &Wanted) -> Option<i64> {
        let reached = self.latest.borrow().position;
        wanted.positions.range(reached.saturating_add(1)..).next().map(|(first, _)| *first)
    }

    /// What was learned of a log, unless another one is waited for by now.
    fn saw(&self, lineage: &Arc<str>, position: i64) {
        if self.wanted().lineage == *lineage {
            self.latest.send_modify(|latest| latest.position = position);
        }
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
    let mut pause = PAUSE_MIN;
    while let Some((lineage, position)) = inner.next() {
        let asked_at = Instant::now();
        match inner.source.reach(&lineage, position, ASKED_WAIT).await {
            Ok(reached) => {
                inner.saw(&lineage, reached);
                if reached >= position || asked_at.elapsed() >= ASKED_WAIT {
                    pause = PAUSE_MIN;
                } else {
                    // Whoever wants less than that is not held up by it.
                    let _sooner = timeout(pause, inner.sooner.notified()).await;
                    pause = PAUSE_MAX.min(pause * 2);
                }
            }
            Err(DataUnavailable) => {
                inner.latest.send_modify(|latest| latest.failures += 1);
                metrics::counter!("dispatcher_data_position_failures_total").increment(1);
                sleep(PAUSE_AFTER_FAILURE).await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use http_kit::WorkPermit;

    use super::*;

    const LONG: Duration = Duration::from_secs(20);

    /// Answers at once, as where a position is far away; the first question meets a defect, where it should.
    #[derive(Debug)]
    struct Source {
        asked: Arc<AtomicUsize>,
        position: i64,
        fails_first: bool,
    }

    impl DataPositions for Source {
        fn reach<'a>(&'a self, _lineage: &'a str, _position: i64, _wait: Duration) -> Reached<'a> {
            let is_first = self.asked.fetch_add(1, Ordering::Relaxed) == 0;
            assert!(!(self.fails_first && is_first), "a defect");
            Box::pin(async { Ok(self.position) })
        }
    }

    fn watch(position: i64, fails_first: bool) -> (DataWatch, Arc<AtomicUsize>) {
        let asked = Arc::new(AtomicUsize::new(0));
        let source = Box::new(Source { asked: Arc::clone(&asked), position, fails_first });
        (DataWatch::new(source, &Limits::default(), CancellationToken::new()), asked)
    }

    async fn reach(watch: &DataWatch, wait: Duration) -> Option<i64> {
        let waiter = Waiter { account: Some(7), address: None, work: WorkPermit::default() };
        watch.reach(&waiter, "a-log".into(), 512, Instant::now() + wait).await
    }

    #[tokio::test]
    async fn what_is_far_away_is_not_asked_for_without_a_pause() {
        let (watch, asked) = watch(0, false);
        assert_eq!(reach(&watch, Duration::from_secs(1)).await, Some(0));
        let asked = asked.load(Ordering::Relaxed);
        assert!((2..=5).contains(&asked), "{asked} questions in a second");
    }

    #[tokio::test]
    async fn a_question_that_met_a_defect_silences_nobody_else() {
        let (watch, _) = watch(512, true);
        assert_eq!(reach(&watch, Duration::from_millis(100)).await, Some(0));
        assert_eq!(reach(&watch, LONG).await, Some(512));
    }
}

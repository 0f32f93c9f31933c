//! Answers no query from data that is older than its caller wants.
//!
//! Positions come from the database that also gives the answer, in the same statement, so this holds on a lagging
//! replica too, and where several answer behind one address. An answer that is too old is thrown away. Then one task
//! asks the database for its position every few milliseconds, for all who wait, and wakes those who have waited long
//! enough: a thousand waiting callers cost as much as one. The task ends when nobody waits.
//!
//! Who waits leaves its place among the requests in flight to others, and there are few who wait per caller.

use std::sync::Arc;
use std::time::Duration;

use api_types::codes;
use data_set::Pool;
use data_set::read::{self, At, ReadError};
use fail_points::planted;
use http_kit::position::AwaitPosition;
use http_kit::{ApiProblem, WaitingRoom};
use service_kit::SingleTask;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout_at};
use tokio_util::sync::CancellationToken;

use crate::position;
use crate::refusal::Refusal;

const POLL_INTERVAL: Duration = Duration::from_millis(5);
/// A database that does not answer is not asked more often for it.
const POLL_INTERVAL_AFTER_FAILURE: Duration = Duration::from_millis(100);

/// Between two tries of what no position tells. What it waits for is written about once a second.
const RETRY_INTERVAL: Duration = Duration::from_millis(100);

/// More events than any machine folds in a second. What is further away than that allows is not waited for.
const FOLDED_PER_SECOND_MAX: u64 = 1_000_000;

/// Which data is waited for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum AwaitedData {
    /// What one projection holds.
    Social,
    /// What two projections hold together.
    Timelines,
    /// The same of the past.
    Past,
    /// What all projections hold.
    All,
}

impl AwaitedData {
    async fn position(self, pool: &Pool) -> Result<i64, ReadError> {
        match self {
            Self::Social => read::position(pool).await,
            Self::Timelines => read::timeline_position(pool).await,
            Self::Past => read::as_of_position(pool).await,
            Self::All => read::changes_position(pool).await,
        }
    }
}

/// The position of the data, for those who wait for it. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct PositionWatch {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    pool: Pool,
    data: AwaitedData,
    room: WaitingRoom,
    latest: watch::Sender<Latest>,
    /// Cancelled when the service ends: nobody waits any more.
    ending: CancellationToken,
    poller: SingleTask,
}

impl Inner {
    /// Wakes those who wait by news alone: they may be thousands.
    fn saw(&self, position: i64) {
        self.latest.send_if_modified(|latest| {
            let is_news = latest.position != position || latest.failure.is_some();
            *latest = Latest { position, failure: None };
            is_news
        });
    }
}

#[derive(Debug, Clone)]
struct Latest {
    position: i64,
    /// Why the database did not say, the last time it was asked.
    failure: Option<Arc<ReadError>>,
}

impl PositionWatch {
    pub(crate) fn new(pool: Pool, data: AwaitedData, room: WaitingRoom) -> Self {
        let (latest, _) = watch::channel(Latest { position: 0, failure: None });
        let (ending, poller) = (CancellationToken::new(), SingleTask::default());
        Self { inner: Arc::new(Inner { pool, data, room, latest, ending, poller }) }
    }

    /// Refuses all who wait, and all who will: a service that ends must not hold them until it is cut off.
    pub(crate) fn end(&self) {
        self.inner.ending.cancel();
    }

    /// Runs a query until its answer reflects what the caller awaits.
    pub(crate) async fn answer<T, E, F, Fut>(
        &self,
        awaited: &AwaitPosition,
        query: F,
    ) -> Result<At<T>, Refusal>
    where
        F: Fn() -> Fut,
        Fut: Future<Output = Result<At<T>, E>>,
        E: Into<Refusal>,
    {
        let deadline = Instant::now() + awaited.wait;
        let wanted = awaited.position.unwrap_or(0);
        // Until the answer is there, also behind the wait: it stands for the place among the requests in flight.
        let mut chair = None;
        loop {
            // The query goes first: mostly the data is there by now, and then asking for its position was a detour.
            let answer = query().await.map_err(Into::into)?;
            if answer.position >= wanted || planted("await-ignored") {
                return Ok(answer);
            }
            self.inner.saw(answer.position);
            if !is_within_reach(answer.position, wanted, deadline) {
                return Err(Refusal::at(answer.position, codes::NOT_CAUGHT_UP));
            }
            if chair.is_none() {
                chair = Some(self.inner.room.enter(&awaited.waiter)?);
            }
            awaited.waiter.work.lend(self.reach(wanted, deadline)).await?;
        }
    }

    /// The position of the data, once that reflects what the caller awaits.
    pub(crate) async fn position(&self, awaited: &AwaitPosition) -> Result<i64, Refusal> {
        let ask = || async {
            let position = self.inner.data.position(&self.inner.pool).await?;
            Ok::<_, ReadError>(At { position, value: () })
        };
        Ok(self.answer(awaited, ask).await?.position)
    }

    /// Runs a query until it has an answer.
    pub(crate) async fn until<T, F, Fut>(&self, awaited: &AwaitPosition, query: F) -> Result<T, Refusal>
    where
        F: Fn() -> Fut,
        Fut: Future<Output = Result<At<Option<T>>, Refusal>>,
    {
        let deadline = Instant::now() + awaited.wait;
        let mut chair = None;
        loop {
            let At { position, value } = query().await?;
            if let Some(value) = value {
                return Ok(value);
            }
            if Instant::now() >= deadline {
                return Err(Refusal::at(position, codes::NOT_CAUGHT_UP));
            }
            if chair.is_none() {
                chair = Some(self.inner.room.enter(&awaited.waiter)?);
            }
            let resting = self.inner.ending.run_until_cancelled(sleep(RETRY_INTERVAL));
            if awaited.waiter.work.lend(resting).await.is_none() {
                return Err(ApiProblem::ending().into());
            }
        }
    }

    async fn reach(&self, wanted: i64, deadline: Instant) -> Result<(), Refusal> {
        // Subscribed before the poller is looked at: it stops only while there are no subscribers.
        let mut latest = self.inner.latest.subscribe();
        if Instant::now() >= deadline {
            return Err(refuse(&latest.borrow()));
        }
        self.inner.poller.ensure(|| poll(Arc::clone(&self.inner)));
        // The reference to what was seen is dropped at once: it holds a lock.
        let reaching = timeout_at(deadline, latest.wait_for(|latest| latest.position >= wanted));
        let reached = self.inner.ending.run_until_cancelled(reaching).await;
        let Some(reached) = reached.map(|reached| reached.map(|latest| latest.map(drop))) else {
            return Err(ApiProblem::ending().into());
        };
        match reached {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_closed)) => Err(ApiProblem::internal("those who wait own the watch").into()),
            Err(_elapsed) => Err(refuse(&latest.borrow())),
        }
    }
}

/// Whether the data can get so far at all before the wait is over.
fn is_within_reach(position: i64, wanted: i64, deadline: Instant) -> bool {
    let seconds = deadline.saturating_duration_since(Instant::now()).as_secs() + 1;
    position::events_between(position, wanted).unsigned_abs() <= seconds * FOLDED_PER_SECOND_MAX
}

fn refuse(latest: &Latest) -> Refusal {
    match &latest.failure {
        Some(failure) => ApiProblem::unavailable(Arc::clone(failure)).into(),
        None => Refusal::at(latest.position, codes::NOT_CAUGHT_UP),
    }
}

/// Asks for the position until nobody waits for one.
async fn poll(inner: Arc<Inner>) {
    loop {
        let pause = match inner.data.position(&inner.pool).await {
            Ok(position) => {
                inner.saw(position);
                POLL_INTERVAL
            }
            Err(error) => {
                inner.latest.send_modify(|latest| latest.failure = Some(Arc::new(error)));
                POLL_INTERVAL_AFTER_FAILURE
            }
        };
        sleep(pause).await;
        if inner.poller.is_over(|| inner.latest.receiver_count() > 0) {
            return;
        }
    }
}

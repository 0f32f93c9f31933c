//! The projection `feeds`: home timelines. A lane of its own, because the cost of its fold grows with followers rather
//! than with events; it reads and writes nothing of other projections.

mod change;
mod claims;
mod runs;

use async_trait::async_trait;
use data_set::write::{FanOutLimit, FeedSegment, Step, WriteError};

use self::runs::Runs;
use crate::fold::{Changes, Fold, KnownEvent};
use crate::quarantine::Claims;

const NAME: &str = "feeds";
/// An event may come to 10,000 rows: fewer of them than elsewhere, or a batch would take minutes.
const BATCH_MAX: usize = 500;

/// The fold, with the setting that its rows depend on: another limit needs a replay, or reaches an author only with the
/// next follow.
#[derive(Debug, Clone, Copy, Default)]
pub struct Feeds {
    pub limit: FanOutLimit,
}

struct FeedChanges {
    limit: FanOutLimit,
    runs: Vec<FeedSegment>,
}

#[async_trait]
impl Fold for Feeds {
    fn name(&self) -> &'static str {
        NAME
    }

    fn batch_max(&self) -> usize {
        BATCH_MAX
    }

    fn fold(&self, events: Vec<KnownEvent>) -> Box<dyn Changes> {
        let mut runs = Runs::default();
        for known in events {
            if let Some(change) = change::of(known.position, &known.event) {
                runs.push(change);
            }
        }
        Box::new(FeedChanges { limit: self.limit, runs: runs.finish() })
    }

    fn claims(&self, event: &KnownEvent) -> Claims {
        claims::claims(event.position, change::of(event.position, &event.event))
    }

    async fn complete(&self, step: &mut Step, claims: &mut [Claims]) -> Result<(), WriteError> {
        claims::complete(step, claims).await
    }
}

#[async_trait]
impl Changes for FeedChanges {
    async fn write(&self, step: &mut Step) -> Result<(), WriteError> {
        step.write_feeds(&self.runs, self.limit).await
    }
}

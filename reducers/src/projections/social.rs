//! The projection `social`: accounts, messages, and what accounts do to messages and to each other. One worker and one
//! transaction for all of it, so that an answer never shows a message without its author or a count without its rows.

mod accounts;
mod care;
mod conflicts;
mod edges;
mod fold;
mod messages;

use async_trait::async_trait;
use data_set::write::{SocialSegment, Step, WriteError};

use super::{Changes, ConflictKeys, Fold, KnownEvent};

// The fold of `history` goes by the same rules.
pub(super) use conflicts::keys;
pub(super) use messages::{edition, is_past, whole_micros};

const NAME: &str = "social";
const BATCH_MAX: usize = 5_000;

#[derive(Debug, Clone, Copy)]
pub struct Social;

struct SocialChanges(Vec<SocialSegment>);

#[async_trait]
impl Fold for Social {
    fn name(&self) -> &'static str {
        NAME
    }

    fn batch_max(&self) -> usize {
        BATCH_MAX
    }

    fn fold(&self, events: Vec<KnownEvent>) -> Box<dyn Changes> {
        Box::new(SocialChanges(fold::fold(events)))
    }

    fn conflict_keys(&self, event: &KnownEvent) -> ConflictKeys {
        conflicts::keys(event)
    }

    async fn look_up(&self, step: &mut Step, keys: &mut [ConflictKeys]) -> Result<(), WriteError> {
        conflicts::look_up(step, keys).await
    }
}

#[async_trait]
impl Changes for SocialChanges {
    async fn write(&self, step: &mut Step) -> Result<(), WriteError> {
        step.write_social(&self.0).await
    }
}

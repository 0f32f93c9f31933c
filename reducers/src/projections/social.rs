//! The projection `social`: accounts, messages, and what accounts do to messages and to each other. One lane and one
//! transaction for all of it, so that an answer never shows a message without its author or a count without its rows.

mod accounts;
mod batches;
mod conflicts;
mod edges;
mod fold;
mod messages;

use async_trait::async_trait;
use data_set::write::{Run, Step, WriteError};

use crate::projections::Claims;
use crate::projections::{Changes, Fold, KnownEvent};

const NAME: &str = "social";
const BATCH_MAX: usize = 5_000;

#[derive(Debug, Clone, Copy)]
pub struct Social;

struct SocialChanges(Vec<Run>);

#[async_trait]
impl Fold for Social {
    fn name(&self) -> &'static str {
        NAME
    }

    fn batch_max(&self) -> usize {
        BATCH_MAX
    }

    fn fold(&self, events: Vec<KnownEvent>) -> Box<dyn Changes> {
        Box::new(SocialChanges(batches::cut(events).into_iter().filter_map(fold::fold).collect()))
    }

    fn claims(&self, event: &KnownEvent) -> Claims {
        conflicts::claims(event)
    }

    async fn complete(&self, step: &mut Step, claims: &mut [Claims]) -> Result<(), WriteError> {
        conflicts::complete(step, claims).await
    }
}

#[async_trait]
impl Changes for SocialChanges {
    async fn write(&self, step: &mut Step) -> Result<(), WriteError> {
        step.write_social(&self.0).await
    }
}

//! The projection `social`: accounts, messages, and what accounts do to messages and to each other. One lane and one
//! transaction for all of it, so that an answer never shows a message without its author or a count without its rows.

mod accounts;
mod claims;
mod cut;
mod edges;
mod runs;

use async_trait::async_trait;
use data_set::write::{SocialSegment, Step, WriteError};

use crate::fold::{Changes, Fold, KnownEvent};
use crate::quarantine::Claims;

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
        Box::new(SocialChanges(cut::cut(events).into_iter().filter_map(runs::fold).collect()))
    }

    fn claims(&self, event: &KnownEvent) -> Claims {
        claims::claims(event)
    }

    async fn complete(&self, step: &mut Step, claims: &mut [Claims]) -> Result<(), WriteError> {
        claims::complete(step, claims).await
    }
}

#[async_trait]
impl Changes for SocialChanges {
    async fn write(&self, step: &mut Step) -> Result<(), WriteError> {
        step.write_social(&self.0).await
    }
}

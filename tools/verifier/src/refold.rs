//! What the views show at a position, from the log alone.

use std::collections::BTreeSet;

use domain::Position;
use event_store::{Dropped, EventLog};
use serde_json::Value;

use crate::error::VerifyError;
use crate::follow::Follower;
use crate::inputs::Inputs;
use crate::model::Model;
use crate::pace::Pace;
use crate::rows::Rows;
use crate::scope::Scope;
use crate::views::{self, Tables};

/// A projection, folded up to a position.
#[derive(Debug)]
pub struct Refolded {
    model: Model,
    inputs: Inputs,
    /// Events of those that were left out which the log does not say were given up. Whoever wanted it left out knows
    /// why.
    pub parked: Vec<i64>,
}

/// Folds the log from its begin, without some events.
///
/// # Errors
/// When the log cannot be read, or ends before the position.
pub async fn refold(
    log: &dyn EventLog,
    projection: &'static str,
    position: Position,
    left_out: BTreeSet<i64>,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<Refolded, VerifyError> {
    let dropped = Dropped::read(log, projection).await?;
    let dropped: BTreeSet<i64> = dropped.positions().map(Position::get).collect();
    let parked = left_out.difference(&dropped).copied().collect();
    let mut follower = Follower::new(log, projection, Scope::All, Pace::Full);
    follower.fold_to(position, left_out, progress).await?;
    let inputs = Inputs { position: position.get(), ..Inputs::default() };
    Ok(Refolded { model: follower.model, inputs, parked })
}

impl Refolded {
    /// The rows of a view of `published`, in no order. `None` where it is not known how to make them.
    #[must_use]
    pub fn view(&self, name: &str) -> Option<Vec<Value>> {
        views::rows(name, self)
    }
}

impl Tables for Refolded {
    fn table(&self, name: &str) -> Option<Rows<'_>> {
        self.model.table(name, &self.inputs)
    }
}

//! Row changes of the projection `social`, segment by segment: a segment holds what may be applied set-wise, and
//! segments are applied one behind the other. What a batch adds to and takes from counts is summed up over all of its
//! segments and written once.

mod accounts;
mod deactivate;
mod edges;
mod read_markers;

use std::collections::BTreeMap;

use domain::ReactionKind;
use fail_points::crash_point;
use postgres_kit::Connection;

use self::edges::EdgeKind;
use super::counter_deltas::CounterDeltas;
use super::error::WriteError;
use super::messages::{self, MessageChanges};

pub use accounts::{ProfileRow, RegisteredRow};
pub use deactivate::DeactivatedRow;
pub use edges::{EdgeChanges, EdgeRow};
pub use read_markers::ReadMarkerRow;

/// The changes of one segment of events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SocialSegment {
    Changes(Box<Changes>),
    /// It touches rows of every table, so it is a segment of its own.
    Deactivated(DeactivatedRow),
}

/// Changes of many events. They are applied in the order of the fields; the reducers make sure that the events,
/// one by one, give the same rows. Every list is in the order of its table's key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    pub registered: Vec<RegisteredRow>,
    pub profiles: Vec<ProfileRow>,
    pub messages: MessageChanges,
    pub follows: EdgeChanges,
    pub blocks: EdgeChanges,
    pub mutes: EdgeChanges,
    pub reactions: BTreeMap<ReactionKind, EdgeChanges>,
    pub read_markers: Vec<ReadMarkerRow>,
}

pub(super) async fn write(connection: &mut Connection, segments: &[SocialSegment]) -> Result<(), WriteError> {
    let mut deltas = CounterDeltas::default();
    for segment in segments {
        match segment {
            SocialSegment::Changes(changes) => apply(connection, changes, &mut deltas).await?,
            SocialSegment::Deactivated(row) => {
                deactivate::deactivate(connection, row, &mut deltas).await?;
                crash_point("after-deactivation");
            }
        }
    }
    deltas.write(connection).await
}

async fn apply(
    connection: &mut Connection,
    changes: &Changes,
    deltas: &mut CounterDeltas,
) -> Result<(), WriteError> {
    accounts::register(connection, &changes.registered).await?;
    accounts::change(connection, &changes.profiles).await?;
    crash_point("after-accounts");
    messages::write(connection, &changes.messages, deltas).await?;
    let reactions = changes.reactions.iter().map(|(kind, edges)| (EdgeKind::Reaction(*kind), edges));
    let accounts = [
        (EdgeKind::Follow, &changes.follows),
        (EdgeKind::Block, &changes.blocks),
        (EdgeKind::Mute, &changes.mutes),
    ];
    for (kind, edges) in accounts.into_iter().chain(reactions) {
        edges::remove(connection, kind, &edges.removed, &mut deltas.stats).await?;
        edges::make(connection, kind, &edges.made, &mut deltas.stats).await?;
    }
    read_markers::write(connection, &changes.read_markers).await
}

//! One version of a projection on one shard: read on from the checkpoint, fold, write rows and checkpoint together.

mod chunks;
mod cursor;
mod drop_events;
mod follow;
mod heartbeat;
mod order;
mod replay;
mod status;
mod supervisor;

pub use self::follow::{BadEvent, Lane, LaneError, OnBad, run_lane};
pub use self::order::in_order;
pub use self::replay::{ReplayError, replay};
pub use self::status::{Progress, Status};
pub(crate) use self::supervisor::{Lanes, Shown};

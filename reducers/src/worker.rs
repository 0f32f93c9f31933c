//! A projection worker folds one version of a projection on one shard: it reads on from the checkpoint, folds, and
//! writes rows and checkpoint together.
//!
//! - **What wakes it:** events. The broker pushes them into a bounded queue. While a batch is written the next one
//!   gathers there, so batches grow with the load and a lone event is folded at once. In a replay the next batch is
//!   read and folded while Postgres is busy with this one.
//! - **After a crash:** the checkpoint in Postgres says where to go on; the broker remembers nothing about the worker.
//! - **Two workers by accident:** the checkpoint is the fence. The slower worker's batch changes nothing; it stands by
//!   until the checkpoint stops moving, then takes part again. No lease is needed, and a dead worker cannot hold one.
//! - **On any error:** back to the checkpoint, after a pause. There is no other way of recovery. A worker ends only
//!   where it was told to stop at a bad event.

mod chunks;
mod commit;
mod cursor;
mod decide;
mod drop_events;
mod error;
mod follow;
mod heartbeat;
mod next_events;
mod order;
mod patience;
mod projection_worker;
mod replay;
mod status;
mod supervisor;

pub use self::error::{BadEvent, WorkerError};
pub use self::follow::run_worker;
pub use self::order::in_order;
pub use self::projection_worker::{OnBad, ProjectionWorker};
pub use self::replay::{ReplayError, replay};
pub use self::status::{Progress, Status};
pub(crate) use self::supervisor::{PublishedStatus, Supervisor};

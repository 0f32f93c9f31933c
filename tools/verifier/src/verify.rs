//! Compares the data set with what the log comes to.
//!
//! ```text
//!   fold to the checkpoint ─ snapshot ─ fold on to its checkpoint ─ compare every row
//! ```
//!
//! Each projection is compared at its own checkpoint, for it is a function of the log up to there and of nothing else. The log
//! is folded before the snapshot is taken, because a snapshot that is held for long keeps the database from tidying up.

use std::collections::BTreeSet;
use std::fmt;

use data_set::Pool;
use data_set::audit::{Audit, AuditError, Checkpoint, Table};
use domain::Position;
use event_store::{Dropped, EventLog, ReadError};

use crate::compare::{Comparison, premises};
use crate::follow::{Follower, Pace};
use crate::report::{ProjectionReport, Report, TableReport};
use crate::scope::Scope;

/// So many differences of a table are shown.
const SHOWN_MAX: usize = 20;

/// What to compare with what.
pub struct Verification<'a> {
    pub log: &'a dyn EventLog,
    /// Of [`data_set::audit::connect`].
    pub pool: &'a Pool,
    pub scope: Scope,
    pub pace: Pace,
    pub progress: &'a (dyn Fn(Progress<'_>) + Sync),
}

impl<'a> Verification<'a> {
    /// As fast as it goes, and silently.
    pub fn new(log: &'a dyn EventLog, pool: &'a Pool, scope: Scope) -> Self {
        Self { log, pool, scope, pace: Pace::Full, progress: &|_| {} }
    }
}

impl fmt::Debug for Verification<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { log, scope, pace, .. } = self;
        f.debug_struct("Verification")
            .field("log", log)
            .field("scope", scope)
            .field("pace", pace)
            .finish_non_exhaustive()
    }
}

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress<'a> {
    pub projection: &'static str,
    pub stage: Stage<'a>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage<'a> {
    /// Events folded, of so many.
    Folding { done: u64, total: u64 },
    /// Rows of a table compared.
    Comparing { table: &'a str, done: u64 },
}

#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    #[error("the log cannot be read")]
    Log(#[from] ReadError),
    #[error("the log's tail ended")]
    TailEnded,
    #[error("the data set cannot be compared")]
    Audit(#[from] AuditError),
    #[error("{projection} was folded from log {found}, but this is log {expected}")]
    OtherLineage { projection: &'static str, expected: String, found: String },
    #[error("a checkpoint is at position {position}, but the log ends at sequence {head}: it lost events")]
    AheadOfLog { position: i64, head: u64 },
    #[error(
        "{projection} has no checkpoint to mend its rows at; start the reducers, which fold it from the beginning"
    )]
    NotFolded { projection: &'static str },
    #[error("the data set has the table {table} of {projection}, which this version does not know")]
    UnknownTable { table: String, projection: &'static str },
    #[error(
        "the data set has no table {table} of {projection}; bring its schema up to date with `rookery migrate`"
    )]
    NoTable { table: &'static str, projection: &'static str },
}

/// Those that there are; the published version of each is compared.
pub const PROJECTIONS: [&str; 2] = ["social", "feeds"];

/// Compares. Nothing waits for it, and nothing is changed.
pub async fn verify(verification: &Verification<'_>) -> Result<Report, VerifyError> {
    let mut projections = Vec::new();
    for projection in PROJECTIONS {
        let mut look = Look::new(verification, projection);
        look.fold_ahead().await?;
        let mut audit = Audit::look(verification.pool, projection, verification.log.shard().0).await?;
        let (report, _) = look.compare(&mut audit, SHOWN_MAX).await?;
        audit.leave().await?;
        projections.push(report);
    }
    Ok(Report { projections })
}

/// One projection under comparison.
pub(crate) struct Look<'a> {
    verification: &'a Verification<'a>,
    pub(crate) projection: &'static str,
    pace: Pace,
    follower: Follower<'a>,
}

impl<'a> Look<'a> {
    pub(crate) fn new(verification: &'a Verification<'a>, projection: &'static str) -> Self {
        let Verification { log, scope, pace, .. } = *verification;
        let follower = Follower::new(log, projection, scope, pace);
        Self { verification, projection, pace, follower }
    }

    /// At full speed from now on: somebody waits for it.
    pub(crate) fn hurry(&mut self) {
        self.pace = Pace::Full;
        self.follower.hurry();
    }

    /// Most of the work, with no transaction open.
    pub(crate) async fn fold_ahead(&mut self) -> Result<(), VerifyError> {
        let shard = self.verification.log.shard().0;
        let mut audit = Audit::look(self.verification.pool, self.projection, shard).await?;
        let (to, parked) = (self.position(audit.checkpoint())?, audit.parked().await?);
        audit.leave().await?;
        self.fold_to(to, &parked).await?;
        Ok(())
    }

    /// Folds on to where the audit stands, and compares there.
    pub(crate) async fn compare(
        &mut self,
        audit: &mut Audit,
        kept_max: usize,
    ) -> Result<(ProjectionReport, Vec<Table>), VerifyError> {
        let (to, parked) = (self.position(audit.checkpoint())?, audit.parked().await?);
        let dropped = self.fold_to(to, &parked).await?;
        let name = self.projection;
        let touched = self.follower.model.touched();
        let show = |table: &str, done| {
            (self.verification.progress)(Progress {
                projection: name,
                stage: Stage::Comparing { table, done },
            });
        };
        let comparison = Comparison {
            projection: name,
            touched: touched.as_ref(),
            pace: self.pace,
            kept_max,
            progress: &show,
        };
        let premises = premises(audit, to.get()).await?;
        let compared = comparison.run(audit, &self.follower.model, &premises).await?;
        let (tables, reports): (Vec<Table>, Vec<TableReport>) = compared.into_iter().unzip();
        let report = ProjectionReport {
            projection: name,
            version: audit.version(),
            position: to.get(),
            events: self.follower.events(),
            parked: parked.len() as u64,
            dropped,
            unparked: self.follower.model.unparked.clone(),
            tables: reports,
            mended: None,
        };
        Ok((report, tables))
    }

    /// Without what is parked, and without what the log says was given up. Tells how many these are.
    async fn fold_to(&mut self, to: Position, parked: &[i64]) -> Result<u64, VerifyError> {
        let dropped = Dropped::read(self.verification.log, self.projection).await?;
        let mut without: BTreeSet<i64> =
            dropped.positions().filter(|at| *at <= to).map(Position::get).collect();
        let count = without.len() as u64;
        without.extend(parked);
        let (name, progress) = (self.projection, self.verification.progress);
        let show =
            |done, total| progress(Progress { projection: name, stage: Stage::Folding { done, total } });
        self.follower.fold_to(to, without, &show).await?;
        Ok(count)
    }

    /// Where the rows stand; at the very beginning where nobody ever folded.
    fn position(&self, checkpoint: Option<&Checkpoint>) -> Result<Position, VerifyError> {
        let Some(checkpoint) = checkpoint else { return Ok(Position::ZERO) };
        let expected = self.verification.log.lineage().to_string();
        if checkpoint.lineage != expected {
            let found = checkpoint.lineage.clone();
            return Err(VerifyError::OtherLineage { projection: self.projection, expected, found });
        }
        // The table forbids negative ones.
        Ok(Position::from_i64(checkpoint.position).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_may_move_between_threads() {
        fn is_send(_: impl Send) {}
        let _compiles = |verification: &'static Verification<'static>| {
            is_send(verify(verification));
            is_send(crate::repair(verification));
        };
    }
}

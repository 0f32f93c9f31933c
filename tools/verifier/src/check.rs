//! One projection under comparison.

use std::collections::BTreeSet;

use data_set::audit::{Audit, Checkpoint, Table};
use domain::Position;
use event_store::Dropped;

use crate::compare::{Comparison, inputs};
use crate::error::VerifyError;
use crate::follow::Follower;
use crate::pace::Pace;
use crate::report::{ProjectionReport, TableReport};
use crate::verification::{Progress, Stage, Verification};

pub(crate) struct Check<'a> {
    verification: &'a Verification<'a>,
    pub(crate) projection: &'static str,
    pace: Pace,
    follower: Follower<'a>,
}

impl<'a> Check<'a> {
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
        let inputs = inputs(audit, to.get()).await?;
        let compared = comparison.run(audit, &self.follower.model, &inputs).await?;
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
            repaired: None,
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

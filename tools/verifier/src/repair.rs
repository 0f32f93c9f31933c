//! Repairs the rows that differ.
//!
//! The checkpoint is locked first, so that the worker waits and the position stays where it is; then all rows are
//! compared again, wrong ones are replaced, and everything is committed at once. A crash at any point leaves all of it
//! or nothing, and the worker goes on from the same checkpoint either way.

use data_set::audit::{Audit, Table};

use crate::check::Check;
use crate::error::VerifyError;
use crate::report::{ProjectionReport, Repaired, Report, TableReport};
use crate::verification::{PROJECTIONS, Verification};
use crate::verify::verify;

/// Compares, and where something differs compares again with the worker held up, and repairs. A projection without a
/// difference is not held up.
pub async fn repair(verification: &Verification<'_>) -> Result<Report, VerifyError> {
    let mut report = verify(verification).await?;
    for (found, projection) in report.projections.iter_mut().zip(PROJECTIONS) {
        if found.differences() == found.unparked.len() as u64 {
            continue;
        }
        let mut check = Check::new(verification, projection);
        check.fold_ahead().await?;
        *found = repair_rows(verification, &mut check).await?;
    }
    Ok(report)
}

async fn repair_rows(
    verification: &Verification<'_>,
    check: &mut Check<'_>,
) -> Result<ProjectionReport, VerifyError> {
    // As fast as it can, unlike the search: the worker waits, and with it all who await what it will fold.
    check.hurry();
    let mut audit = Audit::lock(verification.pool, check.projection, verification.log.shard().0).await?;
    if audit.checkpoint().is_none() {
        return Err(VerifyError::NotFolded { projection: check.projection });
    }
    let (mut report, tables) = check.compare(&mut audit, usize::MAX).await?;
    let mut repaired = Repaired::default();
    for (table, found) in tables.iter().zip(&report.tables) {
        replace(&mut audit, table, found).await?;
        repaired.inserted += found.missing;
        repaired.deleted += found.extra;
        repaired.replaced += found.different;
    }
    audit.commit().await?;
    report.repaired = Some(repaired);
    Ok(report)
}

async fn replace(audit: &mut Audit, table: &Table, report: &TableReport) -> Result<(), VerifyError> {
    let wrong: Vec<_> = report.differences.iter().filter_map(|row| row.found.clone()).collect();
    let right: Vec<_> = report.differences.iter().filter_map(|row| row.expected.clone()).collect();
    audit.delete(table, &wrong).await?;
    audit.insert(table, &right).await?;
    Ok(())
}

//! Mends the rows that differ.
//!
//! The checkpoint is locked first, so that the lane waits and the position stays where it is; then all rows are compared
//! again, wrong ones are replaced, and everything is committed at once. A crash at any point leaves all of it or nothing, and
//! the lane goes on from the same checkpoint either way.

use data_set::audit::{Audit, Table};

use crate::report::{Mended, ProjectionReport, Report, TableReport};
use crate::verify::{Look, PROJECTIONS, Verification, VerifyError, verify};

/// Compares, and where something differs compares again with the lane held up, and mends. A projection without a difference
/// is not held up.
pub async fn repair(verification: &Verification<'_>) -> Result<Report, VerifyError> {
    let mut report = verify(verification).await?;
    for (found, projection) in report.projections.iter_mut().zip(PROJECTIONS) {
        if found.differences() == found.unparked.len() as u64 {
            continue;
        }
        let mut look = Look::new(verification, projection);
        look.fold_ahead().await?;
        *found = mend(verification, &mut look).await?;
    }
    Ok(report)
}

async fn mend(verification: &Verification<'_>, look: &mut Look<'_>) -> Result<ProjectionReport, VerifyError> {
    // Whatever the pace of the search: the lane waits, and with it all who await what it will fold.
    look.hurry();
    let mut audit = Audit::lock(verification.pool, look.projection, verification.log.shard().0).await?;
    if audit.checkpoint().is_none() {
        return Err(VerifyError::NotFolded { projection: look.projection });
    }
    let (mut report, tables) = look.compare(&mut audit, usize::MAX).await?;
    let mut mended = Mended::default();
    for (table, found) in tables.iter().zip(&report.tables) {
        replace(&mut audit, table, found).await?;
        mended.inserted += found.missing;
        mended.deleted += found.extra;
        mended.replaced += found.different;
    }
    audit.commit().await?;
    report.mended = Some(mended);
    Ok(report)
}

async fn replace(audit: &mut Audit, table: &Table, report: &TableReport) -> Result<(), VerifyError> {
    let wrong: Vec<_> = report.differences.iter().filter_map(|row| row.found.clone()).collect();
    let right: Vec<_> = report.differences.iter().filter_map(|row| row.expected.clone()).collect();
    audit.delete(table, &wrong).await?;
    audit.insert(table, &right).await?;
    Ok(())
}

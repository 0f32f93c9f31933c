//! Compares the data set with a second fold of the log.
//!
//! ```text
//!   fold to the checkpoint ─ snapshot ─ fold on to its checkpoint ─ compare every row
//! ```
//!
//! Each projection is compared at its own checkpoint, because it is a function of the log up to there alone.
//! The log is folded before the snapshot is taken, because a snapshot that is held for long keeps the database from
//! tidying up.

use data_set::audit::Audit;

use crate::check::Check;
use crate::error::VerifyError;
use crate::report::Report;
use crate::verification::{PROJECTIONS, Verification};

/// So many differences of a table are shown.
const SHOWN_MAX: usize = 20;

/// Compares. Nothing waits for it, and nothing is changed.
pub async fn verify(verification: &Verification<'_>) -> Result<Report, VerifyError> {
    let mut projections = Vec::new();
    for projection in PROJECTIONS {
        let mut check = Check::new(verification, projection);
        check.fold_ahead().await?;
        let mut audit = Audit::look(verification.pool, projection, verification.log.shard().0).await?;
        let (report, _) = check.compare(&mut audit, SHOWN_MAX).await?;
        audit.leave().await?;
        projections.push(report);
    }
    Ok(Report { projections })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_may_move_between_threads() {
        fn is_send(_: impl Send) {}
        let _compiles = |verification: &'static Verification<'static>| {
            is_send(verify(verification));
            is_send(crate::repair::repair(verification));
        };
    }
}

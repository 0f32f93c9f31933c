//! What exports may take.

use std::path::PathBuf;
use std::time::Duration;

use data_set::export::SNAPSHOT_MAX_DEFAULT;
use service_kit::config::Environment;

/// `ROOKERY_EXPORT…`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportLimits {
    /// Under way at a time; more are refused as `overloaded`.
    pub in_all_max: usize,
    /// Of these, those of one account; more are refused as `rate-limited`.
    pub per_account_max: usize,
    /// The longest that one holds its snapshot. What is not read by then is broken off.
    pub snapshot_max: Duration,
    /// The largest file. It lies on disk until its caller has read it.
    pub bytes_max: u64,
    /// Where it lies, without a name.
    pub dir: PathBuf,
}

const IN_ALL_MAX: usize = 2;
const PER_ACCOUNT_MAX: usize = 1;
const BYTES_MAX: u64 = 4 << 30;

impl Default for ExportLimits {
    fn default() -> Self {
        Self {
            in_all_max: IN_ALL_MAX,
            per_account_max: PER_ACCOUNT_MAX,
            snapshot_max: SNAPSHOT_MAX_DEFAULT,
            bytes_max: BYTES_MAX,
            dir: std::env::temp_dir(),
        }
    }
}

impl ExportLimits {
    /// The defaults, with what `ROOKERY_EXPORT…` variables change.
    pub fn from_environment(env: &mut Environment) -> Option<Self> {
        let default = Self::default();
        let (all, each) = ("ROOKERY_EXPORTS_MAX", "ROOKERY_EXPORTS_PER_ACCOUNT_MAX");
        let seconds = "ROOKERY_EXPORT_SNAPSHOT_SECONDS_MAX";
        let in_all_max = env.or_default(all, default.in_all_max);
        let per_account_max = env.or_default(each, default.per_account_max);
        let snapshot = env.or_default(seconds, default.snapshot_max.as_secs());
        let bytes_max = env.or_default("ROOKERY_EXPORT_BYTES_MAX", default.bytes_max);
        let dir = env.optional::<PathBuf>("ROOKERY_EXPORT_DIR");
        for (name, value) in [(all, in_all_max), (each, per_account_max)] {
            if value == Some(0) {
                env.reject(name, "at least 1");
            }
        }
        if snapshot == Some(0) {
            env.reject(seconds, "at least 1");
        }
        Some(Self {
            in_all_max: in_all_max?,
            per_account_max: per_account_max?,
            snapshot_max: Duration::from_secs(snapshot?),
            bytes_max: bytes_max?,
            dir: dir?.unwrap_or(default.dir),
        })
    }
}

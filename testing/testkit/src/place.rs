//! Where the servers' programs and files are during tests.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use local_servers::{ProgramHints, Programs, RunAs};
use tempfile::TempDir;

/// Used when the usual temporary directory is out of reach of the user that the servers run as.
const FALLBACK_TEMP: &str = "/var/tmp";

/// The programs and the user for all servers of this test process.
pub(crate) fn installed() -> &'static (Programs, RunAs) {
    static INSTALLED: OnceLock<(Programs, RunAs)> = OnceLock::new();
    INSTALLED.get_or_init(|| {
        let find = || {
            let run_as = RunAs::choose()?;
            let hints = ProgramHints::from_env().with_tools_dir(workspace().join(".tools"));
            anyhow::Ok((Programs::find(&hints, &run_as)?, run_as))
        };
        find().unwrap_or_else(|error| panic!("tests need nats-server and Postgres: {error:#}"))
    })
}

pub(crate) fn workspace() -> &'static Path {
    // This crate is at `testing/testkit` of the workspace.
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// A temporary directory that the servers' user owns.
pub(crate) fn temp_dir(run_as: &RunAs) -> TempDir {
    let mut parent: PathBuf = std::env::temp_dir();
    if run_as.obstacle(&parent.join("dir")).is_some() {
        parent = PathBuf::from(FALLBACK_TEMP);
    }
    let dir = tempfile::Builder::new()
        .prefix("rookery-test-")
        .tempdir_in(&parent)
        .unwrap_or_else(|error| panic!("make a directory in {}: {error}", parent.display()));
    run_as.own(dir.path()).unwrap_or_else(|error| panic!("{error:#}"));
    dir
}

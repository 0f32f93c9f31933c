//! What the crate promises about real children, tried on real children.

mod clients;
mod orphans;
mod supervised;

use std::path::Path;

use local_servers::{Access, NatsOptions, PostgresOptions, ProgramHints, Programs, RunAs};
use tempfile::TempDir;

fn installed() -> (Programs, RunAs) {
    let run_as = RunAs::choose().expect("a user to run as");
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.tools");
    let hints = ProgramHints::from_env().with_tools_dir(tools);
    let programs = Programs::find(&hints, &run_as).unwrap_or_else(|error| panic!("{error:#}"));
    (programs, run_as)
}

fn temp_dir(run_as: &RunAs) -> TempDir {
    let dir = tempfile::Builder::new().prefix("rookery-test-").tempdir().expect("a temporary directory");
    run_as.own(dir.path()).expect("we may give our directory away");
    dir
}

fn nats_options(dir: &Path) -> NatsOptions {
    NatsOptions::new(dir.join("nats"))
}

/// Open access, because the client of these tests knows no passwords.
fn postgres_options(dir: &Path) -> PostgresOptions {
    PostgresOptions {
        access: Access::Open,
        databases: vec!["rookery".to_owned()],
        settings: vec![("fsync".to_owned(), "off".to_owned())],
        initdb_args: vec!["--no-sync".to_owned(), "--wal-segsize=1".to_owned()],
        ..PostgresOptions::new(dir.join("postgres"))
    }
}

/// Whether a process has this pid; one that ended but was not awaited counts as gone.
fn runs(pid: u32) -> bool {
    let output = std::process::Command::new("ps").args(["-o", "stat=", "-p", &pid.to_string()]).output();
    let state = String::from_utf8_lossy(&output.expect("ps exists").stdout).into_owned();
    !state.trim().is_empty() && !state.starts_with('Z')
}

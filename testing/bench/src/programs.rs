//! The programs that are measured: built by cargo in the profile of this one, and found beside it.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::report::say;

const PROGRAMS: [&str; 5] = ["dispatcher", "reducers", "query-api", "relay", "plain-insert"];

#[derive(Debug, Clone)]
pub(crate) struct Programs {
    pub(crate) dispatcher: String,
    pub(crate) reducers: String,
    pub(crate) query_api: String,
    pub(crate) relay: String,
    pub(crate) plain_insert: String,
}

impl Programs {
    /// Builds them first, because programs of another commit would be measured without anybody noticing.
    pub(crate) fn find(build: bool) -> Result<Self> {
        if build {
            self::build()?;
        }
        let folder = folder()?;
        let find = |name: &str| {
            let path = folder.join(name);
            ensure!(path.exists(), "{} is missing; run without --no-build", path.display());
            path.to_str().map(str::to_owned).with_context(|| format!("{} is not UTF-8", path.display()))
        };
        Ok(Self {
            dispatcher: find("dispatcher")?,
            reducers: find("reducers")?,
            query_api: find("query-api")?,
            relay: find("relay")?,
            plain_insert: find("plain-insert")?,
        })
    }
}

fn folder() -> Result<PathBuf> {
    let own = std::env::current_exe().context("find this program")?;
    Ok(own.parent().map(PathBuf::from).unwrap_or_default())
}

fn build() -> Result<()> {
    let mut cargo = Command::new(env!("CARGO"));
    // From the workspace's folder and by --bin, as the Makefile says.
    cargo.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")).args(["build", "--quiet"]);
    if cfg!(debug_assertions) {
        say("This is a debug build: its figures mean nothing. Use `make bench`.");
    } else {
        cargo.arg("--release");
    }
    for program in PROGRAMS {
        cargo.args(["--bin", program]);
    }
    let status = cargo.status().context("run cargo")?;
    ensure!(status.success(), "the services cannot be built: cargo ended with {status}");
    Ok(())
}

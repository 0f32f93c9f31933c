//! Clocks of processes that can be set while they run.
//!
//! The shift is loaded into a process before libc, and is read from a file at every look. Broker and database keep the
//! machine's clock: the one is linked without libc, the other is started without our environment.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

/// Why there can be none on this machine.
pub fn obstacle() -> Option<String> {
    let found = Command::new("cc").arg("--version").output().is_ok();
    (!found).then(|| "there is no C compiler (cc) to build the shift of the clock with".to_owned())
}

/// The clocks of a system, by name.
#[derive(Debug)]
pub struct Clocks {
    dir: TempDir,
    library: PathBuf,
}

impl Clocks {
    pub fn make() -> Result<Self> {
        let dir = tempfile::tempdir()?;
        let (source, library) = (dir.path().join("shift.c"), dir.path().join("shift.so"));
        std::fs::write(&source, include_str!("shift.c"))?;
        let built =
            Command::new("cc").args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library).arg(&source).output()?;
        ensure!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
        Ok(Self { dir, library })
    }

    /// For the processes that go by that clock, once it has been set.
    pub fn env(&self, name: &str) -> [(&'static str, String); 2] {
        self.preloaded("FAULTS_CLOCK_SHIFT", name)
    }

    /// For processes on a machine that may be suspended.
    pub fn env_of_suspended(&self, name: &str) -> [(&'static str, String); 2] {
        self.preloaded("FAULTS_CLOCK_STOOD", name)
    }

    fn preloaded(&self, variable: &'static str, name: &str) -> [(&'static str, String); 2] {
        let [library, file] = [&self.library, &self.file(name)].map(|path| path.display().to_string());
        [("LD_PRELOAD", library), (variable, file)]
    }

    /// Seconds ahead of the machine's clock; or milliseconds for which a machine was suspended by now.
    pub fn set(&self, name: &str, number: i64) -> Result<()> {
        // In one step: it may be read at this moment.
        let new = self.dir.path().join(format!("{name}.new"));
        std::fs::write(&new, number.to_string())?;
        std::fs::rename(&new, self.file(name)).context("set a clock")
    }

    fn file(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }
}

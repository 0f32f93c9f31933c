//! A disk that is small enough to be filled: a file system in memory, which only root may mount.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Ends with what it was mounted for, and with it all that was on it.
#[derive(Debug)]
pub struct SmallDisk {
    path: PathBuf,
}

/// Why there can be none on this machine.
pub fn small_disk_obstacle() -> Option<String> {
    if !nix::unistd::Uid::effective().is_root() {
        return Some("mounting a small disk needs root".to_owned());
    }
    // Containers often forbid it to root as well.
    let dir = tempfile::tempdir().expect("make a directory");
    match mount(dir.path(), 1 << 20) {
        Ok(()) => {
            drop(SmallDisk { path: dir.path().to_owned() });
            None
        }
        Err(words) => Some(words),
    }
}

/// Whether a test that needs one has to be skipped; it says why.
#[expect(clippy::print_stderr, reason = "readers of a test's output should know that it did nothing")]
pub fn no_small_disk() -> bool {
    let obstacle = small_disk_obstacle();
    if let Some(why) = &obstacle {
        eprintln!("skipped: {why}");
    }
    obstacle.is_some()
}

impl SmallDisk {
    /// # Panics
    /// Where [`small_disk_obstacle`] says why.
    pub fn over(path: &Path, bytes: u64) -> Self {
        fs::create_dir_all(path).unwrap_or_else(|error| panic!("make {}: {error}", path.display()));
        mount(path, bytes).unwrap_or_else(|words| panic!("{words}"));
        Self { path: path.to_owned() }
    }

    /// Leaves no byte free.
    ///
    /// # Panics
    /// If it cannot be written to at all.
    pub fn fill(&self) {
        let filler = self.filler();
        let mut file = fs::OpenOptions::new().create(true).append(true).open(&filler);
        let file = file.as_mut().unwrap_or_else(|error| panic!("open {}: {error}", filler.display()));
        for size in [1 << 16, 1 << 12, 1] {
            while file.write_all(&vec![1; size]).is_ok() {}
        }
    }

    /// Takes back what [`Self::fill`] did.
    ///
    /// # Panics
    /// If it was not filled.
    pub fn make_room(&self) {
        let filler = self.filler();
        fs::remove_file(&filler).unwrap_or_else(|error| panic!("remove {}: {error}", filler.display()));
    }

    fn filler(&self) -> PathBuf {
        self.path.join("filler")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: a server that was killed a moment ago may still have files open.
        let unmounted = Command::new("umount").arg("--lazy").arg(&self.path).status();
        let is_gone = unmounted.is_ok_and(|status| status.success());
        assert!(is_gone || std::thread::panicking(), "{} stays mounted", self.path.display());
    }
}

fn mount(path: &Path, bytes: u64) -> Result<(), String> {
    let size = format!("size={bytes}");
    let output = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "rookery-test"]).arg(path).output();
    match output {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
        Err(error) => Err(format!("mount: {error}")),
    }
}

//! Where the data lives, and that only one instance works on it.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use nix::unistd::Uid;

use crate::RunAs;

/// Survives reboots, unlike /tmp, and every user may enter it.
const FALLBACK_PARENT: &str = "/var/tmp";
const LOCK_FILE: &str = "rookery.lock";

/// A data directory that the servers' user can reach.
#[derive(Clone, Debug)]
pub struct ReachableDir {
    /// Absolute, and existing.
    pub path: PathBuf,
    /// Why `path` is another directory than the one asked for; a sentence to show to the user.
    pub moved_because: Option<String>,
}

/// Creates `dir`, or, where the servers' user may not reach it (a folder of root's with mode 700 on the way),
/// a directory below /var/tmp whose name is derived from it, so that the next start finds the same one.
pub fn reachable_data_dir(dir: &Path, run_as: &RunAs) -> Result<ReachableDir> {
    let asked = std::path::absolute(dir).with_context(|| format!("make {} absolute", dir.display()))?;
    let Some(obstacle) = run_as.obstacle(&asked.join("server")) else {
        std::fs::create_dir_all(&asked).with_context(|| format!("create {}", asked.display()))?;
        return resolve_new_dir(&asked, run_as);
    };
    let path = fallback_for(&asked);
    create_private_to_us(&path)?;
    let user = run_as.user_name().unwrap_or("this user");
    let moved_because =
        format!("the user {user} may not enter {}, so the data is in {}", obstacle.display(), path.display());
    Ok(ReachableDir { path, moved_because: Some(moved_because) })
}

/// The same directory for those who only look: nothing is made, and there may be none.
pub fn existing_data_dir(dir: &Path, run_as: &RunAs) -> Result<Option<PathBuf>> {
    let asked = std::path::absolute(dir).with_context(|| format!("make {} absolute", dir.display()))?;
    if run_as.obstacle(&asked.join("server")).is_none() {
        return Ok(asked.is_dir().then_some(asked));
    }
    let path = fallback_for(&asked);
    match std::fs::symlink_metadata(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("look at {}", path.display())),
        Ok(_) => require_ours(&path).map(|()| Some(path)),
    }
}

/// The umask may have closed the directory that was just created.
fn resolve_new_dir(dir: &Path, run_as: &RunAs) -> Result<ReachableDir> {
    if let Some(obstacle) = run_as.obstacle(&dir.join("server")) {
        let user = run_as.user_name().unwrap_or("this user");
        bail!("the user {user} may not enter {}: open it with `chmod o+x`", obstacle.display());
    }
    Ok(ReachableDir { path: dir.to_path_buf(), moved_because: None })
}

fn fallback_for(dir: &Path) -> PathBuf {
    Path::new(FALLBACK_PARENT).join(format!("rookery-{}", path_hash(dir)))
}

/// Anybody may create names in /var/tmp: an existing directory is only used if it is ours.
fn create_private_to_us(dir: &Path) -> Result<()> {
    match std::fs::DirBuilder::new().mode(0o755).create(dir) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => require_ours(dir),
        Err(error) => Err(error).with_context(|| format!("create {}", dir.display())),
    }
}

fn require_ours(dir: &Path) -> Result<()> {
    let metadata = std::fs::symlink_metadata(dir)?;
    if metadata.is_dir() && metadata.uid() == Uid::effective().as_raw() {
        return Ok(());
    }
    bail!("{} belongs to somebody else: set ROOKERY_DATA_DIR to a directory of your own", dir.display())
}

/// FNV-1a of the path: short, and the same in every build, which the standard library's hasher does not
/// promise.
pub(crate) fn path_hash(path: &Path) -> String {
    let hash = path.as_os_str().as_encoded_bytes().iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}

/// Held for as long as an instance works on a data directory. The kernel releases it when the instance ends, even by
/// SIGKILL.
#[derive(Debug)]
pub struct DataDirLock {
    _file: File,
}

impl DataDirLock {
    /// Takes the lock at once, or says who holds it.
    pub fn acquire(dir: &Path) -> Result<Self> {
        let path = dir.join(LOCK_FILE);
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .with_context(|| format!("open {}", path.display()))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                // The holder's pid is extra; without it the message still says what to do.
                file.read_to_string(&mut holder).unwrap_or_default();
                bail!(
                    "another rookery (pid {}) already runs on {}; stop it or choose another ROOKERY_DATA_DIR",
                    holder.trim(),
                    dir.display()
                )
            }
            Err(TryLockError::Error(error)) => {
                return Err(error).with_context(|| format!("lock {}", path.display()));
            }
        }
        file.set_len(0)?;
        file.rewind()?;
        writeln!(file, "{}", std::process::id())?;
        Ok(Self { _file: file })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_hash_is_the_published_fnv_1a() {
        assert_eq!(path_hash(Path::new("a")), "af63dc4c8601ec8c");
    }

    #[test]
    fn who_only_looks_makes_nothing() {
        let parent = tempfile::tempdir().expect("a temporary directory");
        let (run_as, asked) = (RunAs::choose().expect("there is a user"), parent.path().join("data"));
        assert_eq!(existing_data_dir(&asked, &run_as).expect("it looks"), None);
        assert!(!asked.exists());
        let made = reachable_data_dir(&asked, &run_as).expect("it is made").path;
        assert_eq!(existing_data_dir(&asked, &run_as).expect("it looks"), Some(made.clone()));
        // Where the servers' user cannot enter, it is elsewhere.
        if made != asked {
            std::fs::remove_dir(made).expect("it is empty");
        }
    }

    #[test]
    fn second_lock_names_the_holder_and_the_way_out() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let held = DataDirLock::acquire(dir.path()).expect("nobody holds it");
        let refused = DataDirLock::acquire(dir.path()).expect_err("it is held").to_string();
        assert!(refused.contains(&format!("(pid {})", std::process::id())), "{refused}");
        assert!(refused.contains("ROOKERY_DATA_DIR"), "{refused}");
        drop(held);
        DataDirLock::acquire(dir.path()).expect("it was released");
    }
}

//! Which user the servers run as. Postgres refuses to run as root, and nats-server has no need to.

use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use nix::unistd::{Gid, Uid, User, chown};

/// Tried in this order when we are root.
const UNPRIVILEGED_USERS: [&str; 2] = ["postgres", "nobody"];

/// The user that children run as: ourselves, or an unprivileged user when we are root.
#[derive(Clone, Debug)]
pub struct RunAs {
    switch_to: Option<UnprivilegedUser>,
}

#[derive(Clone, Debug)]
struct UnprivilegedUser {
    name: String,
    uid: Uid,
    gid: Gid,
}

impl RunAs {
    /// Ourselves; or, when we are root, the user `postgres` if there is one, else `nobody`.
    pub fn choose() -> Result<Self> {
        if !Uid::effective().is_root() {
            return Ok(Self { switch_to: None });
        }
        for name in UNPRIVILEGED_USERS {
            let found = User::from_name(name).with_context(|| format!("look up the user {name}"))?;
            if let Some(user) = found.filter(|user| !user.uid.is_root()) {
                let user = UnprivilegedUser { name: user.name, uid: user.uid, gid: user.gid };
                return Ok(Self { switch_to: Some(user) });
            }
        }
        bail!(
            "Postgres will not run as root, and neither of the users {UNPRIVILEGED_USERS:?} exists: create one"
        )
    }

    /// The name of the user that children are switched to, if they are.
    pub fn user_name(&self) -> Option<&str> {
        self.switch_to.as_ref().map(|user| user.name.as_str())
    }

    /// Gives one file or directory to the children's user.
    pub fn own(&self, path: &Path) -> Result<()> {
        let Some(user) = &self.switch_to else { return Ok(()) };
        chown(path, Some(user.uid), Some(user.gid))
            .with_context(|| format!("give {} to the user {}", path.display(), user.name))
    }

    /// Gives a directory and all in it to the children's user. Symbolic links are neither followed nor given
    /// away.
    pub fn own_all(&self, dir: &Path) -> Result<()> {
        if self.switch_to.is_none() {
            return Ok(());
        }
        self.own(dir)?;
        for entry in std::fs::read_dir(dir).with_context(|| format!("list {}", dir.display()))? {
            let entry = entry?;
            let kind = entry.file_type()?;
            if kind.is_dir() {
                self.own_all(&entry.path())?;
            } else if kind.is_file() {
                self.own(&entry.path())?;
            }
        }
        Ok(())
    }

    /// Creates `dir` for the children's use. A directory that another user made is taken over with all its
    /// contents, so that a run as root may follow one as a normal user.
    pub(crate) fn create_owned_dir(&self, dir: &Path) -> Result<()> {
        if let Some(parent) = dir.parent() {
            std::fs::create_dir_all(parent).with_context(|| format!("create {}", parent.display()))?;
        }
        // Private: the server's log, which may quote statements, is as confidential as its data.
        match std::fs::DirBuilder::new().mode(0o700).create(dir) {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
                return Err(error).with_context(|| format!("create {}", dir.display()));
            }
            _ => {}
        }
        match &self.switch_to {
            Some(user) if std::fs::metadata(dir)?.uid() != user.uid.as_raw() => self.own_all(dir),
            _ => Ok(()),
        }
    }

    /// The part of `path` that keeps the children's user out: a directory it may not enter. None when all is
    /// well.
    pub fn obstacle(&self, path: &Path) -> Option<PathBuf> {
        let user = self.switch_to.as_ref()?;
        let absolute = std::path::absolute(path).ok()?;
        let mut ancestors: Vec<&Path> = absolute.ancestors().skip(1).collect();
        ancestors.reverse();
        ancestors.into_iter().find(|dir| dir.exists() && !user.may_enter(dir)).map(Path::to_path_buf)
    }

    pub(crate) fn apply(&self, command: &mut Command) {
        if let Some(user) = &self.switch_to {
            // std also drops the supplementary groups when a root process sets a uid.
            command.uid(user.uid.as_raw()).gid(user.gid.as_raw());
        }
    }
}

impl UnprivilegedUser {
    fn may_enter(&self, dir: &Path) -> bool {
        let Ok(metadata) = std::fs::metadata(dir) else { return false };
        let mode = metadata.permissions().mode();
        let execute_bit = if metadata.uid() == self.uid.as_raw() {
            0o100
        } else if metadata.gid() == self.gid.as_raw() {
            0o010
        } else {
            0o001
        };
        mode & execute_bit != 0
    }
}

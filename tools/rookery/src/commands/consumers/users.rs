//! The file with the users of consumers, which the broker's configuration includes.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::PathBuf;

use anyhow::{Context, Result};
use event_store::is_consumer_name;
use event_store_nats::consumers::account;
use local_servers::RunAs;
use uuid::Uuid;

use super::SHARD;
use crate::data_dir::{DataDir, DataDirArgument};
use crate::files;

/// Before the account of each; the rest of the line is its name and its password, which are read back from here.
const MARK: &str = "# consumer ";

/// Where that file is.
#[derive(Debug, clap::Args)]
pub(super) struct UsersFileArgument {
    /// The file with the users of consumers, which the broker's configuration includes; that of the data directory unless
    /// said otherwise
    #[arg(long, global = true, value_name = "FILE")]
    users_file: Option<PathBuf>,
}

/// The users that there are.
#[derive(Debug)]
pub(in crate::commands) struct ConsumerUsers {
    path: PathBuf,
    /// Whom the broker runs as, where that is known.
    run_as: Option<RunAs>,
}

impl ConsumerUsers {
    pub(super) fn of(arguments: &UsersFileArgument, data: &DataDirArgument) -> Result<Self> {
        match &arguments.users_file {
            Some(path) => Ok(Self { path: path.clone(), run_as: None }),
            None => Ok(Self::beside(&DataDir::open(&data.data_dir)?)),
        }
    }

    /// Of the broker of a data directory.
    pub(in crate::commands) fn beside(data: &DataDir) -> Self {
        Self { path: data.consumers(), run_as: Some(data.run_as.clone()) }
    }

    /// The broker does not start without it.
    pub(in crate::commands) fn make_if_missing(&self) -> Result<()> {
        self.change(|_| ())
    }

    /// The password of a user, who is there from now on.
    pub(super) fn add(&self, name: &str) -> Result<String> {
        // 122 random bits in hexadecimal digits, which need no escapes.
        let password = || Uuid::new_v4().simple().to_string();
        self.change(|users| users.entry(name.to_owned()).or_insert_with(password).clone())
    }

    pub(super) fn remove(&self, name: &str) -> Result<bool> {
        self.change(|users| users.remove(name).is_some())
    }

    /// Reads and writes it under a lock, because several tools may run.
    fn change<T>(&self, change: impl FnOnce(&mut BTreeMap<String, String>) -> T) -> Result<T> {
        let lock = self.path.with_extension("lock");
        let lock = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&lock);
        let lock: File = lock.with_context(|| format!("write beside {}", self.path.display()))?;
        lock.lock()?;
        let before = files::read_if_there(&self.path)?;
        let mut users = parse(before.as_deref().unwrap_or_default());
        let known = users.clone();
        let changed = change(&mut users);
        if users != known || before.is_none() {
            self.write(&users).with_context(|| format!("write {}", self.path.display()))?;
        }
        Ok(changed)
    }

    /// Aside and renamed. It keeps its mode, by which a broker may read it that is not its owner.
    fn write(&self, users: &BTreeMap<String, String>) -> Result<()> {
        let draft = self.path.with_extension("new");
        let mode = match std::fs::metadata(&self.path) {
            Ok(found) => found.permissions().mode() & 0o777,
            Err(error) if error.kind() == ErrorKind::NotFound => 0o600,
            Err(error) => return Err(error.into()),
        };
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
        file.write_all(render(users).as_bytes())?;
        file.set_permissions(PermissionsExt::from_mode(mode))?;
        file.sync_all()?;
        if let Some(run_as) = &self.run_as {
            run_as.own(&draft)?;
        }
        Ok(std::fs::rename(&draft, &self.path)?)
    }
}

fn render(users: &BTreeMap<String, String>) -> String {
    let mut text = "# Written by `rookery consumers`; other changes are lost.\n".to_owned();
    for (name, password) in users {
        text.push_str(&format!("{MARK}{name} {password}\n{}", account(SHARD, name, password)));
    }
    text
}

/// What somebody else wrote there is no user.
fn parse(text: &str) -> BTreeMap<String, String> {
    let users = text.lines().filter_map(|line| line.strip_prefix(MARK)?.split_once(' '));
    let is_user = |(name, password): &(&str, &str)| {
        is_consumer_name(name) && !password.is_empty() && password.chars().all(|c| c.is_ascii_alphanumeric())
    };
    users.filter(is_user).map(|(name, password)| (name.to_owned(), password.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_are_read_back_and_keep_their_passwords() {
        let dir = tempfile::tempdir().expect("writable");
        let users = ConsumerUsers { path: dir.path().join("consumers.conf"), run_as: None };
        users.make_if_missing().expect("made");
        let (shop, shelf) = (users.add("shop").expect("written"), users.add("shelf").expect("written"));
        assert_ne!(shop, shelf);
        assert_eq!(users.add("shop").expect("there"), shop);
        let mode = || std::fs::metadata(&users.path).expect("there").permissions().mode() & 0o777;
        assert_eq!(mode(), 0o600);
        std::fs::set_permissions(&users.path, PermissionsExt::from_mode(0o640)).expect("ours");
        assert!(users.remove("shelf").expect("written"));
        assert!(!users.remove("shelf").expect("written"));
        assert_eq!(mode(), 0o640);
        let text = std::fs::read_to_string(&users.path).expect("there");
        assert_eq!(parse(&text), BTreeMap::from([("shop".to_owned(), shop)]));
    }

    #[test]
    fn nothing_but_users_is_read() {
        for line in ["# consumer shop", "# consumer shop \"}", "# consumer Shop x", "consumer shop x"] {
            assert_eq!(parse(line), BTreeMap::new(), "{line}");
        }
    }
}

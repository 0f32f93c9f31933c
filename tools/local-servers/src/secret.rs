//! The password that a local server asks for, made once and kept beside its data.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::{Context, Result};
use uuid::Uuid;

use crate::RunAs;

/// Who may connect to a local server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Access {
    /// All who know the password that was generated for this data directory. Loopback is shared by all users
    /// of a machine, so this is the default.
    #[default]
    Password,
    /// Anyone on this machine. For tests.
    Open,
}

/// Reads the password in `file`, or makes one (mode 0600, owned by the user that the server runs as).
pub(crate) fn read_or_create(file: &Path, run_as: &RunAs) -> Result<String> {
    if !file.exists() {
        create(file, run_as).with_context(|| format!("write the password file {}", file.display()))?;
    }
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("read the password file {}", file.display()))?;
    Ok(text.trim().to_owned())
}

fn create(file: &Path, run_as: &RunAs) -> Result<()> {
    // 244 random bits, as letters and digits that need no escaping in a URL or in a configuration file.
    let password = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
    // Written aside and renamed: a crash in between must not leave an empty password.
    let draft = file.with_extension("new");
    let mut out = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
    out.write_all(password.as_bytes())?;
    out.sync_all()?;
    run_as.own(&draft)?;
    std::fs::rename(&draft, file)?;
    Ok(())
}

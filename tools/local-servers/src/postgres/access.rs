//! Who may connect from where: a file of the server (`pg_hba.conf`) that says what the options say.

use std::path::Path;

use anyhow::{Context, Result};

use crate::RunAs;

const FILE: &str = "pg_hba.conf";

/// Writes it at every start, and gives the setting that names it. Everybody needs a password.
pub(super) fn write(dir: &Path, remote_users: &str, run_as: &RunAs) -> Result<(String, String)> {
    let path = dir.join(FILE);
    std::fs::write(&path, render(remote_users)).with_context(|| format!("write {}", path.display()))?;
    run_as.own(&path)?;
    Ok(("hba_file".to_owned(), path.display().to_string()))
}

fn render(remote_users: &str) -> String {
    let mut lines = "# Written at every start; changes are lost.\n".to_owned();
    for database in ["all", "replication"] {
        for network in ["127.0.0.1/32", "::1/128"] {
            lines.push_str(&format!("host {database} all {network} scram-sha-256\n"));
        }
    }
    if !remote_users.is_empty() {
        lines.push_str(&format!("host all {remote_users} all scram-sha-256\n"));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn from_elsewhere_come_only_those_who_are_named() {
        assert!(!render("").contains(" all scram"), "{}", render(""));
        let lines = render("+readers");
        assert_eq!(lines.lines().last(), Some("host all +readers all scram-sha-256"));
        assert!(!lines.contains("trust"), "{lines}");
    }
}

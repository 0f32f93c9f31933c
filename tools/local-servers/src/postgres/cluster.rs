//! Making a cluster: `initdb`, then its databases, all aside and moved into place by one rename. A crash on
//! the way leaves a draft that the next start throws away.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

use super::{PostgresOptions, USER};
use crate::child::spawn::clean_environment;
use crate::readiness::last_lines;
use crate::{PostgresPrograms, RunAs};

pub(super) const FOLDER: &str = "cluster";
pub(super) const PASSWORD_FILE: &str = "password";
const DRAFT: &str = "cluster.new";
/// The first version with a locale that comes with Postgres and so sorts alike on every system, for ever.
const BUILTIN_LOCALE_SINCE: u32 = 17;

pub(super) async fn make_if_missing(
    options: &PostgresOptions,
    programs: &PostgresPrograms,
    run_as: &RunAs,
    with_password: bool,
) -> Result<()> {
    let cluster = options.dir.join(FOLDER);
    if cluster.exists() {
        return check_version(&cluster, programs);
    }
    for name in &options.databases {
        ensure!(is_plain_name(name), "{name:?} is no name for a database here: use a-z, 0-9 and _");
    }
    let maker = Maker {
        dir: std::path::absolute(&options.dir)?,
        programs: programs.clone(),
        run_as: run_as.clone(),
        initdb_args: initdb_args(options, programs.major, with_password)?,
        databases: options.databases.clone(),
    };
    tokio::task::spawn_blocking(move || maker.make())
        .await
        .context("the making of a Postgres cluster failed")?
}

/// Postgres reads only clusters of its own major version.
fn check_version(cluster: &Path, programs: &PostgresPrograms) -> Result<()> {
    let file = cluster.join("PG_VERSION");
    let made_by = std::fs::read_to_string(&file).with_context(|| format!("read {}", file.display()))?;
    let (made_by, found) = (made_by.trim(), programs.major.to_string());
    ensure!(
        made_by == found,
        "{} was made by Postgres {made_by}, but {} is Postgres {found}. Set ROOKERY_POSTGRES_BIN to the programs of \
         Postgres {made_by}; or, where the log is kept in NATS, delete that folder, and the data set is built again \
         from the log",
        cluster.display(),
        programs.bin.display(),
    );
    Ok(())
}

fn initdb_args(options: &PostgresOptions, major: u32, with_password: bool) -> Result<Vec<String>> {
    let draft = std::path::absolute(options.dir.join(DRAFT))?;
    let mut args: Vec<String> =
        vec!["--pgdata".into(), draft.display().to_string(), "--username".into(), USER.into()];
    args.push("--encoding=UTF8".into());
    if major >= BUILTIN_LOCALE_SINCE {
        args.extend([
            "--locale-provider=builtin".into(),
            "--builtin-locale=C.UTF-8".into(),
            "--locale=C".into(),
        ]);
    } else if cfg!(target_os = "linux") {
        args.push("--locale=C.UTF-8".into());
    } else {
        args.push("--locale=C".into());
    }
    if with_password {
        let file = std::path::absolute(options.dir.join(PASSWORD_FILE))?;
        args.extend(["--auth=scram-sha-256".into(), format!("--pwfile={}", file.display())]);
    } else {
        args.push("--auth=trust".into());
    }
    args.extend(options.initdb_args.iter().cloned());
    Ok(args)
}

struct Maker {
    /// Absolute.
    dir: PathBuf,
    programs: PostgresPrograms,
    run_as: RunAs,
    initdb_args: Vec<String>,
    databases: Vec<String>,
}

impl Maker {
    fn make(&self) -> Result<()> {
        let draft = self.dir.join(DRAFT);
        if draft.exists() {
            std::fs::remove_dir_all(&draft).with_context(|| format!("remove {}", draft.display()))?;
        }
        self.run("initdb", &self.initdb_args, "")?;
        for name in &self.databases {
            self.create_database(&draft, name)?;
        }
        std::fs::rename(&draft, self.dir.join(FOLDER)).context("move the new cluster into place")
    }

    /// Single-user mode needs no port, no password and no client.
    fn create_database(&self, draft: &Path, name: &str) -> Result<()> {
        let args = ["--single", "-D", &draft.display().to_string(), "-c", "exit_on_error=true", "template1"]
            .map(str::to_owned);
        self.run("postgres", &args, &format!("create database {name}\n"))
    }

    fn run(&self, program: &str, args: &[String], input: &str) -> Result<()> {
        let mut command = Command::new(self.programs.bin.join(program));
        command
            .args(args)
            .current_dir(&self.dir)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .stdin(Stdio::piped());
        clean_environment(&mut command);
        self.run_as.apply(&mut command);
        let mut child = command.spawn().with_context(|| format!("run {program}"))?;
        if let Some(mut stdin) = child.stdin.take() {
            // A program that ended already says why below.
            std::io::Write::write_all(&mut stdin, input.as_bytes()).ok();
        }
        let output = child.wait_with_output().with_context(|| format!("wait for {program}"))?;
        if !output.status.success() {
            let said = format!(
                "{}\n{}",
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr)
            );
            bail!("{program} ended with {}; it said:\n{}", output.status, last_lines(said.trim()));
        }
        Ok(())
    }
}

fn is_plain_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

//! Where the servers' programs are, and whether they are new enough.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, anyhow, bail};

use crate::RunAs;

/// Older ones have a race in the check of the expected sequence, and no `sync_interval: always`.
const NATS_SERVER_MIN: Version = Version { major: 2, minor: 15 };
const POSTGRES_MIN: Version = Version { major: 15, minor: 0 };

const USUAL_FOLDERS: [&str; 4] = ["/usr/local/bin", "/usr/bin", "/usr/sbin", "/opt/homebrew/bin"];
/// Each holds a folder per Postgres version, with the programs in `bin`.
const POSTGRES_PARENTS: [&str; 4] = [
    "/usr/lib/postgresql",
    "/opt/homebrew/opt",
    "/usr/local/opt",
    "/Applications/Postgres.app/Contents/Versions",
];

/// Where to look for the programs.
#[derive(Clone, Debug, Default)]
pub struct ProgramHints {
    /// This nats-server and no other.
    pub nats_server: Option<PathBuf>,
    /// The folder with this `postgres` and `initdb` and no other.
    pub postgres_bin: Option<PathBuf>,
    /// Searched first when nothing is said above, usually from `PATH`.
    pub search_path: Vec<PathBuf>,
    /// What `scripts/provide` filled; searched last.
    pub tools_dirs: Vec<PathBuf>,
}

impl ProgramHints {
    /// From `ROOKERY_NATS_SERVER`, `ROOKERY_POSTGRES_BIN` and `PATH`. The only function of this crate that
    /// reads the environment.
    #[expect(clippy::disallowed_methods, reason = "the tests have no configuration to take these from")]
    pub fn from_env() -> Self {
        let path = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        Self {
            nats_server: path("ROOKERY_NATS_SERVER").map(PathBuf::from),
            postgres_bin: path("ROOKERY_POSTGRES_BIN").map(PathBuf::from),
            search_path: path("PATH")
                .map(|value| std::env::split_paths(&value).collect())
                .unwrap_or_default(),
            tools_dirs: Vec::new(),
        }
    }

    /// Also looks into a folder that `scripts/provide` filled.
    #[must_use]
    pub fn with_tools_dir(mut self, dir: impl Into<PathBuf>) -> Self {
        self.tools_dirs.push(dir.into());
        self
    }
}

impl ProgramHints {
    /// The client of Postgres, which no server needs.
    pub fn psql(&self) -> Option<PathBuf> {
        let folders = self.postgres_bin.iter().chain(&self.search_path).cloned();
        folders
            .chain(versioned_postgres_folders())
            .chain(USUAL_FOLDERS.map(PathBuf::from))
            .chain(self.tools_dirs.iter().map(|dir| dir.join("postgres/bin")))
            .map(|folder| folder.join("psql"))
            .find(|psql| psql.is_file())
    }
}

/// The programs that were found: absolute paths, checked versions.
#[derive(Clone, Debug)]
pub struct Programs {
    pub nats_server: PathBuf,
    pub postgres: PostgresPrograms,
}

/// A folder with `postgres` and `initdb` of one version.
#[derive(Clone, Debug)]
pub struct PostgresPrograms {
    pub bin: PathBuf,
    pub major: u32,
}

impl Programs {
    /// Finds both servers, or says what was found instead and what to do.
    pub fn find(hints: &ProgramHints, run_as: &RunAs) -> Result<Self> {
        let postgres = PostgresPrograms::find(hints, run_as)?;
        Ok(Self { nats_server: find_nats_server(hints, run_as)?, postgres })
    }
}

impl PostgresPrograms {
    /// Finds Postgres alone, for systems without NATS.
    pub fn find(hints: &ProgramHints, run_as: &RunAs) -> Result<Self> {
        find_postgres(hints, run_as)
    }
}

pub(crate) fn find_nats_server(hints: &ProgramHints, run_as: &RunAs) -> Result<PathBuf> {
    let check = |path: &Path| check_program(path, NATS_SERVER_MIN, run_as).map(|(path, _)| path);
    if let Some(given) = &hints.nats_server {
        return check(given).context("ROOKERY_NATS_SERVER does not name a usable nats-server");
    }
    let candidates = hints
        .search_path
        .iter()
        .cloned()
        .chain(USUAL_FOLDERS.map(PathBuf::from))
        .chain(hints.tools_dirs.iter().map(|dir| dir.join("bin")))
        .map(|folder| folder.join("nats-server"));
    first_usable(candidates, check)
        .map_err(|seen| not_found("nats-server", NATS_SERVER_MIN, "ROOKERY_NATS_SERVER", &seen))
}

fn find_postgres(hints: &ProgramHints, run_as: &RunAs) -> Result<PostgresPrograms> {
    let check = |bin: &Path| check_postgres(bin, run_as);
    if let Some(given) = &hints.postgres_bin {
        return check(given).context("ROOKERY_POSTGRES_BIN does not name a folder with a usable Postgres");
    }
    let candidates = hints
        .search_path
        .iter()
        .cloned()
        .chain(versioned_postgres_folders())
        .chain(USUAL_FOLDERS.map(PathBuf::from))
        .chain(hints.tools_dirs.iter().map(|dir| dir.join("postgres/bin")))
        .filter(|bin| bin.join("postgres").exists());
    first_usable(candidates, check)
        .map_err(|seen| not_found("Postgres", POSTGRES_MIN, "ROOKERY_POSTGRES_BIN", &seen))
}

fn check_postgres(bin: &Path, run_as: &RunAs) -> Result<PostgresPrograms> {
    let (postgres, version) = check_program(&bin.join("postgres"), POSTGRES_MIN, run_as)?;
    // Symbolic links such as /usr/local/bin/postgres are resolved, so that initdb is the one of the same
    // version.
    let bin = postgres.parent().map(Path::to_path_buf).unwrap_or_default();
    if !bin.join("initdb").exists() {
        bail!("{} has no initdb", bin.display());
    }
    Ok(PostgresPrograms { bin, major: version.major })
}

/// The folders of the versions side by side, the newest first.
fn versioned_postgres_folders() -> Vec<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = Vec::new();
    for parent in POSTGRES_PARENTS {
        let Ok(entries) = std::fs::read_dir(parent) else { continue };
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let number = name.strip_prefix("postgresql@").unwrap_or(&name);
            if let Ok(major) = number.parse() {
                found.push((major, entry.path().join("bin")));
            }
        }
    }
    found.sort_by_key(|(major, _)| std::cmp::Reverse(*major));
    found.into_iter().map(|(_, bin)| bin).collect()
}

/// The first candidate that passes, or why each existing one does not.
fn first_usable<T>(
    candidates: impl Iterator<Item = PathBuf>,
    check: impl Fn(&Path) -> Result<T>,
) -> Result<T, Vec<String>> {
    let mut refused = Vec::new();
    for candidate in candidates.filter(|candidate| candidate.exists()) {
        match check(&candidate) {
            Ok(found) => return Ok(found),
            Err(error) => refused.push(format!("{error:#}")),
        }
    }
    Err(refused)
}

fn not_found(what: &str, min: Version, variable: &str, refused: &[String]) -> anyhow::Error {
    let seen = if refused.is_empty() { "none was found".to_owned() } else { refused.join("; ") };
    anyhow!("no usable {what} {min} or newer: {seen}. Run `scripts/provide`, or set {variable}")
}

fn check_program(path: &Path, min: Version, run_as: &RunAs) -> Result<(PathBuf, Version)> {
    let path = path.canonicalize().with_context(|| format!("find {}", path.display()))?;
    if let Some(obstacle) = run_as.obstacle(&path) {
        let user = run_as.user_name().unwrap_or("this user");
        bail!(
            "{} is out of reach of the user {user}, who may not enter {}",
            path.display(),
            obstacle.display()
        );
    }
    let output = Command::new(&path)
        .arg("--version")
        .output()
        .with_context(|| format!("run {} --version", path.display()))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let version = Version::parse(&text).with_context(|| {
        format!("{} --version says {:?}, which has no version", path.display(), text.trim())
    })?;
    if version < min {
        bail!("{} is version {version}, but {min} is needed", path.display());
    }
    Ok((path, version))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Version {
    major: u32,
    minor: u32,
}

impl Version {
    /// The first number in a line such as `nats-server: v2.15.1` or `postgres (PostgreSQL) 18beta1`.
    fn parse(text: &str) -> Option<Self> {
        let mut numbers = text.get(text.find(|c: char| c.is_ascii_digit())?..)?.split('.').map(|part| {
            let digits = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
            part[..digits].parse().ok()
        });
        Some(Self { major: numbers.next()??, minor: numbers.next().flatten().unwrap_or(0) })
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_from_what_the_servers_print() {
        let read = |text| Version::parse(text).map(|version| (version.major, version.minor));
        assert_eq!(read("nats-server: v2.15.1"), Some((2, 15)));
        assert_eq!(read("postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)"), Some((15, 14)));
        assert_eq!(read("postgres (PostgreSQL) 18beta1"), Some((18, 0)));
        assert_eq!(read("no version"), None);
    }

    #[test]
    fn a_wrong_hint_is_an_error_that_names_the_variable() {
        let hints = ProgramHints { nats_server: Some("/nonexistent".into()), ..ProgramHints::default() };
        let run_as = RunAs::choose().expect("a user to run as");
        let error = find_nats_server(&hints, &run_as).expect_err("the file does not exist");
        assert!(error.to_string().contains("ROOKERY_NATS_SERVER"), "{error:#}");
    }
}

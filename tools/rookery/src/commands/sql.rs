//! `rookery sql`: the data set in psql, as an analyst.

use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};
use percent_encoding::percent_decode_str;
use reqwest::Url;

use super::up::Servers;
use crate::connections;
use crate::data_dir::DataDirArgument;

/// Ask the data set in psql, as an analyst
///
/// Of the running system in the data directory, or of the one that ROOKERY_ANALYST_URL (or ROOKERY_ANALYST_URL_FILE)
/// names. All that stands behind the options of this program goes to psql.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  rookery sql
  rookery sql -c 'select count(*) from messages'
  rookery sql --csv -f question.sql")]
pub struct Arguments {
    #[command(flatten)]
    data: DataDirArgument,
    /// What psql is told
    #[arg(value_name = "PSQL ARGUMENTS", trailing_var_arg = true, allow_hyphen_values = true)]
    psql: Vec<OsString>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let url = connections::analyst_url(&arguments.data)?;
    let Some(psql) = Servers::hints().psql() else { bail!("{MISSING}") };
    // psql takes the place of this program, so this only returns where it could not be started.
    let error = command(psql, url.expose())?.args(&arguments.psql).exec();
    Err(error).context("start psql")
}

const MISSING: &str = "psql is not installed. It comes with the package postgresql-client (Debian, Ubuntu), postgresql \
    (Fedora) or libpq (Homebrew); or set ROOKERY_POSTGRES_BIN to the folder with it. Any other program that speaks to \
    Postgres will do as well: the address, with its password, is in the file analyst-url of the data directory";

/// The password travels in the environment, because everybody sees command lines.
fn command(psql: PathBuf, url: &str) -> Result<Command> {
    let mut url = Url::parse(url).ok().context("the address of the data set is no URL")?;
    let mut command = Command::new(psql);
    if let Some(password) = url.password() {
        command.env("PGPASSWORD", percent_decode_str(password).decode_utf8_lossy().as_ref());
    }
    // An address with a password can do without.
    url.set_password(None).ok();
    command.arg(url.as_str());
    Ok(command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_password_is_on_the_command_line() {
        let command =
            command("psql".into(), "postgresql://ann:p%40ss@127.0.0.1:5432/rookery").expect("a URL");
        let arguments: Vec<_> = command.get_args().collect();
        assert_eq!(arguments, ["postgresql://ann@127.0.0.1:5432/rookery"]);
        let environment: Vec<_> = command.get_envs().collect();
        assert_eq!(environment, [("PGPASSWORD".as_ref(), Some("p@ss".as_ref()))]);
    }
}

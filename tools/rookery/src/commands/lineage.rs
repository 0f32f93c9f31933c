//! `rookery lineage`: where the columns of the data set come from, for catalogues of data.

use std::io::Write;

use anyhow::{Context, Result, bail};
use data_set::published::open_lineage::{Names, documents};
use reqwest::Url;
use time::OffsetDateTime;

/// Print the lineage of the data set (OpenLineage, NDJSON)
///
/// A JobEvent per projection: the types of events that it reads, the views that it keeps, and for each column the fields
/// that it comes from or hangs on. It is made of this program alone; no system has to run.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  rookery lineage
  rookery lineage --database postgres://db.example:5432/rookery
  rookery lineage | while read -r event; do curl -d \"$event\" -H 'Content-Type: application/json' $MARQUEZ/api/v1/lineage; done")]
pub struct Arguments {
    /// What the catalogue calls this installation
    #[arg(long, default_value = "rookery", value_name = "NAME")]
    namespace: String,
    /// Where the views are, so that the catalogue finds them to be those that it knows: postgres://HOST:PORT/DATABASE
    #[arg(long, value_name = "ADDRESS")]
    database: Option<Url>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let names = names(arguments)?;
    let mut out = std::io::stdout().lock();
    for document in documents(&names, OffsetDateTime::now_utc()) {
        writeln!(out, "{document}")?;
    }
    Ok(())
}

/// As OpenLineage names databases: no user and no password, and always the port.
fn names(arguments: &Arguments) -> Result<Names> {
    let namespace = arguments.namespace.clone();
    let Some(url) = &arguments.database else {
        return Ok(Names {
            database_namespace: namespace.clone(),
            namespace,
            database_prefix: String::new(),
        });
    };
    if !matches!(url.scheme(), "postgres" | "postgresql") {
        bail!("--database is the address of a Postgres: postgres://HOST:PORT/DATABASE");
    }
    let host = url.host_str().filter(|host| !host.is_empty()).context("--database has no host")?;
    let database = url.path().trim_start_matches('/');
    if database.is_empty() {
        bail!("--database has no name of a database");
    }
    let port = url.port().unwrap_or(5432);
    Ok(Names {
        namespace,
        database_namespace: format!("postgres://{host}:{port}"),
        database_prefix: format!("{database}."),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(database: &str) -> Result<Names> {
        let database = Some(database.parse().expect("a URL"));
        names(&Arguments { namespace: "ours".to_owned(), database })
    }

    #[test]
    fn a_database_is_named_as_other_tools_name_it_and_without_its_password() {
        let names = named("postgresql://ann:secret@db.example/rookery").expect("an address");
        assert_eq!(names.database_namespace, "postgres://db.example:5432");
        assert_eq!((names.namespace.as_str(), names.database_prefix.as_str()), ("ours", "rookery."));
        for odd in ["https://db.example/rookery", "postgres://db.example", "postgres:///rookery"] {
            assert!(named(odd).is_err(), "{odd}");
        }
    }
}

//! The servers of one part: nats-server and Postgres as production runs them, every sync included, on an empty
//! directory.

use std::path::Path;

use anyhow::{Context, Result};
use local_servers::{
    Access, NatsOptions, NatsServer, PostgresOptions, PostgresServer, ProgramHints, Programs, RunAs, Server,
    reachable_data_dir,
};
use sqlx::{Connection, PgConnection};
use tempfile::TempDir;

/// A bound, not a reservation: room for two streams of 8 GiB and the buckets.
const FILE_STORE_BYTES_MAX: u64 = 40 << 30;
const FIRST_DATABASE: &str = "rookery";
const STATEMENTS: &str = "pg_stat_statements";

#[derive(Debug)]
pub(crate) struct Servers {
    nats: NatsServer,
    postgres: PostgresServer,
    // Declared last, so that the servers have ended when their files are removed.
    dir: TempDir,
}

impl Servers {
    /// Below `target`, because the usual temporary directory may be in memory, where a sync costs nothing.
    pub(crate) async fn start(with_statements: bool) -> Result<Self> {
        let workspace = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
        let run_as = RunAs::choose()?;
        let hints = ProgramHints::from_env().with_tools_dir(workspace.join(".tools"));
        let programs = Programs::find(&hints, &run_as)?;
        let parent = reachable_data_dir(&workspace.join("target/bench"), &run_as)?.path;
        let dir = tempfile::tempdir_in(&parent).with_context(|| format!("use {}", parent.display()))?;
        run_as.own(dir.path())?;
        let nats = NatsOptions {
            access: Access::Open,
            file_store_bytes_max: FILE_STORE_BYTES_MAX,
            ..NatsOptions::new(dir.path().join("nats"))
        };
        let settings = match with_statements {
            true => vec![("shared_preload_libraries".to_owned(), STATEMENTS.to_owned())],
            false => Vec::new(),
        };
        let postgres = PostgresOptions {
            access: Access::Open,
            databases: vec![FIRST_DATABASE.to_owned()],
            settings,
            ..PostgresOptions::new(dir.path().join("postgres"))
        };
        let nats = NatsServer::start(nats, &programs, &run_as).await?;
        let postgres = PostgresServer::start(postgres, &programs.postgres, &run_as).await?;
        let servers = Self { nats, postgres, dir };
        if with_statements {
            sqlx::query("create extension pg_stat_statements").execute(&mut servers.connect().await?).await?;
        }
        data_set::migrate::migrate(&servers.database_url()).await?;
        Ok(servers)
    }

    pub(crate) fn nats_url(&self) -> String {
        self.nats.url()
    }

    pub(crate) fn database_url(&self) -> String {
        self.postgres.url(FIRST_DATABASE)
    }

    pub(crate) fn nats_pid(&self) -> u32 {
        self.nats.child().pid()
    }

    pub(crate) fn postgres_pid(&self) -> u32 {
        self.postgres.child().pid()
    }

    /// A place for keys and the like, removed in the end.
    pub(crate) fn dir(&self) -> &Path {
        self.dir.path()
    }

    pub(crate) async fn connect(&self) -> Result<PgConnection> {
        Ok(PgConnection::connect(&self.database_url()).await?)
    }

    /// Another database with the same tables; answers its URL.
    pub(crate) async fn make_database(&self, name: &'static str) -> Result<String> {
        let statement = sqlx::AssertSqlSafe(format!("create database {name}"));
        sqlx::query(statement).execute(&mut self.connect().await?).await?;
        let url = self.postgres.url(name);
        data_set::migrate::migrate(&url).await?;
        Ok(url)
    }

    /// So that no vacuum of it runs beside what is measured next.
    pub(crate) async fn drop_database(&self, name: &'static str) -> Result<()> {
        let statement = sqlx::AssertSqlSafe(format!("drop database {name} with (force)"));
        sqlx::query(statement).execute(&mut self.connect().await?).await?;
        Ok(())
    }
}

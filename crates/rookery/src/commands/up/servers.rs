//! The two servers, each under its supervisor.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use local_servers::{
    NatsOptions, NatsServer, PostgresOptions, PostgresServer, ProgramHints, Programs, Supervisor,
};
use tokio_util::sync::CancellationToken;

use super::Arguments;
use crate::data_dir::DataDir;

const DATABASE: &str = "rookery";
/// What `tools/provide` fills, in the checkout that the command is called from.
const TOOLS_DIR: &str = ".tools";
/// Both sync as they go, so little is left to do at the end; what takes longer is left to the next start's recovery.
const STOP_LIMIT: Duration = Duration::from_secs(3);

pub(super) struct Servers {
    nats_url: String,
    admin_url: String,
    postgres_port: u16,
    nats: Supervisor,
    postgres: Supervisor,
}

impl Servers {
    /// Finds the programs and starts both at once; the first start makes a Postgres cluster with the database.
    pub(super) async fn start(arguments: &Arguments, data: &DataDir) -> Result<Self> {
        let mut hints = ProgramHints::from_env().with_tools_dir(Path::new(TOOLS_DIR));
        hints.nats_server.clone_from(&arguments.nats_server);
        hints.postgres_bin.clone_from(&arguments.postgres_bin);
        let programs = Programs::find(&hints, &data.run_as)?;
        tracing::info!(
            data.dir = %data.path().display(),
            nats.program = %programs.nats_server.display(),
            postgres.programs = %programs.postgres.bin.display(),
            "starting the servers"
        );
        let postgres_options =
            PostgresOptions { databases: vec![DATABASE.to_owned()], ..PostgresOptions::new(data.postgres()) };
        let (nats, postgres) = tokio::try_join!(
            NatsServer::start(NatsOptions::new(data.nats()), &programs, &data.run_as),
            PostgresServer::start(postgres_options, &programs, &data.run_as),
        )?;
        // Theirs alone: the servers have to outlive the services, which watch the shutdown.
        let token = CancellationToken::new();
        Ok(Self {
            nats_url: nats.url(),
            admin_url: postgres.url(DATABASE),
            postgres_port: postgres.port(),
            nats: Supervisor::watch(nats, &token, STOP_LIMIT),
            postgres: Supervisor::watch(postgres, &token, STOP_LIMIT),
        })
    }

    /// Holds a password.
    pub(super) fn nats_url(&self) -> &str {
        &self.nats_url
    }

    /// For the superuser. Holds a password.
    pub(super) fn admin_url(&self) -> &str {
        &self.admin_url
    }

    /// For a user whose name and password need no escapes.
    pub(super) fn data_set_url(&self, user: &str, password: &str) -> String {
        format!("postgres://{user}:{password}@127.0.0.1:{}/{DATABASE}", self.postgres_port)
    }

    pub(super) async fn stop(self) -> Result<()> {
        let (nats, postgres) = tokio::join!(self.nats.stop(), self.postgres.stop());
        nats.context("stop nats-server")?;
        postgres.context("stop Postgres")
    }
}

//! The broker that gets the log: a running one, or that of a data directory, started for the time.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use event_store::Lineage;
use local_servers::{DataDirLock, NatsServer, PostgresOptions, PostgresServer, Programs};
use service_kit::config::{Environment, Secret};

use super::Arguments;
use crate::bytes;
use crate::commands::up::{BrokerUsers, EventStore, Servers, nats_options, store_bytes_max};
use crate::data_dir::DataDir;
use crate::files;

/// As in `rookery up`.
const DATABASE: &str = "rookery";
const STOP_LIMIT: Duration = Duration::from_secs(10);

pub(super) struct Broker {
    url: Secret,
    data_set_url: Option<Secret>,
    own: Option<Own>,
}

/// Servers of a data directory on which nothing else runs.
struct Own {
    nats: NatsServer,
    postgres: Option<PostgresServer>,
    /// Let go of last.
    _lock: DataDirLock,
}

impl Broker {
    /// `log`: what it is going to hold. `needs`: what that and what lies beside it reserve.
    pub(super) async fn find_or_start(arguments: &Arguments, log: &Lineage, needs: u64) -> Result<Self> {
        let mut env = Environment::from_process();
        let urls = (env.optional_secret("ROOKERY_NATS_URL"), env.optional_secret("ROOKERY_DATABASE_URL"));
        let (Some(url), Some(data_set_url)) = urls else { return Err(env.into_error().into()) };
        match url {
            Some(url) => Ok(Self { url, data_set_url, own: None }),
            None => Self::start(arguments, log, needs).await,
        }
    }

    async fn start(arguments: &Arguments, log: &Lineage, needs: u64) -> Result<Self> {
        let data = DataDir::open(&arguments.data.data_dir)?;
        let lock = DataDirLock::acquire(data.path()).context("stop `rookery up` first")?;
        if EventStore::of(&data)? == Some(EventStore::Postgres) {
            bail!(
                "{} keeps its log in Postgres, and an archive is restored into NATS. Choose another data directory",
                data.path().display()
            );
        }
        let remembered = files::read_if_there(&data.log_lineage())?;
        if let Some(remembered) = remembered.filter(|remembered| **remembered != *log.0) {
            bail!(
                "{} belongs to another log, {remembered}; the archive is of {log}. Choose another data directory",
                data.path().display()
            );
        }
        let store_bytes = store_bytes_max(&data, arguments.store_bytes)?;
        if needs > store_bytes {
            bail!(
                "the log and what lies beside it would reserve {}, and may take {} of the disk: choose a smaller --stream-bytes, \
                 or a larger --store-bytes, here and with `rookery up`",
                bytes::show(needs),
                bytes::show(store_bytes)
            );
        }
        let hints = Servers::hints();
        let programs = Programs::find(&hints, &data.run_as)?;
        let users = BrokerUsers::of(&data)?.with_owner();
        let options = nats_options(&data, &users, store_bytes);
        let nats = NatsServer::start(options, &programs, &data.run_as).await?;
        let postgres = if data.postgres().exists() {
            let options = PostgresOptions {
                databases: vec![DATABASE.to_owned()],
                ..PostgresOptions::new(data.postgres())
            };
            Some(PostgresServer::start(options, &programs.postgres, &data.run_as).await?)
        } else {
            None
        };
        Ok(Self {
            url: Secret::new(users.url("owner", nats.address())),
            data_set_url: postgres.as_ref().map(|postgres| Secret::new(postgres.url(DATABASE))),
            own: Some(Own { nats, postgres, _lock: lock }),
        })
    }

    pub(super) fn url(&self) -> &str {
        self.url.expose()
    }

    /// Nothing can have been folded in a data directory without a database.
    pub(super) fn may_have_unknown_data_set(&self) -> bool {
        self.own.is_none() && self.data_set_url.is_none()
    }

    /// Of the data set that was folded from the log which is restored, where it is known.
    pub(super) fn data_set_url(&self) -> Option<&str> {
        self.data_set_url.as_ref().map(Secret::expose)
    }

    pub(super) async fn stop(self) -> Result<()> {
        let Some(own) = self.own else { return Ok(()) };
        own.nats.stop(STOP_LIMIT).await.context("stop nats-server")?;
        match own.postgres {
            Some(postgres) => postgres.stop(STOP_LIMIT).await.context("stop Postgres"),
            None => Ok(()),
        }
    }
}

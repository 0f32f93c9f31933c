//! How the services and the operator's tools reach the log: each as a user of its own.

use anyhow::{Context, Result};
use event_store_open::StoreConfig;
use event_store_postgres::users::{self, Group, User};

use super::log_lineage;
use super::passwords;
use super::servers::{BrokerUrls, LogServer, Servers};
use crate::data_dir::DataDir;
use crate::files;

const DISPATCHER: &str = "rookery_dispatcher_login";
const REDUCERS: &str = "rookery_log_reader_login";
const RELAY: &str = "rookery_log_relay_login";
const OPERATOR: &str = "rookery_log_operator_login";
const KEYS: &str = "rookery_log_keys_login";
const JOBS: &str = "rookery_log_jobs_login";

pub(super) struct Log {
    pub(super) dispatcher: StoreConfig,
    /// Holds a password, as the next one does.
    pub(super) reducers_url: String,
    pub(super) relay: StoreConfig,
}

/// Makes the log if this is the first start, and refuses any other than that one later.
pub(super) async fn prepare(data: &DataDir, servers: &Servers, store_bytes: u64) -> Result<Log> {
    // No tool makes a log on Postgres larger; it says so where it finds such an address.
    let (owner_url, [dispatcher_url, reducers_url, relay_url, operator_url, keys_url, limits_url, jobs_url]) =
        match servers.log() {
            LogServer::Nats(BrokerUrls { dispatcher, reducers, relay, operator, keys, limits, jobs }) => {
                (dispatcher, [dispatcher, reducers, relay, operator, keys, limits, jobs].map(Clone::clone))
            }
            LogServer::Postgres { owner_url } => {
                event_store_postgres::migrate(owner_url).await.context("make the tables of the log")?;
                let [dispatcher, reducers, relay, operator, keys, jobs] =
                    make_users(data, servers, owner_url).await?;
                (owner_url, [dispatcher, reducers, relay, operator.clone(), keys, operator, jobs])
            }
        };
    files::write_private(&data.log_url(), &operator_url)?;
    files::write_private(&data.keys_url(), &keys_url)?;
    files::write_private(&data.limits_url(), &limits_url)?;
    files::write_private(&data.jobs_url(), &jobs_url)?;
    let lineage = log_lineage::hold(data, owner_url, store_bytes).await?;
    let mut dispatcher = StoreConfig::new(&dispatcher_url, log_lineage::CLIENT_NAME);
    dispatcher.fit_into(store_bytes);
    dispatcher.create = false;
    dispatcher.lineage = Some(lineage.clone());
    let relay = relay::config::log(&relay_url, Some(lineage));
    Ok(Log { dispatcher, reducers_url, relay })
}

/// With passwords that stay the same for the life of the data directory.
async fn make_users(data: &DataDir, servers: &Servers, owner_url: &str) -> Result<[String; 6]> {
    let dir = data.logins()?;
    let user = |name: &str, group| {
        let password = passwords::read_or_create(&dir, name)?;
        anyhow::Ok(User { name: name.to_owned(), password, group })
    };
    let users = [
        user(DISPATCHER, Group::Writer)?,
        user(REDUCERS, Group::Reader)?,
        user(RELAY, Group::Relay)?,
        user(OPERATOR, Group::Operator)?,
        user(KEYS, Group::Keys)?,
        user(JOBS, Group::Jobs)?,
    ];
    users::ensure(owner_url, &users).await.context("make the users of the log")?;
    Ok(users.map(|user| servers.log_database_url(&user.name, &user.password)))
}

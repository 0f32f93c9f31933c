//! Which log: the one that a URL names, on NATS JetStream or on Postgres. Nobody else has to know both.
//!
//! | who | calls |
//! |---|---|
//! | the dispatcher | [`StoreConfig::open`]: the log, which remembers its keys, and the vault beside it |
//! | reducers and operator's tools | [`open_log`]: the log alone, which must be there already |

mod environment;

use std::sync::Arc;

use domain::Shard;
use event_store::vault::{SigningKeys, VaultError, find_signing_keys as find_signing_keys_on_nats};
use event_store::{EventLog, JetStreamConfig, JetStreamLog, Lineage, OpenError, Vault, jet_stream};
use event_store_postgres::{PostgresConfig, PostgresLog};

pub use environment::{is_acceptable, optional_url_from_environment, url_from_environment};

/// How to open a log, by the kind of store that holds it.
#[derive(Debug, Clone)]
pub enum StoreConfig {
    JetStream(JetStreamConfig),
    Postgres(PostgresConfig),
}

/// An open log with what lies beside it.
#[derive(Debug, Clone)]
pub struct Store {
    pub log: Arc<dyn EventLog>,
    pub vault: Vault,
}

impl StoreConfig {
    /// With the defaults of the store that the URL's scheme names. What is no address of Postgres is taken for one of
    /// NATS, and refused there if it is none.
    pub fn new(url: &str, client_name: &str) -> Self {
        if event_store_postgres::is_acceptable(url) {
            Self::Postgres(PostgresConfig::new(url, client_name))
        } else {
            Self::JetStream(JetStreamConfig::new(url, client_name))
        }
    }

    pub fn url(&self) -> &str {
        match self {
            Self::JetStream(config) => &config.url,
            Self::Postgres(config) => &config.url,
        }
    }

    /// Whether a log is made where there is none.
    pub fn set_create(&mut self, create: bool) {
        match self {
            Self::JetStream(config) => config.create = create,
            Self::Postgres(config) => config.create = create,
        }
    }

    /// Bounds the log so that it and what lies beside it have room in so many bytes. Postgres reserves nothing, so there the
    /// log may grow to all of that.
    pub fn fit_into(&mut self, bytes: u64) {
        let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
        match self {
            Self::JetStream(config) => {
                let left = bytes.saturating_sub(config.bytes_beside()).max(1);
                config.stream_bytes_max = config.stream_bytes_max.min(left);
            }
            Self::Postgres(config) => config.bytes_max = bytes,
        }
    }

    /// Refuse any other log than this one.
    pub fn set_lineage(&mut self, lineage: Option<Lineage>) {
        match self {
            Self::JetStream(config) => config.lineage = lineage,
            Self::Postgres(config) => config.lineage = lineage,
        }
    }

    /// The log alone.
    pub async fn open_log(&self) -> Result<Arc<dyn EventLog>, OpenError> {
        Ok(match self {
            Self::JetStream(config) => Arc::new(JetStreamLog::open(config).await?),
            Self::Postgres(config) => Arc::new(PostgresLog::open(config).await?),
        })
    }

    /// The log with the vault, for a dispatcher.
    pub async fn open(&self) -> Result<Store, OpenError> {
        match self {
            Self::JetStream(config) => open_jet_stream(config).await,
            Self::Postgres(config) => {
                let log = PostgresLog::open(config).await?;
                Ok(Store { vault: log.vault(), log: Arc::new(log) })
            }
        }
    }
}

impl From<JetStreamConfig> for StoreConfig {
    fn from(config: JetStreamConfig) -> Self {
        Self::JetStream(config)
    }
}

impl From<PostgresConfig> for StoreConfig {
    fn from(config: PostgresConfig) -> Self {
        Self::Postgres(config)
    }
}

async fn open_jet_stream(config: &JetStreamConfig) -> Result<Store, OpenError> {
    let log = JetStreamLog::open(config).await?;
    log.remember_keys(config.keys_max);
    let (errors, shard, replicas) = (log.write_errors(), config.shard, config.replicas);
    let vault =
        Vault::open(errors, shard, replicas, config.vault_bytes_max).await.map_err(|error| match error {
            VaultError::NoRoom { bucket, reason } => OpenError::NoRoom { stream: bucket, reason },
            error => OpenError::Unavailable(error.to_string()),
        })?;
    Ok(Store { log: Arc::new(log), vault })
}

/// Opens the log at a URL (`nats://…` or `postgres://…`), which must be there already: for reducers and operator's
/// tools.
pub async fn open_log(url: &str, client_name: &str) -> Result<Arc<dyn EventLog>, OpenError> {
    let mut config = StoreConfig::new(url, client_name);
    config.set_create(false);
    // How large the log may grow is what its dispatcher was told.
    config.fit_into(u64::MAX);
    config.open_log().await
}

/// The signing keys beside the log at a URL. Fails where no dispatcher has made one yet.
pub async fn find_signing_keys(url: &str, client_name: &str, shard: Shard) -> Result<SigningKeys, OpenError> {
    if event_store_postgres::is_acceptable(url) {
        return event_store_postgres::find_signing_keys(url, shard).await;
    }
    let client = jet_stream::connect(url, client_name).await?;
    find_signing_keys_on_nats(client, shard).await.map_err(|error| OpenError::Unavailable(error.to_string()))
}

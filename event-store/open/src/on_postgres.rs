//! A log on Postgres.

use std::sync::Arc;

use event_store::{EventLog, OpenError};
use event_store_postgres::{PostgresConfig, PostgresLog};

use crate::config::{Patience, Store, StoreConfig};

fn config(own: &StoreConfig) -> PostgresConfig {
    let mut config = PostgresConfig::new(&own.url, &own.client_name);
    config.create = own.create;
    config.lineage = own.lineage.clone();
    config.bytes_max = own.log_bytes_max;
    if let Some(Patience { ack_timeout, append_deadline }) = own.patience {
        (config.ack_timeout, config.append_deadline) = (ack_timeout, append_deadline);
    }
    config
}

pub(crate) async fn open_log(own: &StoreConfig) -> Result<Arc<dyn EventLog>, OpenError> {
    Ok(Arc::new(PostgresLog::open(&config(own)).await?))
}

pub(crate) async fn open(own: &StoreConfig) -> Result<Store, OpenError> {
    let log = PostgresLog::open(&config(own)).await?;
    log.count_usage();
    Ok(Store { buckets: log.buckets(), log: Arc::new(log) })
}

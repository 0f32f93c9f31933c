//! Opens a log on what its URL names.

use std::sync::Arc;

use domain::Shard;
use event_store::buckets::{Bucket, BucketKind};
use event_store::{EventLog, OpenError};

use crate::config::{Store, StoreConfig};
#[cfg(feature = "nats")]
use crate::on_nats;
#[cfg(feature = "postgres")]
use crate::on_postgres;
use crate::scheme::Scheme;

impl StoreConfig {
    /// The log alone.
    pub async fn open_log(&self) -> Result<Arc<dyn EventLog>, OpenError> {
        match Scheme::of(&self.url) {
            #[cfg(feature = "nats")]
            Scheme::Nats => on_nats::open_log(self).await,
            #[cfg(feature = "postgres")]
            Scheme::Postgres => on_postgres::open_log(self).await,
            #[cfg(not(all(feature = "nats", feature = "postgres")))]
            scheme => Err(scheme.not_built()),
        }
    }

    /// The log with the buckets, for a dispatcher.
    pub async fn open(&self) -> Result<Store, OpenError> {
        match Scheme::of(&self.url) {
            #[cfg(feature = "nats")]
            Scheme::Nats => on_nats::open(self).await,
            #[cfg(feature = "postgres")]
            Scheme::Postgres => on_postgres::open(self).await,
            #[cfg(not(all(feature = "nats", feature = "postgres")))]
            scheme => Err(scheme.not_built()),
        }
    }
}

/// Opens the log at a URL (`nats://…` or `postgres://…`), which must be there already: for reducers and operator's
/// tools.
pub async fn open_log(url: &str, client_name: &str) -> Result<Arc<dyn EventLog>, OpenError> {
    let mut config = StoreConfig::new(url, client_name);
    config.create = false;
    // How large the log may grow is what its dispatcher was told.
    config.log_bytes_max = i64::MAX;
    config.open_log().await
}

/// A bucket beside the log at a URL. Fails where no dispatcher has used it yet.
pub async fn find_bucket(
    url: &str,
    client_name: &str,
    shard: Shard,
    kind: BucketKind,
) -> Result<Arc<dyn Bucket>, OpenError> {
    match Scheme::of(url) {
        #[cfg(feature = "nats")]
        Scheme::Nats => on_nats::find_bucket(url, client_name, shard, kind).await,
        #[cfg(feature = "postgres")]
        Scheme::Postgres => event_store_postgres::find_bucket(url, shard, kind).await,
        #[cfg(not(all(feature = "nats", feature = "postgres")))]
        scheme => {
            let _ = (client_name, shard, kind);
            Err(scheme.not_built())
        }
    }
}

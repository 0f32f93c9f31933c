//! How far the named consumers of the broker are, for whoever watches them. A log on Postgres has none.

use domain::Shard;
use event_store::OpenError;
use time::OffsetDateTime;

use crate::config::StoreConfig;

/// A named consumer, as the broker knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokerConsumer {
    pub name: String,
    /// Events that it has not acknowledged.
    pub lag: u64,
    /// When the first of them was recorded.
    pub behind_since: Option<OffsetDateTime>,
}

/// The broker of a log.
#[derive(Debug, Clone)]
pub struct BrokerConsumers {
    #[cfg(feature = "nats")]
    consumers: Option<event_store_nats::consumers::Consumers>,
}

impl BrokerConsumers {
    pub async fn connect(config: &StoreConfig, shard: Shard) -> Result<Self, OpenError> {
        #[cfg(feature = "nats")]
        {
            use crate::scheme::Scheme;
            use event_store_nats::consumers::Consumers;

            let consumers = match Scheme::of(&config.url) {
                Scheme::Nats => Some(Consumers::connect(&config.url, &config.client_name, shard).await?),
                Scheme::Postgres => None,
            };
            Ok(Self { consumers })
        }
        #[cfg(not(feature = "nats"))]
        {
            let _ = (config, shard);
            Ok(Self {})
        }
    }

    pub async fn list(&self) -> Result<Vec<BrokerConsumer>, OpenError> {
        #[cfg(feature = "nats")]
        if let Some(consumers) = &self.consumers {
            let found = consumers.list().await.map_err(|error| match error {
                event_store_nats::consumers::ConsumerError::Open(error) => error,
                other => OpenError::Unavailable(event_store::Cause::new(other)),
            })?;
            let watched = found.into_iter().map(|found| BrokerConsumer {
                name: found.name,
                lag: found.lag,
                behind_since: found.behind_since,
            });
            return Ok(watched.collect());
        }
        Ok(Vec::new())
    }
}

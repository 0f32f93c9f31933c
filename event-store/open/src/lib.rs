//! Which log: the one that a URL names, on NATS JetStream or on Postgres. No other package has to know both.
//!
//! | who | calls |
//! |---|---|
//! | the dispatcher | [`StoreConfig::open`]: the log, which remembers its keys, and the buckets beside it |
//! | reducers and operator's tools | [`open_log`]: the log alone, which must be there already |
//!
//! Each store is a feature (`nats`, `postgres`; both by default): a program that is built with one of them does not
//! link the other, and says so where a URL asks for it.

mod broker_consumers;
mod config;
mod environment;
#[cfg(feature = "nats")]
mod on_nats;
#[cfg(feature = "postgres")]
mod on_postgres;
mod open;
mod scheme;

pub use broker_consumers::{BrokerConsumer, BrokerConsumers};
pub use config::{Patience, Store, StoreConfig};
pub use environment::{optional_url_from_environment, url_from_environment};
pub use open::{find_bucket, open_log};
pub use scheme::is_acceptable;

//! What leads from the services to the servers, where a fault can turn it or cut it off.

use std::sync::Arc;

use testkit::Postgres;

use super::forwarder::Forwarder;
use super::namespace::Namespace;

/// A database with a standby, and what leads to it.
#[derive(Debug)]
pub struct Standby {
    pub server: Postgres,
    /// From the services to the database.
    pub to_database: Forwarder,
    /// From the standby to the database.
    pub to_primary: Forwarder,
}

/// The ways out of the namespace; each port can be cut off by itself.
#[derive(Debug)]
pub struct WaysOut {
    pub namespace: Arc<Namespace>,
    pub to_broker: Forwarder,
    pub to_database: Forwarder,
}

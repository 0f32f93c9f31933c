//! Real servers for tests, an OpenID provider that can misbehave ([`oidc`]), waiting without guessing, and answers held
//! against the document of the API ([`openapi`]).
//!
//! Every test gets its own nats-server and its own Postgres below a temporary directory; both are stopped and
//! their files removed when the handle is dropped, also by a panic. Nothing here returns errors: a test that
//! cannot have its server has failed, and the panic says why.
//!
//! This crate knows no crate of the workspace but local-servers: no event, no table, and of routes what the document
//! says.

mod eventually;
pub mod mail_server;
mod nats;
pub mod oidc;
pub mod openapi;
mod place;
mod postgres;
mod process;
mod proxy;
mod small_disk;
mod template;

pub use eventually::{eventually, eventually_sync};
pub use mail_server::MailServer;
pub use nats::{Nats, NatsCluster};
pub use postgres::{Postgres, PostgresConfig};
pub use process::Process;
pub use proxy::{Proxy, Way};
pub use small_disk::{SmallDisk, no_small_disk, small_disk_obstacle};

/// How long a server or process may take to do what takes it milliseconds on an idle machine.
pub(crate) const PATIENCE: std::time::Duration = std::time::Duration::from_secs(30);

/// A TCP port on 127.0.0.1 that nobody listens on now.
///
/// # Panics
/// If there is none.
pub fn free_port() -> u16 {
    local_servers::free_port().unwrap_or_else(|error| panic!("{error:#}"))
}

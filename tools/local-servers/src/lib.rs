//! Finds, starts, supervises and stops nats-server and Postgres as child processes.
//!
//! `rookery up` and the tests stand on this crate. It speaks to the servers only as far as it must to know
//! that they accept clients: it knows no streams, no tables and no SQL beyond `create database`, and it needs
//! no `psql`.
//!
//! Four promises hold for every child:
//! - **It does not outlive us.** Dropping its handle ends it; if we are killed, the kernel signals it
//!   (Linux).
//! - **It is alone on its directory.** Each child inherits a locked file, so a successor waits until the last
//!   process of its predecessor is gone, even if that one was killed.
//! - **It keeps its port**, so that clients reconnect after a restart.
//! - **It never runs as root.** See [`RunAs`].

mod address;
mod child;
mod data_dir;
mod disk;
mod nats;
mod port;
mod postgres;
mod programs;
mod readiness;
mod run_as;
mod secret;
mod supervisor;

pub use child::ChildProcess;
pub use data_dir::{DataDirLock, ReachableDir, existing_data_dir, reachable_data_dir};
pub use disk::{disk_free, disk_size};
pub use nats::{NatsOptions, NatsServer, configured_store_bytes};
pub use nix::sys::signal::Signal;
pub use port::free_port;
pub use postgres::{PostgresOptions, PostgresServer};
pub use programs::{PostgresPrograms, ProgramHints, Programs};
pub use readiness::DiedEarly;
pub use run_as::RunAs;
pub use secret::Access;
pub use supervisor::{Server, Supervisor};

//! The log: what it promises ([`EventLog`]), who keeps the promise ([`JetStreamLog`], [`InMemoryLog`]), and how a
//! command becomes events in it ([`Executor`]). Beside it, what is no event: the [`Vault`].
//!
//! This crate does not know SQL or HTTP, and knows the domain only to write events down and read them back.

mod api_error;
mod codec;
mod command;
pub mod commands;
#[cfg(feature = "conformance")]
pub mod conformance;
mod contract;
mod dropped;
mod edit_index;
mod envelope;
mod executor;
mod fingerprint;
mod in_memory;
pub mod jet_stream;
mod seal;
mod stores;
mod subject;
mod upcast;
pub mod vault;
mod write_error;

#[cfg(feature = "conformance")]
pub use codec::event_types;
pub use codec::{DecodeError, Decoded, decode, encode};
pub use command::{Change, Command, Decision, Outcome, Placed, Turn};
pub use contract::{
    AppendError, Appended, DEDUPE_WINDOW, EventLog, Expected, Headers, KEY_AGE_MAX, KnownKeys, LOG_FORMAT,
    Lineage, NewEvent, OpenError, ReadError, RecordedEvent, StoredEvent, Tail, Unreadable,
};
pub use dropped::{Dropped, drop_events};
pub use edit_index::{EditIndex, EditIndexError};
pub use envelope::{Envelope, TraceParent};
pub use executor::{
    AccountOutcome, Done, ExecuteError, Executed, Execution, Executor, IdempotencyKey, Imported,
    MessageOutcome,
};
pub use fingerprint::Fingerprint;
pub use in_memory::InMemoryLog;
pub use jet_stream::{JetStreamConfig, JetStreamLog, Restoration, RestoreError};
pub use seal::Stamp;
pub use stores::{AccountStore, Last, MessageStore, Seen, SeenMessage, Standing, Stores};
pub use subject::{Boundary, Bucket, Subject};
pub use vault::{Vault, VaultError};
pub use write_error::WriteErrors;

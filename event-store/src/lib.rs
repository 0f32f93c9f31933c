//! The log: what it promises ([`EventLog`]), and how events are written down in it. Beside it, the [`Buckets`] for what
//! is no event.
//!
//! Its adapters are packages of their own below this folder, and one for tests is here ([`InMemoryLog`]). This crate
//! knows no broker, no SQL and no HTTP, and knows the domain only to write events down and read them back.

pub mod buckets;
mod cause;
mod codec;
mod command_metadata;
#[cfg(feature = "conformance")]
pub mod conformance;
mod consumer_name;
mod contract;
mod disclose;
mod disclosure;
mod dropped;
mod edit_index;
mod envelope;
mod fingerprint;
mod first_since;
mod in_memory;
mod schemas;
mod subject;
mod upcast;
mod usage;
mod whole_subjects;

pub use buckets::{Bucket, BucketError, Buckets};
pub use cause::Cause;
pub use codec::{DecodeError, Decoded, decode, encode, known};
#[cfg(feature = "conformance")]
pub use codec::{event_fields, event_types};
pub use command_metadata::CommandMetadata;
pub use consumer_name::{NAME_CHARS_MAX, is_consumer_name};
pub use contract::{
    AppendError, Appended, DEDUPE_WINDOW, EventLog, Expected, Headers, KEY_AGE_MAX, KnownKeys, LOG_FORMAT,
    Lineage, NewEvent, OpenError, ReadError, RecordedEvent, StoredEvent, Tail, Unreadable, is_about_delivery,
};
pub use disclose::{Disclosed, disclose, disclosed_types};
pub use dropped::{Dropped, drop_events};
pub use edit_index::{
    EditIndex, EditIndexError, LastBlock, LastChange, last_block, last_change, last_changes,
};
pub use envelope::{Envelope, TraceParent, header, schema_uri};
pub use fingerprint::Fingerprint;
pub use first_since::first_since;
pub use in_memory::InMemoryLog;
pub use schemas::{schema, schemas};
pub use subject::{Boundary, EditBucket, Subject};
pub use usage::{Held, Quota, QuotaExceeded, Room, Usage, Used};
#[cfg(feature = "conformance")]
pub use whole_subjects::kind_of_type;
pub use whole_subjects::{WholeSubjects, WholeSubjectsError, whole_subjects};

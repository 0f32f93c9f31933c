//! The versions of a projection: how one is made beside the published one, compared with it, put into its place,
//! and dropped (ADR 13).
//!
//! ```text
//!   make ──▶ building ──▶ standby ◀──▶ published
//!               └─ drop ◀─────┘
//! ```
//!
//! Reducers only look ([`folded()`]); only an operator's tool changes anything, and holds the projection ([`Hold`]).

mod drop_version;
mod error;
mod folded;
mod hold;
mod make;
mod search_path;
mod snapshot;
mod switch;
mod version;

pub use error::VersionError;
pub use folded::folded;
pub use hold::Hold;
pub use snapshot::{ROWS_SHOWN, Row, Snapshot, TableDiff, compare};
pub use switch::Switch;
pub use version::{State, Version};

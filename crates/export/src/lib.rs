//! Rows of a data set in files, and the receipts by which a file can be proven later.
//!
//! ```text
//!   Postgres ─binary copy─▶ Encoder ─▶ Parquet, CSV or NDJSON
//!                              └─────▶ Receipt: log, position, rows, digest
//! ```
//!
//! The digest is of the rows as Postgres's binary copy writes them, in the order of their key. So it is the same for
//! every format, costs one pass over bytes that are there anyway, and says nothing of how a file is compressed or
//! ordered.

mod columns;
mod copy;
mod digest;
mod encoder;
mod error;
mod format;
mod pump;
mod read;
mod receipt;
mod text;
mod value;
mod write;

pub use columns::from_receipt;
pub use digest::Digest;
pub use encoder::{Encoder, Plan};
pub use error::{EncodeError, FileError};
pub use format::Format;
pub use pump::{PumpError, pump};
pub use read::{Contents, Row, read, sort};
pub use receipt::{Receipt, ReceiptColumn, sidecar};
pub use value::Value;

#[cfg(test)]
mod tests;

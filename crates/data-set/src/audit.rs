//! The data set as an auditor sees it: every row of every table of a projection at one position, and the means to
//! repair them.
//!
//! Tables, columns and keys are asked of the catalog, so that none can be forgotten. Rows travel as JSON: slow, and the
//! same for all tables.

mod connect;
mod error;
mod repair;
mod rows;
mod table;
mod transaction;

pub use connect::connect;
pub use error::AuditError;
pub use table::Table;
pub use transaction::{Audit, Checkpoint};

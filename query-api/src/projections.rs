//! How far the data reflects the log.

pub(crate) mod list_projections;
pub(crate) mod status;

pub(crate) use list_projections::list_projections;

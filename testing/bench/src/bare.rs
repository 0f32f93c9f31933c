//! The limits: the least that has to be done for the same effect, without a service around it.

pub(crate) mod inserts;
pub(crate) mod publishes;

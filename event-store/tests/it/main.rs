//! The log in memory against its contract, and how events are written down.

mod disclosure;
mod dropped;
mod golden;
mod in_memory;
mod schemas;
mod whole_subjects;

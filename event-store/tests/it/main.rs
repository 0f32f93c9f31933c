//! The logs against their contract, and the executor on top of them.

mod accounts;
mod deployed;
mod dropped;
mod edits;
mod executor;
mod frames;
mod full_disk;
mod golden;
mod in_memory;
mod jet_stream;
mod limits;
mod open;
mod stores;
mod vault;

//! One file per command.

pub mod accounts;
pub mod adopt;
pub mod archive;
pub mod consumers;
pub mod demo;
pub mod events;
pub mod export;
pub mod jobs;
pub mod keys;
pub mod limits;
pub mod lineage;
pub mod migrate;
pub mod openapi;
pub mod parked;
pub mod rebuild;
pub mod receipt;
pub mod restore;
pub mod sql;
pub mod token;
pub mod up;
pub mod verify;
pub mod webhooks;

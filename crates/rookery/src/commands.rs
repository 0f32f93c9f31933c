//! One file per command.

pub mod demo;
pub mod keys;
pub mod migrate;
pub mod openapi;
pub mod token;
pub mod up;
pub mod verify;

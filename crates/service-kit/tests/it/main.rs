//! What an operator may rely on.

mod config;
mod health;
mod ops;
mod shutdown;

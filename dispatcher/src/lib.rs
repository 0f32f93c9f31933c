//! The command API: HTTP in, events out.
//!
//! A 2xx means that the command's event is in the log for good, a definite 4xx that it never will be. This crate does
//! not know SQL and never reads the data set: what a decision needs, it reads from the log.

mod auth;
pub mod commands;
pub mod config;
mod connect;
pub mod credential_store;
mod data_position;
pub mod decision;
pub mod executor;
#[cfg(feature = "fuzz")]
pub mod fuzz;
mod http;
mod import_lock;
mod mail;
mod refusal;
mod run;
mod settings;
mod state;
pub mod stores;

pub use self::auth::{
    RevokeTokenError, RotateError, SessionSettings, SigningKeys, revoke_token, rotate_signing_keys,
};
pub use self::connect::{connect, register_checks};
pub use self::data_position::{DataPositionUrl, DataPositions, DataUnavailable, Reached};
pub use self::http::{internal_routes, openapi, router};
pub use self::mail::MailSettings;
pub use self::run::run;
pub use self::settings::{Registration, ReservedHandles, Settings};
pub use self::state::State;

//! The HTTP side: a request becomes a command, and what came of it an answer.
//!
//! One folder per noun, one file per operation. Each noun lists its routes; path, method and documentation of an
//! operation stand at its handler.

mod accounts;
mod command;
mod documentation;
mod email;
mod graph;
mod imports;
mod internal;
mod messages;
mod moderation;
mod notifications;
mod oidc;
mod parse;
mod reactions;
mod registrations;
mod router;
mod second_factor;
mod sessions;
mod tokens;
mod visible;

#[cfg(feature = "fuzz")]
pub(crate) use imports::read_lines;
pub use router::{internal_routes, openapi, router};

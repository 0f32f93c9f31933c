//! Request and response bodies, the problem envelope and the error codes.

pub mod accounts;
pub mod catalog;
pub mod codes;
pub mod email;
pub mod import;
pub mod messages;
pub mod moderation;
pub mod notifications;
pub mod number;
pub mod oidc;
pub mod problem;
pub mod profiles;
pub mod projections;
pub mod registrations;
pub mod second_factor;
pub mod sessions;
pub mod tags;
pub mod timeline;
pub mod tokens;
mod utc_micros;

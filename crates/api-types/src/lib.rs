//! Request and response bodies, the problem envelope and the error codes.

pub mod accounts;
pub mod codes;
pub mod import;
pub mod messages;
pub mod moderation;
pub mod notifications;
pub mod number;
pub mod problem;
pub mod profiles;
pub mod projections;
pub mod sessions;
pub mod timeline;
mod utc_micros;

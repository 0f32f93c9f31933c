//! The command API over real connections, in front of a real nats-server. What the log holds is read from the log.

mod answer;
mod app;
mod bad_bodies;
mod bad_ids;
mod binary;
mod broker;
mod delete_message;
mod edit_message;
mod error_codes;
mod idempotency;
mod identity;
mod import_body;
mod import_messages;
mod post_message;
mod refused_posts;
mod tokens;

//! The command API over real connections, in front of a real nats-server. What the log holds is read from the log.

mod account_idempotency;
mod answer;
mod app;
mod bad_accounts;
mod bad_bodies;
mod bad_ids;
mod binary;
mod broker;
mod change_profile;
mod deactivation;
mod delete_message;
mod edit_message;
mod error_codes;
mod follows;
mod idempotency;
mod identity;
mod import_body;
mod import_messages;
mod notifications;
mod post_message;
mod reactions;
mod refused_posts;
mod register_account;
mod repetition;
mod sessions;
mod tokens;

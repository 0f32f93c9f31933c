//! The read API against a real Postgres: a file per operation, and one per promise that all of them share.

mod account_replies;
mod as_of;
mod avoided;
mod awaiting;
mod bad_input;
mod counts;
mod crowd;
mod documentation;
mod get_account;
mod get_history;
mod get_message;
mod growing_lists;
mod identity;
mod limits;
mod lineage;
mod list_bookmarks;
mod list_messages;
mod moderation;
mod notifications;
mod outage;
mod people;
mod process;
mod projections;
mod support;
mod thread;
mod timeline;

//! The relay against real logs, on NATS and on Postgres.

mod access;
mod bad_input;
mod following;
mod outages;
mod pages;
mod schemas;
mod support;
mod webhooks;
mod words;

//! The command as a person uses it: run as a program, seen from outside.

mod accounts;
mod adopt;
mod analysts;
mod archive;
mod authorization;
mod broker;
mod demo;
mod event_store;
mod events;
mod export;
mod full_disk;
mod golden;
mod import;
mod keys;
mod oidc;
mod openapi;
mod parked;
mod people;
mod questions;
mod rebuild;
mod separate_binaries;
mod support;
mod tokens;
mod up;
mod users;
mod verify;

//! The command as a person uses it: run as a program, seen from outside.

mod demo;
mod event_store;
mod keys;
mod openapi;
mod people;
mod separate_binaries;
mod support;
mod tokens;
mod up;
mod users;
mod walls;

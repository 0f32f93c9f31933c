//! The command as a person uses it: run as a program, seen from outside.

mod demo;
mod keys;
mod openapi;
mod parked;
mod people;
mod separate_binaries;
mod support;
mod tokens;
mod up;
mod users;
mod walls;

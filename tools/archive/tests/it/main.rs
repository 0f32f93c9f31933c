//! Archives of real logs, against every way in which files and runs go wrong.

mod crash;
mod damage;
mod restore;
mod support;
mod write;

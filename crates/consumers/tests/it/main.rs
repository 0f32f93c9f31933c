//! A durable from outside, on a log and a bucket in memory.

mod consume;
mod support;

//! The log on Postgres against its contract, and under what happens to a database.

mod beside;
mod contract;
mod crash;
mod order;
mod postgres_es;
mod rates;
mod refusals;
mod silent;
mod support;

//! Breaks Rookery under load, and checks that it kept its promises.
//!
//! ```text
//!   load ──commands──▶ dispatcher ─▶ broker ─▶ reducers ─▶ Postgres ─▶ query API ──pages──▶ readers
//!    │                     ▲            ▲          ▲           ▲           ▲                    │
//!    ▼                     └────────────┴── a fault ──────────┴───────────┘                    ▼
//!   record: acked, rejected or unknown              │                                       sightings
//!    └───────────────▶ check: log, rows, checkpoints, pages, promises ◀───────────────────────┘
//! ```
//!
//! Beside them there may be a relay, consumers and readers of streams that follow what happens, runners of jobs, and those that do
//! something for each event.
//!
//! The services are the separate programs, run as processes; broker and database are real. The log is read by a plain
//! client, without any code of the workspace, so that a mistake in our own reader cannot hide one in our writer.
//!
//! A run counts only if its fault happened: each fault answers with counts, and a count of zero fails the run.

pub mod bugs;
pub mod check;
pub mod fault;
pub mod faulty_log;
pub mod followers;
pub mod jobs;
pub mod load;
pub mod operator;
pub mod readers;
pub mod record;
pub mod run;
pub mod system;

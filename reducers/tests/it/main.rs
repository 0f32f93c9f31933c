//! The fold against a real Postgres: its rows must equal what a slow model makes of the same log.

mod blocks;
mod counts;
mod crash;
mod crowd;
mod feeds;
mod history;
mod lineage;
mod model;
mod order;
mod park;
mod parking;
mod past;
mod property;
mod published;
mod restored;
mod rows;
mod silent;
mod tags;
mod threads;
mod verify;
mod versions;
mod worker;

//! The log on JetStream against its contract, in front of real nats-servers.

mod buckets;
mod consumers;
mod deployed;
mod frames;
mod full_disk;
mod jet_stream;
mod last_of_each;
mod limits;

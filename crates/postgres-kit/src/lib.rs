//! Connections to Postgres, each of whose statements is answered within a limit or given up.
//!
//! A connection whose packets go nowhere, or whose backend is frozen, never fails by itself: the kernel tries for a
//! quarter of an hour, and a limit that the server keeps cannot arrive. So the clock is here, around every statement,
//! check-out and look at an idle connection. What has met its limit is closed without a word to the peer, and the other
//! connections of its pool are distrusted with it, because mostly the way is dead and not the one connection.
//!
//! sqlx offers neither keep-alives nor a user timeout for its sockets; nothing here needs them, since every wait has a
//! limit, and an idle connection is asked before it is used. The server gets them in [`options()`], so that it lets go
//! of what a vanished client had locked. sqlx's pool is not used: it asks each returned connection for a sign of life,
//! without a limit, and keeps its place until the answer comes.

mod connection;
mod listener;
mod options;
mod pool;
mod transaction;

pub use connection::{Connection, MIGRATION_LIMIT, is_no_answer, migrate};
pub use listener::Listener;
pub use options::options;
pub use pool::{Limits, Pool, Pooled};
pub use transaction::Transaction;

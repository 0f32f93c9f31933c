//! Connections that are lent to one caller at a time.
//!
//! ```text
//!   idle ──lent──▶ answered ──▶ idle
//!    ▲                └ caller went away ─▶ settled, within the limit ─▶ idle
//!    └─ silent for its limit, or broken ─▶ closed, and all others of the same generation with it
//! ```

mod execute;

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::StreamExt;
use futures::stream;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Error, PgConnection};
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep, timeout};

use crate::connection::{CONNECT_LIMIT, Connection, State};
use crate::transaction::Transaction;

/// A connection that was idle for longer is asked whether it lives before it is used. Asking always would cost each
/// statement a round trip; asking never would make the first requests after a restart of the server fail.
const TRUSTED_IDLE: Duration = Duration::from_secs(1);
/// For the answer to that: a round trip and nothing more.
const PING_LIMIT: Duration = Duration::from_secs(1);
/// What was not needed for so long is closed.
const IDLE_MAX: Duration = Duration::from_secs(600);
/// After so long a connection is replaced, because its backend keeps what it once learnt.
const AGE_MAX: Duration = Duration::from_secs(1_800);
/// Between tries to connect to a server that is about to start.
const CONNECT_PAUSE: Duration = Duration::from_millis(50);
/// For what is lent when the pool is closed.
const CLOSE_LIMIT: Duration = Duration::from_secs(5);

/// How a pool behaves.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    pub connections_max: u32,
    /// To get a connection, a new one included.
    pub check_out: Duration,
    /// How long the server may give no answer to a statement. It should end statements by itself before that.
    pub statement: Duration,
}

impl Default for Limits {
    /// For tools and tests.
    fn default() -> Self {
        Self { connections_max: 10, check_out: CONNECT_LIMIT, statement: Duration::from_secs(60) }
    }
}

/// A pool of connections. Clones share it.
#[derive(Debug, Clone)]
pub struct Pool {
    shared: Arc<Shared>,
    /// Of this handle.
    statement_limit: Duration,
}

#[derive(Debug)]
struct Shared {
    options: PgConnectOptions,
    limits: Limits,
    permits: Arc<Semaphore>,
    shelf: Mutex<Shelf>,
}

#[derive(Debug, Default)]
struct Shelf {
    /// The one that was used last is at the end, and is lent next.
    idle: Vec<Idle>,
    /// How often the connections were distrusted; those of an earlier generation are closed when they come back.
    generation: u64,
}

#[derive(Debug)]
struct Idle {
    connection: Connection,
    born: Instant,
    since: Instant,
}

/// A connection that is lent, and goes back when it is dropped.
#[derive(Debug)]
pub struct Pooled {
    /// `None` only while it is dropped.
    connection: Option<Connection>,
    born: Instant,
    generation: u64,
    shared: Arc<Shared>,
    permit: Option<OwnedSemaphorePermit>,
}

impl Pool {
    /// Connects when it is first used, so that a process starts while the server is down.
    pub fn new(options: PgConnectOptions, limits: Limits) -> Self {
        let permits = Arc::new(Semaphore::new(limits.connections_max as usize));
        let shared = Shared { options, limits, permits, shelf: Mutex::default() };
        Self { shared: Arc::new(shared), statement_limit: limits.statement }
    }

    /// A pool for tools and tests, which has connected once.
    ///
    /// # Errors
    /// When the URL is malformed, or the database is unreachable.
    pub async fn connect(url: &str) -> Result<Self, Error> {
        let pool = Self::new(crate::options::options(url, "rookery")?, Limits::default());
        drop(pool.acquire().await?);
        Ok(pool)
    }

    /// A connection to the same server that is nobody else's and none of the pool's, with settings of its own.
    ///
    /// # Errors
    /// When the database is unreachable or does not answer.
    pub async fn open_beside(
        &self,
        application_name: &str,
        settings: &[(&str, String)],
        limit: Duration,
    ) -> Result<Connection, Error> {
        let options = self.shared.options.clone().application_name(application_name);
        let settings = settings.iter().map(|(name, value)| (*name, value));
        Connection::open(&options.options(settings), limit).await
    }

    /// The same pool, with more or less patience.
    #[must_use]
    pub fn with_statement_limit(&self, limit: Duration) -> Self {
        Self { shared: Arc::clone(&self.shared), statement_limit: limit }
    }

    /// # Errors
    /// When no connection is free in time, or none can be made.
    pub async fn acquire(&self) -> Result<Pooled, Error> {
        timeout(self.shared.limits.check_out, self.check_out()).await.unwrap_or(Err(Error::PoolTimedOut))
    }

    async fn check_out(&self) -> Result<Pooled, Error> {
        let shared = &self.shared;
        let permit = Arc::clone(&shared.permits).acquire_owned().await.map_err(|_| Error::PoolClosed)?;
        while let Some((Idle { mut connection, born, since }, generation)) = shared.take() {
            if since.elapsed() < TRUSTED_IDLE || connection.ping(PING_LIMIT).await.is_ok() {
                return Ok(self.lend(connection, born, generation, permit));
            }
            shared.distrust(generation, connection.state);
        }
        let generation = shared.shelf().generation;
        let connection = Connection::over(shared.connect().await?, self.statement_limit);
        Ok(self.lend(connection, Instant::now(), generation, permit))
    }

    fn lend(
        &self,
        mut connection: Connection,
        born: Instant,
        generation: u64,
        permit: OwnedSemaphorePermit,
    ) -> Pooled {
        connection.set_limit(self.statement_limit);
        let shared = Arc::clone(&self.shared);
        Pooled { connection: Some(connection), born, generation, shared, permit: Some(permit) }
    }

    /// # Errors
    /// When there is no connection, or it does not answer.
    pub async fn begin(&self) -> Result<Transaction<Pooled>, Error> {
        Transaction::begin(self.acquire().await?).await
    }

    /// Lends no connection any more, and waits a while for those that are lent.
    pub async fn close(&self) {
        let Shared { permits, limits, .. } = &*self.shared;
        timeout(CLOSE_LIMIT, permits.acquire_many(limits.connections_max)).await.ok();
        permits.close();
        let idle = std::mem::take(&mut self.shared.shelf().idle);
        stream::iter(idle).for_each_concurrent(None, |idle| idle.connection.close()).await;
    }
}

impl Shared {
    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self) -> Option<(Idle, u64)> {
        let mut shelf = self.shelf();
        let generation = shelf.generation;
        while let Some(idle) = shelf.idle.pop() {
            if idle.born.elapsed() < AGE_MAX {
                return Some((idle, generation));
            }
        }
        None
    }

    fn put_back(&self, connection: Connection, born: Instant, generation: u64) {
        let mut shelf = self.shelf();
        if generation == shelf.generation && !self.permits.is_closed() {
            shelf.idle.retain(|idle| idle.since.elapsed() < IDLE_MAX);
            shelf.idle.push(Idle { connection, born, since: Instant::now() });
        }
    }

    /// Closes what was connected when a dead connection was, and says so once.
    fn distrust(&self, generation: u64, why: State) {
        let mut shelf = self.shelf();
        if generation != shelf.generation {
            return;
        }
        shelf.generation += 1;
        let siblings = std::mem::take(&mut shelf.idle).len();
        drop(shelf);
        let application = self.options.get_application_name().unwrap_or_default();
        if why == State::Silent {
            tracing::warn!(application, siblings, "a database connection gives no answer; all are made anew");
        } else {
            tracing::info!(application, siblings, "a database connection broke; all are made anew");
        }
    }

    /// A server that is about to start is waited for.
    async fn connect(&self) -> Result<PgConnection, Error> {
        loop {
            match self.options.connect().await {
                Err(Error::Io(error)) if error.kind() == std::io::ErrorKind::ConnectionRefused => {}
                Err(Error::Database(error)) if error.is_transient_in_connect_phase() => {}
                result => return result,
            }
            sleep(CONNECT_PAUSE).await;
        }
    }
}

impl Drop for Pooled {
    fn drop(&mut self) {
        let (Some(mut connection), permit) = (self.connection.take(), self.permit.take()) else { return };
        let (shared, born, generation) = (Arc::clone(&self.shared), self.born, self.generation);
        if matches!(connection.state, State::Silent | State::Broken) {
            shared.distrust(generation, connection.state);
        } else if connection.is_settled() {
            shared.put_back(connection, born, generation);
        } else if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(async move {
                match connection.settle().await {
                    Ok(()) => shared.put_back(connection, born, generation),
                    Err(_) => shared.distrust(generation, connection.state),
                }
                drop(permit);
            });
        }
    }
}

impl Deref for Pooled {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.connection.as_ref().expect("it is taken out only when this is dropped")
    }
}

impl DerefMut for Pooled {
    fn deref_mut(&mut self) -> &mut Connection {
        self.connection.as_mut().expect("it is taken out only when this is dropped")
    }
}

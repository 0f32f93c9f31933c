//! One connection, and the limit around each of its statements.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures::future::BoxFuture;
use futures::stream::{self, BoxStream};
use futures::{StreamExt, TryFutureExt};
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::{PgConnectOptions, PgQueryResult, PgRow, PgStatement, PgTypeInfo};
use sqlx::{
    ConnectOptions, Connection as _, Describe, Either, Error, Execute, Executor, PgConnection, Postgres,
    SqlStr,
};
use tokio::time::{Sleep, sleep, timeout};

/// A connection of an operator's tool, the handshake included.
pub(crate) const CONNECT_LIMIT: Duration = Duration::from_secs(10);
/// A polite close only keeps the server's log quiet.
const CLOSE_LIMIT: Duration = Duration::from_millis(500);
/// All migrations together, and the wait for another process that applies them. They may build indexes on all there is.
pub const MIGRATION_LIMIT: Duration = Duration::from_secs(1_800);

/// What a connection is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Ready,
    /// A statement was begun and its end not waited for, because the caller went away.
    Unanswered,
    /// A statement met its limit.
    Silent,
    Broken,
}

/// What is known of a transaction on a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Begun {
    No,
    /// Or its begin is under way, or was cancelled.
    Held,
    /// Nobody holds it any more; the next statement ends it first.
    Abandoned,
}

/// Executes statements as sqlx's connection does, each within the connection's limit on the server's silence.
pub struct Connection {
    raw: PgConnection,
    limit: Duration,
    pub(crate) state: State,
    pub(crate) transaction: Begun,
}

impl fmt::Debug for Connection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Connection").field("state", &self.state).finish_non_exhaustive()
    }
}

/// Whether no answer came in time, so that nobody knows what became of the statement.
pub fn is_no_answer(error: &Error) -> bool {
    matches!(error, Error::Io(error) if error.kind() == io::ErrorKind::TimedOut)
}

pub(crate) fn no_answer(limit: Duration) -> Error {
    let words = format!("no answer from the database within {limit:?}");
    Error::Io(io::Error::new(io::ErrorKind::TimedOut, words))
}

impl State {
    pub(crate) fn after<T>(result: &Result<T, Error>) -> Self {
        match result {
            Err(error) if is_no_answer(error) => Self::Silent,
            Err(Error::Io(_) | Error::Tls(_) | Error::Protocol(_) | Error::WorkerCrashed) => Self::Broken,
            _ => Self::Ready,
        }
    }
}

/// Applies all migrations that are still to come. Several processes may do so at once: they queue.
///
/// # Errors
/// When the database is unreachable, or has other migrations than these.
pub async fn migrate(url: &str, migrator: &Migrator) -> Result<(), MigrateError> {
    let options = crate::options::options(url, "rookery-migrations")?;
    let mut connection = Connection::open(&options, MIGRATION_LIMIT).await?;
    // What `run` calls; the compiler cannot prove that the future of that one may move between threads. All migrations
    // are run (no target), and not merely marked as run.
    match timeout(MIGRATION_LIMIT, migrator.run_direct(None, &mut connection.raw, false)).await {
        Ok(migrated) => migrated?,
        Err(_) => return Err(no_answer(MIGRATION_LIMIT).into()),
    }
    connection.close().await;
    Ok(())
}

impl Connection {
    /// Connects. The limit is for each statement.
    ///
    /// # Errors
    /// When the database is unreachable or does not answer.
    pub async fn open(options: &PgConnectOptions, limit: Duration) -> Result<Self, Error> {
        match timeout(CONNECT_LIMIT, options.connect()).await {
            Ok(raw) => Ok(Self::over(raw?, limit)),
            Err(_) => Err(no_answer(CONNECT_LIMIT)),
        }
    }

    pub(crate) fn over(raw: PgConnection, limit: Duration) -> Self {
        Self { raw, limit, state: State::Ready, transaction: Begun::No }
    }

    pub(crate) fn set_limit(&mut self, limit: Duration) {
        self.limit = limit;
    }

    pub async fn close(self) {
        timeout(CLOSE_LIMIT, self.raw.close()).await.ok();
    }

    /// A sign of life within that time.
    pub(crate) async fn ping(&mut self, limit: Duration) -> Result<(), Error> {
        answered(&mut self.state, limit, self.raw.ping()).await
    }

    /// Whether nothing is under way, so that anybody can go on with it.
    pub(crate) fn is_settled(&self) -> bool {
        self.state == State::Ready && self.transaction == Begun::No
    }

    /// Waits for what was left under way, and ends it.
    pub(crate) async fn settle(&mut self) -> Result<(), Error> {
        if self.transaction == Begun::No {
            return self.ping(self.limit).await;
        }
        self.transaction = Begun::Abandoned;
        answered(&mut self.state, self.limit, end_abandoned(&mut self.raw, &mut self.transaction)).await
    }

    /// Sends the data of a `copy … from stdin`.
    ///
    /// # Errors
    /// When the database refuses it, is gone, or does not answer.
    pub async fn copy_in(&mut self, sql: &'static str, data: &[u8]) -> Result<(), Error> {
        let Self { raw, limit, state, .. } = self;
        let copied = async {
            let mut copy = raw.copy_in_raw(sql).await?;
            copy.send(data).await?;
            copy.finish().await.map(drop)
        };
        answered(state, *limit, copied).await
    }
}

async fn answered<T>(
    state: &mut State,
    limit: Duration,
    step: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    *state = State::Unanswered;
    let result = timeout(limit, step).await.unwrap_or_else(|_| Err(no_answer(limit)));
    *state = State::after(&result);
    result
}

type Row = Either<PgQueryResult, PgRow>;

/// A statement under way.
struct Answer<'c> {
    rows: BoxStream<'c, Result<Row, Error>>,
    state: &'c mut State,
    limit: Duration,
    /// Begins when there is nothing to pass on: the time that the caller takes for rows does not count.
    waiting: Option<Pin<Box<Sleep>>>,
}

impl Answer<'_> {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Row, Error>>> {
        let item = match self.rows.as_mut().poll_next(context) {
            Poll::Ready(item) => item,
            Poll::Pending => {
                let waiting = self.waiting.get_or_insert_with(|| Box::pin(sleep(self.limit)));
                ready!(waiting.as_mut().poll(context));
                self.rows = stream::empty().boxed();
                Some(Err(no_answer(self.limit)))
            }
        };
        self.waiting = None;
        match &item {
            None if *self.state == State::Unanswered => *self.state = State::Ready,
            Some(result @ Err(_)) => *self.state = State::after(result),
            _ => {}
        }
        Poll::Ready(item)
    }
}

impl<'c> Executor<'c> for &'c mut Connection {
    type Database = Postgres;

    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> BoxStream<'e, Result<Row, Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        let Connection { raw, limit, state, transaction } = self;
        *state = State::Unanswered;
        let rows = async move {
            end_abandoned(raw, transaction).await?;
            Ok(raw.fetch_many(query))
        };
        let rows = rows.try_flatten_stream().boxed();
        let mut answer = Answer { rows, state, limit: *limit, waiting: None };
        stream::poll_fn(move |context| answer.poll(context)).boxed()
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, Result<Option<PgRow>, Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        let Connection { raw, limit, state, transaction } = self;
        let row = async move {
            end_abandoned(raw, transaction).await?;
            raw.fetch_optional(query).await
        };
        Box::pin(answered(state, *limit, row))
    }

    fn prepare_with<'e>(
        self,
        sql: SqlStr,
        parameters: &'e [PgTypeInfo],
    ) -> BoxFuture<'e, Result<PgStatement, Error>>
    where
        'c: 'e,
    {
        let Connection { raw, limit, state, .. } = self;
        Box::pin(answered(state, *limit, raw.prepare_with(sql, parameters)))
    }

    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, Result<Describe<Postgres>, Error>>
    where
        'c: 'e,
    {
        let Connection { raw, limit, state, .. } = self;
        Box::pin(answered(state, *limit, raw.describe(sql)))
    }
}

async fn end_abandoned(raw: &mut PgConnection, transaction: &mut Begun) -> Result<(), Error> {
    if *transaction == Begun::Abandoned {
        raw.execute("rollback").await?;
        *transaction = Begun::No;
    }
    Ok(())
}

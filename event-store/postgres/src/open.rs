//! Connecting, making the tables, and refusing a database that can lose events or holds another log than the one
//! remembered.

use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use domain::Shard;
use event_store::{Cause, Lineage, OpenError};
use postgres_kit::{Limits, Pool};
use sqlx::migrate::Migrator;
use sqlx::postgres::PgConnectOptions;

use crate::append::Queue;
use crate::counters::{Counters, READ_COUNTERS};
use crate::database::Database;
use crate::error::{UNDEFINED_TABLE, unopened};
use crate::log::PostgresLog;

static MIGRATOR: Migrator = sqlx::migrate!("./migrations");

/// `server_version_num`; what local-servers and the data set ask for as well.
const SERVER_MIN: i32 = 150_000;
const SERVER_MIN_TEXT: &str = "Postgres 15";
/// Reads of some sixteen requests at once.
const CONNECTIONS_MAX: u32 = 10;
/// Time to get a connection, a new one included. Where many requests come at once they queue here.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
/// How long one statement may take before the server counts as away. A frozen one would never answer.
const READ_LIMIT: Duration = Duration::from_secs(5);
/// A whole open must not hang where the server does.
const OPEN_LIMIT: Duration = Duration::from_secs(15);

/// Which log to use and what to demand of it.
#[derive(Debug, Clone)]
pub struct PostgresConfig {
    /// For example `postgres://user@127.0.0.1/rookery_log`; may hold a password. The database is the log's alone.
    pub url: String,
    /// Shown in `pg_stat_activity`.
    pub client_name: String,
    pub shard: Shard,
    /// Make the tables where there are none, which takes a user who may. Without it a missing log is an error.
    pub create: bool,
    /// Bound of the events' bytes; beyond it appends are refused. Indexes and row headers come on top.
    pub bytes_max: i64,
    /// Refuse any other log than this one.
    pub lineage: Option<Lineage>,
    /// How long one step waits for the server. A connection that breaks is noticed at once; this is for a server that
    /// is frozen or cut off, and must not take one that is merely busy for such.
    pub ack_timeout: Duration,
    /// How long an append is tried before its outcome is called unknown.
    pub append_deadline: Duration,
}

impl PostgresConfig {
    pub fn new(url: impl Into<String>, client_name: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            client_name: client_name.into(),
            shard: Shard(0),
            create: true,
            bytes_max: 8 << 30,
            lineage: None,
            ack_timeout: Duration::from_secs(5),
            append_deadline: Duration::from_secs(15),
        }
    }

    /// For every connection. The limits end what a client left behind when it was frozen or cut off: the lock of the
    /// shard's row would hold up all others.
    fn connection(&self) -> Result<PgConnectOptions, OpenError> {
        let milliseconds = |limit: Duration| format!("{}ms", limit.as_millis());
        Ok(postgres_kit::options(&self.url, &self.client_name).map_err(unopened)?.options([
            ("idle_in_transaction_session_timeout", milliseconds(self.ack_timeout * 2)),
            ("lock_timeout", milliseconds(self.ack_timeout)),
            // Also where the server's default is another: a commit that returned is on its disk.
            ("synchronous_commit", "on".to_owned()),
            // Every statement follows one index, also on tables that nobody has analysed yet.
            ("enable_seqscan", "off".to_owned()),
            ("jit", "off".to_owned()),
        ]))
    }
}

/// Whether an address can be read at all; nothing is connected.
pub fn is_acceptable(url: &str) -> bool {
    let has_scheme = ["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme));
    has_scheme && PgConnectOptions::from_str(url).is_ok()
}

/// Brings the tables up to this binary's migrations. Safe to run from several processes at once: they queue.
///
/// # Errors
/// Where the database is unreachable, its user may not make tables, or it holds another version's.
pub async fn migrate(url: &str) -> Result<(), OpenError> {
    postgres_kit::migrate(url, &MIGRATOR).await.map_err(|error| {
        OpenError::Unavailable(Cause::new(format!(
            "the tables of the log cannot be made or brought up to date: {error}"
        )))
    })
}

impl PostgresLog {
    /// Connects, makes the tables where that is asked for, and checks what is really there.
    pub async fn open(config: &PostgresConfig) -> Result<Self, OpenError> {
        match tokio::time::timeout(OPEN_LIMIT, open(config)).await {
            Ok(opened) => opened,
            Err(_) => Err(OpenError::Unavailable(Cause::new("no answer from the database"))),
        }
    }
}

async fn open(config: &PostgresConfig) -> Result<PostgresLog, OpenError> {
    let connection = config.connection()?;
    let limits =
        Limits { connections_max: CONNECTIONS_MAX, check_out: ACQUIRE_TIMEOUT, statement: READ_LIMIT };
    let pool = Pool::new(connection.clone(), limits);
    if !schema_is_current(&pool, config).await? {
        if !config.create {
            let words = "the database has no log yet, or an older version's";
            return Err(OpenError::Unavailable(Cause::new(words.to_owned())));
        }
        migrate(&config.url).await?;
    }
    check_server(&pool, &name(config)).await?;
    let counters = find_or_make(&pool, config).await?;
    let lineage = counters.lineage();
    if let Some(expected) = config.lineage.clone().filter(|expected| *expected != lineage) {
        return Err(OpenError::OtherLineage { stream: name(config), expected, found: lineage });
    }
    let database = Arc::new(Database {
        pool,
        appending: connection,
        shard: config.shard,
        lineage,
        foreign: AtomicBool::new(false),
        bytes_max: config.bytes_max,
        ack_timeout: config.ack_timeout,
        append_deadline: config.append_deadline,
        usage: Arc::default(),
    });
    Ok(PostgresLog { queue: Queue::start(Arc::clone(&database)), database, counting: Arc::default() })
}

/// In messages, where a broker's log has its stream's name.
fn name(config: &PostgresConfig) -> String {
    format!("events of shard {}", config.shard.0)
}

/// Which migrations the database has. Index: none, the table is small.
const APPLIED: &str = "select version, checksum from _sqlx_migrations where success";

/// Fails where a later release has changed it, whose events this program may read wrong.
async fn schema_is_current(pool: &Pool, config: &PostgresConfig) -> Result<bool, OpenError> {
    let applied: Vec<(i64, Vec<u8>)> = match sqlx::query_as(APPLIED).fetch_all(pool).await {
        Ok(applied) => applied,
        Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some(UNDEFINED_TABLE) => {
            return Ok(false);
        }
        Err(error) => return Err(unopened(error)),
    };
    if let Some((version, _)) = applied.iter().find(|(version, _)| !MIGRATOR.version_exists(*version)) {
        return Err(OpenError::OtherFormat {
            stream: name(config),
            found: format!("with migration {version}"),
        });
    }
    let is_applied = |version, checksum: &[u8]| applied.iter().any(|(v, c)| *v == version && c == checksum);
    Ok(MIGRATOR.iter().all(|migration| is_applied(migration.version, &migration.checksum)))
}

async fn check_server(pool: &Pool, log: &str) -> Result<(), OpenError> {
    let server: Server =
        sqlx::query_as(include_str!("open/server.sql")).fetch_one(pool).await.map_err(unopened)?;
    if server.version < SERVER_MIN {
        return Err(OpenError::OldBroker { found: server.version_text, required: SERVER_MIN_TEXT });
    }
    if server.is_standby {
        return Err(OpenError::Unavailable(Cause::new("this is a standby, which takes no events")));
    }
    let problems: Vec<_> = [
        (!server.syncs, "fsync must be on"),
        (!server.writes_full_pages, "full_page_writes must be on"),
        (server.guards < 2, "the triggers no_edits on events and log must be there and enabled always"),
        (
            !server.counts_match,
            "log.head must be the newest sequence of events: one of them was restored alone",
        ),
    ]
    .into_iter()
    .filter(|(is_wrong, _)| *is_wrong)
    .map(|(_, words)| words.to_owned())
    .collect();
    if problems.is_empty() {
        Ok(())
    } else {
        Err(OpenError::CanLoseEvents { stream: log.to_owned(), problems })
    }
}

#[derive(Debug, sqlx::FromRow)]
struct Server {
    version: i32,
    version_text: String,
    is_standby: bool,
    syncs: bool,
    writes_full_pages: bool,
    guards: i64,
    counts_match: bool,
}

/// A new, empty log for a shard, with a lineage of its own. Of two who make it one does. Index: log's primary
/// key.
const MAKE: &str = "insert into log (shard) values ($1) on conflict (shard) do nothing";

async fn find_or_make(pool: &Pool, config: &PostgresConfig) -> Result<Counters, OpenError> {
    let shard = i16::from(config.shard.0);
    let find = || sqlx::query_as::<_, Counters>(READ_COUNTERS).bind(shard);
    if let Some(found) = find().fetch_optional(pool).await.map_err(unopened)? {
        return Ok(found);
    }
    if !config.create {
        return Err(OpenError::Unavailable(Cause::new(format!("the database has no {}", name(config)))));
    }
    sqlx::query(MAKE).bind(shard).execute(pool).await.map_err(unopened)?;
    tracing::info!(log.shard = shard, "made the log");
    find().fetch_one(pool).await.map_err(unopened)
}

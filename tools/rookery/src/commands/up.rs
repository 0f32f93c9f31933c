//! `rookery up`: the whole system in one process, with its servers as children.
//!
//! ```text
//!   lock ─ listen ─ servers ─ schema, users ─ lineage ─ dispatcher, reducers, query API, relay ─ ready
//!                                    and back: APIs ─ reducers ─ servers
//! ```
//!
//! Nothing here depends on a clean end: after a crash at any point the next start goes through the same steps. A server
//! that dies is started again on its port by its supervisor; the services find it again by themselves, as they do when
//! they run alone.

mod addresses;
mod broker_users;
mod consumers;
mod data_set_users;
mod environment;
mod event_store;
mod jobs;
mod log;
mod log_lineage;
mod passwords;
mod servers;
mod services;
mod store;

use std::io::{ErrorKind, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use ::jobs::Job;
use anyhow::{Context, Result, anyhow};
use data_set::write::FanOutLimit;
use data_set::{SearchLanguage, search_language};
use dispatcher::Registration;
use http_kit::browsers::{Browsers, CorsOrigins};
use http_kit::{Limits, Listener, Tls, ops};
use local_servers::DataDirLock;
use service_kit::config::Environment;
use service_kit::health::Health;
use service_kit::shutdown::Shutdown;
use service_kit::telemetry::{self, LogFormat, TelemetryConfig};
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

pub(super) use self::addresses::Addresses;
pub(super) use self::broker_users::BrokerUsers;
use self::environment::{catalog, commands, events, exports, mail, oidc, streams, webhooks};
pub(super) use self::event_store::EventStore;
pub(super) use self::servers::{LogServer, Servers, nats_options};
use self::services::{Listeners, Settings};
pub(super) use self::store::bytes_max as store_bytes_max;
use crate::data_dir::{DataDir, DataDirArgument};
use crate::watch::{self, Watch};
use crate::{bytes, files, invocation, period};

/// Time for requests under way at the end. With the limits of the servers and the reducers it stays below the ten
/// seconds that a supervisor such as systemd or Docker commonly grants.
const SHUTDOWN_GRACE_MAX: Duration = Duration::from_secs(3);
const WATCH_STOP_LIMIT: Duration = Duration::from_secs(1);
/// From the API's port to that of `/metrics`.
const OPS_PORTS_ABOVE: u16 = 1_000;
const READY_POLL: Duration = Duration::from_millis(100);
/// What a person wants to see in a terminal: the broker's client reports each connection.
const LOG_DEFAULT: &str = "info,async_nats=warn,sqlx=warn";

/// Run the whole system: its servers, all services, one address
///
/// Starts nats-server and Postgres as child processes (with `--event-store postgres` only the latter), on ports that were
/// free at the first start and stay the same, brings the schema up to date, and serves the API on one address. Ctrl-C ends it all; the data stays in the data
/// directory for the next start. When it is ready, it says so in one line on standard output; its log goes to standard
/// error.
///
/// Analysts connect to the data set with `rookery sql`, or any program that takes the address in .rookery/analyst-url,
/// while it runs.
///
/// The services read more variables, for limits, mail, OpenID providers and the like: docs/DEPLOYMENT.md lists them.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    data: DataDirArgument,
    /// Where the API listens
    #[arg(long, value_name = "ADDRESS", env = "ROOKERY_LISTEN", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Where /metrics, /livez and /readyz are served to those who run it: on this machine, at a port 1000 above the
    /// API's, unless said otherwise
    #[arg(long, value_name = "ADDRESS", env = "ROOKERY_OPS_LISTEN")]
    ops_listen: Option<SocketAddr>,
    /// Where Postgres listens, beside this machine's services; from other machines it lets in analysts alone
    #[arg(long, value_name = "ADDRESS", env = "ROOKERY_POSTGRES_LISTEN")]
    postgres_listen: Option<SocketAddr>,
    /// Where nats-server listens
    #[arg(long, value_name = "ADDRESS", env = "ROOKERY_NATS_LISTEN")]
    nats_listen: Option<SocketAddr>,
    /// Serve HTTPS with this chain of certificates (PEM), the server's own first. Read again when it changes
    #[arg(long, value_name = "FILE", env = "ROOKERY_TLS_CERTIFICATE_FILE", requires = "tls_key")]
    tls_certificate: Option<PathBuf>,
    /// The certificate's private key (PEM)
    #[arg(long, value_name = "FILE", env = "ROOKERY_TLS_KEY_FILE", requires = "tls_certificate")]
    tls_key: Option<PathBuf>,
    /// What holds the log. The first start decides it for the life of the data directory
    #[arg(long, value_name = "STORE", env = "ROOKERY_EVENT_STORE", default_value_t = EventStore::Nats)]
    event_store: EventStore,
    /// What the log and what lies beside it may take on the disk; as much as the disk is large unless said otherwise
    #[arg(long, value_name = "SIZE", env = "ROOKERY_STORE_BYTES_MAX", value_parser = bytes::parse)]
    store_bytes: Option<u64>,
    /// Use this nats-server (2.15 or newer) instead of looking for one
    #[arg(long, value_name = "FILE", env = "ROOKERY_NATS_SERVER")]
    nats_server: Option<PathBuf>,
    /// Use the Postgres (15 or newer) of this folder instead of looking for one
    #[arg(long, value_name = "DIR", env = "ROOKERY_POSTGRES_BIN")]
    postgres_bin: Option<PathBuf>,
    /// With more followers, an author's messages are merged into home timelines on read
    #[arg(long, value_name = "FOLLOWERS", env = "ROOKERY_FANOUT_LIMIT", default_value_t = FanOutLimit::DEFAULT)]
    fan_out_limit: FanOutLimit,
    /// The language of searches, a text search configuration of Postgres like english. As it is unless said otherwise, and
    /// simple at first
    #[arg(long, value_name = "LANGUAGE", env = "ROOKERY_SEARCH_LANGUAGE")]
    search_language: Option<SearchLanguage>,
    /// Who may register: open, invitation, approval or closed
    #[arg(long, value_name = "MODE", env = "ROOKERY_REGISTRATION", default_value = "open")]
    registration: Registration,
    /// How many proxies in front of this one append to X-Forwarded-For
    #[arg(long, value_name = "NUMBER", env = "ROOKERY_TRUSTED_PROXY_HOPS", default_value_t = 0)]
    trusted_proxy_hops: usize,
    /// Let pages of these origins call the API from a browser: as `https://app.example`, with commas, or * for all
    #[arg(
        long,
        value_name = "ORIGIN,...",
        env = "ROOKERY_CORS_ORIGINS",
        default_value = "",
        hide_default_value = true
    )]
    cors_origins: CorsOrigins,
    /// Log a line for each request
    #[arg(long, env = "ROOKERY_HTTP_ACCESS_LOG")]
    access_log: bool,
    /// Run the jobs of this file, too (YAML; docs/JOBS.md)
    ///
    /// Other runners may run them at the same time. What commands print to standard output is printed there.
    #[arg(long, value_name = "FILE", env = "ROOKERY_JOBS_FILE")]
    jobs: Option<PathBuf>,
    /// Compare the data set with the log again and again, in the background: a number with s, m, h or d
    ///
    /// Needs about 1 GiB of memory per million events while it runs. See `rookery verify`.
    #[arg(long, value_name = "TIME", env = "ROOKERY_VERIFY_EVERY", value_parser = period::parse)]
    verify_every: Option<Duration>,
    /// At most so many events and rows per second are folded and compared for that
    #[arg(long, value_name = "NUMBER", env = "ROOKERY_VERIFY_RATE", default_value_t = watch::RATE_DEFAULT)]
    verify_rate: NonZeroU32,
    /// What to log: levels, also by module
    #[arg(long, value_name = "LEVELS", env = "ROOKERY_LOG", default_value = LOG_DEFAULT)]
    log: String,
    /// How log lines look: text or json
    #[arg(long, value_name = "FORMAT", env = "ROOKERY_LOG_FORMAT", default_value = "text")]
    log_format: LogFormat,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let telemetry = TelemetryConfig { format: arguments.log_format, filter: arguments.log.clone() };
    telemetry::init(&telemetry).context("ROOKERY_LOG")?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(up(arguments))
}

async fn up(arguments: &Arguments) -> Result<()> {
    let limits = limits(arguments)?;
    limits.announce();
    let (exports, streams, catalog) = (exports()?, streams()?, catalog()?);
    let (events, webhooks) = (events()?, webhooks()?);
    let tls = match (&arguments.tls_certificate, &arguments.tls_key) {
        (Some(certificate), Some(key)) => Some(Tls::open(certificate.clone(), key.clone())?),
        _ => None,
    };
    let commands = commands(arguments.registration)?.under(&limits);
    let (mail, oidc) = (mail()?, oidc()?);
    let jobs = arguments.jobs.as_deref().map(super::jobs::read).transpose()?;
    let shutdown = Shutdown::on_signals()?;
    let data = DataDir::open(&arguments.data.data_dir)?;
    if let Some(reason) = &data.moved_because {
        tracing::warn!("{reason}");
    }
    let _lock = DataDirLock::acquire(data.path())?;
    arguments.event_store.hold(&data)?;
    // Before the servers, so that a port that is taken is reported at once.
    let listeners = Listeners {
        api: Listener::new(listen(arguments.listen)?, tls),
        ops: ops::bind(ops_address(arguments), "ROOKERY_OPS_LISTEN")?,
    };

    let mut hints = Servers::hints();
    hints.nats_server.clone_from(&arguments.nats_server);
    hints.postgres_bin.clone_from(&arguments.postgres_bin);
    let store_bytes = store::bytes_max(&data, arguments.store_bytes)?;
    let starting = async {
        let asked = Addresses { nats: arguments.nats_listen, postgres: arguments.postgres_listen };
        let addresses = Addresses::hold(&data, arguments.event_store, asked).await?;
        Servers::start(arguments.event_store, &hints, &data, store_bytes, addresses).await
    };
    let Some(servers) = shutdown.token().run_until_cancelled(starting).await else { return Ok(()) };
    let servers = servers?;
    let fan_out_limit = arguments.fan_out_limit;
    let settings =
        Settings { limits, exports, streams, catalog, events, webhooks, commands, fan_out_limit, mail, oidc };
    // On the heap: it holds the state of every handshake of the start.
    let served = Box::pin(serve(arguments, &data, &servers, listeners, settings, jobs, &shutdown)).await;
    // Also after a failure, and that failure is reported.
    let stopped = servers.stop().await;
    served.and(stopped)
}

async fn serve(
    arguments: &Arguments,
    data: &DataDir,
    servers: &Servers,
    listeners: Listeners,
    settings: Settings,
    jobs: Option<Vec<Job>>,
    shutdown: &Shutdown,
) -> Result<()> {
    let preparing = async {
        data_set::migrate::migrate(servers.admin_url()).await.context("bring the schema up to date")?;
        if let Some(language) = &arguments.search_language {
            search_language::set(servers.admin_url(), language).await?;
        }
        let users = data_set_users::ensure(data, servers).await?;
        files::write_private(&data.data_set_url(), servers.admin_url())?;
        let log = log::prepare(data, servers, store::bytes_max(data, arguments.store_bytes)?).await?;
        anyhow::Ok((users, log))
    };
    let Some(prepared) = shutdown.token().run_until_cancelled(preparing).await else { return Ok(()) };
    let (users, log) = prepared?;
    let url = url(&listeners.api)?;
    files::write_private(&data.ops_url(), &format!("http://{}", listeners.ops.local_addr()?))?;
    let health = Health::new();
    let watch = arguments.verify_every.map(|every| Watch {
        log_url: log.reducers_url.clone(),
        data_set_url: users.reducers_url.clone(),
        every,
        rate: arguments.verify_rate,
    });
    let watching = watch.map(|watch| watching(watch, shutdown.token())).transpose()?;
    let services = services::start(data, &users, log, listeners, settings, &health, shutdown)?;
    let running = jobs.map(|jobs| jobs::start(data, jobs, &url, &health, shutdown)).transpose()?;
    let announced = async {
        is_ready(&health).await;
        files::write_private(&data.api_url(), &url)?;
        announce(arguments, &url)
    };
    let written = store::keep_written(data, servers, services.dispatcher());
    let let_in = consumers::keep_let_in(data, servers);
    let serving = async { tokio::try_join!(announced, written, let_in) };
    // Keeping it written has no end of its own.
    let failed = shutdown.token().run_until_cancelled(serving).await;
    let failed = failed.map_or(Ok(()), |ended| ended.map(drop));
    health.start_draining();
    // One that stays, as after a kill, is written anew by the next start.
    std::fs::remove_file(data.api_url()).ok();
    let jobs_end = async {
        if let Some(running) = running {
            running.stop().await
        }
    };
    let (stopped, ()) = tokio::join!(services.stop(), jobs_end);
    if let Some(watching) = watching {
        // It changes nothing, so only its last words to the servers are waited for.
        tokio::time::timeout(WATCH_STOP_LIMIT, watching).await.ok();
    }
    failed.and(stopped)
}

/// On a thread of its own, because folding holds up other tasks; the end of the process need not wait for the thread.
fn watching(watch: Watch, token: CancellationToken) -> Result<oneshot::Receiver<()>> {
    let runtime = Handle::current();
    let (ended, end) = oneshot::channel();
    std::thread::Builder::new().name("verify".to_owned()).spawn(move || {
        runtime.block_on(watch.run(&token));
        // Nobody waits for it any more where it took too long.
        ended.send(()).ok();
    })?;
    Ok(end)
}

/// The variables of limits, as `ROOKERY_HTTP_*` and `ROOKERY_RATE_*`, count here, too.
fn limits(arguments: &Arguments) -> Result<Limits> {
    let mut env = Environment::from_process();
    let Some(limits) = Limits::from_environment(&mut env) else { return Err(env.into_error().into()) };
    Ok(Limits {
        shutdown_grace: limits.shutdown_grace.min(SHUTDOWN_GRACE_MAX),
        trusted_proxy_hops: arguments.trusted_proxy_hops,
        access_log: arguments.access_log,
        browsers: Browsers { cors_origins: arguments.cors_origins.clone(), ..limits.browsers },
        ..limits
    })
}

fn listen(address: SocketAddr) -> Result<TcpListener> {
    http_kit::bind(address).map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => anyhow!(
            "another program listens on {address}: stop it, or set ROOKERY_LISTEN to another address, like 127.0.0.1:8090"
        ),
        _ => anyhow::Error::new(error).context(format!("cannot listen on {address}; set ROOKERY_LISTEN")),
    })
}

async fn is_ready(health: &Health) {
    while !health.readiness().await.ready {
        tokio::time::sleep(READY_POLL).await;
    }
}

/// The only line on standard output.
fn announce(arguments: &Arguments, url: &str) -> Result<()> {
    let token = invocation::command_line("token --account 1 --roles user,analyst", &arguments.data.data_dir);
    writeln!(std::io::stdout(), "Rookery is ready at {url} - docs at {url}/docs - get a token: {token}")
        .context("write to standard output")
}

fn url(listener: &Listener) -> Result<String> {
    let scheme = if listener.is_encrypted() { "https" } else { "http" };
    Ok(format!("{scheme}://{}", reached_at(listener.local_addr()?)))
}

/// Who listens everywhere is reached here.
fn reached_at(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(IpAddr::V4(Ipv4Addr::LOCALHOST));
    }
    address
}

/// Nobody is asked who they are there, so unless it is said it is this machine's alone.
fn ops_address(arguments: &Arguments) -> SocketAddr {
    arguments.ops_listen.unwrap_or_else(|| {
        let port = match arguments.listen.port() {
            0 => 0,
            port => port.checked_add(OPS_PORTS_ABOVE).unwrap_or_else(|| port - OPS_PORTS_ABOVE),
        };
        SocketAddr::from((Ipv4Addr::LOCALHOST, port))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn address_can_be_pasted_where_it_runs() {
        let reached_at = |text: &str| reached_at(text.parse().expect("it is an address")).to_string();
        assert_eq!(reached_at("127.0.0.1:8080"), "127.0.0.1:8080");
        assert_eq!(reached_at("0.0.0.0:80"), "127.0.0.1:80");
        assert_eq!(reached_at("[::]:80"), "127.0.0.1:80");
        assert_eq!(reached_at("[::1]:80"), "[::1]:80");
    }
}

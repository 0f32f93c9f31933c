//! The service as a process: from its environment until it is told to end.

use std::io::Write;
use std::sync::Arc;

use anyhow::Context;
use clap::Parser;
use http_kit::{Identity, Listener, ops};
use service_kit::config::Environment;
use service_kit::health::Health;
use service_kit::shutdown::Shutdown;
use service_kit::telemetry;
use tokens::KeySource;

use crate::auth::SigningKeys;
use crate::config::{Config, OPS_LISTEN};
use crate::connect::{self, Decorate};
use crate::data_position::UrlDataPositions;
use crate::http::{internal_routes, router};
use crate::state::State;

/// Takes Rookery's commands over HTTP and appends their events to the log.
///
/// Configured by the environment. Required: ROOKERY_NATS_URL, or for a log on Postgres ROOKERY_EVENT_STORE_URL (or
/// either with _FILE), and ROOKERY_IDENTITY_MODE, with jwt: ROOKERY_JWT_ISSUER and ROOKERY_JWT_AUDIENCE, with gateway:
/// ROOKERY_GATEWAY_SECRET. With jwt, keys besides the dispatcher's own: ROOKERY_JWT_JWKS_FILE, ROOKERY_JWT_JWKS_URL.
/// With defaults: ROOKERY_DISPATCHER_LISTEN (127.0.0.1:8081), ROOKERY_DISPATCHER_OPS_LISTEN (127.0.0.1:9081),
/// ROOKERY_TLS_CERTIFICATE_FILE and ROOKERY_TLS_KEY_FILE (plain HTTP), ROOKERY_LOG_LINEAGE (any), ROOKERY_LOG_REPLICAS (1),
/// ROOKERY_LOG_BYTES_MAX (8 GiB), ROOKERY_KEYS_MAX (10 million), ROOKERY_VAULT_BYTES_MAX (256 MiB, twice),
/// ROOKERY_QUOTA_EVENTS_PER_DAY (5000), ROOKERY_QUOTA_BYTES_PER_DAY (8 MiB), ROOKERY_REGISTRATION (open; closed with
/// gateway), ROOKERY_RESERVED_HANDLES (a list of its own),
/// ROOKERY_SMTP_URL and ROOKERY_MAIL_FROM (no mails), ROOKERY_DATA_POSITION_URL (no command waits for the data),
/// ROOKERY_TRUSTED_PROXY_HOPS (0), ROOKERY_LIMITS (on), ROOKERY_RATE_* (docs/operations/limits.md), ROOKERY_LOG (info),
/// ROOKERY_LOG_FORMAT (json).
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Check the configuration, say what is wrong with it, and end.
    #[arg(long)]
    check_config: bool,
}

/// Runs the service. `decorate` gets between it and the store that it opened: the identity, or what a test plants
/// there.
///
/// # Errors
/// When the configuration is wrong, an address is taken, or the log must not be trusted.
pub async fn run(decorate: Decorate) -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let config = Config::from_environment(Environment::from_process())?;
    let signing_keys = Arc::new(SigningKeys::new(config.sessions.clone()));
    let own_keys: Arc<dyn KeySource> = Arc::clone(&signing_keys) as _;
    let identity = Arc::new(Identity::with_sources(&config.identity, vec![own_keys])?);
    if arguments.check_config {
        write!(std::io::stderr(), "{}", config.unread)?;
        return Ok(());
    }
    telemetry::init(&config.telemetry)?;
    config.unread.warn();
    telemetry::install_metrics();
    config.limits.announce();
    let shutdown = Shutdown::on_signals()?;
    let state = State::new(Arc::clone(&identity), signing_keys).with(config.settings.clone());
    if let Some(mail) = &config.mail {
        state.send_mails(mail, shutdown.token()).context("ROOKERY_SMTP_URL")?;
    }
    if let Some(url) = &config.data_position_url {
        let source = UrlDataPositions::new(url).context("ROOKERY_DATA_POSITION_URL")?;
        state.await_data(Box::new(source), &config.limits, shutdown.token());
    }
    state.use_oidc(&config.oidc).context("ROOKERY_OIDC_PROVIDERS")?;
    let refreshing = shutdown.token();
    tokio::spawn(async move { identity.keep_fresh(refreshing).await });
    let health = Health::new();
    connect::register_checks(&health, &state);
    let listener = http_kit::bind(config.listen)
        .with_context(|| format!("ROOKERY_DISPATCHER_LISTEN: cannot listen on {}", config.listen))?;
    let ops_listener = ops::bind(config.ops_listen, OPS_LISTEN)?;
    let connecting = tokio::spawn({
        let (state, log, shutdown) = (state.clone(), config.log.clone(), shutdown.clone());
        async move {
            let connected = connect::connect_decorated(&state, log, decorate, shutdown.token()).await;
            if connected.is_err() {
                shutdown.trigger();
            }
            connected
        }
    });
    let internal = ops::routes(health.clone()).merge(internal_routes(state.clone()));
    let operations = tokio::spawn(ops::serve(ops_listener, internal, shutdown.token()));
    let router = http_kit::standard(router(state, &config.limits), "dispatcher", &config.limits)
        .merge(ops::probes(health));
    tracing::info!(listen = %config.listen, "dispatcher started");
    let listener = Listener::new(listener, config.tls);
    http_kit::serve(listener, router, &config.limits, shutdown.token()).await?;
    operations.await??;
    connecting.await?.context("the event log must not be used")
}

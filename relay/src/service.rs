//! The relay as a process of its own.

use std::sync::Arc;

use anyhow::Context;
use http_kit::{Identity, Listener, ops, revocations};
use service_kit::health::Health;
use service_kit::shutdown::Shutdown;
use tokens::UrlRevocations;

use crate::config::{OPS_LISTEN, RelayConfig};
use crate::{AppState, connect, ops_checks, router, send_webhooks};

const NAME: &str = "relay";

/// Serves until the shutdown is triggered and the last request has been answered.
///
/// It starts without a log: until that is there, requests are answered with `unavailable`.
///
/// # Errors
/// When the configuration turns out to be unusable, the address is taken, or the log must not be trusted.
pub async fn serve(config: RelayConfig, shutdown: Shutdown) -> anyhow::Result<()> {
    config.limits.announce();
    let identity = Arc::new(Identity::new(&config.identity).context("the identity cannot be set up")?);
    let state = AppState::new(
        Arc::clone(&identity),
        &config.limits,
        config.events,
        config.webhooks,
        &shutdown.token(),
    );
    let health = Health::new();
    ops_checks(&health, &state);
    let routes = http_kit::standard(router(state.clone(), &config.limits), NAME, &config.limits)
        .merge(ops::probes(health.clone()));
    let listener = http_kit::bind(config.listen).with_context(|| format!("listen on {}", config.listen))?;
    let ops_listener = ops::bind(config.ops_listen, OPS_LISTEN)?;
    let operations = tokio::spawn(ops::serve(ops_listener, ops::routes(health.clone()), shutdown.token()));
    let sending = tokio::spawn(send_webhooks(state.clone(), config.log.clone()));
    let connecting = tokio::spawn({
        let (log, shutdown) = (config.log, shutdown.clone());
        async move {
            let connected = connect(&state, log, shutdown.token()).await;
            if connected.is_err() {
                shutdown.trigger();
            }
            connected
        }
    });
    if let Some(url) = &config.revocations_url {
        let source = UrlRevocations::new(url).context("ROOKERY_REVOCATIONS_URL")?;
        revocations::learn_first(&source, &identity, &shutdown.token()).await;
        let (identity, token) = (Arc::clone(&identity), shutdown.token());
        tokio::spawn(async move { revocations::follow(source, &identity, token).await });
    }
    let refreshing = shutdown.token();
    tokio::spawn(async move { identity.keep_fresh(refreshing).await });
    let (token, ending) = (shutdown.token(), shutdown.token());
    tokio::spawn(async move {
        ending.cancelled().await;
        health.start_draining();
    });
    let listener = Listener::new(listener, config.tls);
    http_kit::serve(listener, routes, &config.limits, token).await.context("serve")?;
    operations.await??;
    sending.await?;
    connecting.await?.context("the event log must not be used")
}

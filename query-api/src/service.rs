//! The read API as a process of its own.

use std::sync::Arc;

use anyhow::Context;
use data_set::pool::{self, PoolOptions};
use http_kit::{Identity, Listener, ops, revocations};
use service_kit::health::Health;
use service_kit::shutdown::Shutdown;
use tokens::UrlRevocations;

use crate::config::{OPS_LISTEN, QueryApiConfig};
use crate::{AppState, ops_checks, router};

const NAME: &str = "query-api";

/// Serves until the shutdown is triggered and the last request has been answered.
///
/// It starts without Postgres: until that is there, queries are answered with `unavailable`.
///
/// # Errors
/// When the configuration turns out to be unusable, or the address is taken.
pub async fn serve(config: QueryApiConfig, shutdown: Shutdown) -> anyhow::Result<()> {
    config.limits.announce();
    let options = PoolOptions::reader(NAME, config.pool_connections_max);
    let pool = pool::connect(config.database_url.expose(), &options).context("ROOKERY_DATABASE_URL")?;
    let identity = Identity::new(&config.identity).context("the identity cannot be set up")?;
    let identity = Arc::new(identity);
    let state = AppState::new(pool.clone(), Arc::clone(&identity), &config.limits)
        .with_exports(config.exports, &config.limits)
        .with_catalog(config.catalog.encrypted(config.tls.is_some()));
    let health = Health::new();
    ops_checks(&health, &state, config.ready_lag_max);
    let watching = state.clone();
    let routes = http_kit::standard(router(state, &config.limits), NAME, &config.limits)
        .merge(ops::probes(health.clone()));
    let listener = http_kit::bind(config.listen).with_context(|| format!("listen on {}", config.listen))?;
    let ops_listener = ops::bind(config.ops_listen, OPS_LISTEN)?;
    let operations = tokio::spawn(ops::serve(ops_listener, ops::routes(health.clone()), shutdown.token()));
    let token = shutdown.token();
    tokio::spawn(async move { watching.keep_watching(token).await });
    if let Some(url) = &config.revocations_url {
        let source = UrlRevocations::new(url).context("ROOKERY_REVOCATIONS_URL")?;
        revocations::learn_first(&source, &identity, &shutdown.token()).await;
        let (identity, token) = (Arc::clone(&identity), shutdown.token());
        tokio::spawn(async move { revocations::follow(source, &identity, token).await });
    }
    let refreshing = shutdown.token();
    tokio::spawn(async move { identity.keep_fresh(refreshing).await });
    let token = shutdown.token();
    tokio::spawn(async move {
        shutdown.triggered().await;
        health.start_draining();
    });
    let listener = Listener::new(listener, config.tls);
    http_kit::serve(listener, routes, &config.limits, token).await.context("serve")?;
    operations.await??;
    pool.close().await;
    Ok(())
}

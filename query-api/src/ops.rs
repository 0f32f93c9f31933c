//! When the read API is ready: Postgres answers, its schema is ours, and the data is fresh.

use std::time::Duration;

use data_set::read::ProjectionRow;
use data_set::{Pool, migrate, read};
use service_kit::health::Health;

use crate::AppState;
use crate::projections::status::lag_seconds;

/// Registers the checks `postgres`, `migrations`, `grants` and `lag`. The routes that show them come from `http_kit::ops`.
pub fn ops_checks(health: &Health, state: &AppState, lag_max: Duration) {
    let pool = state.pool.clone();
    health.register("postgres", move || postgres(pool.clone()));
    let pool = state.pool.clone();
    health.register("migrations", move || migrations(pool.clone()));
    let pool = state.pool.clone();
    health.register("grants", move || grants(pool.clone()));
    let pool = state.pool.clone();
    health.register("lag", move || lag(pool.clone(), lag_max));
}

async fn postgres(pool: Pool) -> Result<(), String> {
    read::ping(&pool).await.map_err(|error| error.to_string())
}

async fn migrations(pool: Pool) -> Result<(), String> {
    match migrate::schema_is_current(&pool).await {
        Ok(true) => Ok(()),
        Ok(false) => Err("migrations are missing".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

async fn grants(pool: Pool) -> Result<(), String> {
    match migrate::may_read_for_accounts(&pool).await {
        Ok(true) => Ok(()),
        Ok(false) => Err("this user is no member of rookery_query_api".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

async fn lag(pool: Pool, lag_max: Duration) -> Result<(), String> {
    let mut rows = read::list_projections(&pool).await.map_err(|error| error.to_string())?;
    // A version that nobody is shown may be as old as it likes.
    rows.retain(ProjectionRow::is_published);
    if rows.is_empty() {
        return Err("no projection has been folded yet".to_owned());
    }
    for row in rows {
        if let Some(why) = row.refusal {
            return Err(why);
        }
        let name = format!("{} version {} shard {}", row.projection, row.version, row.shard);
        let seconds = lag_seconds(&row).ok_or_else(|| format!("no worker has reported for {name}"))?;
        if seconds > lag_max.as_secs_f64() {
            return Err(format!("{name} is {seconds:.0} s behind, more than {} s", lag_max.as_secs()));
        }
    }
    Ok(())
}

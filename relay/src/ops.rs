//! When the relay is ready: the log is open, reachable, and still the one that was opened; and webhooks can be kept.

use service_kit::health::Health;

use crate::AppState;

/// Registers the checks `events` and `webhooks`. The routes that show it come from `http_kit::ops`.
pub fn ops_checks(health: &Health, state: &AppState) {
    let webhooks = state.clone();
    health.register("webhooks", move || {
        let is_found = webhooks.webhooks().is_found();
        async move { if is_found { Ok(()) } else { Err("the bucket of webhooks was not found yet".to_owned()) } }
    });
    let state = state.clone();
    health.register("events", move || {
        let state = state.clone();
        async move {
            let opened = state.opened().ok_or("the log has not been opened yet")?;
            if let Some(why) = state.refusal() {
                return Err(why.to_string());
            }
            opened.log.head().await.map(drop).map_err(|error| error.to_string())
        }
    });
}

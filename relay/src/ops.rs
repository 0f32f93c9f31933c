//! When the relay is ready: the log is open, reachable, and still the one that was opened.

use service_kit::health::Health;

use crate::AppState;

/// Registers the check `events`. The routes that show it come from `http_kit::ops`.
pub fn ops_checks(health: &Health, state: &AppState) {
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

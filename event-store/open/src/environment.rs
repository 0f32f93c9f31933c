//! Which log a service uses: exactly one of two variables, so that an installation says plainly what it stands on.

use service_kit::config::{Environment, Secret};

use crate::scheme::{is_acceptable, is_nats};

const NATS: &str = "ROOKERY_NATS_URL";
const ANY: &str = "ROOKERY_EVENT_STORE_URL";

/// The URL of the log, from `ROOKERY_NATS_URL` or `ROOKERY_EVENT_STORE_URL` (or the same names with `_FILE`).
pub fn url_from_environment(env: &mut Environment) -> Option<Secret> {
    match optional_url_from_environment(env)? {
        Some(url) => Some(url),
        // Tells that it is missing.
        None => env.secret(NATS),
    }
}

/// The same, for tools that can do without: `Some(None)` where neither is set.
pub fn optional_url_from_environment(env: &mut Environment) -> Option<Option<Secret>> {
    match (env.optional_secret(NATS), env.optional_secret(ANY)) {
        (Some(Some(_)), Some(Some(_))) => {
            env.reject(ANY, format!("set either this or {NATS}, not both"));
            None
        }
        (Some(nats), Some(None)) => {
            if nats.as_ref().is_some_and(|url| !url.expose().split(',').all(is_nats)) {
                env.reject(NATS, "addresses like nats://127.0.0.1:4222, separated by commas");
                return None;
            }
            Some(nats)
        }
        (Some(None), Some(any)) => {
            if any.as_ref().is_some_and(|url| !is_acceptable(url.expose())) {
                env.reject(ANY, "an address like postgres://user@127.0.0.1/rookery_log, or one of NATS");
                return None;
            }
            Some(any)
        }
        (None, _) | (_, None) => None,
    }
}

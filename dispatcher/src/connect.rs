//! Reaching the log, also one that is not there yet when the process starts.

use std::sync::Arc;
use std::time::Duration;

use event_store::{Cause, OpenError, Room, Usage};
use event_store_open::{Store, StoreConfig};
use service_kit::health::Health;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use crate::credential_store::CredentialStore;
use crate::executor::Executor;
use crate::state::{Opened, State};

const RETRY_PERIOD: Duration = Duration::from_millis(500);
const WATCH_PERIOD: Duration = Duration::from_secs(1);

/// Gets between the service and the store that it opened.
pub(crate) type Decorate = fn(Store) -> Store;

/// Opens the log and the buckets beside it, trying until it succeeds or the token is cancelled, and from then on
/// follows the signing keys and what is void until it is. Fails where the log must not be trusted.
pub async fn connect(state: &State, config: StoreConfig, token: CancellationToken) -> Result<(), OpenError> {
    connect_decorated(state, config, |store| store, token).await
}

pub(crate) async fn connect_decorated(
    state: &State,
    config: StoreConfig,
    decorate: Decorate,
    token: CancellationToken,
) -> Result<(), OpenError> {
    loop {
        // On the heap: the future of opening is large and used once; every future around it would be as large.
        match token.run_until_cancelled(Box::pin(open(&config, decorate, state))).await {
            None => return Ok(()),
            Some(Ok(opened)) => {
                tracing::info!(stream.lineage = %opened.log.lineage(), "the log is open");
                state.open(opened);
                let (keys, revocations) = (Arc::clone(state.signing_keys()), state.revocations().clone());
                let (finishing, following) = (state.clone(), token.clone());
                tokio::spawn(watch(state.clone(), token.clone()));
                tokio::spawn(async move { revocations.follow(following).await });
                let end = token.clone();
                tokio::spawn(async move { finishing.finish_deactivations(end).await });
                let (heeding, end) = (state.clone(), token.clone());
                tokio::spawn(async move { heeding.heed_decisions(end).await });
                tokio::spawn(async move { keys.follow(token).await });
                return Ok(());
            }
            Some(Err(OpenError::Unavailable(why))) => {
                tracing::info!(reason = %why, "waiting for the log");
                token.run_until_cancelled(tokio::time::sleep(RETRY_PERIOD)).await;
            }
            Some(Err(error)) => return Err(error),
        }
    }
}

async fn open(config: &StoreConfig, decorate: Decorate, state: &State) -> Result<Opened, OpenError> {
    let Store { log, buckets } = decorate(config.open().await?);
    let credentials = CredentialStore::new(buckets);
    state
        .signing_keys()
        .open(credentials.signing_keys.clone())
        .await
        .map_err(|error| OpenError::Unavailable(Cause::new(error)))?;
    let lineage = log.lineage().to_string();
    state
        .revocations()
        .open(credentials.revocations.clone(), &lineage)
        .await
        .map_err(|error| OpenError::Unavailable(Cause::new(error)))?;
    credentials.invitations.ensure().await.map_err(|error| OpenError::Unavailable(Cause::new(error)))?;
    let executor = Executor::with_quota(Arc::clone(&log), state.settings().quota);
    Ok(Opened { executor, log, credentials })
}

/// Looks again and again whether the log is still the one that was opened, so that one which was replaced under a
/// running process takes no command as if nothing had happened.
async fn watch(state: State, token: CancellationToken) {
    metrics::gauge!("dispatcher_log_refused").set(0.0);
    let mut ticks = tokio::time::interval(WATCH_PERIOD);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while token.run_until_cancelled(ticks.tick()).await.is_some() {
        let Some(opened) = state.opened() else { continue };
        let failed = opened.log.write_error().is_some();
        metrics::gauge!("dispatcher_log_write_error").set(if failed { 1.0 } else { 0.0 });
        let keys = opened.log.known_keys();
        metrics::gauge!("dispatcher_keys_horizon_seconds").set(keys.horizon);
        metrics::gauge!("dispatcher_keys_remembered").set(count(keys.remembered));
        if let Some(usage) = opened.log.usage() {
            measure(&usage);
        }
        if let Err(error) = opened.log.head().await
            && error.is_of_wrong_log()
        {
            return state.refuse(&error.to_string());
        }
    }
}

fn measure(usage: &Usage) {
    metrics::gauge!("dispatcher_quota_entries").set(count(usage.entries()));
    let Some(room) = usage.room() else { return };
    metrics::gauge!("dispatcher_log_bytes").set(bytes(room.used));
    metrics::gauge!("dispatcher_log_bytes_max").set(bytes(room.bytes_max));
    metrics::gauge!("dispatcher_log_reserve_bytes").set(bytes(room.reserve()));
}

#[expect(clippy::cast_precision_loss, reason = "a gauge takes floats, and there are far below 2^53 of them")]
fn count(entries: usize) -> f64 {
    entries as f64
}

#[expect(clippy::cast_precision_loss, reason = "beyond 2^53 a gauge of bytes is off by a few")]
fn bytes(bytes: u64) -> f64 {
    bytes as f64
}

/// From here on operators are told: at a steady rate it leaves a fifth of the time that the log has taken so far.
const WARN_PERCENT: u64 = 80;

/// What an operator should know of the log before it matters. It makes nobody not ready: deletions, log-ins and reads
/// go on, and a balancer that turned away from a full log would end those as well.
fn warning(room: Room) -> Option<String> {
    let percent = room.used.saturating_mul(100) / room.bytes_max.max(1);
    if room.is_down_to_reserve() {
        return Some(format!(
            "the log is {percent} % full, and the rest is kept for deletions and admins: all other commands are refused \
             until it is given room"
        ));
    }
    (percent >= WARN_PERCENT).then(|| format!("the log is {percent} % full: give it room"))
}

/// Ready means: the log is open, reachable, still the one that was opened, written to, and its keys are known.
pub fn register_checks(health: &Health, state: &State) {
    let (state, warned) = (state.clone(), state.clone());
    health.register("log", move || {
        let state = state.clone();
        async move {
            let opened = state.opened().ok_or("the log has not been opened yet")?;
            opened.log.head().await.map_err(|error| error.to_string())?;
            opened.log.write_error().or_else(|| opened.log.known_keys().refusal).map_or(Ok(()), Err)
        }
    });
    health.register_warning("log", move || warning(warned.opened()?.log.usage()?.room()?));
}

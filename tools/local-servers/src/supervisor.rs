//! Keeps a server running.
//!
//! What wakes it: the end of the child, somebody who asks for a new one, or the shutdown. A restart takes the same port
//! and the same data, so that clients reconnect and go on. It never gives up: what makes a server end may pass (a full
//! disk), and each try is logged.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};
use nix::sys::signal::Signal;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::ChildProcess;

const BACKOFF_MIN: Duration = Duration::from_millis(100);
const BACKOFF_MAX: Duration = Duration::from_secs(5);
/// A child that lived this long was healthy; its end starts a new series of tries.
const WELL_AFTER: Duration = Duration::from_secs(30);

/// A server that can be started again on the same port and data.
pub trait Server: Send + Sync + 'static {
    /// The current child, which may have ended.
    fn child(&self) -> &ChildProcess;

    /// Starts a new child in place of the ended one and waits until it accepts clients.
    fn restart(&mut self) -> impl Future<Output = Result<()>> + Send;
}

/// A server and the task that restarts it. Dropping it ends the server, too.
#[derive(Debug)]
pub struct Supervisor {
    name: &'static str,
    stop_limit: Duration,
    state: Arc<State>,
    restart: Arc<Notify>,
    reload: Arc<Notify>,
    shutdown: CancellationToken,
    task: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct State {
    /// 0 while no child runs.
    pid: AtomicU32,
    restarts: AtomicU64,
}

impl Supervisor {
    /// Takes over a running server. `shutdown` stops it; [`Self::stop`] also waits for that. The child is
    /// given `stop_limit` to finish properly.
    pub fn watch(server: impl Server, shutdown: &CancellationToken, stop_limit: Duration) -> Self {
        let state = Arc::new(State::default());
        state.pid.store(server.child().pid(), Ordering::Release);
        let shutdown = shutdown.child_token();
        let name = server.child().name();
        let restart = Arc::new(Notify::new());
        let reload = Arc::new(Notify::new());
        let asked = Asked { restart: Arc::clone(&restart), reload: Arc::clone(&reload) };
        let task =
            tokio::spawn(keep_running(server, Arc::clone(&state), asked, shutdown.clone(), stop_limit));
        Self { name, stop_limit, state, restart, reload, shutdown, task }
    }

    /// The process id of the current child, if one runs.
    pub fn pid(&self) -> Option<u32> {
        Some(self.state.pid.load(Ordering::Acquire)).filter(|pid| *pid != 0)
    }

    /// How often the server was started again.
    pub fn restarts(&self) -> u64 {
        self.state.restarts.load(Ordering::Acquire)
    }

    /// Asks for a proper end of the child and a new one in its place. Returns at once; [`Self::restarts`] tells when.
    pub fn restart(&self) {
        self.restart.notify_one();
    }

    /// Has the child read its configuration again (SIGHUP). Returns at once.
    pub fn reload(&self) {
        self.reload.notify_one();
    }

    /// Stops the server and waits until it is gone: `stop_limit`, and if it hangs, a few seconds to kill it.
    pub async fn stop(mut self) -> Result<()> {
        self.shutdown.cancel();
        let limit = self.stop_limit + Duration::from_secs(15);
        tokio::time::timeout(limit, &mut self.task)
            .await
            .with_context(|| format!("{} did not stop within {limit:?}", self.name))?
            .with_context(|| format!("the supervisor of {} failed", self.name))
    }
}

/// What somebody may ask of the task.
struct Asked {
    restart: Arc<Notify>,
    reload: Arc<Notify>,
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        // The task owns the server, and a dropped task ends it, soon but not at once: call `stop` to be sure.
        self.task.abort();
    }
}

async fn keep_running(
    mut server: impl Server,
    state: Arc<State>,
    asked: Asked,
    shutdown: CancellationToken,
    stop_limit: Duration,
) {
    let mut backoff = BACKOFF_MIN;
    loop {
        let started = Instant::now();
        tokio::select! {
            () = shutdown.cancelled() => break,
            () = server.child().exited() => {}
            () = asked.reload.notified() => {
                if let Err(error) = server.child().signal(Signal::SIGHUP) {
                    tracing::error!("{error:#}");
                }
                continue;
            }
            () = asked.restart.notified() => {
                if let Err(error) = server.child().stop(stop_limit).await {
                    tracing::error!("{error:#}");
                }
            }
        }
        state.pid.store(0, Ordering::Release);
        if started.elapsed() >= WELL_AFTER {
            backoff = BACKOFF_MIN;
        }
        let name = server.child().name();
        let status = server.child().exit_status().map(|status| status.to_string()).unwrap_or_default();
        tracing::warn!(
            server.name = name,
            exit.status = status,
            ?backoff,
            "a server ended; starting it again"
        );
        if !start_again(&mut server, &mut backoff, &shutdown).await {
            break;
        }
        state.restarts.fetch_add(1, Ordering::AcqRel);
        state.pid.store(server.child().pid(), Ordering::Release);
        tracing::info!(server.name = name, process.id = server.child().pid(), "the server is back");
    }
    if let Err(error) = server.child().stop(stop_limit).await {
        tracing::error!("{error:#}");
    }
    state.pid.store(0, Ordering::Release);
}

/// Tries until the server runs again. False if the shutdown came first.
async fn start_again(server: &mut impl Server, backoff: &mut Duration, shutdown: &CancellationToken) -> bool {
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return false,
            () = tokio::time::sleep(*backoff) => {}
        }
        *backoff = (*backoff * 2).min(BACKOFF_MAX);
        // Cancelled half-way, it drops the new child, and with it the process.
        let restarted = tokio::select! {
            () = shutdown.cancelled() => return false,
            restarted = server.restart() => restarted,
        };
        match restarted {
            Ok(()) => return true,
            Err(error) => {
                let name = server.child().name();
                tracing::warn!(server.name = name, ?backoff, "the server does not start: {error:#}");
            }
        }
    }
}

//! One child process: started so that it cannot outlive us, watched, and stopped within a limit.

pub(crate) mod spawn;

use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::Duration;

use anyhow::{Context, Result};
use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::sync::watch;

use crate::RunAs;

/// How long a dropped child may take to obey before it is killed.
const DROP_PATIENCE: Duration = Duration::from_secs(5);
/// How long the kernel may take to end a killed process. Only one that hangs in a device outlasts it.
const KILL_PATIENCE: Duration = Duration::from_secs(5);

/// What to run, and how it wants to be ended.
#[derive(Clone, Debug)]
pub(crate) struct ChildSpec {
    /// For logs and errors.
    pub(crate) name: &'static str,
    pub(crate) program: PathBuf,
    pub(crate) args: Vec<String>,
    /// The working directory; its log and its lock are here, too.
    pub(crate) dir: PathBuf,
    pub(crate) run_as: RunAs,
    pub(crate) signals: EndSignals,
}

/// The signals that end a program, from its point of view.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EndSignals {
    /// Finish properly.
    pub(crate) stop: Signal,
    /// Leave at once, and take your own children along. Also sent when we die.
    pub(crate) abandon: Signal,
}

impl ChildSpec {
    pub(crate) fn log(&self) -> PathBuf {
        self.dir.join(format!("{}.log", self.name))
    }

    pub(crate) fn lock(&self) -> PathBuf {
        self.dir.join(format!("{}.lock", self.name))
    }
}

/// A running, or ended, child. Dropping it ends the process and waits for that.
#[derive(Debug)]
pub struct ChildProcess {
    name: &'static str,
    pid: Pid,
    signals: EndSignals,
    log: PathBuf,
    /// Where this run's output begins in the log, which earlier runs share.
    log_start: u64,
    /// False from the moment at which the pid may belong to another process.
    pid_is_ours: Arc<Mutex<bool>>,
    exit: watch::Receiver<Option<ExitStatus>>,
    /// Disconnects when the child is gone; for waiting without a runtime.
    gone: Mutex<mpsc::Receiver<()>>,
}

impl ChildProcess {
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The process id. Do not signal it yourself: [`Self::signal`] knows when the number is no longer ours.
    pub fn pid(&self) -> u32 {
        self.pid.as_raw().unsigned_abs()
    }

    /// The file with all that the child printed.
    pub fn log(&self) -> &Path {
        &self.log
    }

    /// What this child, and not an earlier one, has printed.
    pub(crate) fn output(&self) -> String {
        let bytes = std::fs::read(&self.log).unwrap_or_default();
        let start = usize::try_from(self.log_start).unwrap_or(0).min(bytes.len());
        String::from_utf8_lossy(&bytes[start..]).into_owned()
    }

    /// How it ended, if it has.
    pub fn exit_status(&self) -> Option<ExitStatus> {
        *self.exit.borrow()
    }

    /// Waits until the child has ended.
    pub async fn exited(&self) {
        let mut exit = self.exit.clone();
        // An error means that the watching thread is gone, which it only is after the child.
        exit.wait_for(Option::is_some).await.ok();
    }

    /// Sends a signal; does nothing if the child has ended.
    pub fn signal(&self, signal: Signal) -> Result<()> {
        let pid_is_ours = self.pid_is_ours.lock().unwrap_or_else(PoisonError::into_inner);
        if !*pid_is_ours {
            return Ok(());
        }
        match kill(self.pid, signal) {
            Ok(()) | Err(Errno::ESRCH) => Ok(()),
            Err(error) => {
                Err(error).with_context(|| format!("send {signal} to {} (pid {})", self.name, self.pid))
            }
        }
    }

    /// Asks the child to stop, more firmly after `limit`, and kills it if that does not help either.
    pub async fn stop(&self, limit: Duration) -> Result<()> {
        for (signal, patience) in [
            (self.signals.stop, limit),
            (self.signals.abandon, DROP_PATIENCE),
            (Signal::SIGKILL, KILL_PATIENCE),
        ] {
            self.signal(signal)?;
            self.signal(Signal::SIGCONT)?;
            if tokio::time::timeout(patience, self.exited()).await.is_ok() {
                return Ok(());
            }
            tracing::warn!(server.name = self.name, "still running {patience:?} after {signal}");
        }
        anyhow::bail!("{} (pid {}) cannot be killed", self.name, self.pid)
    }

    /// Kills the child without warning, as a crash would, and waits until it is gone.
    pub async fn kill(&self) -> Result<()> {
        self.signal(Signal::SIGKILL)?;
        tokio::time::timeout(KILL_PATIENCE, self.exited())
            .await
            .with_context(|| format!("{} (pid {}) cannot be killed", self.name, self.pid))
    }

    fn is_gone_within(&self, patience: Duration) -> bool {
        let gone = self.gone.lock().unwrap_or_else(PoisonError::into_inner);
        gone.recv_timeout(patience) == Err(mpsc::RecvTimeoutError::Disconnected)
    }
}

impl Drop for ChildProcess {
    fn drop(&mut self) {
        for (signal, patience) in [(self.signals.abandon, DROP_PATIENCE), (Signal::SIGKILL, KILL_PATIENCE)] {
            // A stopped process only sees other signals once it continues. A failure to signal shows in the
            // wait.
            self.signal(signal).and_then(|()| self.signal(Signal::SIGCONT)).ok();
            if self.is_gone_within(patience) {
                return;
            }
        }
    }
}

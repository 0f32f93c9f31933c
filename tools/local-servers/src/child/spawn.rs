//! How a child is started.
//!
//! **Its own thread.** The kernel sends the parent-death signal when the *thread* that made the child ends,
//! not the process. A thread of the runtime may end at any time, so each child is made and awaited by a
//! thread of its own.
//!
//! **The inherited lock.** The child holds a locked file open, and so do the processes it makes (Postgres has
//! many). The lock is free when the last of them is gone. That is how a successor knows that a predecessor
//! which was killed, or whose parent was killed, no longer touches the directory; a pid file cannot tell,
//! because pids are used again.

use std::fs::{File, OpenOptions};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::unistd::Pid;
use tokio::sync::watch;
use tokio::time::Instant;

use super::{ChildProcess, ChildSpec};

/// Postgres's processes notice the death of their master within a second, and finish their current write
/// first.
const PREDECESSOR_PATIENCE: Duration = Duration::from_secs(15);
const PREDECESSOR_POLL: Duration = Duration::from_millis(10);
/// An old log is kept beside the new one when it has grown beyond this.
const LOG_BYTES_MAX: u64 = 16 << 20;

/// Takes the child's lock, waiting until all of a predecessor's processes are gone.
pub(crate) async fn lock(spec: &ChildSpec) -> Result<File> {
    let path = spec.lock();
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .with_context(|| format!("open {}", path.display()))?;
    let deadline = Instant::now() + PREDECESSOR_PATIENCE;
    while let Err(error) = file.try_lock() {
        if let std::fs::TryLockError::Error(error) = error {
            return Err(error).with_context(|| format!("lock {}", path.display()));
        }
        if Instant::now() >= deadline {
            let pid = std::fs::read_to_string(&path).unwrap_or_default();
            bail!(
                "an earlier {} (pid {}) still runs on {}; stop it",
                spec.name,
                pid.trim(),
                spec.dir.display()
            );
        }
        tokio::time::sleep(PREDECESSOR_POLL).await;
    }
    Ok(file)
}

/// Starts the child, which inherits `lock`.
pub(crate) fn spawn(spec: &ChildSpec, lock: File) -> Result<ChildProcess> {
    let log = open_log(&spec.log()).with_context(|| format!("open {}", spec.log().display()))?;
    let log_start = log.metadata().map_or(0, |metadata| metadata.len());
    let command = command(spec, log, lock)?;

    let (started, starting) = mpsc::sync_channel(1);
    let (exit_sender, exit) = watch::channel(None);
    let (gone_sender, gone) = mpsc::channel::<()>();
    let pid_is_ours = Arc::new(Mutex::new(true));
    let thread_pid_is_ours = Arc::clone(&pid_is_ours);
    std::thread::Builder::new().name(spec.name.to_owned()).spawn(move || {
        let mut command = command;
        let spawned = command.spawn();
        // Closes our copy of the lock: from here on only the child holds it.
        drop(command);
        match spawned {
            Ok(mut child) => {
                started.send(Ok(child.id())).ok();
                exit_sender.send_replace(wait(&mut child, &thread_pid_is_ours));
            }
            Err(error) => {
                started.send(Err(error)).ok();
            }
        }
        drop(gone_sender);
    })?;
    let pid = starting
        .recv()
        .with_context(|| format!("the thread of {} ended early", spec.name))?
        .with_context(|| format!("start {}", spec.program.display()))?;
    // For the message of the next start; the lock, not this number, decides.
    std::fs::write(spec.lock(), pid.to_string()).ok();
    tracing::debug!(server.name = spec.name, process.id = pid, "started");
    Ok(ChildProcess {
        name: spec.name,
        pid: Pid::from_raw(i32::try_from(pid).context("a pid fits an i32")?),
        signals: spec.signals,
        log: spec.log(),
        log_start,
        pid_is_ours,
        exit,
        gone: Mutex::new(gone),
    })
}

fn open_log(path: &Path) -> Result<File> {
    if std::fs::metadata(path).is_ok_and(|metadata| metadata.len() > LOG_BYTES_MAX) {
        std::fs::rename(path, path.with_extension("log.old"))?;
    }
    Ok(OpenOptions::new().create(true).append(true).open(path)?)
}

fn command(spec: &ChildSpec, log: File, lock: File) -> Result<Command> {
    let mut command = Command::new(&spec.program);
    command.args(&spec.args);
    clean_environment(&mut command);
    // Our own working directory may be out of reach of the user that the child runs as.
    command.current_dir(&spec.dir);
    command.stdin(Stdio::null()).stderr(log.try_clone()?).stdout(log);
    // A Ctrl-C in the terminal is for us; the children are stopped in their turn.
    command.process_group(0);
    spec.run_as.apply(&mut command);
    inherit_lock_and_die_with_us(&mut command, lock, spec);
    Ok(command)
}

/// `PG…` variables of the user's shell would reconfigure Postgres; a multi-threaded locale set-up breaks it
/// on macOS.
pub(crate) fn clean_environment(command: &mut Command) {
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.as_encoded_bytes().starts_with(b"PG")) {
        command.env_remove(name);
    }
    command.env("LC_ALL", "C");
}

#[expect(
    unsafe_code,
    reason = "only code between fork and exec can set the parent-death signal and pass a lock on"
)]
fn inherit_lock_and_die_with_us(command: &mut Command, lock: File, spec: &ChildSpec) {
    let signal = spec.signals.abandon;
    let parent = Pid::this();
    // SAFETY: the closure runs between fork and exec, so it may only make calls that are safe in a signal
    // handler, and may not allocate. `fcntl`, `prctl` and `getppid` are bare system calls; errors are built
    // from their numbers.
    unsafe {
        command.pre_exec(move || {
            fcntl(&lock, FcntlArg::F_SETFD(FdFlag::empty()))?;
            die_with_parent(signal, parent)
        });
    }
}

/// std runs this after it has changed the user, which would have cleared the signal.
#[cfg(target_os = "linux")]
fn die_with_parent(signal: nix::sys::signal::Signal, parent: Pid) -> std::io::Result<()> {
    nix::sys::prctl::set_pdeathsig(signal)?;
    // The parent may have died before the call above took effect.
    if Pid::parent() == parent { Ok(()) } else { Err(std::io::ErrorKind::BrokenPipe.into()) }
}

/// Other systems have no such signal: a child outlives a killed parent there, and the lock's message names
/// it.
#[cfg(not(target_os = "linux"))]
fn die_with_parent(_: nix::sys::signal::Signal, _: Pid) -> std::io::Result<()> {
    Ok(())
}

/// Waits for the end of the child. The pid is given up under the lock that signalling takes, so that no
/// signal can reach another process that was given the same number.
fn wait(child: &mut Child, pid_is_ours: &Mutex<bool>) -> Option<std::process::ExitStatus> {
    #[cfg(target_os = "linux")]
    await_without_reaping(child);
    #[cfg(not(target_os = "linux"))]
    let early = child.wait();
    let mut pid_is_ours = pid_is_ours.lock().unwrap_or_else(PoisonError::into_inner);
    *pid_is_ours = false;
    #[cfg(not(target_os = "linux"))]
    return early.ok();
    #[cfg(target_os = "linux")]
    child.wait().ok()
}

#[cfg(target_os = "linux")]
fn await_without_reaping(child: &Child) {
    use nix::sys::wait::{Id, WaitPidFlag, waitid};
    let Ok(pid) = i32::try_from(child.id()) else { return };
    let flags = WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT;
    while waitid(Id::Pid(Pid::from_raw(pid)), flags) == Err(nix::errno::Errno::EINTR) {}
}

//! One of our own programs, run as a test's child.

use std::ffi::OsStr;
use std::fs::File;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use local_servers::Signal;
use nix::sys::signal::kill;
use nix::unistd::Pid;
use tempfile::TempDir;

use crate::eventually::{eventually, eventually_sync};

/// A program that runs until it ends or is ended; dropping it kills it. Its output goes to a file, so that it
/// cannot block on a pipe that nobody reads.
#[derive(Debug)]
pub struct Process {
    child: Child,
    dir: TempDir,
}

impl Process {
    /// Starts `program`, a path such as `env!("CARGO_BIN_EXE_rookery")`. Of the environment it sees `PATH`
    /// and `env` alone, so that no variable of the developer's shell decides a test.
    ///
    /// # Panics
    /// If it does not start; so do the other methods if they cannot do what they say.
    pub fn start<A: AsRef<OsStr>>(
        program: &str,
        args: impl IntoIterator<Item = A>,
        env: impl IntoIterator<Item = (A, A)>,
    ) -> Self {
        let dir = tempfile::tempdir().expect("the temporary directory is writable");
        let output = File::create(dir.path().join("output")).expect("a new directory is writable");
        let errors = output.try_clone().expect("an open file can be duplicated");
        let mut command = Command::new(program);
        command.args(args).env_clear();
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        command.envs(env).stdin(Stdio::null()).stdout(output).stderr(errors);
        let child = command.spawn().unwrap_or_else(|error| panic!("start {program}: {error}"));
        Self { child, dir }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it has printed so far, to standard output and standard error.
    pub fn output(&self) -> String {
        let bytes = std::fs::read(self.dir.path().join("output")).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// SIGKILL, as in a crash, and waits for the end.
    pub fn kill(&mut self) {
        self.child.kill().expect("a child that was not awaited can be signalled");
        self.child.wait().expect("a child can be awaited");
    }

    /// SIGTERM; returns at once.
    pub fn terminate(&self) {
        self.signal(Signal::SIGTERM);
    }

    pub fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.child.id()).expect("a pid fits an i32");
        kill(Pid::from_raw(pid), signal).unwrap_or_else(|error| panic!("send {signal} to {pid}: {error}"));
    }

    /// Waits for the end; the panic after `limit` shows the output.
    pub async fn wait(&mut self, limit: Duration) -> ExitStatus {
        let Self { child, dir } = self;
        let output = dir.path().join("output");
        eventually("the process ends", limit, || {
            let state = exit_status(child, &output);
            async move { state }
        })
        .await
    }

    /// [`Self::wait`] for tests without a runtime.
    pub fn wait_sync(&mut self, limit: Duration) -> ExitStatus {
        let Self { child, dir } = self;
        let output = dir.path().join("output");
        eventually_sync("the process ends", limit, || exit_status(child, &output))
    }

    /// Waits until the output contains `text`, and returns the output.
    pub async fn wait_for_output(&mut self, text: &str, limit: Duration) -> String {
        let what = format!("the process prints {text:?}");
        eventually(&what, limit, || {
            let output = self.output();
            async move { if output.contains(text) { Ok(output) } else { Err(format!("its output is\n{output}")) } }
        })
        .await
    }
}

fn exit_status(child: &mut Child, output: &std::path::Path) -> Result<ExitStatus, String> {
    let status = child.try_wait().expect("a child can be awaited");
    status.ok_or_else(|| {
        let output = std::fs::read(output).unwrap_or_default();
        format!("it runs; its output is\n{}", String::from_utf8_lossy(&output))
    })
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself, which is all that is wanted here.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

//! One try: a child process, its limits, and what it wrote.

use std::io::{self, Seek, Write};
use std::os::unix::process::ExitStatusExt;
use std::pin::pin;
use std::process::Stdio;
use std::sync::LazyLock;
use std::time::Duration;

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use sha2::{Digest, Sha256};
use tokio::io::AsyncReadExt;
use tokio::process::{Child, ChildStdout, Command};
use tokio::sync::{mpsc, oneshot};

use crate::ledger::{Outcome, Output};

/// Between the request to end and the end by force.
const END_GRACE: Duration = Duration::from_secs(5);
/// For what processes of its own still write after a child has ended.
const OUTPUT_GRACE: Duration = Duration::from_secs(1);
const READ_BYTES: usize = 8 * 1024;
/// What waits for whoever reads this process's standard output, and for how long one piece more waits to be among it.
const OUT_CHUNKS_MAX: usize = 64;
const OUT_LIMIT: Duration = Duration::from_secs(5);

/// A child in a process group of its own, which is killed where this is dropped.
#[derive(Debug)]
struct Group {
    child: Child,
    id: Option<Pid>,
}

impl Group {
    fn signal(&self, signal: Signal) {
        if let Some(id) = self.id {
            // It may have ended meanwhile; its number is not given to another while one of its group is left.
            killpg(id, signal).ok();
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.signal(Signal::SIGKILL);
    }
}

/// Runs a command to its end, or until its time is up. It gets `input`, which it need not read. Standard output is hashed
/// on its way to this process's; standard error is this process's. Dropping the future kills the child.
pub async fn run(
    command: &[String],
    env: &[(&str, String)],
    input: &[u8],
    timeout: Duration,
) -> (Outcome, Option<Output>) {
    let Some((program, args)) = command.split_first() else {
        return (Outcome::NotStarted("no program is named".to_owned()), None);
    };
    let mut command = Command::new(program);
    command.args(args).envs(env.iter().map(|(name, value)| (*name, value)));
    let stdin = match stdin(input) {
        Ok(stdin) => stdin,
        Err(error) => return (Outcome::NotStarted(error.to_string()), None),
    };
    command.stdin(stdin).stdout(Stdio::piped()).process_group(0).kill_on_drop(true);
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => return (Outcome::NotStarted(error.to_string()), None),
    };
    let stdout = child.stdout.take();
    let id = child.id().and_then(|id| i32::try_from(id).ok()).map(Pid::from_raw);
    let mut digest = Digesting::default();
    let outcome = wait(Group { child, id }, stdout, &mut digest, timeout).await;
    (outcome, Some(digest.output()))
}

/// A file without a name, which is whole before the command begins: where this process dies, no command is left with half
/// of its input, as a pipe would leave it.
fn stdin(input: &[u8]) -> io::Result<Stdio> {
    if input.is_empty() {
        return Ok(Stdio::null());
    }
    let mut file = tempfile::tempfile()?;
    file.write_all(input)?;
    file.rewind()?;
    Ok(file.into())
}

async fn wait(
    mut group: Group,
    stdout: Option<ChildStdout>,
    digest: &mut Digesting,
    timeout: Duration,
) -> Outcome {
    let deadline = tokio::time::Instant::now() + timeout;
    let mut is_open = true;
    let mut writing = pin!(digest.take_all(stdout));
    let status = loop {
        tokio::select! {
            () = &mut writing, if is_open => is_open = false,
            status = group.child.wait() => break status,
            () = tokio::time::sleep_until(deadline) => {
                // Its last words are words of it, too.
                let words = async {
                    if is_open {
                        tokio::time::timeout(END_GRACE + OUTPUT_GRACE, writing).await.ok();
                    }
                };
                tokio::join!(end(&mut group), words);
                return Outcome::TimedOut;
            }
        }
    };
    if is_open {
        tokio::time::timeout(OUTPUT_GRACE, writing).await.ok();
    }
    // What it left behind ends with it, as the group is dropped: the window is over.
    match status {
        Ok(status) => match (status.code(), status.signal()) {
            (Some(code), _) => Outcome::Exited(code),
            (None, signal) => Outcome::Signalled(signal.unwrap_or_default()),
        },
        Err(error) => Outcome::NotStarted(error.to_string()),
    }
}

async fn end(group: &mut Group) {
    group.signal(Signal::SIGTERM);
    tokio::time::timeout(END_GRACE, group.child.wait()).await.ok();
    group.signal(Signal::SIGKILL);
    group.child.wait().await.ok();
}

#[derive(Default)]
struct Digesting {
    sha256: Sha256,
    bytes: u64,
}

impl Digesting {
    async fn take_all(&mut self, stdout: Option<ChildStdout>) {
        let Some(mut stdout) = stdout else { return };
        let mut buffer = [0; READ_BYTES];
        let mut is_stuck = false;
        while let Ok(read @ 1..) = stdout.read(&mut buffer).await {
            self.sha256.update(&buffer[..read]);
            self.bytes += read as u64;
            hand_on(buffer[..read].to_vec(), &mut is_stuck).await;
        }
    }

    fn output(self) -> Output {
        let sha256 = self.sha256.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Output { sha256, bytes: self.bytes }
    }
}

/// To this process's standard output, by a thread that nobody waits for: whoever reads it may have stopped, and neither the
/// command nor the end of this process may hang on that. Then what does not fit is left out.
async fn hand_on(chunk: Vec<u8>, is_stuck: &mut bool) {
    static OUT: LazyLock<mpsc::Sender<(Vec<u8>, oneshot::Sender<()>)>> = LazyLock::new(|| {
        let (sender, mut chunks) = mpsc::channel::<(Vec<u8>, oneshot::Sender<()>)>(OUT_CHUNKS_MAX);
        std::thread::spawn(move || {
            while let Some((chunk, written)) = chunks.blocking_recv() {
                let mut own = io::stdout().lock();
                // Nobody may be there to read it, and nobody may wait any more.
                own.write_all(&chunk).and_then(|()| own.flush()).ok();
                written.send(()).ok();
            }
        });
        sender
    });
    let (written, is_written) = oneshot::channel();
    let writing = async {
        OUT.send((chunk, written)).await.ok();
        is_written.await.ok();
    };
    let limit = if *is_stuck { Duration::ZERO } else { OUT_LIMIT };
    *is_stuck = tokio::time::timeout(limit, writing).await.is_err();
}

#[cfg(test)]
pub(crate) mod tests {
    use nix::sys::stat::Mode;
    use nix::unistd::mkfifo;
    use tempfile::TempDir;
    use tokio::sync::oneshot;

    use super::*;

    /// A FIFO that processes hold open, so that its end tells when the last one of them is gone.
    pub(crate) struct Held {
        dir: TempDir,
        ended: oneshot::Receiver<String>,
    }

    impl Held {
        pub(crate) fn new() -> Self {
            let dir = tempfile::tempdir().expect("there is room");
            let path = dir.path().join("fifo");
            mkfifo(&path, Mode::S_IRWXU).expect("there is room");
            let (end, ended) = oneshot::channel();
            // Nothing waits for this thread, where a test fails.
            std::thread::spawn(move || end.send(std::fs::read_to_string(path).expect("it is there")));
            Self { dir, ended }
        }

        /// A command whose processes hold it open from before the rest of it begins.
        pub(crate) fn shell(&self, script: &str) -> Vec<String> {
            let path = self.dir.path().join("fifo");
            shell(&format!("exec 3>'{}'; echo held >&3; {script}", path.display()))
        }

        pub(crate) async fn until_let_go(self) {
            let ended = tokio::time::timeout(LIMIT, self.ended).await;
            assert_eq!(ended.expect("no process is left").expect("it is read"), "held\n");
        }
    }

    fn shell(script: &str) -> Vec<String> {
        ["sh", "-c", script].map(str::to_owned).into()
    }

    const LIMIT: Duration = Duration::from_secs(30);

    #[tokio::test]
    async fn a_try_tells_how_it_ended_and_what_it_wrote() {
        let env = [("ROOKERY_JOB_NAME", "x".to_owned())];
        let (outcome, output) =
            run(&shell("printf %s \"ab$ROOKERY_JOB_NAME\"; exit 3"), &env, b"", LIMIT).await;
        assert_eq!(outcome, Outcome::Exited(3));
        let output = output.expect("it ran");
        assert_eq!(output.bytes, 3);
        assert!(output.sha256.len() == 64 && output.sha256.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let (outcome, _) = run(&shell("kill -9 $$"), &[], b"", LIMIT).await;
        assert_eq!(outcome, Outcome::Signalled(9));
        let (outcome, output) = run(&["/no/such/program".to_owned()], &[], b"", LIMIT).await;
        assert!(matches!(outcome, Outcome::NotStarted(_)) && output.is_none());
    }

    #[tokio::test]
    async fn a_try_ends_in_time_with_all_its_processes() {
        let (began, held) = (std::time::Instant::now(), Held::new());
        let (outcome, _) = run(&held.shell("sleep 300 & sleep 300"), &[], b"", Duration::from_secs(1)).await;
        assert_eq!(outcome, Outcome::TimedOut);
        assert!(began.elapsed() < Duration::from_secs(20));
        held.until_let_go().await;
        let held = Held::new();
        let (outcome, _) = run(&held.shell("sleep 300 &"), &[], b"", LIMIT).await;
        assert_eq!(outcome, Outcome::Exited(0), "nobody waits for what it left behind");
        held.until_let_go().await;
    }

    #[tokio::test]
    async fn what_a_try_says_when_its_time_is_up_is_taken() {
        let script = "trap 'echo bye; exit 0' TERM; echo hi; while :; do sleep 0.1; done";
        let (outcome, output) = run(&shell(script), &[], b"", Duration::from_secs(2)).await;
        assert_eq!((outcome, output.map(|output| output.bytes)), (Outcome::TimedOut, Some(7)));
    }

    #[tokio::test]
    async fn more_output_than_a_pipe_holds_is_taken() {
        let (outcome, output) = run(&shell("head -c 1000000 /dev/zero"), &[], b"", LIMIT).await;
        assert_eq!((outcome, output.map(|output| output.bytes)), (Outcome::Exited(0), Some(1_000_000)));
    }

    #[tokio::test]
    async fn input_is_read_or_left_alone() {
        let input = vec![b'x'; 300_000];
        let (outcome, output) = run(&shell("cat"), &[], &input, LIMIT).await;
        assert_eq!((outcome, output.map(|output| output.bytes)), (Outcome::Exited(0), Some(300_000)));
        let (outcome, _) = run(&shell("exit 0"), &[], &input, LIMIT).await;
        assert_eq!(outcome, Outcome::Exited(0));
    }
}

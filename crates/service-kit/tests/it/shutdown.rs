use std::future::pending;
use std::process::Command;
use std::time::Duration;

use nix::sys::signal::{Signal, raise};
use service_kit::shutdown::Shutdown;
use tokio::signal::unix::{SignalKind, signal};

/// Set where this program is run again, to be ended by its second signal.
const ENDED_BY: &str = "ENDED_BY";
const LIMIT: Duration = Duration::from_secs(10);

#[tokio::test]
async fn the_first_signal_starts_the_end() {
    let shutdown = Shutdown::on_signals().expect("handlers can be installed");
    assert!(!shutdown.token().is_cancelled());
    raise(Signal::SIGTERM).expect("a process may signal itself");
    tokio::time::timeout(LIMIT, shutdown.triggered()).await.expect("the signal arrives");
    assert!(shutdown.token().is_cancelled());
}

#[tokio::test]
async fn the_end_may_start_inside() {
    let shutdown = Shutdown::manual();
    shutdown.clone().trigger();
    shutdown.triggered().await;
}

#[tokio::test]
async fn copy_of_sigterm_ends_nothing() {
    let shutdown = Shutdown::on_signals().expect("handlers can be installed");
    raise(Signal::SIGTERM).expect("a process may signal itself");
    shutdown.triggered().await;
    let mut copy = signal(SignalKind::terminate()).expect("handlers can be installed");
    raise(Signal::SIGTERM).expect("a process may signal itself");
    copy.recv().await;
    // Other tasks that waited for it were woken with this one, and would have ended the process.
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
}

#[test]
fn second_signal_ends_at_once() {
    for (ended_by, waits) in [("SIGINT", "0"), ("SIGTERM", "1")] {
        let program = std::env::current_exe().expect("this program has a file");
        let arguments = ["--exact", "shutdown::is_ended_by_its_second_signal", "--ignored"];
        let status =
            Command::new(program).args(arguments).env(ENDED_BY, format!("{ended_by} {waits}")).status();
        assert_eq!(status.expect("it runs").code(), Some(130), "{ended_by} after {waits} s");
    }
}

#[tokio::test]
#[ignore = "part of second_signal_ends_at_once, which runs it in a process of its own"]
#[expect(clippy::disallowed_methods, reason = "it is told by the test that runs it")]
async fn is_ended_by_its_second_signal() {
    let Ok(ended_by) = std::env::var(ENDED_BY) else { return };
    let (name, seconds) = ended_by.split_once(' ').expect("it has two words");
    let shutdown = Shutdown::on_signals().expect("handlers can be installed");
    raise(Signal::SIGTERM).expect("a process may signal itself");
    shutdown.triggered().await;
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(seconds.parse().expect("it is a number"))).await;
    tokio::time::resume();
    raise(name.parse().expect("it is a signal")).expect("a process may signal itself");
    tokio::time::timeout(LIMIT, pending::<()>()).await.expect("the signal ends the process");
}

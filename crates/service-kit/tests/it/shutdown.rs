use std::time::Duration;

use nix::sys::signal::{Signal, raise};
use service_kit::shutdown::Shutdown;

#[tokio::test]
async fn the_first_signal_starts_the_end() {
    let shutdown = Shutdown::on_signals().expect("handlers can be installed");
    assert!(!shutdown.token().is_cancelled());
    raise(Signal::SIGTERM).expect("a process may signal itself");
    tokio::time::timeout(Duration::from_secs(10), shutdown.triggered()).await.expect("the signal arrives");
    assert!(shutdown.token().is_cancelled());
}

#[tokio::test]
async fn the_end_may_start_inside() {
    let shutdown = Shutdown::manual();
    shutdown.clone().trigger();
    shutdown.triggered().await;
}

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use service_kit::health::Health;

#[tokio::test]
async fn nothing_to_wait_for_is_ready() {
    assert!(Health::new().readiness().await.ready);
}

#[tokio::test(start_paused = true)]
async fn every_check_is_reported_within_one_timeout() {
    let health = Health::new();
    health.register("hangs", std::future::pending);
    health.register("hangs too", std::future::pending);
    health.register("fails", || async { Err("no route".to_owned()) });
    health.register("panics", || async { panic!("a broken check") });
    health.register("works", || async { Ok(()) });
    let started = tokio::time::Instant::now();
    let readiness = health.readiness().await;
    assert!(started.elapsed() < Duration::from_secs(3), "the checks ran one after the other");
    assert!(!readiness.ready);
    let checks: Vec<_> = readiness
        .checks
        .iter()
        .map(|check| (check.name.as_str(), check.ok, check.detail.as_deref()))
        .collect();
    assert_eq!(
        checks,
        [
            ("hangs", false, Some("no answer within 2 s")),
            ("hangs too", false, Some("no answer within 2 s")),
            ("fails", false, Some("no route")),
            ("panics", false, Some("the check itself failed")),
            ("works", true, None),
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn probes_share_one_round_of_checks() {
    let health = Health::new();
    let rounds = Arc::new(AtomicUsize::new(0));
    let counting = Arc::clone(&rounds);
    health.register("counted", move || {
        let counting = Arc::clone(&counting);
        async move {
            counting.fetch_add(1, Ordering::Relaxed);
            Ok(())
        }
    });
    tokio::join!(health.readiness(), health.readiness());
    health.readiness().await;
    assert_eq!(rounds.load(Ordering::Relaxed), 1);
    tokio::time::advance(Duration::from_millis(600)).await;
    health.readiness().await;
    assert_eq!(rounds.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn a_process_that_ends_is_alive_and_not_ready() {
    let health = Health::new();
    health.start_draining();
    assert!(health.liveness().live);
    assert!(!health.readiness().await.ready);
}

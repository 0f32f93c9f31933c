//! The short form of the faults, for `make test`. `make faults` runs all of them, and plants bugs.

use faults::{fault, run};

/// Any will do; a failure names the one of its run.
const SEED: u64 = 4;

async fn good(name: &str) {
    let fault = fault::find(name).expect("a fault of that name");
    let report = run::run(&fault, (fault.setup)(), SEED).await.expect("it runs");
    assert!(report.is_good(), "{report}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dispatcher_that_is_killed_under_load_breaks_no_promise() {
    good("kill-dispatcher").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reducers_that_are_killed_under_load_break_no_promise() {
    good("kill-reducers").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broker_that_is_killed_under_load_breaks_no_promise() {
    good("kill-broker").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn blocks_in_the_middle_of_what_they_forbid_break_no_promise() {
    good("blocks").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn relay_and_query_api_that_are_killed_under_their_followers_break_no_promise() {
    good("followers").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn runners_of_jobs_that_are_killed_in_mid_run_break_no_promise() {
    good("jobs").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn those_who_hand_events_over_and_are_killed_in_mid_work_break_no_promise() {
    good("deliveries").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_of_the_broker_breaks_no_promise() {
    if testkit::no_small_disk() {
        return;
    }
    good("disk-full").await;
}

#[test]
fn every_bug_names_a_fault_and_a_promise_of_its_own() {
    let names: std::collections::BTreeSet<&str> = faults::bugs::ALL.iter().map(|bug| bug.name).collect();
    assert_eq!(names.len(), faults::bugs::ALL.len());
    for bug in faults::bugs::ALL {
        assert!(fault::find(bug.fault).is_some(), "{} names {}", bug.name, bug.fault);
    }
}

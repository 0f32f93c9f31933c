//! A full disk below `rookery up`, and its bounds.

use std::time::Duration;

use local_servers::RunAs;
use testkit::{SmallDisk, eventually};

use crate::support::{System, data_dir, rookery, stderr, stdout};

const DISK: u64 = 32 << 20;
const PATIENCE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn a_broker_whose_disk_was_full_goes_on_by_itself_once_there_is_room() {
    if testkit::no_small_disk() {
        return;
    }
    let dir = data_dir();
    let (nats, run_as) = (dir.path().join("nats"), RunAs::choose().expect("there is a user to run as"));
    let disk = SmallDisk::over(&nats.join("store"), DISK);
    for path in [&nats, &nats.join("store")] {
        run_as.own(path).expect("it can be given away");
    }
    let system = System::start(dir.path()).await;
    system.post("there is room", "disk").await.expect("it is accepted");

    disk.fill();
    let text = "x".repeat(250);
    eventually("a post is refused as log-full", PATIENCE, || async {
        let answer = system.try_post(&text).await;
        if answer.contains("log-full") { Ok(()) } else { Err(answer) }
    })
    .await;
    let readiness = system.get("/readyz").send().await.expect("it answers");
    assert_eq!(readiness.status(), 503);

    disk.make_room();
    let position = eventually("a post is accepted", PATIENCE, || system.post("room again", "disk")).await;
    let count = system.read("/v1/messages?tag=disk&count=1", &position).await;
    assert_eq!(count.as_deref(), Ok("2"));
    eventually("it is ready", PATIENCE, || async {
        let status = system.get("/readyz").send().await.map_err(|error| error.to_string())?.status();
        if status == 200 { Ok(()) } else { Err(status.to_string()) }
    })
    .await;
    system.stop().await;
}

#[tokio::test]
async fn bounds_are_shown_and_raised_while_the_system_runs() {
    let dir = data_dir();
    let more = [("ROOKERY_STORE_BYTES_MAX", "3GiB")];
    let system = System::start_with(dir.path(), &more).await;
    let shown = stdout(&rookery(dir.path(), &["limits"]));
    for words in ["EVENTS_0", "SESSIONS_0", "ATTEMPTS_0", "may reserve: 3.0 GiB", "free on its disk"] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    let too_much = stderr(&rookery(dir.path(), &["limits", "raise", "SESSIONS_0", "20GiB"]));
    assert!(too_much.contains("may not reserve") && too_much.contains("--store-bytes"), "{too_much}");
    system.stop().await;

    // As large as the disk, unless said otherwise.
    let system = System::start(dir.path()).await;
    let raised = stdout(&rookery(dir.path(), &["limits", "raise", "EVENTS_0", "5GiB"]));
    assert!(raised.lines().any(|line| line.starts_with("EVENTS_0") && line.contains("5.0 GiB")), "{raised}");
    system.stop().await;
}

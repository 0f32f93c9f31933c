//! What the log promises of what accounts use.

use super::{PATIENCE, account, append, command, posted};
use crate::{Boundary, EventLog, Expected, NewEvent, Subject, Used};

/// What each account appended counts for it; the bytes are those of subject, headers and data.
pub async fn usage_is_counted(log: &dyn EventLog) {
    for text in ["one", "two", &"three".repeat(50)] {
        append(log, 1, text, Expected::Any).await.expect("appended");
    }
    append(log, 2, "four", Expected::Any).await.expect("appended");
    let (decided, command) = (Subject::new(log.shard(), Boundary::Moderation(account(1))), command());
    let decision = NewEvent { subject: decided, ..posted(log, 4, "decided", command, Expected::Any) };
    log.append(command, vec![decision]).await.expect("appended");
    usage_has_been_counted(log).await;
    let room = log.usage().and_then(|usage| usage.room()).expect("how full it is was seen");
    assert!(room.used >= bytes_of(log, 1) && room.used < room.bytes_max, "{room:?}");
}

/// The same of one who came to that log later.
pub async fn usage_has_been_counted(log: &dyn EventLog) {
    let began = std::time::Instant::now();
    while events_of(log, 1) != 3 || events_of(log, 2) != 1 {
        assert!(began.elapsed() < PATIENCE, "{:?}", used_by(log, 1));
        // How full it is, is seen with the head.
        log.head().await.expect("a head");
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    assert_eq!(used_by(log, 3), Used::default());
    let usage = log.usage().expect("it counts");
    let decision = tokio::time::timeout(PATIENCE, usage.decision()).await.expect("there was one");
    assert_eq!(decision.get(), 5);
    assert!((600..4_000).contains(&bytes_of(log, 1)), "{}", bytes_of(log, 1));
    assert!(bytes_of(log, 1) > bytes_of(log, 2) + 250, "{} and {}", bytes_of(log, 1), bytes_of(log, 2));
}

fn used_by(log: &dyn EventLog, number: i64) -> Used {
    log.usage().expect("it counts").used_by(account(number))
}

fn events_of(log: &dyn EventLog, number: i64) -> u64 {
    used_by(log, number).events
}

fn bytes_of(log: &dyn EventLog, number: i64) -> u64 {
    used_by(log, number).bytes
}
